//! Whatever groups a switch has and whatever is wanted: in the end it has what is wanted, nothing
//! that is there ever points to a group that is not, and no entry goes with a group.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::SystemTime;

use app_api::{Rule, WantedGroup};
use openflow::flow::{Action, Bucket, Group};
use openflow::{Dpid, GroupId, Version};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use tokio::time::Instant;

use super::super::cookie::{self, AppTag};
use super::super::key::Key;
use super::super::stages::by_stage;
use super::super::table::Table;
use super::super::wanted::WantedState;
use super::fake::{
    FakeTable, change, change_groups, foreign, group, group_of, key_of, of_app, rule, rule_to_group,
};
use crate::southbound::{Applied, Change};

const HOSTS: u8 = 8;
const NUMBERS: u16 = 5;

/// Whose something is that is there already.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Who {
    App,
    Stopped,
    /// With a number that no app of ours has, and one that looks chosen by hand.
    Foreign,
}

/// What is wanted, by number and host. Groups: port, whether it hands packets to the next group,
/// stage. Rules: the group they use or else a port, stage.
#[derive(Debug, Clone, Default)]
struct Wish {
    groups: BTreeMap<u16, (u32, bool, u16)>,
    rules: BTreeMap<u8, (Option<u16>, u32, u16)>,
}

/// What is there: groups with their port; rules with the group they use, if it is there.
#[derive(Debug, Clone)]
struct There {
    groups: Vec<(Who, u16, u32)>,
    rules: Vec<(u8, Who, Uses)>,
}

/// A group, by who wants it and its number.
type Uses = Option<(Who, u16)>;

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![2 => Just(Who::App), 1 => Just(Who::Stopped), 1 => Just(Who::Foreign)]
}

fn wish() -> impl Strategy<Value = Wish> {
    let groups = btree_map(0..NUMBERS, (1..3u32, any::<bool>(), 0..3u16), 0..5);
    let rules = btree_map(0..HOSTS, (any::<Option<u16>>(), 1..3u32, 0..3u16), 0..8);
    (groups, rules).prop_map(|(groups, rules)| Wish { groups, rules })
}

fn there() -> impl Strategy<Value = There> {
    let groups = vec((who(), 0..NUMBERS, 1..3u32), 0..8);
    let uses = prop::option::of((who(), 0..NUMBERS));
    let rules = vec((0..HOSTS, who(), uses), 0..8);
    (groups, rules).prop_map(|(groups, rules)| There { groups, rules })
}

impl Wish {
    fn groups(&self) -> Vec<WantedGroup> {
        let groups = self.groups.iter().map(|(&number, &(port, chains, stage))| {
            let mut wanted = group(1, number, port).in_stage(stage);
            let next = number + 1;
            if chains && self.groups.contains_key(&next) {
                wanted.buckets = vec![Bucket::new([Action::Group(id(Who::App, next))])];
            }
            wanted
        });
        groups.collect()
    }

    /// No rule wants a group that is not wanted.
    fn rules(&self) -> Vec<Rule> {
        let rules = self.rules.iter().map(|(&host, &(uses, port, stage))| {
            let uses = uses.map(|n| n % NUMBERS);
            let rule = match uses.filter(|n| self.groups.contains_key(n)) {
                Some(number) => rule_to_group(1, host, id(Who::App, number)),
                None => rule(1, host, port),
            };
            rule.in_stage(stage)
        });
        rules.collect()
    }
}

fn id(who: Who, number: u16) -> GroupId {
    match who {
        Who::App => AppTag::of("app").group(number),
        Who::Stopped => AppTag::of("stopped").group(number),
        Who::Foreign if number.is_multiple_of(2) => GroupId(number.into()),
        Who::Foreign => AppTag::of("not ours").group(number),
    }
}

fn put(switch: &mut FakeTable, there: &There) {
    for (who, number, port) in &there.groups {
        let id = id(*who, *number);
        let buckets = group(1, *number, *port).buckets;
        let kind = openflow::flow::GroupType::Indirect;
        switch.groups.insert(id, Group::new(id, kind, buckets));
    }
    for (host, who, uses) in &there.rules {
        let uses = uses.map(|(who, number)| id(who, number));
        let rule = match uses.filter(|id| switch.groups.contains_key(id)) {
            Some(id) => rule_to_group(1, *host, id),
            None => rule(1, *host, 1),
        };
        switch.put(&match who {
            Who::App => of_app(&rule, "app", "a"),
            Who::Stopped => of_app(&rule, "stopped", "a"),
            Who::Foreign => foreign(&rule),
        });
    }
}

