//! One switch: what it is to have, what it has, and what to send it next. No I/O: the worker asks
//! for batches and reads, and tells how they went.
//!
//! What there is to look at waits in a queue of entries, each in it once. When an entry's turn
//! comes it is compared; only then is it decided what to send, if anything. So whatever happened
//! meanwhile, what is sent is what is right now, and the queue cannot grow beyond the table.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use openflow::Version;
use openflow::flow::{FlowEntry, FlowRemoved, FlowRemovedReason};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::cookie::{self, AppTag, Mark};
use super::drift::Drifts;
use super::key::EntryKey;
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

/// The tables of one switch.
#[derive(Debug)]
pub(super) struct Table {
    version: Version,
    /// Apps whose entries may be there.
    running: BTreeSet<AppTag>,
    wanted: HashMap<Arc<EntryKey>, Arc<Wanted>>,
    actual: HashMap<Arc<EntryKey>, Actual>,
    /// Entries with parts the model has no name for: shown, never changed.
    unnamed: Vec<FlowEntry>,
    refused: HashMap<Arc<EntryKey>, Refused>,
    /// Found when the switch connected, kept until their app has made up its mind.
    unclaimed: HashMap<Arc<EntryKey>, AppTag>,
    drifts: Drifts,
    /// Entries with a timeout that the last read did not show. The word that they timed out may be
    /// on its way.
    missed: HashSet<Arc<EntryKey>>,
    queue: VecDeque<Item>,
    queued: HashSet<Arc<EntryKey>>,
    in_flight: Option<Batch>,
    /// While a read is under way: entries that changed meanwhile, on which it is not to be
    /// believed.
    touched: Option<HashSet<Arc<EntryKey>>>,
    /// Deletes of ours whose flow-removed is still to come, with when that is given up.
    own_deletes: HashMap<Arc<EntryKey>, Instant>,
    /// Something happened that only a read can tell the outcome of.
    doubt: bool,
}

#[derive(Debug)]
enum Item {
    Entry(Arc<EntryKey>),
    /// All before it is done.
    Done(Done),
}

/// What was sent and is not confirmed.
#[derive(Debug)]
struct Batch {
    /// In the order of the changes.
    sent: Vec<Sent>,
    done: Vec<Done>,
}

