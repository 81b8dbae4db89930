//! Reading and building packets on the packet-in path.
//!
//! [`PacketView`] borrows a frame and reads a header only when it is asked for, without allocating.
//! A frame comes from a host, so nothing in it is believed: a header that is not wholly there, or
//! whose lengths lie, is `None` and never a panic. A switch may send only the head of a packet,
//! therefore a payload shorter than its header announces is still read as far as it goes.
//!
//! The reader is our own because a learning switch wants fourteen bytes: etherparse slices every
//! layer before the first field can be asked for, and gives nothing of a TCP header cut off after
//! its ports. Frames are built with etherparse ([`build`]).

pub mod build;
mod ip;

use std::net::{IpAddr, Ipv4Addr};

use crate::MacAddr;

pub use ip::{Ipv4View, Ipv6View, Neighbour, TcpSegment, Transport};

/// Ethernet types that have a reader here, and those the controller meets often.
pub mod ethertype {
    /// IPv4.
    pub const IPV4: u16 = 0x0800;
    /// ARP.
    pub const ARP: u16 = 0x0806;
    /// IPv6.
    pub const IPV6: u16 = 0x86dd;
    /// 802.1Q tag.
    pub const VLAN: u16 = 0x8100;
    /// 802.1ad service tag.
    pub const SERVICE_VLAN: u16 = 0x88a8;
    /// Link layer discovery.
    pub const LLDP: u16 = 0x88cc;
    /// What a frame without an Ethernet type counts as (OF 1.0 §3.4, `OFP_DL_TYPE_NOT_ETH_TYPE`).
    pub const NONE: u16 = 0x05ff;
}

/// IP protocol numbers.
pub mod ip_proto {
    /// ICMP.
    pub const ICMP: u8 = 1;
    /// TCP.
    pub const TCP: u8 = 6;
    /// UDP.
    pub const UDP: u8 = 17;
    /// ICMPv6.
    pub const ICMPV6: u8 = 58;
}

/// An 802.1Q or 802.1ad tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VlanTag {
    /// 0 to 4095; 0 carries a priority only.
    pub id: u16,
    /// 0 to 7.
    pub priority: u8,
}

/// A frame, its Ethernet header and tags read.
#[derive(Debug, Clone, Copy)]
pub struct PacketView<'a> {
    eth_dst: MacAddr,
    eth_src: MacAddr,
    vlan: Option<VlanTag>,
    eth_type: u16,
    payload: &'a [u8],
}

/// An ARP packet for IPv4 over Ethernet (RFC 826).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Arp {
    /// 1 request, 2 reply.
    pub op: u16,
    /// Sender's Ethernet address.
    pub sha: MacAddr,
    /// Sender's IPv4 address; 0.0.0.0 in a probe (RFC 5227).
    pub spa: Ipv4Addr,
    /// Target's Ethernet address; no meaning in a request.
    pub tha: MacAddr,
    /// Target's IPv4 address.
    pub tpa: Ipv4Addr,
}

impl Arp {
    /// Opcode of a request.
    pub const REQUEST: u16 = 1;
    /// Opcode of a reply.
    pub const REPLY: u16 = 2;
}

impl<'a> PacketView<'a> {
    /// Reads the Ethernet header and the tags behind it; `None` where they are cut off.
    #[must_use]
    pub fn parse(frame: &'a [u8]) -> Option<Self> {
        let (&eth_dst, rest) = frame.split_first_chunk()?;
        let (&eth_src, rest) = rest.split_first_chunk()?;
        let (mut eth_type, mut payload) = split_u16(rest)?;
        let mut vlan = None;
        while matches!(eth_type, ethertype::VLAN | ethertype::SERVICE_VLAN) {
            let (tci, rest) = split_u16(payload)?;
            // The outer tag is the one OpenFlow matches on (OF 1.3.5 §7.2.3.8).
            vlan.get_or_insert(VlanTag {
                id: tci & 0x0fff,
                priority: (tci >> 13) as u8,
            });
            (eth_type, payload) = split_u16(rest)?;
        }
        if eth_type < 0x0600 {
            (eth_type, payload) = after_llc(payload);
        }
        Some(Self {
            eth_dst: MacAddr(eth_dst),
            eth_src: MacAddr(eth_src),
            vlan,
            eth_type,
            payload,
        })
    }

