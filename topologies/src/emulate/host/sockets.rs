//! UDP and TCP of a host: what it asks for, what it serves.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use etherparse::{TcpHeader, TcpSlice, UdpSlice};

use super::frames::{Between, Datagram, Header, Icmp};
use super::iperf::{self, Packet, Sink, Source, Turn};
use super::tcp::{self, Connection, Flags, Segment};
use super::{Failure, Host, HostOutput, OPEN_MAX, Outcome, PATIENCE, Ticket, http};

/// UDP port that sends back what it gets (RFC 862).
const ECHO_PORT: u16 = 7;
/// First of the ports a host asks from, as in Linux.
const FIRST_OWN_PORT: u16 = 32_768;
/// A receiver forgets a sender that has been silent for this long.
const SINK_IDLE: Duration = Duration::from_secs(60);

/// The two ends of an exchange, seen from the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Pair {
    local: SocketAddr,
    remote: SocketAddr,
}

impl Pair {
    fn between(&self) -> Between {
        Between {
            src: self.local.ip(),
            dst: self.remote.ip(),
        }
    }
}

/// What a host does over UDP and TCP.
#[derive(Debug, Default)]
pub(super) struct Sockets {
    asked: BTreeMap<Pair, Asked>,
    connections: BTreeMap<Pair, Socket>,
    /// Bodies served by HTTP, by port.
    pub(super) served: BTreeMap<u16, Bytes>,
    sinks: BTreeMap<Pair, Sink>,
    opened: u16,
}

/// Something a datagram was sent for.
#[derive(Debug)]
struct Asked {
    ticket: Ticket,
    since: Duration,
    what: Ask,
}

#[derive(Debug)]
enum Ask {
    Answer,
    Iperf(Source),
}

impl Asked {
    fn due(&self) -> Duration {
        match &self.what {
            Ask::Answer => self.since + PATIENCE,
            Ask::Iperf(source) => source.next_at,
        }
    }
}

#[derive(Debug)]
struct Socket {
    connection: Connection,
    since: Duration,
    user: User,
}

/// Whom a connection serves.
#[derive(Debug)]
enum User {
    Connect(Ticket),
    Get(Ticket),
    Server(Bytes),
    /// It was answered, and ends.
    Nobody,
}

impl User {
    fn ticket(&self) -> Option<Ticket> {
        match self {
            Self::Connect(ticket) | Self::Get(ticket) => Some(*ticket),
            Self::Server(_) | Self::Nobody => None,
        }
    }
}

impl Socket {
    fn due(&self) -> Duration {
        let patience = self.since + PATIENCE;
        self.connection
            .next_timeout()
            .map_or(patience, |at| at.min(patience))
    }
}

impl Sockets {
    pub(super) fn next_timeout(&self) -> Option<Duration> {
        let asked = self.asked.values().map(Asked::due);
        asked
            .chain(self.connections.values().map(Socket::due))
            .min()
    }

    pub(super) fn open(&self) -> usize {
        self.asked.len() + self.connections.len()
    }

    /// A port nothing else uses with this peer: [`OPEN_MAX`] is below the number of ports.
    fn pair(&mut self, local: IpAddr, remote: SocketAddr) -> Pair {
        loop {
            let port = FIRST_OWN_PORT + self.opened % (u16::MAX - FIRST_OWN_PORT);
            self.opened = self.opened.wrapping_add(1);
            let pair = Pair {
                local: (local, port).into(),
                remote,
            };
            if !self.asked.contains_key(&pair) && !self.connections.contains_key(&pair) {
                return pair;
            }
        }
    }
}

impl Host {
    /// Sends a datagram and waits for one back.
    pub(in crate::emulate) fn udp(
        &mut self,
        ticket: Ticket,
        remote: SocketAddr,
        payload: &[u8],
        now: Duration,
        out: &mut HostOutput,
    ) {
        if let Some(pair) = self.ask(ticket, remote, Ask::Answer, now, out) {
            self.send_udp(pair, payload, now, out);
        }
    }

