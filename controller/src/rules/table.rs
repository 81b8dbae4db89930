//! One switch: what it is to have, what it has, and what to send it next. No I/O: the worker asks
//! for batches and reads, and tells how they went.
//!
//! What there is to look at waits in a queue of entries, each in it once. When an entry's turn
//! comes it is compared; only then is it decided what to send, if anything. So whatever happened
//! meanwhile, what is sent is what is right now, and the queue cannot grow beyond the table.
//!
//! Groups are in the same queue. What uses a group that is wanted and not there has it sent first
//! and comes in the next batch itself: within a batch a switch may change the order. A group that
//! is not wanted any more is deleted when nothing that is known or wanted uses it.

mod groups;
mod reads;

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use openflow::flow::{FlowEntry, FlowRemoved, FlowRemovedReason, Group};
use openflow::{GroupId, Version};
use tokio::sync::oneshot;
use tokio::time::Instant;

use self::groups::Turn;
use super::CORE;
use super::content::Content;
use super::cookie::{self, AppTag, Mark};
use super::drift::Drifts;
use super::key::{EntryKey, Key};
use super::plan::{self, Actual, Step};
use super::wanted::Wanted;
use crate::southbound::{Applied, Change, Refusal};

/// Changes sent before a barrier: large enough to fill the connection, small enough that an urgent
/// change behind them does not wait long.
const BATCH: usize = 256;

/// How long the flow-removed of our own delete may take. Open vSwitch sends it after the answer
/// to the barrier.
const OWN_DELETE: Duration = Duration::from_secs(5);

/// Tells the rule service that what it asked for is done.
pub(super) type Done = oneshot::Sender<()>;

/// What a switch says it has.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) entries: Vec<FlowEntry>,
    /// `None`: it was not asked, or does not say.
    pub(super) groups: Option<Vec<Group>>,
}

/// The tables of one switch.
#[derive(Debug)]
pub(super) struct Table {
    version: Version,
    /// Apps there are: groups with other marks are not ours.
    apps: Arc<BTreeSet<AppTag>>,
    /// Apps whose entries may be there.
    running: BTreeSet<AppTag>,
    wanted: HashMap<Arc<Key>, Arc<Wanted>>,
    /// All entries, and our groups.
    actual: HashMap<Arc<Key>, Actual>,
    /// Entries with parts the model has no name for: shown, never changed.
    unnamed: Vec<FlowEntry>,
    refused: HashMap<Arc<Key>, Refused>,
    /// Found when the switch connected, kept until their app has made up its mind.
    unclaimed: HashMap<Arc<Key>, AppTag>,
    drifts: Drifts,
    /// Entries with a timeout that the last read did not show. The word that they timed out may be
    /// on its way.
    missed: HashSet<Arc<Key>>,
    queue: VecDeque<Item>,
    queued: HashSet<Arc<Key>>,
    in_flight: Option<Batch>,
    /// While a read is under way: entries that changed meanwhile, on which it is not to be
    /// believed.
    touched: Option<HashSet<Arc<Key>>>,
    /// Deletes of ours whose flow-removed is still to come, with when that is given up.
    own_deletes: HashMap<Arc<Key>, Instant>,
    /// Something happened that only a read can tell the outcome of.
    doubt: bool,
}

#[derive(Debug)]
enum Item {
    Entry(Arc<Key>),
    /// All before it is done.
    Done(Done),
}

/// What was sent and is not confirmed.
#[derive(Debug, Default)]
struct Batch {
    /// In the order of the changes.
    sent: Vec<Sent>,
    done: Vec<Done>,
}

#[derive(Debug)]
enum Sent {
    Put(Arc<Wanted>, Step),
    Delete(Arc<Key>),
}

/// A batch in the making.
#[derive(Debug, Default)]
struct Draft {
    batch: Batch,
    changes: Vec<Change>,
    /// Groups that were taken out of their turn, each once: groups may use each other in a circle,
    /// which the switch refuses.
    pulled: HashSet<Arc<Key>>,
    /// Groups that something uses; looked up when it is asked for.
    used: Option<HashSet<GroupId>>,
}

/// Why a wanted entry is not there.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    wanted: Arc<Wanted>,
    refusal: Refusal,
}

