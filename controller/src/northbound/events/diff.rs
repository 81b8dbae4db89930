//! From one snapshot to the next, as events. Pure.
//!
//! Costs in proportion to what changed, apart from a change of names: views carry the names of
//! switches and ports, so then everything at the renamed switches (or, for annotations,
//! everything) is looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use app_api::{Host, HostId, LinkId, Snapshot, Switch};
use imbl::ordmap::DiffItem;
use openflow::{Dpid, PortNo};

use super::log::Key;
use crate::northbound::model::{CountersView, EventBody};
use crate::northbound::views;

/// What clients must be told to come from `old` to `new`, things removed first, then switches,
/// links and hosts, so that nothing names what the client does not know yet.
pub(super) fn diff(old: &Snapshot, new: &Snapshot) -> Vec<(Key, EventBody)> {
    let switches = changed_switches(old, new);
    let renamed = renamed(old, new, &switches);
    let cables = changed_cables(old, new, &renamed);
    let hosts = changed_hosts(old, new, &renamed);
    let mut events = Vec::new();
    events.extend(hosts.iter().filter_map(|id| host_gone(new, *id)));
    events.extend(cables.iter().filter_map(|id| cable_gone(new, *id)));
    events.extend(switches.iter().filter_map(|id| switch_gone(new, *id)));
    events.extend(switches.iter().filter_map(|id| switch_event(old, new, *id)));
    events.extend(cables.iter().filter_map(|id| cable_event(old, new, *id)));
    events.extend(hosts.iter().filter_map(|id| host_event(old, new, *id)));
    events.extend(
        switches
            .iter()
            .filter_map(|id| counters_event(old, new, *id)),
    );
    events
}

fn changed_switches(old: &Snapshot, new: &Snapshot) -> BTreeSet<Dpid> {
    if annotations_changed(old, new) {
        return new
            .switches
            .keys()
            .chain(old.switches.keys())
            .copied()
            .collect();
    }
    changed_keys(old.switches.diff(&new.switches))
}

fn annotations_changed(old: &Snapshot, new: &Snapshot) -> bool {
    !Arc::ptr_eq(&old.annotations, &new.annotations) && old.annotations != new.annotations
}

fn changed_keys<'a, K: Copy + Ord + 'a, V: 'a>(
    items: impl Iterator<Item = DiffItem<'a, 'a, K, V>>,
) -> BTreeSet<K> {
    items
        .map(|item| match item {
            DiffItem::Add(key, _) | DiffItem::Remove(key, _) => *key,
            DiffItem::Update { new: (key, _), .. } => *key,
        })
        .collect()
}

/// Switches whose name or whose ports' names differ: links and hosts show them.
fn renamed(old: &Snapshot, new: &Snapshot, changed: &BTreeSet<Dpid>) -> BTreeSet<Dpid> {
    let names = |snapshot: &Snapshot, dpid| {
        let switch = snapshot.switches.get(&dpid)?;
        let ports = switch
            .ports
            .iter()
            .map(|(no, port)| (*no, port.desc.name.clone()));
        Some((
            snapshot.switch_label(dpid),
            ports.collect::<BTreeMap<PortNo, String>>(),
        ))
    };
    let differs = |dpid: &Dpid| names(old, *dpid) != names(new, *dpid);
    changed.iter().copied().filter(differs).collect()
}

fn changed_cables(old: &Snapshot, new: &Snapshot, renamed: &BTreeSet<Dpid>) -> BTreeSet<LinkId> {
    let mut cables: BTreeSet<_> = old
        .links
        .diff(&new.links)
        .flat_map(|item| match item {
            DiffItem::Add(_, link) | DiffItem::Remove(_, link) => [link.id, link.id],
            DiffItem::Update { old, new } => [old.1.id, new.1.id],
        })
        .map(LinkId::undirected)
        .collect();
    if !renamed.is_empty() {
        let at = |id: &LinkId| renamed.contains(&id.src.dpid) || renamed.contains(&id.dst.dpid);
        cables.extend(views::cables(new).filter(at));
    }
    cables
}