    /// Measures the rate to a host, for so long.
    pub(in crate::emulate) fn iperf(
        &mut self,
        ticket: Ticket,
        target: IpAddr,
        duration: Duration,
        now: Duration,
        out: &mut HostOutput,
    ) {
        let source = Source::new(duration, now);
        // The first train waits for the receiver's address, and a queue of those holds it.
        self.ask(
            ticket,
            (target, iperf::PORT).into(),
            Ask::Iperf(source),
            now,
            out,
        );
        self.sockets_timeout(now, out);
    }

    fn ask(
        &mut self,
        ticket: Ticket,
        remote: SocketAddr,
        what: Ask,
        now: Duration,
        out: &mut HostOutput,
    ) -> Option<Pair> {
        let Some(local) = self.source(remote.ip()) else {
            out.fail(ticket, Failure::NoRoute);
            return None;
        };
        let pair = self.sockets.pair(local, remote);
        let since = now;
        self.sockets.asked.insert(
            pair,
            Asked {
                ticket,
                since,
                what,
            },
        );
        Some(pair)
    }

    /// Opens a TCP connection, for its own sake or to GET a path.
    pub(in crate::emulate) fn connect(
        &mut self,
        ticket: Ticket,
        remote: SocketAddr,
        path: Option<&str>,
        now: Duration,
        out: &mut HostOutput,
    ) {
        let Some(local) = self.source(remote.ip()) else {
            return out.fail(ticket, Failure::NoRoute);
        };
        let pair = self.sockets.pair(local, remote);
        let mut connection = Connection::open(self.first_sequence(), now);
        let user = match path {
            Some(path) => {
                connection.write(&http::request(&remote.to_string(), path), now);
                User::Get(ticket)
            }
            None => User::Connect(ticket),
        };
        let since = now;
        let socket = Socket {
            connection,
            since,
            user,
        };
        self.sockets.connections.insert(pair, socket);
        self.advance(pair, now, out);
    }

    pub(super) fn receive_udp(&mut self, ip: Datagram<'_>, now: Duration, out: &mut HostOutput) {
        let Ok(udp) = UdpSlice::from_slice(ip.payload) else {
            return;
        };
        let pair = Pair {
            local: (ip.between.dst, udp.destination_port()).into(),
            remote: (ip.between.src, udp.source_port()).into(),
        };
        if self.sockets.asked.contains_key(&pair) {
            return self.answered(pair, udp.payload(), now, out);
        }
        match udp.destination_port() {
            ECHO_PORT => self.send_udp(pair, udp.payload(), now, out),
            iperf::PORT => self.measure(pair, udp.payload(), now, out),
            _ => {
                // As much as an error may quote without being longer than 576 bytes.
                let quoted = &ip.whole[..ip.whole.len().min(512)];
                self.send_ip(
                    ip.back(),
                    Header::Icmp(Icmp::PortUnreachable),
                    quoted,
                    now,
                    out,
                );
            }
        }
    }

    fn answered(&mut self, pair: Pair, payload: &[u8], now: Duration, out: &mut HostOutput) {
        let Some(asked) = self.sockets.asked.get(&pair) else {
            return;
        };
        let outcome = match (&asked.what, Packet::decode(payload)) {
            (Ask::Answer, _) => Outcome::Udp {
                payload: Bytes::copy_from_slice(payload),
                rtt: now - asked.since,
            },
            (Ask::Iperf(source), Some(Packet::Report { received, rate_bps })) => {
                Outcome::Iperf(source.outcome(received, rate_bps))
            }
            (Ask::Iperf(_), _) => return,
        };
        out.done.push((asked.ticket, outcome));
        self.sockets.asked.remove(&pair);
    }

