//! A host: one interface, an IPv4 and two IPv6 addresses, and as much of a kernel and its programs
//! as a network is tried with. It answers ARP, neighbour solicitations and pings, echoes UDP at
//! port 7, serves what it was told to by HTTP, and does what it is told: ping, connect, GET,
//! measure, send any frame. Sans-IO: frames and time in, frames and outcomes out.
//!
//! It says nothing it was not made to say: no router solicitations, no multicast reports, no
//! duplicate address detection. What is not for it, or has a wrong checksum, it ignores, and still
//! keeps among what arrived.

mod datagrams;
mod frames;
mod http;
mod icmp;
mod iperf;
mod link;
mod neighbours;
mod outcome;
mod sockets;
mod streams;
mod tcp;

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use bytes::Bytes;
use openflow::MacAddr;
use openflow::packet::{PacketView, ip_proto};

use frames::Datagram;
use icmp::Echo;
use link::Arping;
use neighbours::{Due, Neighbours};
use sockets::Sockets;

pub use iperf::Throughput;
pub use outcome::{Failure, Outcome, Ticket};

/// Commands and connections of one host at once.
const OPEN_MAX: usize = 1_024;
/// How long a command waits for its answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The network of the hosts' global addresses, `fd00::/64`.
const GLOBAL_NET: [u8; 8] = [0xfd, 0, 0, 0, 0, 0, 0, 0];
const LINK_LOCAL_NET: [u8; 8] = [0xfe, 0x80, 0, 0, 0, 0, 0, 0];

/// A frame that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Arrival {
    /// When.
    pub at: Duration,
    /// From the Ethernet header on.
    pub frame: Bytes,
}

/// What a host sends, and what came of what it was told.
#[derive(Debug, Default)]
pub(in crate::emulate) struct HostOutput {
    pub(in crate::emulate) frames: Vec<Bytes>,
    pub(in crate::emulate) done: Vec<(Ticket, Outcome)>,
}

impl HostOutput {
    fn fail(&mut self, ticket: Ticket, why: Failure) {
        self.done.push((ticket, Outcome::Failed(why)));
    }
}

#[derive(Debug)]
pub(in crate::emulate) struct Host {
    mac: MacAddr,
    ipv4: Ipv4Addr,
    /// Answered as well: a virtual address that several hosts share.
    aliases: Vec<IpAddr>,
    neighbours: Neighbours,
    /// By what tells their answers apart.
    echoes: BTreeMap<u16, Echo>,
    arpings: Vec<Arping>,
    sockets: Sockets,
    /// Numbers echo requests, and with the address makes sequence numbers.
    counter: u16,
    arrivals: VecDeque<Arrival>,
    arrivals_max: usize,
    /// Frames that came in and that went out.
    pub(in crate::emulate) received: u64,
    pub(in crate::emulate) sent: u64,
}

impl Host {
    pub(in crate::emulate) fn new(mac: MacAddr, ipv4: Ipv4Addr, arrivals_max: usize) -> Self {
        Self {
            mac,
            ipv4,
            aliases: Vec::new(),
            neighbours: Neighbours::default(),
            echoes: BTreeMap::new(),
            arpings: Vec::new(),
            sockets: Sockets::default(),
            counter: 0,
            arrivals: VecDeque::new(),
            arrivals_max,
            received: 0,
            sent: 0,
        }
    }

    pub(in crate::emulate) fn ipv4(&self) -> Ipv4Addr {
        self.ipv4
    }

    /// `fd00::` and the interface's identifier.
    pub(in crate::emulate) fn ipv6(&self) -> Ipv6Addr {
        eui64(GLOBAL_NET, self.mac)
    }

    pub(in crate::emulate) fn link_local(&self) -> Ipv6Addr {
        eui64(LINK_LOCAL_NET, self.mac)
    }

    pub(in crate::emulate) fn add_alias(&mut self, address: IpAddr) {
        if !self.owns(address) && self.aliases.len() < OPEN_MAX {
            self.aliases.push(address);
        }
    }

    /// Serves a body to every GET on a port; `None` serves no more.
    pub(in crate::emulate) fn serve(&mut self, port: u16, body: Option<Bytes>) {
        match body {
            Some(body) => self.sockets.served.insert(port, body),
            None => self.sockets.served.remove(&port),
        };
    }

    /// Commands and connections under way.
    pub(in crate::emulate) fn open(&self) -> usize {
        self.echoes.len() + self.arpings.len() + self.sockets.open()
    }

    pub(in crate::emulate) fn is_busy(&self) -> bool {
        self.open() >= OPEN_MAX
    }

    pub(in crate::emulate) fn arrivals(&self) -> &VecDeque<Arrival> {
        &self.arrivals
    }

    pub(in crate::emulate) fn take_arrivals(&mut self) -> Vec<Arrival> {
        self.arrivals.drain(..).collect()
    }

