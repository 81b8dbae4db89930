//! TCP of a host: connections that are opened, used to GET, and served.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use etherparse::{TcpHeader, TcpSlice};

use super::frames::{Datagram, Header};
use super::sockets::Pair;
use super::tcp::{self, Connection, Flags, Segment};
use super::{Failure, Host, HostOutput, OPEN_MAX, Outcome, PATIENCE, Ticket, http};

#[derive(Debug)]
pub(super) struct Stream {
    pub(super) connection: Connection,
    pub(super) since: Duration,
    pub(super) user: User,
}

/// Whom a connection serves.
#[derive(Debug)]
pub(super) enum User {
    Connect(Ticket),
    Get(Ticket),
    Server(Bytes),
    /// It was answered, and ends.
    Nobody,
}

impl User {
    pub(super) fn ticket(&self) -> Option<Ticket> {
        match self {
            Self::Connect(ticket) | Self::Get(ticket) => Some(*ticket),
            Self::Server(_) | Self::Nobody => None,
        }
    }
}

impl Stream {
    pub(super) fn due(&self) -> Duration {
        let patience = self.since + PATIENCE;
        self.connection
            .next_timeout()
            .map_or(patience, |at| at.min(patience))
    }
}

impl Host {
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
        let stream = Stream {
            connection,
            since,
            user,
        };
        self.sockets.streams.insert(pair, stream);
        self.advance(pair, now, out);
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
        if let Some(stream) = self.sockets.streams.get_mut(&pair) {
            stream.connection.receive(&segment, now);
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
        let stream = Stream {
            connection,
            since,
            user,
        };
        self.sockets.streams.insert(pair, stream);
        self.advance(pair, now, out);
    }

    /// Does for a connection's user what can be done now, sends what is to be sent, and forgets it
    /// when it is over.
    pub(super) fn advance(&mut self, pair: Pair, now: Duration, out: &mut HostOutput) {
        let Some(stream) = self.sockets.streams.get_mut(&pair) else {
            return;
        };
        let connection = &mut stream.connection;
        let late = now >= stream.since + PATIENCE;
        let failure = connection
            .failure()
            .or_else(|| late.then_some(Failure::TimedOut));
        let outcome = match (&stream.user, failure) {
            (User::Nobody | User::Server(_), Some(_)) => None,
            (_, Some(failure)) => Some(Outcome::Failed(failure)),
            (User::Connect(_), None) => connection.is_established().then(|| Outcome::Connected {
                rtt: now - stream.since,
            }),
            (User::Get(_), None) => {
                connection
                    .peer_closed()
                    .then(|| match http::read(connection.received()) {
                        Ok((status, body)) => Outcome::Http {
                            status,
                            body,
                            took: now - stream.since,
                        },
                        Err(failure) => Outcome::Failed(failure),
                    })
            }
            (User::Server(body), None) => {
                let answer = http::answer(connection.received(), body);
                if answer.is_some() || connection.peer_closed() {
                    connection.write(&answer.unwrap_or_default(), now);
                    connection.close(now);
                    stream.user = User::Nobody;
                }
                None
            }
            (User::Nobody, None) => None,
        };
        if let (Some(outcome), Some(ticket)) = (outcome, stream.user.ticket()) {
            out.done.push((ticket, outcome));
            stream.user = User::Nobody;
            connection.close(now);
        }
        let over = failure.is_some() || connection.is_gone(now);
        let segments = connection.take_outgoing();
        if over {
            self.sockets.streams.remove(&pair);
        }
        for segment in segments {
            self.send_segment(pair, &segment, now, out);
        }
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
