//! What one packet at an edge port says about hosts, and whether that is news.
//!
//! Runs on the connections. Most packets bring nothing new; only news goes to the writer.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use app_api::{HostId, Location, Snapshot};
use openflow::MacAddr;
use openflow::packet::{Neighbour, PacketView, ethertype};

use super::dhcp::{self, Dhcp};

/// Source of the controller's own probes; no host has it. Locally administered.
pub const CONTROLLER_MAC: MacAddr = MacAddr([0x0e, 0x50, 0x4d, 0x00, 0x00, 0x01]);

/// Steps in which the time of a host's last packet is kept.
pub(super) const LAST_SEEN_STEP: Duration = Duration::from_secs(5);

/// Addresses of one host. IPv6 hosts have a handful; more is made up.
pub(super) const MAX_ADDRESSES: usize = 16;

/// See [`Sighting::slot`].
pub(super) const SLOTS: usize = 64;

/// Something a packet says about a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sighting {
    /// It sent from here.
    Host {
        /// Who.
        id: HostId,
        /// From where.
        at: Location,
        /// With which address.
        address: Option<Claimed>,
    },
    /// A DHCP server gave it an address; the server is what was seen sending.
    Lease {
        /// Who has it now.
        id: HostId,
        /// What.
        address: IpAddr,
    },
}

impl Sighting {
    /// Spreads hosts over [`SLOTS`] places.
    pub(super) fn slot(&self) -> usize {
        let (Self::Host { id, .. } | Self::Lease { id, .. }) = self;
        let [.., last] = id.mac.0;
        usize::from(last) % SLOTS
    }
}

/// An address, and how far the packet says that it is the sender's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claimed {
    /// Which.
    pub(super) address: IpAddr,
    /// From ARP or neighbour discovery: about the sender itself. Otherwise the sender may be a
    /// router that passes on a packet of somebody else.
    pub(super) own: bool,
}

/// Reads a packet; at most two sightings come out: the sender, and a lease it gives to another.
pub(super) fn read(packet: &PacketView<'_>, at: Location) -> [Option<Sighting>; 2] {
    let mac = packet.eth_src();
    if !mac.is_unicast() || mac == CONTROLLER_MAC {
        return [None, None];
    }
    // Tag 0 carries a priority and no VLAN (IEEE 802.1Q §9.6).
    let vlan = packet.vlan().map(|tag| tag.id).filter(|id| *id != 0);
    let (address, lease) = match packet.eth_type() {
        ethertype::ARP => (arp_sender(packet), None),
        ethertype::IPV4 => ipv4_sender(packet),
        ethertype::IPV6 => (ipv6_sender(packet), None),
        _ => (None, None),
    };
    let host = Sighting::Host {
        id: HostId { mac, vlan },
        at,
        address: address.filter(|claimed| is_plausible(claimed.address)),
    };
    let lease = lease.map(|(mac, address)| Sighting::Lease {
        id: HostId { mac, vlan },
        address,
    });
    [Some(host), lease]
}

/// Whether the writer does not know this yet.
pub(super) fn is_news(sighting: &Sighting, snapshot: &Snapshot, now: SystemTime) -> bool {
    match sighting {
        Sighting::Host { id, at, address } => {
            let Some(host) = snapshot.hosts.get(id) else {
                return true;
            };
            let age = now.duration_since(host.last_seen).unwrap_or_default();
            host.at != *at
                || age >= LAST_SEEN_STEP
                || address.is_some_and(|claimed| address_is_news(*id, claimed, host, snapshot))
        }
        Sighting::Lease { id, address } => snapshot.hosts.get(id).is_some_and(|host| {
            let claimed = not_certain(*address);
            address_is_news(*id, claimed, host, snapshot)
        }),
    }
}

/// Only what the writer would take: what it refuses would be news with every packet.
fn address_is_news(
    id: HostId,
    claimed: Claimed,
    host: &app_api::Host,
    snapshot: &Snapshot,
) -> bool {
    let holder = || snapshot.addresses.get(&(id.vlan, claimed.address));
    if claimed.own {
        return holder() != Some(&id) && host.addresses.len() < MAX_ADDRESSES;
    }
    let same_family = |address: &IpAddr| address.is_ipv4() == claimed.address.is_ipv4();
    !host.addresses.iter().any(same_family) && holder().is_none()
}

/// The sender of an ARP packet, where it speaks for itself.
fn arp_sender(packet: &PacketView<'_>) -> Option<Claimed> {
    let arp = packet.arp()?;
    (arp.sha == packet.eth_src()).then_some(Claimed {
        address: arp.spa.into(),
        own: true,
    })
}

fn ipv4_sender(packet: &PacketView<'_>) -> (Option<Claimed>, Option<(MacAddr, IpAddr)>) {
    let source = packet.ipv4().map(|ip| IpAddr::from(ip.src()));
    match dhcp::read(packet) {
        Some(Dhcp::Request { client, address }) if client == packet.eth_src() => (
            Some(Claimed {
                address: address.into(),
                own: false,
            }),
            None,
        ),
        Some(Dhcp::Ack { client, address }) => {
            (source.map(not_certain), Some((client, address.into())))
        }
        _ => (source.map(not_certain), None),
    }
}