fn state_of(wish: &Wish) -> WantedState {
    let mut state = WantedState::new(&["app".into()]);
    let sets = vec![
        change("a", &wish.rules()),
        change_groups("a", &wish.groups()),
    ];
    state.change("app", sets, SystemTime::UNIX_EPOCH);
    state
}

fn connect(state: &WantedState, switch: &FakeTable) -> Table {
    let apps = ["app", "stopped"].map(AppTag::of);
    let running = BTreeSet::from([AppTag::of("app")]);
    let wanted = state.on(Dpid(1));
    let mut table = Table::new(Version::V1_3, Arc::new(apps.into()), running, wanted);
    table.read_begins(Instant::now());
    table.first_read(switch.read_all(Version::V1_3), Instant::now());
    table
}

/// Sends all there is to send, each batch in its order or backwards: within a batch a switch may do
/// as it likes. Nothing is refused, and no entry goes with its group.
fn settle(
    table: &mut Table,
    switch: &mut FakeTable,
    backwards: bool,
) -> Result<Vec<Change>, TestCaseError> {
    let mut sent = Vec::new();
    while let Some(changes) = table.next_batch(Instant::now()) {
        let mut order: Vec<_> = changes.iter().collect();
        if backwards {
            order.reverse();
        }
        for change in order {
            let gone = switch.carry_out(change);
            prop_assert!(gone.is_ok(), "{change:?} was refused: {gone:?}");
            if let Change::Group(_) = change {
                prop_assert_eq!(gone.unwrap(), vec![]);
            }
        }
        sent.extend(changes);
        table.applied(Applied::default(), Instant::now());
    }
    Ok(sent)
}

fn read(table: &mut Table, switch: &FakeTable) {
    table.read_begins(Instant::now());
    table.read(switch.read_all(Version::V1_3), Instant::now());
}

fn has_all(switch: &FakeTable, wish: &Wish) -> Result<(), TestCaseError> {
    for wanted in wish.groups() {
        let group = group_of(&wanted, "app");
        prop_assert_eq!(switch.groups.get(&group.id), Some(&group));
    }
    for rule in wish.rules() {
        let entry = switch.entries.get(&key_of(&rule));
        prop_assert_eq!(entry.map(|e| &e.instructions), Some(&rule.instructions));
    }
    Ok(())
}

fn is_foreign(id: GroupId) -> bool {
    let (tag, _) = AppTag::of_group(id);
    tag != AppTag::of("app") && tag != AppTag::of("stopped")
}

fn users(switch: &FakeTable, id: GroupId) -> usize {
    let of_entries = switch.entries.values().map(|entry| {
        let groups = entry.instructions.groups();
        groups.filter(|used| *used == id).count()
    });
    let of_groups = switch
        .groups
        .values()
        .map(|group| group.groups().filter(|used| *used == id).count());
    of_entries.chain(of_groups).sum()
}

