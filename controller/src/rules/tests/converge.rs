//! Whatever a switch has and whatever is wanted: in the end it has what is wanted, what is not ours
//! is as it was, and there is nothing left to send.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::SystemTime;

use openflow::Version;
use openflow::flow::{FlowMod, Instructions};
use proptest::collection::vec;
use proptest::prelude::*;
use tokio::time::Instant;

use super::super::cookie::{self, AppTag};
use super::super::key::Key;
use super::super::table::Table;
use super::super::wanted::{Wanted, WantedState};
use super::fake::{FakeTable, change, flow_mod, of_app, rule};
use crate::southbound::Applied;

/// What an entry that is there already may be.
#[derive(Debug, Clone, Copy)]
enum Origin {
    /// Of the running app, from whatever set.
    App(u8),
    /// Of the running app, because of a packet.
    Reactive,
    /// Of an app that does not run.
    Stopped,
    Foreign,
}

fn origin() -> impl Strategy<Value = Origin> {
    prop_oneof![
        3 => (0..2u8).prop_map(Origin::App),
        1 => Just(Origin::Reactive),
        1 => Just(Origin::Stopped),
        1 => Just(Origin::Foreign),
    ]
}

/// Few hosts and ports, so that what is there and what is wanted meet often.
fn entries() -> impl Strategy<Value = Vec<(u8, u32, Origin)>> {
    vec((0..12u8, 1..3u32, origin()), 0..12)
}

fn wanted_rules() -> impl Strategy<Value = Vec<(u8, u32)>> {
    vec((0..12u8, 1..3u32), 0..12)
}

fn put(table: &mut FakeTable, (host, port, origin): (u8, u32, Origin)) {
    let rule = rule(1, host, port);
    let flow_mod = match origin {
        Origin::App(set) => of_app(&rule, "app", if set == 0 { "a" } else { "b" }),
        Origin::Reactive => flow_mod(&rule, AppTag::of("app").reactive()),
        Origin::Stopped => of_app(&rule, "stopped", "a"),
        Origin::Foreign => super::fake::foreign(&rule),
    };
    table.put(&flow_mod);
}

fn wanted_of(rules: &[(u8, u32)]) -> HashMap<Arc<Key>, Arc<Wanted>> {
    let mut state = WantedState::new(&["app".into()]);
    let rules: Vec<_> = rules.iter().map(|&(h, p)| rule(1, h, p)).collect();
    state.change("app", vec![change("a", &rules)], SystemTime::UNIX_EPOCH);
    state.on(openflow::Dpid(1))
}

/// Sends all there is to send; how many changes that took.
fn settle(table: &mut Table, switch: &mut FakeTable) -> Vec<FlowMod> {
    let mut sent = Vec::new();
    while let Some(changes) = table.next_batch(Instant::now()) {
        let mut applied = Applied::default();
        for (index, change) in changes.iter().enumerate() {
            if let Err(refusal) = switch.carry_out(change) {
                applied.refused.push((index, refusal));
            }
            if let crate::southbound::Change::Flow(flow_mod) = change {
                sent.push(flow_mod.clone());
            }
        }
        table.applied(applied, Instant::now());
    }
    sent
}

fn connect(version: Version, wanted: &HashMap<Arc<Key>, Arc<Wanted>>, switch: &FakeTable) -> Table {
    let apps = BTreeSet::from([AppTag::of("app")]);
    let mut table = Table::new(version, Arc::new(apps.clone()), apps, wanted.clone());
    table.read_begins(Instant::now());
    table.first_read(switch.read_all(version), Instant::now());
    table
}

fn has_all(switch: &FakeTable, wanted: &HashMap<Arc<Key>, Arc<Wanted>>) -> bool {
    wanted.values().all(|wanted| {
        let entry = switch.entries.get(wanted.entry_key());
        let wanted = wanted.entry().unwrap();
        entry.is_some_and(|entry| {
            entry.instructions == wanted.instructions
                && cookie::read(entry.cookie) == cookie::read(wanted.cookie)
        })
    })
}