fn ipv6_sender(packet: &PacketView<'_>) -> Option<Claimed> {
    let source = IpAddr::from(packet.ipv6()?.src());
    let own = |address| Claimed { address, own: true };
    match packet.neighbour() {
        // Without a source address it looks whether the target is free, to take it (RFC 4862).
        Some(Neighbour::Solicitation { target, .. }) if source.is_unspecified() => {
            Some(own(target.into()))
        }
        Some(Neighbour::Solicitation { .. }) => Some(own(source)),
        Some(Neighbour::Advertisement { target, target_mac }) => {
            let for_itself = target_mac.is_none_or(|mac| mac == packet.eth_src());
            for_itself.then(|| own(target.into()))
        }
        None => Some(not_certain(source)),
    }
}

fn not_certain(address: IpAddr) -> Claimed {
    Claimed {
        address,
        own: false,
    }
}

/// Whether a host can have this address.
fn is_plausible(address: IpAddr) -> bool {
    let reserved = match address {
        IpAddr::V4(v4) => v4.is_broadcast() || v4.octets()[0] == 0,
        IpAddr::V6(_) => false,
    };
    !(reserved || address.is_unspecified() || address.is_multicast() || address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::dhcp::tests::{CLIENT_MAC, message};
    use openflow::packet::Arp;
    use openflow::packet::build::{self, Ethernet};
    use openflow::{Dpid, PortNo};
    use std::net::{Ipv4Addr, Ipv6Addr};

    const MAC: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);

    fn sightings(frame: &[u8]) -> [Option<Sighting>; 2] {
        let view = PacketView::parse(frame).unwrap();
        read(&view, Location::new(Dpid(1), PortNo(1)))
    }

    fn address(frame: &[u8]) -> Option<(IpAddr, bool)> {
        match sightings(frame)[0] {
            Some(Sighting::Host { address, .. }) => address.map(|c| (c.address, c.own)),
            _ => panic!("no host"),
        }
    }

    #[test]
    fn arp_tells_the_senders_own_address() {
        let ip = Ipv4Addr::new(10, 0, 0, 1);
        let asks = build::arp_request((MAC, ip), Ipv4Addr::new(10, 0, 0, 2), Some(7));
        assert_eq!(address(&asks), Some((ip.into(), true)));
        let Some(Sighting::Host { id, .. }) = sightings(&asks)[0] else {
            panic!("no host");
        };
        assert_eq!(
            id,
            HostId {
                mac: MAC,
                vlan: Some(7)
            }
        );
        let probe = build::arp_request((MAC, Ipv4Addr::UNSPECIFIED), ip, None);
        assert_eq!(address(&probe), None);
        let for_another = build::arp(
            Ethernet::untagged(MAC, MacAddr::BROADCAST),
            &Arp {
                op: Arp::REPLY,
                sha: CLIENT_MAC,
                spa: ip,
                tha: MAC,
                tpa: ip,
            },
        );
        assert_eq!(address(&for_another), None);
    }

    #[test]
    fn neighbour_discovery_tells_it_too_also_before_the_address_is_used() {
        let ip: Ipv6Addr = "2001:db8::1".parse().unwrap();
        let other: Ipv6Addr = "2001:db8::2".parse().unwrap();
        let solicits = build::neighbour_solicitation((MAC, ip), other, None);
        assert_eq!(address(&solicits), Some((ip.into(), true)));
        let detects = build::neighbour_solicitation((MAC, Ipv6Addr::UNSPECIFIED), ip, None);
        assert_eq!(address(&detects), Some((ip.into(), true)));
        let advertises = build::neighbour_advertisement((MAC, ip), (CLIENT_MAC, other), None);
        assert_eq!(address(&advertises), Some((ip.into(), true)));
    }

    #[test]
    fn group_addresses_and_the_controller_are_no_hosts() {
        for mac in [MacAddr::BROADCAST, MacAddr::ZERO, CONTROLLER_MAC] {
            let frame = build::arp_request(
                (mac, Ipv4Addr::new(10, 0, 0, 1)),
                Ipv4Addr::new(10, 0, 0, 2),
                None,
            );
            assert_eq!(sightings(&frame), [None, None]);
        }
        for ip in [
            "0.0.0.0",
            "0.1.2.3",
            "255.255.255.255",
            "224.0.0.1",
            "127.0.0.1",
        ] {
            let frame =
                build::arp_request((MAC, ip.parse().unwrap()), Ipv4Addr::new(10, 0, 0, 2), None);
            assert_eq!(address(&frame), None, "{ip}");
        }
    }

    #[test]
    fn a_dhcp_server_tells_the_clients_address() {
        let frame = message(MAC, ([0; 4], [10, 0, 0, 9]), true, &[53, 1, 5]);
        let [host, lease] = sightings(&frame);
        assert!(matches!(host, Some(Sighting::Host { address: None, .. })));
        let id = HostId {
            mac: CLIENT_MAC,
            vlan: None,
        };
        let address = Ipv4Addr::new(10, 0, 0, 9).into();
        assert_eq!(lease, Some(Sighting::Lease { id, address }));
    }
}
