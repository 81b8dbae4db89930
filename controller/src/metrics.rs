//! Counters of the whole controller, as Prometheus reads them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Every counter there is. One for the whole program, shared by `Arc`; counting is one atomic add.
#[derive(Debug, Default)]
pub struct Metrics {
    /// OpenFlow messages; [`Messages`] names what is counted apart.
    pub messages: Family<Messages, Counter>,
    /// Switches connected now.
    pub sessions: Gauge,
    /// Connections that ended, by why.
    pub sessions_closed: Family<Why, Counter>,
    /// Connections refused at the door: too many.
    pub connections_refused: Counter,
    /// A datapath id in use was claimed by another connection.
    pub dpid_in_use: Counter,
    /// Frames that could not be decoded, answered with an error.
    pub bad_frames: Counter,
    /// Packets from switches that no app saw, by why.
    pub packet_in_drops: Family<Why, Counter>,
    /// Packets to switches that were dropped: the switch does not keep up.
    pub packet_out_drops: Counter,
    /// Entries and messages lost at a full queue, by queue.
    pub queue_drops: Family<Queue, Counter>,
    /// Sightings of hosts that were not believed or did not fit, by why.
    pub hosts_refused: Family<Why, Counter>,
    /// Discovery frames that were not believed, by why.
    pub discovery_refused: Family<Why, Counter>,
    /// Handlers that panicked.
    pub handler_panics: Counter,
    /// For metrics of other parts; held to register and to encode only.
    registry: Mutex<Registry>,
}

/// What OpenFlow messages are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Messages {
    /// As `1.3`.
    pub version: VersionLabel,
    /// As `packet_in`.
    pub r#type: &'static str,
    /// From or to the switch.
    pub direction: Direction,
}

/// [`openflow::Version`] as a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VersionLabel(pub openflow::Version);

impl EncodeLabelValue for VersionLabel {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
        fmt::Write::write_fmt(encoder, format_args!("{}", self.0))
    }
}

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
#[expect(
    non_camel_case_types,
    reason = "label values as Prometheus users write them"
)]
pub enum Direction {
    /// From the switch.
    rx,
    /// To the switch.
    tx,
}

/// A reason in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Why {
    /// As `table_full`.
    pub reason: &'static str,
}

/// A queue by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Queue {
    /// As `app_events`.
    pub queue: &'static str,
}

impl Metrics {
    /// All at zero, in a registry.
    #[must_use]
    pub fn new() -> Arc<Self> {
        let metrics = Self::default();
        metrics.register(|registry| metrics.register_own(registry));
        Arc::new(metrics)
    }

    /// Adds metrics of another part.
    pub fn register(&self, add: impl FnOnce(&mut Registry)) {
        add(&mut self.registry.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// In the OpenMetrics text format.
    #[must_use]
    pub fn encode(&self) -> String {
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry)
            .expect("writing to a string does not fail");
        text
    }

    fn register_own(&self, registry: &mut Registry) {
        registry.register(
            "southbound_messages",
            "OpenFlow messages",
            self.messages.clone(),
        );
        registry.register(
            "southbound_sessions",
            "Switches connected",
            self.sessions.clone(),
        );
        registry.register(
            "southbound_sessions_closed",
            "Connections that ended",
            self.sessions_closed.clone(),
        );
        registry.register(
            "southbound_connections_refused",
            "Connections refused: too many",
            self.connections_refused.clone(),
        );
        registry.register(
            "southbound_dpid_in_use",
            "Connections that claimed a datapath id in use",
            self.dpid_in_use.clone(),
        );
        registry.register(
            "southbound_bad_frames",
            "Frames answered with an error",
            self.bad_frames.clone(),
        );
        registry.register(
            "packet_in_drops",
            "Packets from switches no app saw",
            self.packet_in_drops.clone(),
        );
        registry.register(
            "packet_out_drops",
            "Packets to switches dropped",
            self.packet_out_drops.clone(),
        );
        registry.register(
            "queue_drops",
            "Losses at full queues",
            self.queue_drops.clone(),
        );
        registry.register(
            "hosts_refused",
            "Sightings of hosts not believed",
            self.hosts_refused.clone(),
        );
        registry.register(
            "discovery_refused",
            "Discovery frames not believed",
            self.discovery_refused.clone(),
        );
        registry.register(
            "handler_panics",
            "Packet handlers that panicked",
            self.handler_panics.clone(),
        );
    }
}