/// How a batch went, for the log and for people.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Changes that were carried out.
    pub(super) changed: usize,
    /// Wanted entries the switch refused.
    pub(super) refused: Vec<(Arc<Wanted>, Refusal)>,
    /// Deletes it refused.
    pub(super) kept: Vec<(Arc<Key>, Refusal)>,
}

/// What a read brought to light.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Entries that were not as they should be and are mended now.
    pub(super) mending: usize,
    /// Wanted entries that do not stay as they are made.
    pub(super) fought_over: Vec<Arc<Wanted>>,
}

/// What a flow-removed means.
#[derive(Debug, Default)]
pub(super) struct Gone {
    /// The app to be told.
    pub(super) tell: Option<AppTag>,
    /// A wanted entry that somebody deleted: it is put back.
    pub(super) mending: bool,
    /// A wanted entry whose time was over: it is wanted no more.
    pub(super) expired: Option<Arc<Wanted>>,
}

impl Table {
    /// Nothing is known yet. `wanted`: all that is in effect there, the controller's own included.
    pub(super) fn new(
        version: Version,
        apps: Arc<BTreeSet<AppTag>>,
        running: BTreeSet<AppTag>,
        wanted: HashMap<Arc<Key>, Arc<Wanted>>,
    ) -> Self {
        Self {
            version,
            apps,
            running,
            wanted,
            actual: HashMap::new(),
            unnamed: Vec::new(),
            refused: HashMap::new(),
            unclaimed: HashMap::new(),
            drifts: Drifts::default(),
            missed: HashSet::new(),
            queue: VecDeque::new(),
            queued: HashSet::new(),
            in_flight: None,
            touched: None,
            own_deletes: HashMap::new(),
            doubt: false,
        }
    }

    /// Entries, and groups of ours, known to be there.
    pub(super) fn len(&self) -> usize {
        self.actual.len() + self.unnamed.len()
    }