proptest! {
    #[test]
    fn a_switch_comes_to_have_what_is_wanted(
        there in entries(),
        wanted in wanted_rules(),
        v1_0 in any::<bool>(),
    ) {
        let version = if v1_0 { Version::V1_0 } else { Version::V1_3 };
        let mut switch = FakeTable::default();
        for entry in there {
            put(&mut switch, entry);
        }
        let before = switch.clone();
        let wanted = wanted_of(&wanted);
        let mut table = connect(version, &wanted, &switch);
        let sent = settle(&mut table, &mut switch);
        prop_assert!(has_all(&switch, &wanted));

        // Only what is wanted was sent, and what stopped apps left was deleted.
        for (key, entry) in &before.entries {
            let mark = cookie::read(entry.cookie);
            let untouched = switch.entries.get(key) == Some(entry);
            if let Some(wanted) = wanted.get(&Key::Flow(key.clone())) {
                let right = mark == Some(cookie::read(AppTag::of("app").wanted("")).unwrap())
                    && entry.instructions == wanted.entry().unwrap().instructions;
                prop_assert_eq!(untouched, right);
                continue;
            }
            match mark {
                Some(mark) if mark.app == AppTag::of("stopped") => {
                    prop_assert!(!switch.entries.contains_key(key));
                }
                // Foreign, reactive, and unclaimed ones.
                _ => prop_assert!(untouched),
            }
        }
        prop_assert!(sent.len() <= before.entries.len() + wanted.len());

        // Twice is once: a second connection, and a later read, send nothing.
        let mut again = connect(version, &wanted, &switch);
        prop_assert_eq!(settle(&mut again, &mut switch), vec![]);
        table.read_begins(Instant::now());
        table.read(switch.read_all(version), Instant::now());
        prop_assert_eq!(settle(&mut table, &mut switch), vec![]);

        // Released, nothing of the app is left but what is wanted or reactive.
        table.release(AppTag::of("app"));
        settle(&mut table, &mut switch);
        prop_assert!(has_all(&switch, &wanted));
        for (key, entry) in &switch.entries {
            let stays = wanted.contains_key(&Key::Flow(key.clone()))
                || cookie::read(entry.cookie).is_none_or(|mark| mark.reactive);
            prop_assert!(stays, "{}", key);
        }
        let is_foreign = |e: &&openflow::flow::FlowEntry| cookie::read(e.cookie).is_none();
        for (key, entry) in &before.entries {
            if is_foreign(&entry) && !wanted.contains_key(&Key::Flow(key.clone())) {
                prop_assert_eq!(switch.entries.get(key), Some(entry));
            }
        }
    }

    #[test]
    fn whatever_somebody_else_does_is_mended(
        wanted in wanted_rules(),
        meddling in entries(),
        deleted in vec(0..12u8, 0..6),
    ) {
        let mut switch = FakeTable::default();
        let wanted = wanted_of(&wanted);
        let mut table = connect(Version::V1_3, &wanted, &switch);
        settle(&mut table, &mut switch);
        for host in deleted {
            switch.entries.retain(|key, _| *key != super::fake::key_of(&rule(1, host, 1)));
        }
        for entry in meddling {
            put(&mut switch, entry);
        }
        table.read_begins(Instant::now());
        table.read(switch.read_all(Version::V1_3), Instant::now());
        settle(&mut table, &mut switch);
        prop_assert!(has_all(&switch, &wanted));
        // Entries with our mark that nobody wants do not stay.
        for (key, entry) in &switch.entries {
            let stays = wanted.contains_key(&Key::Flow(key.clone()))
                || cookie::read(entry.cookie)
                    .is_none_or(|mark| mark.reactive && mark.app == AppTag::of("app"));
            prop_assert!(stays, "{}", key);
        }
    }

    #[test]
    fn changing_what_is_wanted_changes_no_more_than_that(
        first in wanted_rules(),
        second in wanted_rules(),
    ) {
        let mut state = WantedState::new(&["app".into()]);
        let mut switch = FakeTable::default();
        let mut table = connect(Version::V1_3, &HashMap::new(), &switch);
        let mut apply = |rules: &[(u8, u32)]| {
            let rules: Vec<_> = rules.iter().map(|&(h, p)| rule(1, h, p)).collect();
            let changed =
                state.change("app", vec![change("a", &rules)], SystemTime::UNIX_EPOCH);
            let places = changed.places.len();
            for place in changed.places {
                match state.in_effect(&place) {
                    Some(wanted) => table.put(vec![Arc::clone(wanted)], None),
                    None => table.remove(vec![place.1], None),
                }
            }
            let sent = settle(&mut table, &mut switch);
            (sent, places, rules)
        };
        apply(&first);
        let (sent, places, _) = apply(&second);
        prop_assert_eq!(sent.len(), places);
        let (sent, places, rules) = apply(&second);
        prop_assert_eq!((sent, places), (vec![], 0));
        // A later rule of the same identity replaces an earlier one.
        let want: HashMap<_, Instructions> = rules
            .iter()
            .map(|r| (super::fake::key_of(r), r.instructions.clone()))
            .collect();
        let have: HashMap<_, Instructions> = switch
            .entries
            .iter()
            .map(|(key, entry)| (key.clone(), entry.instructions.clone()))
            .collect();
        prop_assert_eq!(have, want);
    }
}
