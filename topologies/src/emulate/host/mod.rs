//! A host: one interface, an IPv4 and two IPv6 addresses, and as much of a kernel and its programs
//! as a network is tried with. It answers ARP, neighbour solicitations and pings, echoes UDP at
//! port 7, serves what it was told to by HTTP, and does what it is told: ping, connect, GET,
//! measure, send any frame. Sans-IO: frames and time in, frames and outcomes out.
//!
//! It says nothing it was not made to say: no router solicitations, no multicast reports, no
//! duplicate address detection. What is not for it, or has a wrong checksum, it ignores, and still
//! keeps among what arrived.

mod frames;
mod http;
mod iperf;
mod neighbours;
mod outcome;
mod sockets;
mod tcp;

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use bytes::Bytes;
use etherparse::{IcmpEchoHeader, LaxIpSlice};
use openflow::MacAddr;
use openflow::packet::build;
use openflow::packet::{Arp, Neighbour, PacketView, ip_proto};

use frames::{Between, Datagram, Header, Icmp};
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

/// A ping under way.
#[derive(Debug)]
struct Echo {
    ticket: Ticket,
    target: IpAddr,
    /// None while the target's address is being found out.
    sent_at: Option<Duration>,
    until: Duration,
}

#[derive(Debug)]
struct Arping {
    ticket: Ticket,
    target: Ipv4Addr,
    since: Duration,
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

    /// Sends one echo request.
    pub(in crate::emulate) fn ping(
        &mut self,
        ticket: Ticket,
        target: IpAddr,
        now: Duration,
        out: &mut HostOutput,
    ) {
        let Some(src) = self.source(target) else {
            return out.fail(ticket, Failure::NoRoute);
        };
        while self.echoes.contains_key(&self.counter) {
            self.counter = self.counter.wrapping_add(1);
        }
        let id = self.counter;
        self.counter = self.counter.wrapping_add(1);
        let known = self.neighbours.mac(target, now).is_some();
        let echo = Echo {
            ticket,
            target,
            sent_at: known.then_some(now),
            until: now + PATIENCE,
        };
        self.echoes.insert(id, echo);
        let header = Header::Icmp(Icmp::EchoRequest(IcmpEchoHeader { id, seq: 1 }));
        // As many bytes as ping sends.
        self.send_ip(Between { src, dst: target }, header, &[0x2a; 56], now, out);
    }

    /// Asks who has an address, whatever is known about it.
    pub(in crate::emulate) fn arping(
        &mut self,
        ticket: Ticket,
        target: Ipv4Addr,
        now: Duration,
        out: &mut HostOutput,
    ) {
        let since = now;
        self.arpings.push(Arping {
            ticket,
            target,
            since,
        });
        out.frames
            .push(build::arp_request((self.mac, self.ipv4), target, None));
    }

