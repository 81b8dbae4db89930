//! What a packet leaves behind in the switch: counters, tokens, addresses.

use std::time::Duration;

use super::Done;
use crate::flow::FlowMod;
use crate::pipeline::switch::{Effects, Switch};
use crate::{GroupId, MacAddr, MeterId, PortNo, TableId};

/// Something to count or to learn.
#[derive(Debug, Clone)]
pub(super) enum Credit {
    Received {
        port: PortNo,
        bytes: u64,
    },
    Sent {
        port: PortNo,
        bytes: u64,
    },
    SendDropped(PortNo),
    Entry {
        table: TableId,
        id: u32,
        bytes: u64,
    },
    Missed {
        table: TableId,
    },
    Group {
        group: GroupId,
        bytes: u64,
    },
    Bucket {
        group: GroupId,
        index: usize,
        bytes: u64,
    },
    Meter {
        meter: MeterId,
        bytes: u64,
    },
    /// An address was seen: VLAN, address, port.
    Seen(u16, MacAddr, PortNo),
    /// An entry is to be made.
    Learn(Box<FlowMod>),
}

impl Credit {
    /// Whether it counts even where all that was done for the packet is void.
    pub(super) fn survives(&self) -> bool {
        !matches!(
            self,
            Self::Sent { .. } | Self::SendDropped(_) | Self::Meter { .. }
        )
    }
}

impl Switch {
    /// Carries out what a run has come to.
    pub(super) fn settle(&mut self, done: Done, now: Duration) -> Effects {
        let mut effects = Effects {
            sent: done.sent,
            packet_ins: done.packet_ins,
            ..Effects::default()
        };
        for credit in done.credits {
            match credit {
                Credit::Received { port, bytes } => {
                    self.ports
                        .entry(port)
                        .and_modify(|port| port.count_received(bytes));
                }
                Credit::Sent { port, bytes } => {
                    self.ports
                        .entry(port)
                        .and_modify(|port| port.count_sent(bytes));
                }
                Credit::SendDropped(port) => {
                    self.ports
                        .entry(port)
                        .and_modify(|port| port.count_send_dropped());
                }
                Credit::Entry { table, id, bytes } => {
                    let table = self.tables.get_mut(table);
                    table.lookups += 1;
                    table.matched += 1;
                    if let Some(entry) = table.entry_mut(id) {
                        entry.count(bytes, now);
                    }
                }
                Credit::Missed { table } => self.tables.get_mut(table).lookups += 1,
                Credit::Group { group, bytes } => {
                    self.groups
                        .entry(group)
                        .and_modify(|group| group.count(bytes));
                }
                Credit::Bucket {
                    group,
                    index,
                    bytes,
                } => {
                    let group = self.groups.entry(group);
                    group.and_modify(|group| group.count_bucket(index, bytes));
                }
                Credit::Meter { meter, bytes } => {
                    self.meters
                        .entry(meter)
                        .and_modify(|meter| meter.take(bytes, now));
                }
                Credit::Seen(vlan, address, port) => {
                    self.stations.see(vlan, address, port, now);
                }
                Credit::Learn(entry) => effects.append(self.learn(&entry, now)),
            }
        }
        effects
    }
}
