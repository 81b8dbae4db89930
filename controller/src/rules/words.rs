//! What went wrong with a rule or a group, for people.

use super::key::Key;
use super::wanted::Wanted;
use crate::southbound::Refusal;

/// `s3 rejected flow-mod (table 0, priority 100, ip,nw_dst=10.0.0.1): OFPBMC_BAD_PREREQ, …`
pub(super) fn refused(switch: &str, wanted: &Wanted, refusal: &Refusal) -> String {
    let key = &wanted.key;
    format!("{switch} rejected {} ({key}): {refusal}", message(key))
}

/// The same of a delete.
pub(super) fn kept(switch: &str, key: &Key, refusal: &Refusal) -> String {
    format!("{switch} rejected delete of ({key}): {refusal}")
}

/// Another app wants the same entry.
pub(super) fn covered(switch: &str, wanted: &Wanted, winner: &str) -> String {
    let key = &wanted.key;
    format!(
        "{switch} did not get flow-mod ({key}): {winner}, which comes first, wants an entry with the same match"
    )
}

/// The entry or group does not stay as it is made.
pub(super) fn fought_over(switch: &str, first: &Wanted, how_many: usize) -> String {
    let key = &first.key;
    let thing = match **key {
        Key::Flow(_) => "entry",
        Key::Group(_) => "group",
    };
    let more = match how_many {
        0 | 1 => String::new(),
        more => format!(" and {} more", more - 1),
    };
    format!(
        "{switch} does not keep the {thing} ({key}){more} as it was sent: somebody else changes \
         it, or the switch shows it otherwise"
    )
}

fn message(key: &Key) -> &'static str {
    match key {
        Key::Flow(_) => "flow-mod",
        Key::Group(_) => "group-mod",
    }
}
