//! Ports of a switch: what they are, and what went through.

use std::time::Duration;

use serde::Serialize;

use crate::PortNo;
use crate::flow::{PortConfig, PortDesc, PortState, PortStats};

/// A port with its counters.
#[derive(Debug, Clone)]
pub(super) struct Port {
    pub(super) desc: PortDesc,
    since: Duration,
    rx: Count,
    tx: Count,
    tx_dropped: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    packets: u64,
    bytes: u64,
}

impl Count {
    fn add(&mut self, bytes: u64) {
        self.packets += 1;
        self.bytes += bytes;
    }
}

/// Why a packet does not leave by a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unsendable {
    /// There is no such port.
    NoPort,
    /// It is administratively down.
    PortDown,
    /// It has no link.
    LinkDown,
    /// Its configuration says that nothing is sent to it (`OFPPC_NO_FWD`).
    NoForward,
    /// The packet came in there, and only an output to `IN_PORT` sends it back
    /// (OF 1.3.5 §5.12).
    InPort,
}

impl Port {
    pub(super) fn new(desc: PortDesc, now: Duration) -> Self {
        Self {
            desc,
            since: now,
            rx: Count::default(),
            tx: Count::default(),
            tx_dropped: 0,
        }
    }

    /// Usable as one that a bucket watches.
    pub(super) fn is_live(&self) -> bool {
        self.desc.is_up()
    }

    /// Takes packets from outside.
    pub(super) fn receives(&self) -> bool {
        self.desc.is_up() && !self.desc.config.contains(PortConfig::NO_RECV)
    }

    /// Whether a packet leaves here.
    pub(super) fn sendable(&self) -> Result<(), Unsendable> {
        match (self.desc.config, self.desc.state) {
            (config, _) if config.contains(PortConfig::NO_FWD) => Err(Unsendable::NoForward),
            (config, _) if config.contains(PortConfig::PORT_DOWN) => Err(Unsendable::PortDown),
            (_, state) if state.contains(PortState::LINK_DOWN) => Err(Unsendable::LinkDown),
            _ => Ok(()),
        }
    }

    pub(super) fn count_received(&mut self, bytes: u64) {
        self.rx.add(bytes);
    }

    pub(super) fn count_sent(&mut self, bytes: u64) {
        self.tx.add(bytes);
    }

    pub(super) fn count_send_dropped(&mut self) {
        self.tx_dropped += 1;
    }

    pub(super) fn told(&self, port: PortNo, now: Duration) -> PortStats {
        PortStats {
            port,
            rx_packets: Some(self.rx.packets),
            tx_packets: Some(self.tx.packets),
            rx_bytes: Some(self.rx.bytes),
            tx_bytes: Some(self.tx.bytes),
            rx_dropped: Some(0),
            tx_dropped: Some(self.tx_dropped),
            rx_errors: Some(0),
            tx_errors: Some(0),
            age: Some(now.saturating_sub(self.since)),
        }
    }
}
