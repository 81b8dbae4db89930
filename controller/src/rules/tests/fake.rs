//! A switch with one flow table and groups, and the rule service around it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use app_api::{Priority, Rule, WantedGroup};
use openflow::flow::{
    Action, Bucket, FlowCommand, FlowEntry, FlowFlags, FlowMod, FlowRemoved, FlowRemovedReason,
    FlowStatsRequest, Group, GroupCommand, GroupMod, GroupStats, GroupType, Instructions, Match,
    SwitchError, Unsupported,
};
use openflow::{Cookie, Dpid, GroupId, MacAddr, PortNo, Version};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::super::cookie::AppTag;
use super::super::key::EntryKey;
use super::super::port::SwitchPort;
use super::super::table::Read;
use super::super::{RulesHandle, Services, SetChange, Wants, start};
use crate::metrics::Metrics;
use crate::network::{Input, NetworkHandle};
use crate::notices::Notices;
use crate::runtime::Events;
use crate::southbound::{Applied, Change, Refusal, RequestError, SwitchListener};

/// The flow table and groups of a simulated switch, without its connection.
#[derive(Debug, Default, Clone)]
pub(super) struct FakeTable {
    pub(super) entries: HashMap<EntryKey, FlowEntry>,
    pub(super) groups: BTreeMap<GroupId, Group>,
    /// When each was added.
    added: HashMap<EntryKey, Option<Instant>>,
    /// Identities it refuses.
    pub(super) refuses: BTreeSet<EntryKey>,
    /// Entries it has room for.
    pub(super) room: Option<usize>,
}

impl FakeTable {
    /// Carries out one change; answers with entries that were deleted, and why.
    pub(super) fn carry_out(
        &mut self,
        change: &Change,
    ) -> Result<Vec<(FlowEntry, FlowRemovedReason)>, Refusal> {
        let reason = |reason| move |entry| (entry, reason);
        Ok(match change {
            Change::Flow(flow_mod) => {
                let gone = self.flow_mod(flow_mod)?.into_iter();
                gone.map(reason(FlowRemovedReason::Delete)).collect()
            }
            Change::Group(group_mod) => {
                let gone = self.group_mod(group_mod)?.into_iter();
                gone.map(reason(FlowRemovedReason::GroupDelete)).collect()
            }
        })
    }

    fn group_mod(&mut self, group_mod: &GroupMod) -> Result<Vec<FlowEntry>, Refusal> {
        let group = &group_mod.group;
        let exists = self.groups.contains_key(&group.id);
        match group_mod.command {
            GroupCommand::Delete => return Ok(self.delete_group(group.id)),
            GroupCommand::Add if exists => return Err(refusal("OFPGMFC_GROUP_EXISTS")),
            GroupCommand::Modify if !exists => return Err(refusal("OFPGMFC_UNKNOWN_GROUP")),
            _ => {}
        }
        if group.groups().any(|id| !self.groups.contains_key(&id)) {
            return Err(refusal("OFPGMFC_CHAINED_GROUP"));
        }
        self.groups.insert(group.id, group.clone());
        Ok(Vec::new())
    }

    /// With all entries that use it, as the specification has it.
    pub(super) fn delete_group(&mut self, id: GroupId) -> Vec<FlowEntry> {
        if self.groups.remove(&id).is_none() {
            return Vec::new();
        }
        let uses = |_: &EntryKey, entry: &mut FlowEntry| {
            entry.instructions.groups().any(|used| used == id)
        };
        let gone: Vec<_> = self.entries.extract_if(uses).collect();
        gone.into_iter().map(|(_, entry)| entry).collect()
    }

    fn flow_mod(&mut self, flow_mod: &FlowMod) -> Result<Vec<FlowEntry>, Refusal> {
        let mut groups = flow_mod.instructions.groups();
        if groups.any(|id| !self.groups.contains_key(&id)) {
            return Err(refusal("OFPBAC_BAD_OUT_GROUP"));
        }
        let key = EntryKey {
            table: flow_mod.table,
            priority: flow_mod.priority,
            matching: flow_mod.matching.clone(),
        };
        match flow_mod.command {
            FlowCommand::Add | FlowCommand::ModifyStrict if self.refuses.contains(&key) => {
                Err(refusal("OFPBMC_BAD_PREREQ"))
            }
            FlowCommand::Add => {
                let full = self.room.is_some_and(|room| self.entries.len() >= room);
                if full && !self.entries.contains_key(&key) {
                    return Err(refusal("OFPFMFC_TABLE_FULL"));
                }
                self.put(flow_mod);
                Ok(Vec::new())
            }
            FlowCommand::ModifyStrict => {
                if let Some(entry) = self.entries.get_mut(&key) {
                    entry.instructions = flow_mod.instructions.clone();
                }
                Ok(Vec::new())
            }
            FlowCommand::DeleteStrict => {
                let mask = flow_mod.cookie_mask;
                let hit = |e: &&FlowEntry| e.cookie.0 & mask == flow_mod.cookie.0 & mask;
                if self.entries.get(&key).filter(hit).is_none() {
                    return Ok(Vec::new());
                }
                self.added.remove(&key);
                Ok(self.entries.remove(&key).into_iter().collect())
            }
            FlowCommand::Modify | FlowCommand::Delete => panic!("not strict: {flow_mod:?}"),
        }
    }

