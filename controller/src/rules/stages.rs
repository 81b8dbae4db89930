//! In which order a round puts what is new on switches.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use openflow::{Dpid, GroupId};

use super::key::Key;
use super::wanted::Wanted;

/// What goes to which switch, by stage.
pub(super) type Stages = BTreeMap<u16, HashMap<Dpid, Vec<Arc<Wanted>>>>;

/// Each in its own stage, but a group not later than the first that uses it. Within a stage the
/// switch's [`super::table::Table`] sees to it that groups come first.
pub(super) fn by_stage(puts: Vec<(Dpid, Arc<Wanted>)>) -> Stages {
    let mut earlier = stages_of_groups(&puts);
    let mut stages = Stages::new();
    for (dpid, wanted) in puts {
        let stage = match *wanted.key {
            Key::Group(id) => earlier.remove(&(dpid, id)).unwrap_or(wanted.stage),
            Key::Flow(_) => wanted.stage,
        };
        let switches = stages.entry(stage).or_default();
        switches.entry(dpid).or_default().push(wanted);
    }
    stages
}

fn stages_of_groups(puts: &[(Dpid, Arc<Wanted>)]) -> HashMap<(Dpid, GroupId), u16> {
    let groups = puts.iter().filter_map(|(dpid, wanted)| match *wanted.key {
        Key::Group(id) => Some(((*dpid, id), wanted)),
        Key::Flow(_) => None,
    });
    let groups: HashMap<_, _> = groups.collect();
    let mut stages: HashMap<_, _> = groups.iter().map(|(at, w)| (*at, w.stage)).collect();
    if groups.is_empty() {
        return stages;
    }
    let mut users: Vec<_> = puts.iter().map(|(dpid, w)| (*dpid, w, w.stage)).collect();
    while let Some((dpid, user, stage)) = users.pop() {
        for id in user.content.groups() {
            if let Some(theirs) = stages.get_mut(&(dpid, id)).filter(|s| **s > stage) {
                *theirs = stage;
                // Groups it uses in turn.
                users.push((dpid, groups[&(dpid, id)], stage));
            }
        }
    }
    stages
}
