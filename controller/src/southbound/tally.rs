//! Counting messages without touching shared memory for each.

use openflow::Version;
use prometheus_client::metrics::counter::Counter;

use crate::metrics::{Direction, Messages, Metrics, VersionLabel};

/// Message types by number (OF 1.0 §5.1), by the names later versions have for them.
const V10: [&str; 22] = [
    "hello",
    "error",
    "echo_request",
    "echo_reply",
    "experimenter",
    "features_request",
    "features_reply",
    "get_config_request",
    "get_config_reply",
    "set_config",
    "packet_in",
    "flow_removed",
    "port_status",
    "packet_out",
    "flow_mod",
    "port_mod",
    "multipart_request",
    "multipart_reply",
    "barrier_request",
    "barrier_reply",
    "queue_get_config_request",
    "queue_get_config_reply",
];

/// OF 1.3.5 §7.1, OF 1.5.1 §7.1.
const V13: [&str; 36] = [
    "hello",
    "error",
    "echo_request",
    "echo_reply",
    "experimenter",
    "features_request",
    "features_reply",
    "get_config_request",
    "get_config_reply",
    "set_config",
    "packet_in",
    "flow_removed",
    "port_status",
    "packet_out",
    "flow_mod",
    "group_mod",
    "port_mod",
    "table_mod",
    "multipart_request",
    "multipart_reply",
    "barrier_request",
    "barrier_reply",
    "queue_get_config_request",
    "queue_get_config_reply",
    "role_request",
    "role_reply",
    "get_async_request",
    "get_async_reply",
    "set_async",
    "meter_mod",
    "role_status",
    "table_status",
    "requestforward",
    "bundle_control",
    "bundle_add_message",
    "controller_status",
];

/// One more than the types counted apart; the last slot is for unknown ones.
const SLOTS: usize = V13.len() + 1;

/// Messages of one connection in one direction since the last [`Tally::settle`].
#[derive(Debug)]
pub(super) struct Tally {
    since: [u32; SLOTS],
    /// Made when first needed: most types are never seen on a connection.
    counters: [Option<Counter>; SLOTS],
    direction: Direction,
}

impl Tally {
    pub(super) fn new(direction: Direction) -> Self {
        Self {
            since: [0; SLOTS],
            counters: [const { None }; SLOTS],
            direction,
        }
    }

    pub(super) fn count(&mut self, kind: u8) {
        self.since[usize::from(kind).min(SLOTS - 1)] += 1;
    }

    /// Adds to the shared counters what was counted since.
    pub(super) fn settle(&mut self, version: Version, metrics: &Metrics) {
        for (kind, count) in self.since.iter_mut().enumerate().filter(|(_, n)| **n > 0) {
            let counter = self.counters[kind].get_or_insert_with(|| {
                let labels = Messages {
                    version: VersionLabel(version),
                    r#type: type_name(version, kind),
                    direction: self.direction,
                };
                metrics.messages.get_or_create(&labels).clone()
            });
            counter.inc_by(u64::from(std::mem::take(count)));
        }
    }
}

fn type_name(version: Version, kind: usize) -> &'static str {
    let names: &[&str] = match version {
        Version::V1_0 => &V10,
        Version::V1_3 | Version::V1_4 | Version::V1_5 => &V13,
    };
    names.get(kind).copied().unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_appears_once_under_its_version() {
        let metrics = Metrics::new();
        let mut tally = Tally::new(Direction::rx);
        for kind in [16, 16, 0xff] {
            tally.count(kind);
        }
        tally.settle(Version::V1_0, &metrics);
        tally.settle(Version::V1_0, &metrics);
        let text = metrics.encode();
        for line in [
            "southbound_messages_total{version=\"1.0\",type=\"multipart_request\",direction=\"rx\"} 2",
            "southbound_messages_total{version=\"1.0\",type=\"unknown\",direction=\"rx\"} 1",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