    /// Ethernet destination.
    #[must_use]
    pub fn eth_dst(&self) -> MacAddr {
        self.eth_dst
    }

    /// Ethernet source.
    #[must_use]
    pub fn eth_src(&self) -> MacAddr {
        self.eth_src
    }

    /// The outer tag.
    #[must_use]
    pub fn vlan(&self) -> Option<VlanTag> {
        self.vlan
    }

    /// Ethernet type after all tags; [`ethertype::NONE`] for an 802.3 frame without one.
    #[must_use]
    pub fn eth_type(&self) -> u16 {
        self.eth_type
    }

    /// What follows the Ethernet header and tags, padding included.
    #[must_use]
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// ARP for IPv4 over Ethernet.
    #[must_use]
    pub fn arp(&self) -> Option<Arp> {
        if self.eth_type != ethertype::ARP {
            return None;
        }
        let (header, rest) = self.payload.split_first_chunk::<6>()?;
        if header != &[0, 1, 8, 0, 6, 4] {
            return None;
        }
        let (op, rest) = split_u16(rest)?;
        let (&sha, rest) = rest.split_first_chunk::<6>()?;
        let (&spa, rest) = rest.split_first_chunk::<4>()?;
        let (&tha, rest) = rest.split_first_chunk::<6>()?;
        let (&tpa, _) = rest.split_first_chunk::<4>()?;
        Some(Arp {
            op,
            sha: MacAddr(sha),
            spa: spa.into(),
            tha: MacAddr(tha),
            tpa: tpa.into(),
        })
    }

    /// The IPv4 header and what follows it.
    #[must_use]
    pub fn ipv4(&self) -> Option<Ipv4View<'a>> {
        if self.eth_type != ethertype::IPV4 {
            return None;
        }
        Ipv4View::parse(self.payload)
    }

    /// The IPv6 header and what follows it and its extension headers.
    #[must_use]
    pub fn ipv6(&self) -> Option<Ipv6View<'a>> {
        if self.eth_type != ethertype::IPV6 {
            return None;
        }
        Ipv6View::parse(self.payload)
    }

    /// IP source and destination, of either family.
    #[must_use]
    pub fn ip_addresses(&self) -> Option<(IpAddr, IpAddr)> {
        match self.eth_type {
            ethertype::IPV4 => self.ipv4().map(|ip| (ip.src().into(), ip.dst().into())),
            ethertype::IPV6 => self.ipv6().map(|ip| (ip.src().into(), ip.dst().into())),
            _ => None,
        }
    }

    /// TCP, UDP or ICMP over either family; `None` in a later fragment.
    #[must_use]
    pub fn transport(&self) -> Option<Transport<'a>> {
        match self.eth_type {
            ethertype::IPV4 => self.ipv4()?.transport(),
            ethertype::IPV6 => self.ipv6()?.transport(),
            _ => None,
        }
    }

    /// An IPv6 neighbour solicitation or advertisement (RFC 4861).
    #[must_use]
    pub fn neighbour(&self) -> Option<Neighbour> {
        self.ipv6()?.neighbour()
    }
}

/// An 802.3 frame has an Ethernet type only behind a SNAP header of organisation zero (RFC 1042).
fn after_llc(payload: &[u8]) -> (u16, &[u8]) {
    payload
        .strip_prefix(&[0xaa, 0xaa, 0x03, 0, 0, 0])
        .and_then(split_u16)
        .filter(|(eth_type, _)| *eth_type >= 0x0600)
        .unwrap_or((ethertype::NONE, payload))
}

fn split_u16(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (head, rest) = bytes.split_first_chunk()?;
    Some((u16::from_be_bytes(*head), rest))
}

fn split_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (head, rest) = bytes.split_first_chunk()?;
    Some((u32::from_be_bytes(*head), rest))
}

#[cfg(test)]
mod tests;