    /// Adds an entry, whoever it is from.
    pub(super) fn put(&mut self, flow_mod: &FlowMod) {
        let entry = FlowEntry {
            table: flow_mod.table,
            priority: flow_mod.priority,
            cookie: flow_mod.cookie,
            matching: flow_mod.matching.clone(),
            instructions: flow_mod.instructions.clone(),
            idle_timeout_s: flow_mod.idle_timeout_s,
            hard_timeout_s: flow_mod.hard_timeout_s,
            flags: flow_mod.flags,
            importance: 0,
            age: Duration::ZERO,
            packets: 0,
            bytes: 0,
            unknown: None,
        };
        let key = EntryKey::from(&entry);
        self.added.insert(key.clone(), Some(Instant::now()));
        self.entries.insert(key, entry);
    }

    /// All it can be asked for.
    pub(super) fn read_all(&self, version: Version) -> Read {
        Read {
            entries: self.read(version),
            groups: Some(self.groups.values().cloned().collect()),
        }
    }

    /// What a statistics request reads.
    pub(super) fn read(&self, version: Version) -> Vec<FlowEntry> {
        let entries = self.entries.iter().map(|(key, entry)| {
            let mut entry = entry.clone();
            entry.age = self.added[key].map_or(entry.age, |added| added.elapsed());
            if version == Version::V1_0 {
                entry.flags = FlowFlags::empty();
            }
            entry
        });
        entries.collect()
    }
}

fn refusal(name: &str) -> Refusal {
    Refusal::Switch(SwitchError {
        kind: 4,
        code: 9,
        experimenter: 0,
        name: name.to_owned(),
        meaning: "prerequisite not met".to_owned(),
        offending: String::new(),
        data: bytes::Bytes::new(),
    })
}

/// One connection of a simulated switch.
#[derive(Clone)]
pub(super) struct FakeSwitch {
    pub(super) dpid: Dpid,
    version: Version,
    epoch: u64,
    hardware: Arc<Hardware>,
}

/// What stays when the connection goes.
pub(super) struct Hardware {
    table: Mutex<FakeTable>,
    /// How long it takes for a batch and for a read.
    pub(super) batch_takes: Mutex<Duration>,
    pub(super) read_takes: Mutex<Duration>,
    pub(super) tells_deletes: Mutex<bool>,
    reads: AtomicU64,
    group_mods: Mutex<Vec<GroupMod>>,
    rules: RulesHandle,
    log: Log,
}

/// Every change any switch carried out, in order, with when.
pub(super) type Log = Arc<Mutex<Vec<(Instant, Dpid, FlowMod)>>>;

/// After this a request counts as unanswered.
pub(super) const DEADLINE: Duration = Duration::from_secs(10);

static EPOCHS: AtomicU64 = AtomicU64::new(1);

