//! The frames that check servers, sent in the name of the virtual address.

use std::net::{Ipv4Addr, SocketAddrV4};

use app_api::{AppContext, HostId, Location};
use bytes::Bytes;
use openflow::MacAddr;
use openflow::flow::PacketOut;
use openflow::packet::build::{self, Ethernet};
use openflow::packet::{Arp, TcpSegment};

use crate::health::Probe;
use crate::pool::Endpoint;

/// The virtual address, in whose name servers are checked: answers to it come to the controller.
type Vip = (MacAddr, Ipv4Addr);

/// A server and its host.
type Server = (HostId, Endpoint);

/// The `number`th check.
pub(crate) fn probe(number: u32) -> Probe {
    let port = u16::try_from(number % PORTS).unwrap_or(0);
    Probe {
        port: FIRST_PORT + port,
        // Far apart, so that a late answer to an earlier check with this port fits no later one.
        seq: number.wrapping_mul(0x9e37_79b9),
    }
}

/// Whether a port could be that of a check.
pub(crate) fn is_probe_port(port: u16) -> bool {
    port >= FIRST_PORT
}

/// Opens a connection.
pub(crate) fn syn(vip: Vip, server: Server, probe: Probe) -> Bytes {
    let segment = TcpSegment {
        seq: probe.seq,
        ack: 0,
        flags: TcpSegment::SYN,
    };
    tcp(vip, server, probe.port, segment)
}

/// And drops it.
pub(crate) fn reset(vip: Vip, server: Server, (port, seq): (u16, u32)) -> Bytes {
    let segment = TcpSegment {
        seq,
        ack: 0,
        flags: TcpSegment::RST,
    };
    tcp(vip, server, port, segment)
}

/// Asks a server for its address.
pub(crate) fn question((mac, vip): Vip, (host, (address, _)): Server) -> Bytes {
    let link = Ethernet {
        src: mac,
        dst: host.mac,
        vlan: host.vlan,
    };
    let question = Arp {
        op: Arp::REQUEST,
        sha: mac,
        spa: vip,
        tha: MacAddr::ZERO,
        tpa: address,
    };
    build::arp(link, &question)
}

/// Asks all edge ports where a server is.
pub(crate) fn search(ctx: &mut AppContext<'_>, vip: Vip, (address, _): Endpoint) {
    let frame = build::arp_request(vip, address, None);
    for switch in ctx.snapshot().switches.values() {
        let is_edge = |port| {
            ctx.snapshot()
                .is_usable_edge(Location::new(switch.dpid, port))
        };
        let ports: Vec<_> = switch
            .ports
            .keys()
            .copied()
            .filter(|p| is_edge(*p))
            .collect();
        if !ports.is_empty() {
            ctx.packet_out(switch.dpid, PacketOut::to_ports(frame.clone(), ports));
        }
    }
}

fn tcp((mac, vip): Vip, (host, (address, port)): Server, from: u16, segment: TcpSegment) -> Bytes {
    let link = Ethernet {
        src: mac,
        dst: host.mac,
        vlan: host.vlan,
    };
    let (src, dst) = (
        SocketAddrV4::new(vip, from),
        SocketAddrV4::new(address, port),
    );
    build::tcp_segment(link, src, dst, segment)
}

/// The dynamic ports (RFC 6335).
const FIRST_PORT: u16 = 49_152;
const PORTS: u32 = 16_384;
