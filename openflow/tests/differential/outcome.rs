//! What a case comes to, in words: what two switches are compared by.

use std::collections::BTreeMap;
use std::fmt::{Debug, Display, Write};

use bytes::Bytes;
use openflow::flow::{
    FlowEntry, FlowRemoved, GroupStats, MeterStats, PacketIn, PortStats, TableStats,
};
use openflow::wire::ErrorCode;
use openflow::{PortNo, Version};

use crate::traced::Traced;

/// Type of an error of 1.0 that has no number there: Open vSwitch answers one of its own.
pub(crate) const VENDOR: u16 = 0xb0c2;
/// In its place, which any refusal is like.
const NO_NUMBER: &str = "without a number of 1.0";

/// Observations by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Outcome {
    observed: BTreeMap<String, String>,
    /// Entries whose end was told.
    n_removed: usize,
}

/// Frames in the order in which they left, by port.
pub(crate) type Sent = BTreeMap<PortNo, Vec<Bytes>>;

impl Outcome {
    fn put(&mut self, name: impl Display, is: impl Display) {
        let entry = self.observed.entry(name.to_string()).or_default();
        if !entry.is_empty() {
            entry.push_str("; ");
        }
        write!(entry, "{is}").expect("a string takes everything");
    }

    pub(crate) fn refused(&mut self, step: usize, code: ErrorCode, version: Version) {
        let ErrorCode { kind, code: number } = code;
        if kind == VENDOR && version == Version::V1_0 {
            return self.put(format_args!("step {step:02} refused"), NO_NUMBER);
        }
        let name = code.name(version).map_or("", |known| known.name);
        self.put(
            format_args!("step {step:02} refused"),
            format_args!("{kind}.{number} {name}"),
        );
    }

    /// Something was done, and told.
    pub(crate) fn answered(&mut self, step: usize, answer: impl Debug) {
        self.put(
            format_args!("step {step:02} answered"),
            format_args!("{answer:?}"),
        );
    }

    pub(crate) fn n_removed(&self) -> usize {
        self.n_removed
    }

    /// The way of a packet that would come in by this port.
    pub(crate) fn traced(&mut self, port: PortNo, frame: &[u8], way: &Traced) {
        self.put(format_args!("trace {port} {}", hex::encode(frame)), way);
    }

    /// An entry is gone. When that is told, and of which of several first, is left open.
    pub(crate) fn removed(&mut self, gone: &FlowRemoved) {
        let FlowRemoved {
            table,
            priority,
            cookie,
            reason,
            matching,
            age,
            packets,
            bytes,
        } = gone;
        self.n_removed += 1;
        self.put(
            format_args!("removed table={table} priority={priority} {matching}"),
            format_args!(
                "{reason:?} packets={packets} bytes={bytes} cookie={:#x} age={age:?}",
                cookie.0
            ),
        );
    }

    pub(crate) fn sums(&mut self, packets: u64, bytes: u64, flows: u32) {
        self.put(
            "sums",
            format_args!("packets={packets} bytes={bytes} flows={flows}"),
        );
    }

    /// What was looked up in a table since `before`.
    pub(crate) fn table(&mut self, table: &TableStats, before: Option<&TableStats>) {
        let (lookups, matched) = before.map_or((0, 0), |it| (it.lookups, it.matched));
        let (lookups, matched) = (table.lookups - lookups, table.matched - matched);
        if (lookups, table.active) != (0, 0) {
            self.put(
                format_args!("table {}", table.table),
                format_args!(
                    "entries={} lookups={lookups} matched={matched}",
                    table.active
                ),
            );
        }
    }

    pub(crate) fn sent(&mut self, step: usize, sent: &Sent) {
        for (port, frames) in sent {
            for frame in frames {
                self.put(
                    format_args!("step {step:02} by port {port}"),
                    hex::encode(frame),
                );
            }
        }
    }

    pub(crate) fn packet_in(&mut self, step: usize, packet: &PacketIn) {
        let PacketIn {
            buffer_id,
            total_len,
            reason,
            table,
            cookie,
            in_port,
            data,
        } = packet;
        self.put(
            format_args!("step {step:02} to controller"),
            format_args!(
                "{reason:?} table={table} cookie={:#x} in_port={in_port} total_len={total_len} \
                 buffer={buffer_id} {}",
                cookie.0,
                hex::encode(data)
            ),
        );
    }

    /// Of its actions how many they are: one may be told in another form.
    pub(crate) fn entry(&mut self, entry: &FlowEntry) {
        self.put(
            format_args!(
                "entry table={} priority={} {}",
                entry.table, entry.priority, entry.matching
            ),
            format_args!(
                "packets={} bytes={} cookie={:#x} actions={},{} meter={:?} goto={:?}",
                entry.packets,
                entry.bytes,
                entry.cookie.0,
                entry.instructions.apply.len(),
                entry.instructions.write.len(),
                entry.instructions.meter,
                entry.instructions.goto,
            ),
        );
    }

    pub(crate) fn group(&mut self, group: &GroupStats) {
        self.put(
            format_args!("group {}", group.id),
            format_args!(
                "packets={} bytes={} buckets={:?}",
                group.packets, group.bytes, group.buckets
            ),
        );
    }

    pub(crate) fn meter(&mut self, meter: &MeterStats) {
        self.put(
            format_args!("meter {}", meter.id),
            format_args!(
                "flows={} packets={} bytes={} bands={:?}",
                meter.flows, meter.packets_in, meter.bytes_in, meter.bands
            ),
        );
    }

    /// What went through a port since `before`.
    pub(crate) fn port(&mut self, port: &PortStats, before: Option<&PortStats>) {
        let since = |now: Option<u64>, of: fn(&PortStats) -> Option<u64>| {
            now.unwrap_or(0) - before.and_then(of).unwrap_or(0)
        };
        self.put(
            format_args!("port {}", port.port),
            format_args!(
                "rx={}/{} tx={}/{}",
                since(port.rx_packets, |it| it.rx_packets),
                since(port.rx_bytes, |it| it.rx_bytes),
                since(port.tx_packets, |it| it.tx_packets),
                since(port.tx_bytes, |it| it.tx_bytes),
            ),
        );
    }

    /// What is not the same, a line each; empty where everything is.
    pub(crate) fn differences(&self, theirs: &Self) -> Vec<String> {
        let names = self.observed.keys().chain(theirs.observed.keys());
        let names: std::collections::BTreeSet<_> = names.collect();
        let is = |outcome: &Self, name: &str| {
            outcome
                .observed
                .get(name)
                .map_or_else(|| "nothing".to_owned(), Clone::clone)
        };
        let differing = names.into_iter().filter(|name| {
            match (self.observed.get(*name), theirs.observed.get(*name)) {
                (Some(_), Some(is)) if is == NO_NUMBER => false,
                (ours, theirs) => ours != theirs,
            }
        });
        differing
            .map(|name| {
                format!(
                    "{name}\n    Open vSwitch: {}\n    here:         {}",
                    is(theirs, name),
                    is(self, name)
                )
            })
            .collect()
    }
}