fn changed_hosts(old: &Snapshot, new: &Snapshot, renamed: &BTreeSet<Dpid>) -> BTreeSet<HostId> {
    let mut hosts = changed_keys(old.hosts.diff(&new.hosts));
    let all = annotations_changed(old, new);
    if all || !renamed.is_empty() {
        let at = |host: &&Arc<Host>| all || renamed.contains(&host.at.dpid);
        hosts.extend(new.hosts.values().filter(at).map(|host| host.id));
    }
    hosts
}

fn host_gone(new: &Snapshot, id: HostId) -> Option<(Key, EventBody)> {
    let gone = !new.hosts.contains_key(&id);
    gone.then(|| (Key::Host(id), EventBody::HostRemoved { id: id.to_string() }))
}

fn cable_gone(new: &Snapshot, id: LinkId) -> Option<(Key, EventBody)> {
    let gone = views::cable(new, id).is_none();
    gone.then(|| {
        let id_text = views::cable_id(id);
        (Key::Cable(id), EventBody::LinkRemoved { id: id_text })
    })
}

fn switch_gone(new: &Snapshot, dpid: Dpid) -> Option<(Key, EventBody)> {
    let gone = !new.switches.contains_key(&dpid);
    gone.then(|| {
        let text = dpid.to_string();
        (Key::Switch(dpid), EventBody::SwitchRemoved { dpid: text })
    })
}

fn switch_event(old: &Snapshot, new: &Snapshot, dpid: Dpid) -> Option<(Key, EventBody)> {
    let after = new.switches.get(&dpid)?;
    if let Some(before) = old.switches.get(&dpid)
        && !differs(before, after)
        && !labels_differ(old, new, dpid)
    {
        return None;
    }
    let view = views::switch(new, after);
    Some((Key::Switch(dpid), EventBody::Switch(view)))
}

fn labels_differ(old: &Snapshot, new: &Snapshot, dpid: Dpid) -> bool {
    let place = |snapshot: &Snapshot| snapshot.annotations.places.get(&dpid).copied();
    old.switch_label(dpid) != new.switch_label(dpid) || place(old) != place(new)
}

/// In anything but counters, which are an event of their own.
fn differs(before: &Switch, after: &Switch) -> bool {
    // Every field is named, so that one added later is thought of here.
    let Switch {
        dpid: _,
        name,
        state,
        since,
        version,
        peer,
        desc,
        n_tables,
        ports,
        counters: _,
    } = before;
    *name != after.name
        || *state != after.state
        || *since != after.since
        || *version != after.version
        || *peer != after.peer
        || *desc != after.desc
        || *n_tables != after.n_tables
        || *ports != after.ports
}

fn cable_event(old: &Snapshot, new: &Snapshot, id: LinkId) -> Option<(Key, EventBody)> {
    let after = views::cable(new, id)?;
    let news = views::cable(old, id).as_ref() != Some(&after);
    news.then_some((Key::Cable(id), EventBody::Link(after)))
}

/// `last_seen` alone is not told: every host would be an event every few seconds.
fn host_event(old: &Snapshot, new: &Snapshot, id: HostId) -> Option<(Key, EventBody)> {
    let after = views::host(new, new.hosts.get(&id)?);
    let before = old.hosts.get(&id).map(|host| views::host(old, host));
    let same = before.is_some_and(|mut before| {
        before.last_seen.clone_from(&after.last_seen);
        before == after
    });
    (!same).then_some((Key::Host(id), EventBody::Host(after)))
}

fn counters_event(old: &Snapshot, new: &Snapshot, dpid: Dpid) -> Option<(Key, EventBody)> {
    let after = new.switches.get(&dpid)?;
    // A new switch brings its counters along.
    let before = old.switches.get(&dpid)?;
    if Arc::ptr_eq(&before.counters, &after.counters) || before.counters == after.counters {
        return None;
    }
    let ports = after
        .counters
        .iter()
        .map(|(port, read)| (port.to_string(), views::counters(read)))
        .collect::<BTreeMap<String, CountersView>>();
    let dpid_text = dpid.to_string();
    Some((
        Key::Counters(dpid),
        EventBody::Counters {
            dpid: dpid_text,
            ports,
        },
    ))
}
