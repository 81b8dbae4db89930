//! What went wrong with a rule, for people.

use super::key::EntryKey;
use super::wanted::Wanted;
use crate::southbound::Refusal;

/// `s3 rejected flow-mod (table 0, priority 100, ip,nw_dst=10.0.0.1): OFPBMC_BAD_PREREQ, …`
pub(super) fn refused(switch: &str, wanted: &Wanted, refusal: &Refusal) -> String {
    let key = &wanted.key;
    format!("{switch} rejected flow-mod ({key}): {refusal}")
}

/// The same of a delete.
pub(super) fn kept(switch: &str, key: &EntryKey, refusal: &Refusal) -> String {
    format!("{switch} rejected delete of ({key}): {refusal}")
}

/// Another app wants the same entry.
pub(super) fn covered(switch: &str, wanted: &Wanted, winner: &str) -> String {
    let key = &wanted.key;
    format!(
        "{switch} did not get flow-mod ({key}): {winner}, which comes first, wants an entry with the same match"
    )
}

/// The entry does not stay as it is made.
pub(super) fn fought_over(switch: &str, first: &Wanted, how_many: usize) -> String {
    let key = &first.key;
    let more = match how_many {
        0 | 1 => String::new(),
        more => format!(" and {} more", more - 1),
    };
    format!(
        "{switch} does not keep the entry ({key}){more} as it was sent: somebody else changes it, \
         or the switch shows it otherwise"
    )
}