#[derive(Debug)]
enum Sent {
    Put(Arc<Wanted>, Step),
    Delete(Arc<EntryKey>),
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
    pub(super) kept: Vec<(Arc<EntryKey>, Refusal)>,
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
        running: BTreeSet<AppTag>,
        wanted: HashMap<Arc<EntryKey>, Arc<Wanted>>,
    ) -> Self {
        Self {
            version,
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

    /// Entries known to be there.
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
    pub(super) fn remove(&mut self, keys: Vec<Arc<EntryKey>>, done: Option<Done>) {
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
            .filter(|(_, actual)| cookie::read(actual.cookie).is_some_and(|mark| mark.app == app));
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

    /// A read is sent.
    pub(super) fn read_begins(&mut self, now: Instant) {
        self.own_deletes.retain(|_, until| *until > now);
        let in_flight = self.in_flight.iter().flat_map(|batch| &batch.sent);
        self.touched = Some(in_flight.map(|sent| Arc::clone(sent.key())).collect());
        self.doubt = false;
    }

    /// The read failed: what was known stays.
    pub(super) fn read_failed(&mut self) {
        self.touched = None;
        self.doubt = true;
    }

    /// The first read since the switch connected. Everything wanted is looked at, in the order in
    /// which it should appear; what is found of running apps and not wanted is kept for them and
    /// returned.
    pub(super) fn first_read(
        &mut self,
        entries: Vec<FlowEntry>,
        now: Instant,
    ) -> HashMap<AppTag, Vec<FlowEntry>> {
        let found = self.found(&entries);
        self.take_over(entries, now);
        for (key, actual) in &self.actual {
            if let Some(mark) = cookie::read(actual.cookie)
                && self.may_be_claimed(mark)
                && !self.wanted.contains_key(key)
            {
                self.unclaimed.insert(Arc::clone(key), mark.app);
            }
        }
        self.look_at_all_wanted();
        self.look_at_ownerless();
        found
    }

    /// The table could not be read: everything wanted is sent as if it were empty.
    pub(super) fn go_on_blindly(&mut self) {
        self.look_at_all_wanted();
    }

    /// A later read: what is not as it should be is looked at again.
    pub(super) fn read(&mut self, entries: Vec<FlowEntry>, now: Instant) -> Seen {
        let touched = self.take_over(entries, now);
        let mut seen = Seen::default();
        let missed_before = std::mem::take(&mut self.missed);
        let mut wrong = Vec::new();
        for (key, wanted) in &self.wanted {
            if touched.contains(key) || self.queued.contains(key) || self.is_refused(wanted) {
                continue;
            }
            let actual = self.actual.get(key);
            if plan::step(wanted, actual).is_none() {
                self.drifts.is_right(key, now);
            } else if actual.is_none() && wanted.times_out() && !missed_before.contains(key) {
                self.missed.insert(Arc::clone(key));
            } else if self.drifts.may_mend(key, now) {
                wrong.push(Arc::clone(key));
            }
            if self.drifts.is_fought_over(key) {
                seen.fought_over.push(Arc::clone(wanted));
            }
        }
        seen.mending = wrong.len();
        for key in wrong {
            self.look_at(key);
        }
        self.look_at_ownerless();
        seen
    }

    /// A switch says that an entry is gone.
    pub(super) fn removed(&mut self, removed: &FlowRemoved, now: Instant) -> Gone {
        let key = Arc::new(EntryKey::from(removed));
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
        let mut batch = Batch {
            sent: Vec::new(),
            done: Vec::new(),
        };
        let mut changes = Vec::new();
        while changes.len() < BATCH
            && let Some(item) = self.queue.pop_front()
        {
            match item {
                Item::Done(done) => batch.done.push(done),
                Item::Entry(key) => {
                    self.queued.remove(&key);
                    if let Some((sent, change)) = self.change(key, now) {
                        batch.sent.push(sent);
                        changes.push(change);
                    }
                }
            }
        }
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
        let changes = core.iter().map(|w| Change::Flow(plan::put(w, Step::Add)));
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
        for (index, sent) in batch.sent.iter().enumerate() {
            match (sent, refusals.remove(&index)) {
                (Sent::Put(wanted, step), None) => self.put_done(wanted, *step, now),
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
        }
        batch.finish();
        if made_room {
            self.retry_what_found_no_room();
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

    /// What is wanted and what is there, by identity.
    pub(super) fn wanted(&self) -> impl Iterator<Item = (&Arc<Wanted>, Option<&Actual>)> {
        self.wanted
            .iter()
            .map(|(key, wanted)| (wanted, self.actual.get(key)))
    }

    /// Entries that are there and not wanted.
    pub(super) fn not_wanted(&self) -> impl Iterator<Item = (&Arc<EntryKey>, &Actual)> {
        let not_wanted = |(key, _): &(&Arc<EntryKey>, _)| !self.wanted.contains_key(*key);
        self.actual.iter().filter(not_wanted)
    }

    /// Entries with parts that have no name.
    pub(super) fn unnamed(&self) -> &[FlowEntry] {
        &self.unnamed
    }

    /// Why the switch does not have this, if it refused it.
    pub(super) fn refusal(&self, wanted: &Wanted) -> Option<&Refusal> {
        let refused = self.refused.get(&wanted.key)?;
        refused.wanted.is_same(wanted).then_some(&refused.refusal)
    }

    /// Whether the switch does not keep this as it is made.
    pub(super) fn is_fought_over(&self, wanted: &Wanted) -> bool {
        self.drifts.is_fought_over(&wanted.key)
    }

    /// What to send for an entry now; `None`: nothing.
    fn change(&mut self, key: Arc<EntryKey>, now: Instant) -> Option<(Sent, Change)> {
        let actual = self.actual.get(&key);
        if let Some(wanted) = self.wanted.get(&key) {
            if self.is_refused(wanted) {
                return None;
            }
            let wanted = Arc::clone(wanted);
            let step = plan::step(&wanted, actual)?;
            let change = Change::Flow(plan::put(&wanted, step));
            self.touch(&key);
            return Some((Sent::Put(wanted, step), change));
        }
        let actual = actual.filter(|actual| self.is_ours_to_delete(&key, actual))?;
        let change = Change::Flow(plan::delete(&key, actual, self.version));
        self.touch(&key);
        self.own_deletes.insert(Arc::clone(&key), now + OWN_DELETE);
        Some((Sent::Delete(key), change))
    }

    fn is_ours_to_delete(&self, key: &EntryKey, actual: &Actual) -> bool {
        let Some(mark) = cookie::read(actual.cookie) else {
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

    fn is_in_flight(&self, key: &Arc<EntryKey>) -> bool {
        let mut sent = self.in_flight.iter().flat_map(|batch| &batch.sent);
        sent.any(|sent| sent.key() == key)
    }

    fn look_at(&mut self, key: Arc<EntryKey>) {
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

    /// Entries with our mark that nobody wants.
    fn look_at_ownerless(&mut self) {
        let ownerless = self.actual.iter().filter(|(key, actual)| {
            !self.wanted.contains_key(*key) && self.is_ours_to_delete(key, actual)
        });
        let ownerless: Vec<_> = ownerless.map(|(key, _)| Arc::clone(key)).collect();
        for key in ownerless {
            self.look_at(key);
        }
    }

    /// Believes a read, but for entries that changed while it was under way: these are returned.
    fn take_over(&mut self, entries: Vec<FlowEntry>, now: Instant) -> HashSet<Arc<EntryKey>> {
        let touched = self.touched.take().unwrap_or_default();
        let mut before = std::mem::take(&mut self.actual);
        self.unnamed.clear();
        self.actual.reserve(entries.len());
        for entry in entries {
            if entry.unknown.is_some() {
                self.unnamed.push(entry);
                continue;
            }
            let key = EntryKey::from(&entry);
            if touched.contains(&key) {
                continue;
            }
            // One allocation for what is known under the same key already.
            let key = match self.wanted.get_key_value(&key) {
                Some((known, _)) => Arc::clone(known),
                None => before
                    .get_key_value(&key)
                    .map_or_else(|| Arc::new(key), |(known, _)| Arc::clone(known)),
            };
            self.actual.insert(key, Actual::read(entry, now));
        }
        for key in &touched {
            if let Some((key, actual)) = before.remove_entry(key) {
                self.actual.insert(key, actual);
            }
        }
        let actual = &self.actual;
        self.unclaimed.retain(|key, _| actual.contains_key(key));
        touched
    }

    /// Entries of running apps, by app.
    fn found(&self, entries: &[FlowEntry]) -> HashMap<AppTag, Vec<FlowEntry>> {
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for entry in entries.iter().filter(|entry| entry.unknown.is_none()) {
            if let Some(mark) = cookie::read(entry.cookie)
                && self.may_be_claimed(mark)
            {
                found.entry(mark.app).or_default().push(entry.clone());
            }
        }
        found
    }

    fn put_done(&mut self, wanted: &Arc<Wanted>, step: Step, now: Instant) {
        self.refused.remove(&wanted.key);
        self.unclaimed.remove(&wanted.key);
        let key = Arc::clone(&wanted.key);
        let before = self.actual.get_mut(&key);
        match (step, before) {
            (Step::Modify, Some(actual)) => actual.instructions = wanted.instructions.clone(),
            (Step::Add | Step::Modify, _) => {
                self.actual.insert(key, Actual::added(wanted, now));
            }
        }
    }

    fn put_refused(&mut self, wanted: &Arc<Wanted>, refusal: &Refusal) {
        let refused = Refused {
            wanted: Arc::clone(wanted),
            refusal: refusal.clone(),
        };
        self.refused.insert(Arc::clone(&wanted.key), refused);
    }

    /// Entries refused because the table was full get another chance when something left it.
    fn retry_what_found_no_room(&mut self) {
        let no_room = |refused: &Refused| match &refused.refusal {
            Refusal::Switch(error) => error.name.ends_with("FULL"),
            Refusal::Unsupported(_) => false,
        };
        let retry = self.refused.iter().filter(|(_, refused)| no_room(refused));
        let retry: Vec<_> = retry.map(|(key, _)| Arc::clone(key)).collect();
        for key in retry {
            self.refused.remove(&key);
            self.look_at(key);
        }
    }

    /// A read under way is not to be believed on this entry.
    fn touch(&mut self, key: &Arc<EntryKey>) {
        if let Some(touched) = &mut self.touched {
            touched.insert(Arc::clone(key));
        }
    }
}

fn is_core(wanted: &Wanted) -> bool {
    cookie::read(wanted.cookie).is_some_and(|mark| mark.app == AppTag::CORE)
}

impl Sent {
    fn key(&self) -> &Arc<EntryKey> {
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
