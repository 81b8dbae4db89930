//! What a switch tells of itself.

use std::time::Duration;

use super::flow_mod::Criteria;
use super::meter_mod::{MAX_METERS, meters};
use super::{Refusal, Refused, Switch};
use crate::flow::{
    FlowEntry, FlowStatsRequest, Group, GroupStats, Instructions, Match, Meter, MeterFeatures,
    MeterFlags, MeterStats, PortStats, TableStats,
};
use crate::pipeline::classifier::Pattern;
use crate::pipeline::group::GroupState;
use crate::pipeline::meter::MeterState;
use crate::{GroupId, MeterId, PortNo, TableId};

impl<'a> From<&'a FlowStatsRequest> for Criteria<'a> {
    fn from(request: &'a FlowStatsRequest) -> Self {
        Self {
            table: request.table,
            matching: &request.matching,
            strict: None,
            cookie: request.cookie,
            cookie_mask: request.cookie_mask,
            out_port: request.out_port,
            out_group: request.out_group,
        }
    }
}

impl Switch {
    /// Flow entries with their counters, table by table.
    pub fn flow_stats(
        &self,
        request: &FlowStatsRequest,
        now: Duration,
    ) -> Result<Vec<FlowEntry>, Refusal> {
        if request.table != TableId::ALL && !self.has_table(request.table) {
            return Err(self.refuse(Refused::NoTable(request.table)));
        }
        let found = self.entries(&request.into()).into_iter();
        let told = found.filter_map(|(table, id)| {
            let entry = self.tables.get(table)?.entry(id)?;
            Some(entry.told(table, now))
        });
        Ok(told.collect())
    }

    /// The entry with this very match and priority (OF 1.3.5 §5.2), with its counters.
    #[must_use]
    pub fn flow_entry(
        &self,
        table: TableId,
        priority: u16,
        matching: &Match,
        now: Duration,
    ) -> Option<FlowEntry> {
        let entries = self.tables.get(table)?;
        let id = entries.exact(&Pattern::of(matching), priority)?;
        Some(entries.entry(id)?.told(table, now))
    }

    /// Sums over flow entries: packets, bytes, entries.
    pub fn aggregate_stats(
        &self,
        request: &FlowStatsRequest,
        now: Duration,
    ) -> Result<(u64, u64, u32), Refusal> {
        let entries = self.flow_stats(request, now)?;
        let sum = |what: fn(&FlowEntry) -> u64| entries.iter().map(what).fold(0, u64::wrapping_add);
        let flows = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        Ok((sum(|entry| entry.packets), sum(|entry| entry.bytes), flows))
    }

    /// Every table, whether or not there is something in it.
    #[must_use]
    pub fn table_stats(&self) -> Vec<TableStats> {
        let ids = (0..self.config.n_tables).map(TableId);
        ids.map(|id| {
            let table = self.tables.get(id);
            TableStats {
                table: id,
                active: table.map_or(0, |it| u32::try_from(it.len()).unwrap_or(u32::MAX)),
                lookups: table.map_or(0, |it| it.lookups),
                matched: table.map_or(0, |it| it.matched),
            }
        })
        .collect()
    }

    /// Counters of one port, or of all ([`PortNo::ANY`]); none where there is no such port.
    #[must_use]
    pub fn port_stats(&self, port: PortNo, now: Duration) -> Vec<PortStats> {
        let all = self.ports.iter();
        let asked = all.filter(|(no, _)| port == PortNo::ANY || **no == port);
        asked.map(|(no, port)| port.told(*no, now)).collect()
    }

    /// Counters of one group, or of all ([`GroupId::ALL`]); none where there is no such group.
    #[must_use]
    pub fn group_stats(&self, group: GroupId, now: Duration) -> Vec<GroupStats> {
        let all = self.groups.values();
        let asked = all.filter(|state| group == GroupId::ALL || state.group.id == group);
        let told = |state: &GroupState| state.told(self.references(state.group.id), now);
        asked.map(told).collect()
    }

    /// Groups with their buckets.
    #[must_use]
    pub fn group_desc(&self) -> Vec<Group> {
        self.groups
            .values()
            .map(|state| state.group.clone())
            .collect()
    }

    /// Counters of one meter, or of all ([`MeterId::ALL`]).
    pub fn meter_stats(&self, meter: MeterId, now: Duration) -> Result<Vec<MeterStats>, Refusal> {
        let told = |state: &&MeterState| {
            let uses = |entry: &Instructions| meters(entry).any(|it| it == state.meter.id);
            let flows = u32::try_from(self.entries_that(uses).len()).unwrap_or(u32::MAX);
            state.told(flows, now)
        };
        Ok(self.asked_meters(meter)?.iter().map(told).collect())
    }

    /// One meter with its bands, or all ([`MeterId::ALL`]).
    pub fn meter_config(&self, meter: MeterId) -> Result<Vec<Meter>, Refusal> {
        let asked = self.asked_meters(meter)?;
        Ok(asked.iter().map(|state| state.meter.clone()).collect())
    }

    /// What meters it can do.
    #[must_use]
    pub fn meter_features(&self) -> MeterFeatures {
        MeterFeatures {
            max_meters: MAX_METERS,
            // Drop and dscp_remark, by the bits of their numbers.
            band_types: 1 << 1 | 1 << 2,
            capabilities: MeterFlags::all(),
            max_bands: u8::MAX,
            max_color: 0,
        }
    }

    fn asked_meters(&self, meter: MeterId) -> Result<Vec<&MeterState>, Refusal> {
        if meter == MeterId::ALL {
            return Ok(self.meters.values().collect());
        }
        match self.meters.get(&meter) {
            Some(state) => Ok(vec![state]),
            None => Err(self.refuse(Refused::NoMeter(meter))),
        }
    }

    /// Entries and groups that hand packets to a group.
    fn references(&self, id: GroupId) -> u32 {
        let entries = self.entries_that(|entry| entry.groups().any(|group| group == id));
        let groups = self.groups.values();
        let groups = groups.filter(|state| state.group.groups().any(|group| group == id));
        u32::try_from(entries.len() + groups.count()).unwrap_or(u32::MAX)
    }
}
