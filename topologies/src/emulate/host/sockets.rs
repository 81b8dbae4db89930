//! What a host does over UDP and TCP: what it has open, and the time it takes.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;

use super::datagrams::Asked;
use super::frames::Between;
use super::iperf::Sink;
use super::streams::Stream;
use super::{Failure, Host, HostOutput};

/// First of the ports a host asks from, as in Linux.
const FIRST_OWN_PORT: u16 = 32_768;

/// The two ends of an exchange, seen from the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Pair {
    pub(super) local: SocketAddr,
    pub(super) remote: SocketAddr,
}

impl Pair {
    pub(super) fn between(&self) -> Between {
        Between {
            src: self.local.ip(),
            dst: self.remote.ip(),
        }
    }
}

/// What a host does over UDP and TCP.
#[derive(Debug, Default)]
pub(super) struct Sockets {
    pub(super) asked: BTreeMap<Pair, Asked>,
    pub(super) streams: BTreeMap<Pair, Stream>,
    /// Bodies served by HTTP, by port.
    pub(super) served: BTreeMap<u16, Bytes>,
    pub(super) sinks: BTreeMap<Pair, Sink>,
    pub(super) opened: u16,
}

impl Sockets {
    pub(super) fn next_timeout(&self) -> Option<Duration> {
        let asked = self.asked.values().map(Asked::due);
        asked.chain(self.streams.values().map(Stream::due)).min()
    }

    pub(super) fn open(&self) -> usize {
        self.asked.len() + self.streams.len()
    }

    /// A port nothing else uses with this peer: [`OPEN_MAX`] is below the number of ports.
    pub(super) fn pair(&mut self, local: IpAddr, remote: SocketAddr) -> Pair {
        loop {
            let port = FIRST_OWN_PORT + self.opened % (u16::MAX - FIRST_OWN_PORT);
            self.opened = self.opened.wrapping_add(1);
            let pair = Pair {
                local: (local, port).into(),
                remote,
            };
            if !self.asked.contains_key(&pair) && !self.streams.contains_key(&pair) {
                return pair;
            }
        }
    }
}

impl Host {
    /// An address was given up: nothing that needs it can go on.
    pub(super) fn sockets_unreachable(&mut self, address: IpAddr, out: &mut HostOutput) {
        self.sockets.asked.retain(|pair, asked| {
            let lost = pair.remote.ip() == address;
            if lost {
                out.fail(asked.ticket, Failure::NoNeighbour);
            }
            !lost
        });
        self.sockets.streams.retain(|pair, stream| {
            // An established connection lives on what its timers say.
            let lost = pair.remote.ip() == address && !stream.connection.is_established();
            if lost && let Some(ticket) = stream.user.ticket() {
                out.fail(ticket, Failure::NoNeighbour);
            }
            !lost
        });
    }

    pub(super) fn sockets_timeout(&mut self, now: Duration, out: &mut HostOutput) {
        let due = self.sockets.streams.iter();
        let due = due.filter(|(_, stream)| stream.due() <= now);
        let due: Vec<Pair> = due.map(|(pair, _)| *pair).collect();
        for pair in due {
            if let Some(stream) = self.sockets.streams.get_mut(&pair) {
                stream.connection.timeout(now);
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
}