    /// Whether the table must be read to know what is there.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.doubt
    }

    /// Whether there is something to look at.
    pub(super) fn has_work(&self) -> bool {
        !self.queue.is_empty()
    }

    /// These are in effect from now on.
    pub(super) fn put(&mut self, entries: Vec<Arc<Wanted>>, done: Option<Done>) {
        for wanted in entries {
            let key = Arc::clone(&wanted.key);
            if self.refusal(&wanted).is_none() {
                self.refused.remove(&key);
            }
            self.unclaimed.remove(&key);
            self.drifts.forget(&key);
            self.wanted.insert(Arc::clone(&key), wanted);
            self.look_at(key);
        }
        self.queue.extend(done.map(Item::Done));
    }

    /// Nothing is in effect there any more.
    pub(super) fn remove(&mut self, keys: Vec<Arc<Key>>, done: Option<Done>) {
        for key in keys {
            self.wanted.remove(&key);
            self.refused.remove(&key);
            self.drifts.forget(&key);
            self.look_at(key);
        }
        self.queue.extend(done.map(Item::Done));
    }

    /// The app's entries may be there from now on.
    pub(super) fn begin(&mut self, app: AppTag) {
        self.running.insert(app);
    }

    /// The app stopped: everything with its mark goes, what was put there because of a packet
    /// included.
    pub(super) fn forget(&mut self, app: AppTag) {
        self.running.remove(&app);
        self.unclaimed.retain(|_, owner| *owner != app);
        let theirs = self
            .actual
            .iter()
            .filter(|(_, actual)| actual.mark.is_some_and(|mark| mark.app == app));
        let theirs: Vec<_> = theirs.map(|(key, _)| Arc::clone(key)).collect();
        for key in theirs {
            self.look_at(key);
        }
    }

    /// The app wants all it will want of what was found.
    pub(super) fn release(&mut self, app: AppTag) {
        let (theirs, others) = std::mem::take(&mut self.unclaimed)
            .into_iter()
            .partition::<HashMap<_, _>, _>(|(_, owner)| *owner == app);
        self.unclaimed = others;
        for key in theirs.into_keys() {
            self.look_at(key);
        }
    }

    /// Nobody made up their mind in time.
    pub(super) fn release_all(&mut self) {
        for key in std::mem::take(&mut self.unclaimed).into_keys() {
            self.look_at(key);
        }
    }

    /// A switch says that an entry is gone.
    pub(super) fn removed(&mut self, removed: &FlowRemoved, now: Instant) -> Gone {
        let key = Arc::new(Key::Flow(EntryKey::from(removed)));
        if removed.reason == FlowRemovedReason::Delete
            && self
                .own_deletes
                .remove(&key)
                .is_some_and(|until| until > now)
        {
            return Gone::default();
        }
        let tell = cookie::read(removed.cookie).map(|mark| mark.app);
        self.touch(&key);
        if removed.reason == FlowRemovedReason::GroupDelete {
            // Which of its groups is gone only a read can tell.
            self.doubt = true;
        }
        if self.is_in_flight(&key) {
            // It went before or after what we just sent: only a read can tell.
            self.doubt = true;
            return Gone {
                tell,
                ..Gone::default()
            };
        }
        self.actual.remove(&key);
        self.unclaimed.remove(&key);
        let timed_out = matches!(
            removed.reason,
            FlowRemovedReason::IdleTimeout | FlowRemovedReason::HardTimeout
        );
        if timed_out && self.wanted.get(&key).is_some_and(|w| w.times_out()) {
            return Gone {
                tell,
                mending: false,
                expired: self.wanted.remove(&key),
            };
        }
        let mending = self.wanted.get(&key).is_some_and(|w| !self.is_refused(w))
            && self.drifts.may_mend(&key, now);
        if mending {
            self.look_at(key);
        }
        Gone {
            tell,
            mending,
            expired: None,
        }
    }

    /// The next changes to send, if there are any and none are under way. What needs no change is
    /// done with on the way.
    pub(super) fn next_batch(&mut self, now: Instant) -> Option<Vec<Change>> {
        if self.in_flight.is_some() {
            return None;
        }
        let mut draft = Draft::default();
        while draft.changes.len() < BATCH
            && let Some(item) = self.queue.pop_front()
        {
            match item {
                Item::Done(done) => draft.batch.done.push(done),
                // It was taken out of its turn.
                Item::Entry(key) if !self.queued.contains(&key) => {}
                Item::Entry(key) => match self.groups_first(&key, &mut draft) {
                    Turn::Now => {
                        self.queued.remove(&key);
                        self.change(key, &mut draft, now);
                    }
                    Turn::Behind(groups) => {
                        self.queue.push_front(Item::Entry(key));
                        for group in groups {
                            self.queued.insert(Arc::clone(&group));
                            self.queue.push_front(Item::Entry(group));
                        }
                    }
                    Turn::NextBatch => {
                        self.queue.push_front(Item::Entry(key));
                        break;
                    }
                },
            }
        }
        let Draft {
            mut batch, changes, ..
        } = draft;
        // What is done with the last change of a full batch need not wait for the next one.
        while let Some(Item::Done(_)) = self.queue.front() {
            if let Some(Item::Done(done)) = self.queue.pop_front() {
                batch.done.push(done);
            }
        }
        if changes.is_empty() {
            batch.finish();
            return None;
        }
        self.in_flight = Some(batch);
        Some(changes)
    }

    /// The controller's own entries, for a switch that takes long to say what it has: without them
    /// it is of no use.
    pub(super) fn core_batch(&mut self) -> Option<Vec<Change>> {
        if self.in_flight.is_some() {
            return None;
        }
        let core = self.wanted.values().filter(|wanted| is_core(wanted));
        let core: Vec<_> = core.cloned().collect();
        let changes = core.iter().map(|w| plan::put(w, Step::Add));
        let changes: Vec<_> = changes.collect();
        for wanted in &core {
            self.touch(&wanted.key);
        }
        self.in_flight = Some(Batch {
            sent: core.into_iter().map(|w| Sent::Put(w, Step::Add)).collect(),
            done: Vec::new(),
        });
        Some(changes)
    }

    /// The batch is carried out but for what was refused.
    pub(super) fn applied(&mut self, applied: Applied, now: Instant) -> Outcome {
        let Some(batch) = self.in_flight.take() else {
            return Outcome::default();
        };
        let mut refusals: HashMap<usize, Refusal> = applied.refused.into_iter().collect();
        let mut outcome = Outcome::default();
        let mut made_room = false;
        let mut let_go = Vec::new();
        for (index, sent) in batch.sent.iter().enumerate() {
            let before = self.actual.get(sent.key()).into_iter();
            let before: Vec<_> = before.flat_map(|actual| actual.content.groups()).collect();
            match (sent, refusals.remove(&index)) {
                (Sent::Put(wanted, step), None) => self.put_done(wanted, *step, now),
                (Sent::Put(wanted, _), Some(refusal)) if self.is_news(wanted, &refusal, now) => {
                    self.look_at(Arc::clone(&wanted.key));
                    continue;
                }
                (Sent::Put(wanted, _), Some(refusal)) => {
                    self.put_refused(wanted, &refusal);
                    outcome.refused.push((Arc::clone(wanted), refusal));
                    continue;
                }
                (Sent::Delete(key), None) => {
                    self.actual.remove(key);
                    self.unclaimed.remove(key);
                    made_room = true;
                }
                (Sent::Delete(key), Some(refusal)) => {
                    outcome.kept.push((Arc::clone(key), refusal));
                    continue;
                }
            }
            outcome.changed += 1;
            let_go.extend(before);
        }
        batch.finish();
        self.look_at_unused(let_go);
        if made_room {
            self.retry(found_no_room);
        }
        outcome
    }

    /// It is not known how the batch went: a read will tell, and without one it is sent again.
    pub(super) fn batch_lost(&mut self) {
        let lost = self.in_flight.take();
        self.doubt = true;
        // Who waits for it learns that it did not succeed by `done` being dropped.
        for sent in lost.into_iter().flat_map(|batch| batch.sent) {
            self.look_at(Arc::clone(sent.key()));
        }
    }

    /// Entries and groups that are wanted and what is there, by identity.
    pub(super) fn wanted(&self) -> impl Iterator<Item = (&Arc<Wanted>, Option<&Actual>)> {
        self.wanted
            .iter()
            .map(|(key, wanted)| (wanted, self.actual.get(key)))
    }

    /// Entries, and groups of ours, that are there and not wanted.
    pub(super) fn not_wanted(&self) -> impl Iterator<Item = (&Key, &Actual)> {
        let not_wanted = |(key, _): &(&Arc<Key>, _)| !self.wanted.contains_key(*key);
        let there = self.actual.iter().filter(not_wanted);
        there.map(|(key, actual)| (&**key, actual))
    }

    /// Entries with parts that have no name.
    pub(super) fn unnamed(&self) -> &[FlowEntry] {
        &self.unnamed
    }

    /// Why the switch does not have this, if it refused it.
    pub(super) fn refusal(&self, wanted: &Wanted) -> Option<&Refusal> {
        let refused = self.refused.get(&wanted.key)?;
        let is_same = refused.wanted.content.is_same(&wanted.content);
        is_same.then_some(&refused.refusal)
    }

    /// Whether the switch does not keep this as it is made.
    pub(super) fn is_fought_over(&self, wanted: &Wanted) -> bool {
        self.drifts.is_fought_over(&wanted.key)
    }

    /// Adds to a batch what is to be sent for an entry or group now, if anything.
    fn change(&mut self, key: Arc<Key>, draft: &mut Draft, now: Instant) {
        let actual = self.actual.get(&key);
        if let Some(wanted) = self.wanted.get(&key) {
            if self.is_refused(wanted) {
                return;
            }
            if let Some(step) = plan::step(wanted, actual) {
                let wanted = Arc::clone(wanted);
                draft.changes.push(plan::put(&wanted, step));
                draft.batch.sent.push(Sent::Put(wanted, step));
                self.touch(&key);
            }
            return;
        }
        let Some(actual) = actual.filter(|actual| self.is_ours_to_delete(&key, actual)) else {
            return;
        };
        if let Key::Group(id) = *key {
            let used = draft.used.get_or_insert_with(|| self.used_groups());
            if used.contains(&id) {
                return;
            }
        }
        draft.changes.push(plan::delete(&key, actual, self.version));
        draft.batch.sent.push(Sent::Delete(Arc::clone(&key)));
        self.touch(&key);
        self.own_deletes.insert(key, now + OWN_DELETE);
    }

    fn is_ours_to_delete(&self, key: &Key, actual: &Actual) -> bool {
        let Some(mark) = actual.mark else {
            return false;
        };
        !self.is_running(mark.app) || !mark.reactive && !self.unclaimed.contains_key(key)
    }

    fn may_be_claimed(&self, mark: Mark) -> bool {
        !mark.reactive && mark.app != AppTag::CORE && self.is_running(mark.app)
    }

    fn is_running(&self, app: AppTag) -> bool {
        app == AppTag::CORE || self.running.contains(&app)
    }

    fn is_refused(&self, wanted: &Wanted) -> bool {
        self.refusal(wanted).is_some()
    }

    fn is_in_flight(&self, key: &Arc<Key>) -> bool {
        let mut sent = self.in_flight.iter().flat_map(|batch| &batch.sent);
        sent.any(|sent| sent.key() == key)
    }

    fn look_at(&mut self, key: Arc<Key>) {
        if self.queued.insert(Arc::clone(&key)) {
            self.queue.push_back(Item::Entry(key));
        }
    }

    /// The controller's own first, then stage by stage.
    fn look_at_all_wanted(&mut self) {
        let mut all: Vec<_> = self.wanted.values().cloned().collect();
        all.sort_by_cached_key(|w| (!is_core(w), w.stage, Arc::clone(&w.key)));
        for wanted in all {
            self.look_at(Arc::clone(&wanted.key));
        }
    }

    fn put_done(&mut self, wanted: &Arc<Wanted>, step: Step, now: Instant) {
        self.refused.remove(&wanted.key);
        self.unclaimed.remove(&wanted.key);
        let key = Arc::clone(&wanted.key);
        let before = self.actual.get_mut(&key);
        match (step, before) {
            (Step::Modify, Some(actual)) => modify(actual, wanted),
            (Step::Add | Step::Modify, _) => {
                self.actual.insert(key, Actual::added(wanted, now));
            }
        }
        if let (Key::Group(id), Step::Add) = (&*wanted.key, step) {
            let id = *id;
            self.retry(|refused| refused.wanted.content.groups().any(|used| used == id));
        }
    }

    fn put_refused(&mut self, wanted: &Arc<Wanted>, refusal: &Refusal) {
        let refused = Refused {
            wanted: Arc::clone(wanted),
            refusal: refusal.clone(),
        };
        self.refused.insert(Arc::clone(&wanted.key), refused);
    }

    /// Gives what was refused another chance, where the reason may be gone.
    fn retry(&mut self, may_be: impl Fn(&Refused) -> bool) {
        let retry = self.refused.iter().filter(|(_, refused)| may_be(refused));
        let retry: Vec<_> = retry.map(|(key, _)| Arc::clone(key)).collect();
        for key in retry {
            self.refused.remove(&key);
            self.look_at(key);
        }
    }

    /// A read under way is not to be believed on this entry.
    fn touch(&mut self, key: &Arc<Key>) {
        if let Some(touched) = &mut self.touched {
            touched.insert(Arc::clone(key));
        }
    }
}

fn is_core(wanted: &Wanted) -> bool {
    *wanted.owner == *CORE
}

/// Its mark, timeouts, age and counters stay.
fn modify(actual: &mut Actual, wanted: &Wanted) {
    match (&mut actual.content, &wanted.content) {
        (Content::Entry(actual), Content::Entry(wanted)) => {
            actual.instructions = wanted.instructions.clone();
        }
        (actual, wanted) => *actual = wanted.clone(),
    }
}

/// Something may have left the table since.
fn found_no_room(refused: &Refused) -> bool {
    match &refused.refusal {
        Refusal::Switch(error) => {
            error.name.ends_with("FULL") || error.name == "OFPGMFC_OUT_OF_GROUPS"
        }
        Refusal::Unsupported(_) => false,
    }
}

impl Sent {
    fn key(&self) -> &Arc<Key> {
        match self {
            Self::Put(wanted, _) => &wanted.key,
            Self::Delete(key) => key,
        }
    }
}

impl Batch {
    fn finish(self) {
        for done in self.done {
            // Nobody waits any more.
            let _ = done.send(());
        }
    }
}