    pub(in crate::emulate) fn next_timeout(&self) -> Option<Duration> {
        let echoes = self.echoes.values().map(|echo| echo.until);
        let arpings = self.arpings.iter().map(|arping| arping.since + PATIENCE);
        let rest = [self.neighbours.next_timeout(), self.sockets.next_timeout()];
        echoes
            .chain(arpings)
            .chain(rest.into_iter().flatten())
            .min()
    }

    pub(in crate::emulate) fn timeout(&mut self, now: Duration, out: &mut HostOutput) {
        for due in self.neighbours.due(now) {
            match due {
                Due::Ask(address) => self.solicit(address, out),
                Due::GivenUp(address) => self.unreachable_neighbour(address, out),
            }
        }
        self.echoes.retain(|_, echo| {
            let late = echo.until <= now;
            if late {
                out.fail(echo.ticket, Failure::TimedOut);
            }
            !late
        });
        self.arpings.retain(|arping| {
            let late = arping.since + PATIENCE <= now;
            if late {
                out.fail(arping.ticket, Failure::TimedOut);
            }
            !late
        });
        self.sockets_timeout(now, out);
    }

    fn unreachable_neighbour(&mut self, address: IpAddr, out: &mut HostOutput) {
        self.echoes.retain(|_, echo| {
            let lost = echo.target == address && echo.sent_at.is_none();
            if lost {
                out.fail(echo.ticket, Failure::NoNeighbour);
            }
            !lost
        });
        self.sockets_unreachable(address, out);
    }

    /// A frame came in.
    pub(in crate::emulate) fn receive(
        &mut self,
        frame: Bytes,
        now: Duration,
        out: &mut HostOutput,
    ) {
        self.received += 1;
        if let Some(view) = PacketView::parse(&frame)
            && self.takes(&view)
        {
            if let Some(arp) = view.arp() {
                self.receive_arp(&arp, now, out);
            } else if let Some(neighbour) = view.neighbour() {
                self.receive_neighbour(&view, neighbour, now, out);
            } else if let Some(ip) = Datagram::read(&view) {
                self.receive_ip(ip, now, out);
            }
        }
        if self.arrivals_max > 0 {
            if self.arrivals.len() == self.arrivals_max {
                self.arrivals.pop_front();
            }
            self.arrivals.push_back(Arrival { at: now, frame });
        }
    }

    /// Untagged, or with a priority only, and for this station or a group it is in.
    fn takes(&self, view: &PacketView<'_>) -> bool {
        let untagged = view.vlan().is_none_or(|tag| tag.id == 0);
        untagged && (view.eth_dst() == self.mac || view.eth_dst().is_multicast())
    }

    fn receive_ip(&mut self, ip: Datagram<'_>, now: Duration, out: &mut HostOutput) {
        if !self.owns(ip.between.dst) {
            return;
        }
        match ip.protocol {
            ip_proto::ICMP | ip_proto::ICMPV6 => self.receive_icmp(ip, now, out),
            ip_proto::UDP => self.receive_udp(ip, now, out),
            ip_proto::TCP => self.receive_tcp(ip, now, out),
            _ => {}
        }
    }

    /// The address to send from; `None` where the target is in no network of the host's, or the
    /// host itself.
    fn source(&self, target: IpAddr) -> Option<IpAddr> {
        if self.owns(target) || target.is_multicast() {
            return None;
        }
        match target {
            // The prefix of eight bits that a topology's hosts have.
            IpAddr::V4(v4) if v4.octets()[0] == self.ipv4.octets()[0] && !v4.is_broadcast() => {
                Some(self.ipv4.into())
            }
            IpAddr::V4(_) => None,
            IpAddr::V6(v6) => match *v6.octets().first_chunk()? {
                GLOBAL_NET => Some(self.ipv6().into()),
                LINK_LOCAL_NET => Some(self.link_local().into()),
                _ => None,
            },
        }
    }

    fn owns(&self, address: IpAddr) -> bool {
        let own = match address {
            IpAddr::V4(v4) => v4 == self.ipv4,
            IpAddr::V6(v6) => v6 == self.ipv6() || v6 == self.link_local(),
        };
        own || self.aliases.contains(&address)
    }

    /// Where a new connection begins: the same in every run, and no two alike.
    fn first_sequence(&mut self) -> u32 {
        self.counter = self.counter.wrapping_add(1);
        let [a, b, c, d, e, f] = self.mac.0;
        let seed = u64::from_be_bytes([0, 0, a, b, c, d, e, f]) << 16 | u64::from(self.counter);
        (crate::paths::mix(seed) >> 32) as u32
    }
}

/// A network's half and an interface identifier made of its address (RFC 4291, appendix A).
fn eui64(net: [u8; 8], mac: MacAddr) -> Ipv6Addr {
    let [a, b, c, d, e, f] = mac.0;
    let mut octets = [0; 16];
    octets[..8].copy_from_slice(&net);
    octets[8..].copy_from_slice(&[a ^ 0x02, b, c, 0xff, 0xfe, d, e, f]);
    octets.into()
}