    fn measure(&mut self, pair: Pair, payload: &[u8], now: Duration, out: &mut HostOutput) {
        let sinks = &mut self.sockets.sinks;
        match Packet::decode(payload) {
            Some(Packet::Data { train }) => {
                sinks.retain(|_, sink| sink.heard_at + SINK_IDLE > now);
                if sinks.len() < OPEN_MAX || sinks.contains_key(&pair) {
                    sinks.entry(pair).or_default().data(train, now);
                }
            }
            Some(Packet::ReportWanted) => {
                let report = sinks.get(&pair).cloned().unwrap_or_default().report();
                self.send_udp(pair, &report.encode(), now, out);
            }
            Some(Packet::Report { .. }) | None => {}
        }
    }

    /// Somebody answered that nobody listens at a port.
    pub(super) fn unreachable(&mut self, quoted: Between, ports: (u16, u16), out: &mut HostOutput) {
        let pair = Pair {
            local: (quoted.src, ports.0).into(),
            remote: (quoted.dst, ports.1).into(),
        };
        if let Some(asked) = self.sockets.asked.remove(&pair) {
            out.fail(asked.ticket, Failure::Refused);
        }
    }

    /// An address was given up: nothing that needs it can go on.
    pub(super) fn sockets_unreachable(&mut self, address: IpAddr, out: &mut HostOutput) {
        self.sockets.asked.retain(|pair, asked| {
            let lost = pair.remote.ip() == address;
            if lost {
                out.fail(asked.ticket, Failure::NoNeighbour);
            }
            !lost
        });
        self.sockets.connections.retain(|pair, socket| {
            // An established connection lives on what its timers say.
            let lost = pair.remote.ip() == address && !socket.connection.is_established();
            if lost && let Some(ticket) = socket.user.ticket() {
                out.fail(ticket, Failure::NoNeighbour);
            }
            !lost
        });
    }

    pub(super) fn receive_tcp(&mut self, ip: Datagram<'_>, now: Duration, out: &mut HostOutput) {
        let Ok(tcp) = TcpSlice::from_slice(ip.payload) else {
            return;
        };
        let pair = Pair {
            local: (ip.between.dst, tcp.destination_port()).into(),
            remote: (ip.between.src, tcp.source_port()).into(),
        };
        let segment = Segment {
            seq: tcp.sequence_number(),
            ack: tcp.acknowledgment_number(),
            flags: Flags {
                syn: tcp.syn(),
                ack: tcp.ack(),
                fin: tcp.fin(),
                rst: tcp.rst(),
            },
            payload: tcp.payload().to_vec(),
        };
        if let Some(socket) = self.sockets.connections.get_mut(&pair) {
            socket.connection.receive(&segment, now);
            return self.advance(pair, now, out);
        }
        let Flags { syn, ack, rst, .. } = segment.flags;
        let body = self.sockets.served.get(&pair.local.port()).cloned();
        match body {
            Some(body) if syn && !ack && !rst => self.accept(pair, &segment, body, now, out),
            _ => {
                if let Some(refusal) = tcp::refusal(&segment) {
                    self.send_segment(pair, &refusal, now, out);
                }
            }
        }
    }

    /// When the host has as many connections as it can have, the caller is left to try again.
    fn accept(
        &mut self,
        pair: Pair,
        segment: &Segment,
        body: Bytes,
        now: Duration,
        out: &mut HostOutput,
    ) {
        if self.open() >= OPEN_MAX {
            return;
        }
        let connection = Connection::accept(self.first_sequence(), segment.seq, now);
        let (since, user) = (now, User::Server(body));
        let socket = Socket {
            connection,
            since,
            user,
        };
        self.sockets.connections.insert(pair, socket);
        self.advance(pair, now, out);
    }