impl FakeSwitch {
    pub(super) fn table(&self) -> MutexGuard<'_, FakeTable> {
        self.hardware.table.lock().unwrap()
    }

    pub(super) fn batch_takes(&self, time: Duration) {
        *self.hardware.batch_takes.lock().unwrap() = time;
    }

    pub(super) fn read_takes(&self, time: Duration) {
        *self.hardware.read_takes.lock().unwrap() = time;
    }

    pub(super) fn tells_deletes(&self, tells: bool) {
        *self.hardware.tells_deletes.lock().unwrap() = tells;
    }

    pub(super) fn connect(&self) {
        self.hardware.rules.connect(self.clone());
    }

    /// Numbers the connection.
    pub(super) fn number(&self) -> u64 {
        self.epoch
    }

    pub(super) fn reads(&self) -> u64 {
        self.hardware.reads.load(Ordering::Relaxed)
    }

    /// Changes of groups it carried out since this was last asked.
    pub(super) fn group_mods(&self) -> Vec<GroupMod> {
        std::mem::take(&mut self.hardware.group_mods.lock().unwrap())
    }

    /// A group goes, not by us, and entries with it.
    pub(super) fn lose_group(&self, id: GroupId) {
        let gone = self.table().delete_group(id);
        for entry in gone {
            self.tell_removed(&entry, FlowRemovedReason::GroupDelete);
        }
    }

    pub(super) fn disconnect(&self) {
        self.hardware.rules.switch_gone(self.dpid, self.epoch);
    }

    /// The connection breaks and a new one comes.
    pub(super) fn reconnect(&mut self) {
        self.disconnect();
        self.epoch = EPOCHS.fetch_add(1, Ordering::Relaxed);
        self.connect();
    }

    /// Somebody else deletes everything whose cookie is not zero.
    pub(super) fn wipe(&self) {
        let keys: Vec<_> = self.table().entries.keys().cloned().collect();
        for key in keys {
            self.lose(&key, FlowRemovedReason::Delete);
        }
    }

    /// An entry goes, not by us.
    pub(super) fn lose(&self, key: &EntryKey, reason: FlowRemovedReason) {
        let entry = self.table().entries.remove(key);
        if let Some(entry) = entry {
            self.tell_removed(&entry, reason);
        }
    }

    pub(super) fn has(&self, rule: &Rule) -> bool {
        let table = self.table();
        let entry = table.entries.get(&key_of(rule));
        entry.is_some_and(|entry| entry.instructions == rule.instructions)
    }

    fn log(&self, change: Change) {
        match change {
            Change::Flow(flow_mod) => {
                let mut log = self.hardware.log.lock().unwrap();
                log.push((Instant::now(), self.dpid, flow_mod));
            }
            Change::Group(group_mod) => self.hardware.group_mods.lock().unwrap().push(group_mod),
        }
    }

    fn tell_removed(&self, entry: &FlowEntry, reason: FlowRemovedReason) {
        let told = *self.hardware.tells_deletes.lock().unwrap();
        if !told || !entry.flags.contains(FlowFlags::SEND_FLOW_REM) {
            return;
        }
        let removed = FlowRemoved {
            table: entry.table,
            priority: entry.priority,
            cookie: entry.cookie,
            reason,
            matching: entry.matching.clone(),
            age: Duration::ZERO,
            packets: 0,
            bytes: 0,
        };
        let this = self.clone();
        // As Open vSwitch does it: some time after the deed, and after the barrier.
        tokio::spawn(async move {
            sleep(Duration::from_millis(1)).await;
            let rules = &this.hardware.rules;
            rules.flow_removed(this.dpid, this.epoch, Box::new(removed));
        });
    }
}

impl SwitchPort for FakeSwitch {
    fn dpid(&self) -> Dpid {
        self.dpid
    }

    fn version(&self) -> Version {
        self.version
    }

    fn epoch(&self) -> u64 {
        self.epoch
    }

    async fn apply(&self, changes: Vec<Change>) -> Result<Applied, RequestError> {
        let mut applied = Applied::default();
        for (index, change) in changes.into_iter().enumerate() {
            let deleted = match &change {
                Change::Group(_) if self.version == Version::V1_0 => {
                    Err(Refusal::Unsupported(Unsupported {
                        feature: "group_mod".into(),
                        version: self.version,
                    }))
                }
                change => self.table().carry_out(change),
            };
            match deleted {
                Err(refusal) => applied.refused.push((index, refusal)),
                Ok(deleted) => {
                    self.log(change);
                    for (entry, reason) in &deleted {
                        self.tell_removed(entry, *reason);
                    }
                }
            }
        }
        let takes = *self.hardware.batch_takes.lock().unwrap();
        timeout(DEADLINE, sleep(takes))
            .await
            .map_err(|_| RequestError::Timeout(10_000))?;
        Ok(applied)
    }

    async fn flow_entries(&self, _: FlowStatsRequest) -> Result<Vec<FlowEntry>, RequestError> {
        self.hardware.reads.fetch_add(1, Ordering::Relaxed);
        let takes = *self.hardware.read_takes.lock().unwrap();
        timeout(DEADLINE, sleep(takes))
            .await
            .map_err(|_| RequestError::Timeout(10_000))?;
        Ok(self.table().read(self.version))
    }

    async fn groups(&self) -> Result<Vec<(Group, Option<GroupStats>)>, RequestError> {
        let table = self.table();
        let groups = table.groups.values();
        Ok(groups.map(|group| (group.clone(), None)).collect())
    }
}

/// The service with what it talks to.
pub(super) struct Lab {
    pub(super) rules: RulesHandle,
    pub(super) events: Events,
    pub(super) notices: Notices,
    pub(super) log: Log,
    network: mpsc::Receiver<Input>,
}