    /// Tells everybody the host's addresses: a gratuitous ARP for each of IPv4.
    pub(in crate::emulate) fn announce(&self, out: &mut HostOutput) {
        let aliases = self.aliases.iter().filter_map(|address| match address {
            IpAddr::V4(v4) => Some(*v4),
            IpAddr::V6(_) => None,
        });
        for address in std::iter::once(self.ipv4).chain(aliases) {
            out.frames
                .push(build::arp_request((self.mac, address), address, None));
        }
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

    fn receive_arp(&mut self, arp: &Arp, now: Duration, out: &mut HostOutput) {
        let ours = self.owns(arp.tpa.into());
        if !arp.spa.is_unspecified() && !self.owns(arp.spa.into()) {
            self.learn(arp.spa.into(), arp.sha, ours, now, out);
        }
        if arp.op == Arp::REQUEST && ours && arp.spa != arp.tpa {
            let sender = (self.mac, arp.tpa);
            out.frames
                .push(build::arp_reply(sender, (arp.sha, arp.spa), None));
        }
        if arp.op == Arp::REPLY && ours {
            self.arpings.retain(|arping| {
                let answered = arping.target == arp.spa;
                if answered {
                    let (mac, rtt) = (arp.sha, now - arping.since);
                    out.done.push((arping.ticket, Outcome::Arp { mac, rtt }));
                }
                !answered
            });
        }
    }

    fn receive_neighbour(
        &mut self,
        view: &PacketView<'_>,
        neighbour: Neighbour,
        now: Duration,
        out: &mut HostOutput,
    ) {
        let Some(ip) = Datagram::read(view) else {
            return; // a wrong checksum
        };
        let IpAddr::V6(from) = ip.between.src else {
            return;
        };
        match neighbour {
            Neighbour::Solicitation { target, source_mac } if self.owns(target.into()) => {
                let mac = source_mac.unwrap_or_else(|| view.eth_src());
                if !from.is_unspecified() {
                    self.learn(from.into(), mac, true, now, out);
                }
                let sender = (self.mac, target);
                out.frames
                    .push(build::neighbour_advertisement(sender, (mac, from), None));
            }
            Neighbour::Advertisement { target, target_mac } => {
                let mac = target_mac.unwrap_or_else(|| view.eth_src());
                self.learn(target.into(), mac, false, now, out);
            }
            Neighbour::Solicitation { .. } => {}
        }
    }

    fn learn(
        &mut self,
        address: IpAddr,
        mac: MacAddr,
        solicits_us: bool,
        now: Duration,
        out: &mut HostOutput,
    ) {
        let waited = self.neighbours.heard(address, mac, solicits_us, now);
        for echo in self
            .echoes
            .values_mut()
            .filter(|echo| echo.target == address)
        {
            echo.sent_at.get_or_insert(now);
        }
        out.frames.extend(waited.into_iter().map(Bytes::from));
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

    fn receive_icmp(&mut self, ip: Datagram<'_>, now: Duration, out: &mut HostOutput) {
        let Some((&[kind, code, _, _, id0, id1, seq0, seq1], rest)) =
            ip.payload.split_first_chunk()
        else {
            return;
        };
        let (id, seq) = (
            u16::from_be_bytes([id0, id1]),
            u16::from_be_bytes([seq0, seq1]),
        );
        match (ip.protocol, kind, code) {
            (ip_proto::ICMP, 8, 0) | (ip_proto::ICMPV6, 128, 0) => {
                let reply = Icmp::EchoReply(IcmpEchoHeader { id, seq });
                self.send_ip(ip.back(), Header::Icmp(reply), rest, now, out);
            }
            (ip_proto::ICMP, 0, 0) | (ip_proto::ICMPV6, 129, 0) => self.pong(id, ip, now, out),
            (ip_proto::ICMP, 3, 3) | (ip_proto::ICMPV6, 1, 4) => self.port_unreachable(rest, out),
            _ => {}
        }
    }

    fn pong(&mut self, id: u16, ip: Datagram<'_>, now: Duration, out: &mut HostOutput) {
        let from = ip.between.src;
        if self.echoes.get(&id).is_none_or(|echo| echo.target != from) {
            return;
        }
        if let Some(echo) = self.echoes.remove(&id) {
            self.neighbours.confirm(from, now);
            let rtt = now - echo.sent_at.unwrap_or(now);
            out.done
                .push((echo.ticket, Outcome::Ping { rtt, ttl: ip.ttl }));
        }
    }

    fn port_unreachable(&mut self, quoted: &[u8], out: &mut HostOutput) {
        // An error quotes the beginning only, so its lengths announce more than there is.
        let Ok((ip, _)) = LaxIpSlice::from_slice(quoted) else {
            return;
        };
        let between = Between {
            src: ip.source_addr(),
            dst: ip.destination_addr(),
        };
        if let Some(&[src0, src1, dst0, dst1]) = ip.payload().payload.first_chunk() {
            let ports = (
                u16::from_be_bytes([src0, src1]),
                u16::from_be_bytes([dst0, dst1]),
            );
            self.unreachable(between, ports, out);
        }
    }

    /// Sends a packet to a neighbour, whose address is found out first; to nobody where there is
    /// no route.
    fn send_ip(
        &mut self,
        between: Between,
        header: Header,
        payload: &[u8],
        now: Duration,
        out: &mut HostOutput,
    ) {
        let Between { dst, .. } = between;
        if self.source(dst).is_none() {
            return;
        }
        let mut frame = frames::build(self.mac, between, header, payload);
        match self.neighbours.mac(dst, now) {
            Some(mac) => {
                neighbours::address_to(&mut frame, mac);
                out.frames.push(frame.into());
            }
            None => {
                if self.neighbours.wait(dst, frame, now) {
                    self.solicit(dst, out);
                }
            }
        }
    }

    fn solicit(&self, address: IpAddr, out: &mut HostOutput) {
        out.frames.push(match (address, self.source(address)) {
            (IpAddr::V4(target), _) => build::arp_request((self.mac, self.ipv4), target, None),
            (IpAddr::V6(target), Some(IpAddr::V6(src))) => {
                build::neighbour_solicitation((self.mac, src), target, None)
            }
            (IpAddr::V6(_), _) => return,
        });
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