    /// Does for a connection's user what can be done now, sends what is to be sent, and forgets it
    /// when it is over.
    fn advance(&mut self, pair: Pair, now: Duration, out: &mut HostOutput) {
        let Some(socket) = self.sockets.connections.get_mut(&pair) else {
            return;
        };
        let connection = &mut socket.connection;
        let late = now >= socket.since + PATIENCE;
        let failure = connection
            .failure()
            .or_else(|| late.then_some(Failure::TimedOut));
        let outcome = match (&socket.user, failure) {
            (User::Nobody | User::Server(_), Some(_)) => None,
            (_, Some(failure)) => Some(Outcome::Failed(failure)),
            (User::Connect(_), None) => connection.is_established().then(|| Outcome::Connected {
                rtt: now - socket.since,
            }),
            (User::Get(_), None) => {
                connection
                    .peer_closed()
                    .then(|| match http::read(connection.received()) {
                        Ok((status, body)) => Outcome::Http {
                            status,
                            body,
                            took: now - socket.since,
                        },
                        Err(failure) => Outcome::Failed(failure),
                    })
            }
            (User::Server(body), None) => {
                let answer = http::answer(connection.received(), body);
                if answer.is_some() || connection.peer_closed() {
                    connection.write(&answer.unwrap_or_default(), now);
                    connection.close(now);
                    socket.user = User::Nobody;
                }
                None
            }
            (User::Nobody, None) => None,
        };
        if let (Some(outcome), Some(ticket)) = (outcome, socket.user.ticket()) {
            out.done.push((ticket, outcome));
            socket.user = User::Nobody;
            connection.close(now);
        }
        let over = failure.is_some() || connection.is_gone(now);
        let segments = connection.take_outgoing();
        if over {
            self.sockets.connections.remove(&pair);
        }
        for segment in segments {
            self.send_segment(pair, &segment, now, out);
        }
    }

    pub(super) fn sockets_timeout(&mut self, now: Duration, out: &mut HostOutput) {
        let due = self.sockets.connections.iter();
        let due = due.filter(|(_, socket)| socket.due() <= now);
        let due: Vec<Pair> = due.map(|(pair, _)| *pair).collect();
        for pair in due {
            if let Some(socket) = self.sockets.connections.get_mut(&pair) {
                socket.connection.timeout(now);
            }
            self.advance(pair, now, out);
        }
        let due = self.sockets.asked.iter();
        let due = due.filter(|(_, asked)| asked.due() <= now);
        let due: Vec<Pair> = due.map(|(pair, _)| *pair).collect();
        for pair in due {
            self.asked_timeout(pair, now, out);
        }
    }

    fn asked_timeout(&mut self, pair: Pair, now: Duration, out: &mut HostOutput) {
        let Some(asked) = self.sockets.asked.get_mut(&pair) else {
            return;
        };
        let turn = match &mut asked.what {
            Ask::Answer => None,
            Ask::Iperf(source) => source.turn(now),
        };
        match turn {
            Some(Turn::Train(number)) => {
                for packet in iperf::train(number) {
                    self.send_udp(pair, &packet, now, out);
                }
            }
            Some(Turn::ReportWanted) => {
                self.send_udp(pair, &Packet::ReportWanted.encode(), now, out);
            }
            None => {
                out.fail(asked.ticket, Failure::TimedOut);
                self.sockets.asked.remove(&pair);
            }
        }
    }

    fn send_udp(&mut self, pair: Pair, payload: &[u8], now: Duration, out: &mut HostOutput) {
        let header = Header::Udp {
            src: pair.local.port(),
            dst: pair.remote.port(),
        };
        self.send_ip(pair.between(), header, payload, now, out);
    }

    fn send_segment(&mut self, pair: Pair, segment: &Segment, now: Duration, out: &mut HostOutput) {
        let (src, dst) = (pair.local.port(), pair.remote.port());
        let mut header = TcpHeader::new(src, dst, segment.seq, u16::MAX);
        header.acknowledgment_number = segment.ack;
        header.syn = segment.flags.syn;
        header.ack = segment.flags.ack;
        header.fin = segment.flags.fin;
        header.rst = segment.flags.rst;
        header.psh = !segment.payload.is_empty();
        let header = Header::Tcp(Box::new(header));
        self.send_ip(pair.between(), header, &segment.payload, now, out);
    }
}
