//! What comes of what a host was told to do.

use std::time::Duration;

use bytes::Bytes;
use openflow::MacAddr;

use super::Throughput;

/// Names a command given to a host, until its outcome is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub(in crate::emulate) u64);

/// What came of a command. Times are from the command to the answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// A ping was answered.
    Ping {
        /// From the request being sent, without finding out the neighbour's address.
        rtt: Duration,
        /// Hops left in the answer.
        ttl: u8,
    },
    /// The address is that of this station.
    Arp { mac: MacAddr, rtt: Duration },
    /// A TCP connection was opened, and closed again.
    Connected { rtt: Duration },
    /// An HTTP server answered.
    Http {
        status: u16,
        body: Bytes,
        took: Duration,
    },
    /// A datagram was answered.
    Udp { payload: Bytes, rtt: Duration },
    /// Traffic was measured.
    Iperf(Throughput),
    /// It came to nothing.
    Failed(Failure),
}

impl Outcome {
    /// Whether there was an answer.
    #[must_use]
    pub fn is_success(&self) -> bool {
        !matches!(self, Self::Failed(_))
    }
}

/// Why a command came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The target is in no network the host has an address in.
    #[error("network unreachable")]
    NoRoute,
    /// Nobody answered ARP or neighbour solicitations.
    #[error("host unreachable")]
    NoNeighbour,
    /// The target answered that nobody listens there.
    #[error("connection refused")]
    Refused,
    /// The peer gave the connection up.
    #[error("connection reset")]
    Reset,
    /// There was no answer in time.
    #[error("timed out")]
    TimedOut,
    /// The answer was none that could be read.
    #[error("the answer is not HTTP")]
    NotHttp,
    /// The host has as much to do as it can have.
    #[error("too many commands at once")]
    Busy,
}
