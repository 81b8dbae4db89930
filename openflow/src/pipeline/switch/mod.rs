//! A switch as a value: tables, groups, meters, ports, and every change of them.
//!
//! All requests are those of the version-neutral model; what comes of them is data
//! ([`Effects`]). A request that is refused has changed nothing. Time is what the caller says it
//! is: `now` counts from any moment the caller likes, and never goes back.

mod bundle;
mod effects;
mod flow_mod;
mod group_mod;
mod meter_mod;
mod monitor;
mod packet_out;
mod port_mod;
mod read;
mod refusal;
mod statistics;
#[cfg(test)]
mod tests;
mod timeout;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::execute::Stations;
use super::group::{self, Groups};
use super::meter::MeterState;
use super::port::Port;
use super::table::FlowTable;
use crate::flow::{PortDesc, SwitchFeatures};
use crate::{Dpid, MeterId, PortNo, TableId, Version, Xid};

use bundle::Bundles;
pub use effects::{Effects, Sent};
use monitor::Monitors;
pub use read::Read;
pub use refusal::{Refusal, Refused};

/// What a switch is made with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SwitchConfig {
    /// Its name.
    pub dpid: Dpid,
    /// What it speaks: how it treats packets that no entry takes, and changes that find nothing.
    pub version: Version,
    /// How many flow tables it has, from 1.
    pub n_tables: u8,
    /// Entries of one table at most.
    pub max_entries: usize,
    /// Its ports; of two with one number the later.
    pub ports: Vec<PortDesc>,
    /// Bytes of a packet without an entry that the controller gets, 0xffff for all; 1.0 only, as
    /// later versions have an entry for such packets.
    pub miss_send_len: u16,
    /// Whether the controller gets no more of a packet than it asked for. A switch that keeps no
    /// packets sends them whole (OF 1.3.5 §7.4.1), as Open vSwitch does.
    pub cuts_packet_ins: bool,
    /// Whether the controller gets packets whose TTL is spent.
    pub invalid_ttl_to_controller: bool,
}

impl SwitchConfig {
    /// As Open vSwitch is: 254 tables, a million entries, whole packets for the controller.
    #[must_use]
    pub fn new(dpid: Dpid, version: Version, ports: Vec<PortDesc>) -> Self {
        Self {
            dpid,
            version,
            n_tables: 254,
            max_entries: 1_000_000,
            ports,
            miss_send_len: 128,
            cuts_packet_ins: false,
            invalid_ttl_to_controller: false,
        }
    }
}

/// A switch.
#[derive(Debug, Clone)]
pub struct Switch {
    pub(super) config: SwitchConfig,
    pub(super) tables: Tables,
    pub(super) groups: Groups,
    pub(super) meters: BTreeMap<MeterId, MeterState>,
    pub(super) ports: BTreeMap<PortNo, Port>,
    /// Where addresses were seen, for `NORMAL`.
    pub(super) stations: Stations,
    bundles: Bundles,
    /// What the controller watches.
    monitors: Monitors,
    /// Of the request that is carried out.
    transaction: Xid,
}

/// Flow tables, and when which of their entries may end.
#[derive(Debug, Clone, Default)]
pub(super) struct Tables {
    /// Up to the last that ever had an entry or a packet.
    tables: Vec<FlowTable>,
    /// Moment, table and entry. An entry that had packets since ends later than this says.
    due: BTreeSet<(Duration, TableId, u32)>,
}

impl Tables {
    pub(super) fn get(&self, table: TableId) -> Option<&FlowTable> {
        self.tables.get(usize::from(table.0))
    }

    /// The table, made if it is not there yet.
    pub(super) fn get_mut(&mut self, table: TableId) -> &mut FlowTable {
        let at = usize::from(table.0);
        if at >= self.tables.len() {
            self.tables.resize_with(at + 1, FlowTable::default);
        }
        &mut self.tables[at]
    }

    /// Those that exist, with their numbers.
    fn iter(&self) -> impl Iterator<Item = (TableId, &FlowTable)> {
        (0..=u8::MAX).map(TableId).zip(&self.tables)
    }
}

impl Switch {
    /// An empty one.
    #[must_use]
    pub fn new(config: SwitchConfig) -> Self {
        let ports = config.ports.iter();
        let ports = ports.map(|port| (port.no, Port::new(port.clone(), Duration::ZERO)));
        Self {
            ports: ports.collect(),
            tables: Tables::default(),
            groups: Groups::new(),
            meters: BTreeMap::new(),
            stations: Stations::default(),
            bundles: Bundles::default(),
            monitors: Monitors::new(),
            transaction: Xid(0),
            config,
        }
    }

    /// Its name.
    #[must_use]
    pub fn dpid(&self) -> Dpid {
        self.config.dpid
    }

    /// What it speaks.
    #[must_use]
    pub fn version(&self) -> Version {
        self.config.version
    }

    /// Speaks another version from now on, as after agreeing on one with a controller.
    pub fn set_version(&mut self, version: Version) {
        self.config.version = version;
    }

    /// How many flow tables it has.
    #[must_use]
    pub fn n_tables(&self) -> u8 {
        self.config.n_tables
    }

    /// How many bytes of a packet without an entry the controller gets, 0xffff for all.
    pub fn set_miss_send_len(&mut self, bytes: u16) {
        self.config.miss_send_len = bytes;
    }

    /// What it answers when it is asked who it is; ports in 1.0 only.
    #[must_use]
    pub fn features(&self) -> SwitchFeatures {
        use crate::flow::Capabilities;
        let ports = match self.config.version {
            Version::V1_0 => self.port_desc(),
            _ => Vec::new(),
        };
        let counted = Capabilities::FLOW_STATS
            | Capabilities::TABLE_STATS
            | Capabilities::PORT_STATS
            | Capabilities::QUEUE_STATS;
        let groups = match self.config.version {
            Version::V1_0 => Capabilities::empty(),
            _ => Capabilities::GROUP_STATS,
        };
        SwitchFeatures {
            dpid: self.config.dpid,
            n_buffers: 0,
            n_tables: self.config.n_tables,
            auxiliary_id: 0,
            capabilities: counted | groups,
            ports,
        }
    }

    /// Whether a port is there and neither down nor without link.
    pub(super) fn is_up(&self, port: PortNo) -> bool {
        self.ports.get(&port).is_some_and(Port::is_live)
    }

    /// Which bucket of a group a packet takes.
    pub(super) fn choose(
        &self,
        group: &crate::flow::Group,
        key: &super::key::Key,
    ) -> Option<usize> {
        group::choose(group, key, &self.groups, &|port| self.is_up(port))
    }

    fn refuse(&self, why: Refused) -> Refusal {
        why.by(self.config.version)
    }

    /// Whether there is such a table; [`TableId::ALL`] is none.
    fn has_table(&self, table: TableId) -> bool {
        table.0 < self.config.n_tables
    }
}
