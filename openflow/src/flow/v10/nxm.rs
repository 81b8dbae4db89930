//! Nicira's match: fields as later versions have them, where 1.0 watches flow entries.

use super::no;
use crate::Version;
use crate::experimenter::nicira;
use crate::flow::{Match, MatchField, Unsupported};
use crate::oxm::Field;

pub(super) fn lower(matching: &Match) -> Result<nicira::Match, Unsupported> {
    let mut out = nicira::Match::default();
    let mut tag = tag(matching);
    for field in matching.fields() {
        match field.field {
            Field::VlanVid | Field::VlanPcp => {
                if let Some((value, mask)) = tag.take() {
                    push(&mut out, Field::VlanTci, value, Some(mask));
                }
            }
            _ => put(&mut out, field)?,
        }
    }
    Ok(out)
}

/// Id and priority of a tag are one field there.
fn tag(matching: &Match) -> Option<(u128, u128)> {
    let part = |field| matching.get(field).map_or((0, 0), |it| (it.value, it.mask));
    let (id, priority) = (part(Field::VlanVid), part(Field::VlanPcp));
    let mask = id.1 | priority.1 << 13;
    (mask != 0).then_some((id.0 | priority.0 << 13, mask))
}

fn put(out: &mut nicira::Match, field: &MatchField) -> Result<(), Unsupported> {
    let name = field.field.info().name;
    let encoding = field
        .field
        .encoding(Version::V1_0)
        .ok_or_else(|| no(name))?;
    let mask = (!field.is_exact()).then_some(field.mask);
    if mask.is_some() && !encoding.info().maskable {
        return Err(no(format!("masked {name}")));
    }
    let (value, mask) = encoding
        .from_canonical(field.value, mask)
        .ok_or_else(|| no(format!("{name} {:#x}", field.value)))?;
    push(out, encoding, value, mask);
    Ok(())
}

/// All bits under a mask are the field without one.
fn push(out: &mut nicira::Match, field: Field, value: u128, mask: Option<u128>) {
    let mask = mask.filter(|mask| *mask != field.info().full_mask());
    out.nxm_fields.push(field, value, mask);
}