impl Lab {
    /// With these apps, in this order; all run.
    pub(super) async fn with(apps: &[&str]) -> Self {
        let (handle, network) = NetworkHandle::without_writer();
        let services = Services {
            network: handle,
            events: Events::default(),
            notices: Notices::default(),
            metrics: Metrics::new(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        let names: Vec<Arc<str>> = apps.iter().map(|&app| app.into()).collect();
        let (events, notices) = (services.events.clone(), services.notices.clone());
        let rules = start(&names, services);
        for app in apps {
            rules.begin(app).await;
        }
        Self {
            rules,
            events,
            notices,
            log: Log::default(),
            network,
        }
    }

    pub(super) fn switch(&self, dpid: u64, version: Version) -> FakeSwitch {
        FakeSwitch {
            dpid: Dpid(dpid),
            version,
            epoch: EPOCHS.fetch_add(1, Ordering::Relaxed),
            hardware: Arc::new(Hardware {
                table: Mutex::default(),
                batch_takes: Mutex::new(Duration::from_millis(1)),
                read_takes: Mutex::new(Duration::from_millis(1)),
                tells_deletes: Mutex::new(true),
                reads: AtomicU64::new(0),
                group_mods: Mutex::default(),
                rules: self.rules.clone(),
                log: Arc::clone(&self.log),
            }),
        }
    }

    /// Waits until the next switch is announced.
    pub(super) async fn ready(&mut self) -> Dpid {
        match self.network.recv().await {
            Some(Input::Ready { dpid, .. }) => dpid,
            other => panic!("{other:?}"),
        }
    }

    /// A connected switch of 1.3.
    pub(super) async fn connected(&mut self, dpid: u64) -> FakeSwitch {
        let switch = self.switch(dpid, Version::V1_3);
        switch.connect();
        self.ready().await;
        switch
    }

    /// Sets and waits until it is done.
    pub(super) async fn set_and_wait(&self, app: &str, set: &str, rules: &[Rule]) {
        let sets = vec![change(set, rules)];
        let done = self.rules.change_heard(app, sets).await;
        done.await.unwrap();
    }

    /// Forgets what was sent until now.
    pub(super) fn sent(&self) -> Vec<(Instant, Dpid, FlowMod)> {
        std::mem::take(&mut self.log.lock().unwrap())
    }
}

pub(super) fn change(set: &str, rules: &[Rule]) -> SetChange {
    SetChange {
        set: set.to_owned(),
        wants: Wants::Rules(rules.to_vec()),
        reason: "test".to_owned(),
    }
}

pub(super) fn change_groups(set: &str, groups: &[WantedGroup]) -> SetChange {
    SetChange {
        set: set.to_owned(),
        wants: Wants::Groups(groups.to_vec()),
        reason: "test".to_owned(),
    }
}

/// A group that sends out of one port.
pub(super) fn group(dpid: u64, number: u16, port: u32) -> WantedGroup {
    let bucket = Bucket::new([Action::output(PortNo(port))]);
    WantedGroup::new(Dpid(dpid), number, GroupType::Indirect, [bucket])
}

/// The group an app's becomes.
pub(super) fn group_of(wanted: &WantedGroup, app: &str) -> Group {
    let id = AppTag::of(app).group(wanted.number);
    Group::new(id, wanted.kind, wanted.buckets.clone())
}

/// A rule for one destination that hands packets to a group.
pub(super) fn rule_to_group(dpid: u64, host: u8, id: GroupId) -> Rule {
    Rule {
        instructions: Instructions::apply([Action::Group(id)]),
        ..rule(dpid, host, 1)
    }
}

/// A rule for one destination.
pub(super) fn rule(dpid: u64, host: u8, port: u32) -> Rule {
    Rule::new(
        Dpid(dpid),
        Priority::new(100),
        Match::any().eth_dst(MacAddr([2, 0, 0, 0, 0, host])),
        Instructions::apply([Action::output(PortNo(port))]),
    )
}

pub(super) fn key_of(rule: &Rule) -> EntryKey {
    EntryKey {
        table: rule.table,
        priority: rule.priority.number(),
        matching: rule.matching.clone(),
    }
}

/// The entry a rule of an app becomes.
pub(super) fn flow_mod(rule: &Rule, cookie: Cookie) -> FlowMod {
    FlowMod {
        table: rule.table,
        cookie,
        flags: FlowFlags::SEND_FLOW_REM,
        idle_timeout_s: rule.idle_timeout_s,
        hard_timeout_s: rule.hard_timeout_s,
        ..FlowMod::add(
            rule.priority.number(),
            rule.matching.clone(),
            rule.instructions.clone(),
        )
    }
}

pub(super) fn of_app(rule: &Rule, app: &str, set: &str) -> FlowMod {
    flow_mod(rule, AppTag::of(app).wanted(set))
}

/// Somebody else's.
pub(super) fn foreign(rule: &Rule) -> FlowMod {
    flow_mod(rule, Cookie(7))
}
