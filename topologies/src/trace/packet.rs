//! The packet that is traced, made of who sends it to whom and what else is said of it.

use std::net::IpAddr;

use bytes::Bytes;
use etherparse::PacketBuilder;
use openflow::flow::{Match, ParseFlowError};
use openflow::oxm::Field;
use openflow::packet::ip_proto;
use openflow::pipeline::Packet;
use openflow::{MacAddr, PortNo};

/// An end of a conversation.
#[derive(Debug, Clone, Default)]
pub struct Party {
    /// Hardware address.
    pub mac: MacAddr,
    /// What it is known by; of each family the first counts.
    pub addresses: Vec<IpAddr>,
}

/// Who sends to whom.
#[derive(Debug, Clone, Default)]
pub struct Parties {
    /// The sender.
    pub from: Party,
    /// The receiver.
    pub to: Party,
    /// Tag of the sender's frames.
    pub vlan: Option<u16>,
}

/// No packet can be made of what was said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PacketError {
    /// A field that is none, or has no such value.
    #[error(transparent)]
    Field(#[from] ParseFlowError),
    /// A field that no packet from outside has, or a value that does not go with the others.
    #[error("a packet cannot have {0}")]
    Impossible(String),
    /// No address of the family that was asked for is known.
    #[error("no {0} address of both ends is known")]
    NoAddress(&'static str),
}

/// Time to live of what is made here.
const TTL: u8 = 64;
/// For experiments (IEEE 802): where nothing is known of what is sent.
const ANY_ETHERTYPE: u16 = 0x88b5;

/// A frame from one end to the other. `said` are fields as `ovs-ofctl` writes them, apart by commas
/// or blanks, with `src=` and `dst=` for the ports of TCP, UDP and SCTP: `tcp dst=80`. Where nothing
/// is said it is a ping: of IPv4, else IPv6; between ends without addresses, a bare frame.
///
/// # Errors
/// See [`PacketError`].
pub fn packet(parties: &Parties, said: &str) -> Result<Bytes, PacketError> {
    let said = fields(said)?;
    let base = base(parties, &said)?;
    let mut packet = Packet::parse(base, PortNo(1));
    if let Some(vlan) = parties.vlan {
        packet.push_vlan(0x8100);
        packet.set_field(Field::VlanVid, 0x1000 | u128::from(vlan), u128::MAX);
    }
    let tagged = said
        .exact(Field::VlanVid)
        .is_some_and(|vid| vid & 0x1000 != 0);
    if tagged && parties.vlan.is_none() {
        packet.push_vlan(0x8100);
    }
    for field in said.fields() {
        packet.set_field(field.field, field.value, field.mask);
    }
    // Read again: what cannot be set, or is not in the bytes, shows.
    let frame = packet.frame();
    let made = Packet::parse(frame.clone(), PortNo(1));
    for field in said.fields() {
        if made.key().get(field.field) & field.mask != field.value {
            let mut alone = Match::any();
            alone.set(field.field, field.value, field.mask);
            return Err(PacketError::Impossible(alone.to_string()));
        }
    }
    Ok(frame)
}

/// The words people use, as a match.
fn fields(said: &str) -> Result<Match, ParseFlowError> {
    let words = said.split([',', ' ', '\t']).filter(|word| !word.is_empty());
    let words = words.map(|word| match word.split_once('=') {
        Some(("src" | "sport", port)) => format!("tp_src={port}"),
        Some(("dst" | "dport" | "port", port)) => format!("tp_dst={port}"),
        Some(("vlan", id)) => format!("dl_vlan={id}"),
        Some(("ttl", ttl)) => format!("nw_ttl={ttl}"),
        _ => word.to_owned(),
    });
    let words = words.collect::<Vec<_>>().join(",");
    // `ttl=3` alone is of IPv4.
    let v4 = |error| format!("ip,{words}").parse().map_err(|_| error);
    words.parse().or_else(v4)
}

/// With all headers that the fields speak of.
fn base(parties: &Parties, said: &Match) -> Result<Bytes, PacketError> {
    let v4 = |party: &Party| {
        let mut all = party.addresses.iter();
        all.find_map(|address| match address {
            IpAddr::V4(address) => Some(address.octets()),
            IpAddr::V6(_) => None,
        })
    };
    let v6 = |party: &Party| {
        let mut all = party.addresses.iter();
        all.find_map(|address| match address {
            IpAddr::V6(address) => Some(address.octets()),
            IpAddr::V4(_) => None,
        })
    };
    let said4 = [Field::Ipv4Src, Field::Ipv4Dst].map(|f| said.get(f).map(|_| [0; 4]));
    let said6 = [Field::Ipv6Src, Field::Ipv6Dst].map(|f| said.get(f).map(|_| [0; 16]));
    let ends4 = v4(&parties.from)
        .or(said4[0])
        .zip(v4(&parties.to).or(said4[1]));
    let ends6 = v6(&parties.from)
        .or(said6[0])
        .zip(v6(&parties.to).or(said6[1]));
    let link = PacketBuilder::ethernet2(parties.from.mac.0, parties.to.mac.0);
    let protocol = said
        .exact(Field::IpProto)
        .and_then(|p| u8::try_from(p).ok());
    let ethertype = said
        .exact(Field::EthType)
        .and_then(|t| u16::try_from(t).ok());
    match ethertype {
        Some(0x0800) => {
            let (src, dst) = ends4.ok_or(PacketError::NoAddress("IPv4"))?;
            transport(link.ipv4(src, dst, TTL), protocol, ip_proto::ICMP)
        }
        Some(0x86dd) => {
            let (src, dst) = ends6.ok_or(PacketError::NoAddress("IPv6"))?;
            transport(link.ipv6(src, dst, TTL), protocol, ip_proto::ICMPV6)
        }
        Some(0x0806) => {
            let (src, dst) = ends4.unwrap_or_default();
            let arp = openflow::packet::build::arp_request(
                (parties.from.mac, src.into()),
                dst.into(),
                None,
            );
            Ok(arp)
        }
        None if ends4.is_some() => {
            let (src, dst) = ends4.unwrap_or_default();
            transport(link.ipv4(src, dst, TTL), protocol, ip_proto::ICMP)
        }
        None if ends6.is_some() => {
            let (src, dst) = ends6.unwrap_or_default();
            transport(link.ipv6(src, dst, TTL), protocol, ip_proto::ICMPV6)
        }
        other => Ok(bare(parties, other.unwrap_or(ANY_ETHERTYPE))),
    }
}

fn bare(parties: &Parties, ethertype: u16) -> Bytes {
    let mut frame = Vec::with_capacity(60);
    frame.extend(parties.to.mac.0);
    frame.extend(parties.from.mac.0);
    frame.extend(ethertype.to_be_bytes());
    frame.resize(60, 0);
    frame.into()
}

fn transport(
    ip: etherparse::PacketBuilderStep<etherparse::IpHeaders>,
    protocol: Option<u8>,
    ping: u8,
) -> Result<Bytes, PacketError> {
    /// What a client's end has, where nobody says.
    const PORT: u16 = 49_152;
    const WINDOW: u16 = 64_240;
    const SCTP: u8 = 132;
    let payload = [0; 8];
    let mut frame = Vec::with_capacity(128);
    let written = match protocol.unwrap_or(ping) {
        ip_proto::TCP => ip.tcp(PORT, 0, 0, WINDOW).syn().write(&mut frame, &[]),
        ip_proto::UDP => ip.udp(PORT, 0).write(&mut frame, &payload),
        ip_proto::ICMP => ip.icmpv4_echo_request(1, 1).write(&mut frame, &payload),
        ip_proto::ICMPV6 => ip.icmpv6_echo_request(1, 1).write(&mut frame, &payload),
        SCTP => {
            let header = [0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            ip.write(&mut frame, SCTP.into(), &header)
        }
        other => ip.write(&mut frame, other.into(), &payload),
    };
    written.map_err(|error| PacketError::Impossible(error.to_string()))?;
    Ok(frame.into())
}