proptest! {
    #[test]
    fn a_switch_comes_to_have_the_groups_that_are_wanted(
        there in there(),
        wish in wish(),
        backwards in any::<bool>(),
    ) {
        let mut switch = FakeTable::default();
        put(&mut switch, &there);
        let before = switch.clone();
        let state = state_of(&wish);
        let mut table = connect(&state, &switch);
        let sent = settle(&mut table, &mut switch, backwards)?;
        has_all(&switch, &wish)?;

        // What was right was not sent, what is not ours is as it was.
        for change in &sent {
            let Change::Group(group_mod) = change else { continue };
            let was = before.groups.get(&group_mod.group.id);
            prop_assert!(was != Some(&group_mod.group), "{group_mod:?}");
        }
        let foreign = |switch: &FakeTable| {
            let groups = switch.groups.clone().into_iter();
            groups.filter(|(id, _)| is_foreign(*id)).collect::<Vec<_>>()
        };
        prop_assert_eq!(foreign(&switch), foreign(&before));
        for id in before.groups.keys().filter(|id| !switch.groups.contains_key(id)) {
            prop_assert_eq!(AppTag::of_group(*id).0, AppTag::of("stopped"));
        }

        // Twice is once: a second connection, and a later read, send nothing.
        let mut again = connect(&state, &switch);
        prop_assert_eq!(settle(&mut again, &mut switch, backwards)?, vec![]);
        read(&mut table, &switch);
        prop_assert_eq!(settle(&mut table, &mut switch, backwards)?, vec![]);

        // Released, nothing of ours is left but what is wanted or used.
        table.release(AppTag::of("app"));
        settle(&mut table, &mut switch, backwards)?;
        has_all(&switch, &wish)?;
        let wanted = state.on(Dpid(1));
        for id in switch.groups.keys().filter(|id| !is_foreign(**id)) {
            let stays = wanted.contains_key(&Key::Group(*id)) || users(&switch, *id) > 0;
            prop_assert!(stays, "{id} is of no use");
        }
        for (key, entry) in &switch.entries {
            let stays = wanted.contains_key(&Key::Flow(key.clone()))
                || cookie::read(entry.cookie).is_none();
            prop_assert!(stays, "{}", key);
        }
    }

    #[test]
    fn whatever_somebody_else_does_to_groups_is_mended(
        wish in wish(),
        deleted in vec((who(), 0..NUMBERS), 0..4),
        meddling in there(),
        backwards in any::<bool>(),
    ) {
        let mut switch = FakeTable::default();
        let mut table = connect(&state_of(&wish), &switch);
        settle(&mut table, &mut switch, backwards)?;
        for (who, number) in deleted {
            switch.delete_group(id(who, number));
        }
        // Groups that others use are not deleted by the specification alone.
        let dangling: Vec<_> = switch
            .groups
            .values()
            .filter(|group| group.groups().any(|id| !switch.groups.contains_key(&id)))
            .map(|group| group.id)
            .collect();
        for id in dangling {
            switch.delete_group(id);
        }
        put(&mut switch, &meddling);
        read(&mut table, &switch);
        settle(&mut table, &mut switch, backwards)?;
        has_all(&switch, &wish)?;
        read(&mut table, &switch);
        prop_assert_eq!(settle(&mut table, &mut switch, backwards)?, vec![]);
    }

    #[test]
    fn changing_what_is_wanted_never_leaves_a_rule_without_its_group(
        first in wish(),
        second in wish(),
        backwards in any::<bool>(),
    ) {
        let mut state = WantedState::new(&["app".into()]);
        let mut switch = FakeTable::default();
        let mut table = connect(&state, &switch);
        let mut apply = |wish: &Wish| {
            let sets = vec![change("a", &wish.rules()), change_groups("a", &wish.groups())];
            let changed = state.change("app", sets, SystemTime::UNIX_EPOCH);
            let mut puts = Vec::new();
            let mut removes = Vec::new();
            for (dpid, key) in changed.places {
                match state.in_effect(&(dpid, Arc::clone(&key))) {
                    Some(wanted) => puts.push((dpid, Arc::clone(wanted))),
                    None => removes.push(key),
                }
            }
            let mut sent = Vec::new();
            // As the service does it: a stage is confirmed before the switch hears of the next.
            for stage in by_stage(puts).into_values().flatten() {
                table.put(stage.1, None);
                sent.extend(settle(&mut table, &mut switch, backwards)?);
            }
            table.remove(removes, None);
            sent.extend(settle(&mut table, &mut switch, backwards)?);
            Ok::<_, TestCaseError>((sent, switch.clone()))
        };
        for wish in [&first, &second] {
            let (_, switch) = apply(wish)?;
            has_all(&switch, wish)?;
            prop_assert_eq!(switch.entries.len(), wish.rules.len());
            prop_assert_eq!(switch.groups.len(), wish.groups.len());
        }
        prop_assert_eq!(apply(&second)?.0, vec![]);
        let (_, switch) = apply(&Wish::default())?;
        prop_assert!(switch.entries.is_empty() && switch.groups.is_empty());
    }
}
