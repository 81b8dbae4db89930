//! The controller's own entries, the same on every switch. No app's priority reaches theirs.

use std::sync::Arc;
use std::time::SystemTime;

use openflow::TableId;
use openflow::flow::{Action, Instructions, Match};

use super::CORE;
use super::content::{Content, Entry};
use super::cookie::AppTag;
use super::key::{EntryKey, Key};
use super::wanted::Wanted;

/// Discovery frames: above all that an app can say.
const DISCOVERY: u16 = u16::MAX;
/// What no entry takes: below all that an app can say. 1.0 sends misses to the controller by
/// itself, but not past an entry of priority 0 that somebody left there, as Open vSwitch does
/// where it worked without a controller before.
const TABLE_MISS: u16 = 0;

/// Ethertype of LLDP (IEEE 802.1AB).
const LLDP: u16 = 0x88cc;

/// What every switch is to have.
pub(super) fn entries(now: SystemTime) -> Vec<Arc<Wanted>> {
    let entry = |priority, matching, reason: &str| {
        Arc::new(Wanted {
            key: Arc::new(Key::Flow(EntryKey {
                table: TableId(0),
                priority,
                matching,
            })),
            content: Content::Entry(Entry {
                instructions: Instructions::apply([Action::to_controller()]).normalized(),
                cookie: AppTag::CORE.wanted(CORE),
                idle_timeout_s: 0,
                hard_timeout_s: 0,
            }),
            owner: CORE.into(),
            set: CORE.into(),
            reason: reason.into(),
            since: now,
            stage: 0,
        })
    };
    vec![
        entry(
            DISCOVERY,
            Match::any().eth_type(LLDP),
            "link discovery: frames between switches go to the controller",
        ),
        entry(
            TABLE_MISS,
            Match::any(),
            "table miss: packets no rule takes go to the controller",
        ),
    ]
}
