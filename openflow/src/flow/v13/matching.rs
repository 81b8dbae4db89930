//! The match: the model's canonical order is that of the table of fields, in which every field
//! comes after its prerequisites, as the wire demands (OF 1.3.5 §7.2.3.6).

use super::wire;
use crate::Version;
use crate::flow::{Match, Unsupported, Words, lacking};
use crate::oxm::Oxm;

pub(super) fn lower(matching: &Match, version: Version) -> Result<wire::Match, Unsupported> {
    let mut out = wire::Match::default();
    for field in matching.fields() {
        let info = field.field.info();
        if info.since > version {
            return Err(lacking(version, info.name));
        }
        if !field.is_exact() && !info.maskable {
            return Err(lacking(version, format!("masked {}", info.name)));
        }
        out.oxm_fields.push(
            field.field,
            field.value,
            (!field.is_exact()).then_some(field.mask),
        );
    }
    Ok(out)
}

/// Fields the model has no name for, and those that contradict their row of the table, go into
/// `unknown`.
pub(super) fn lift(from: &wire::Match, unknown: &mut Words) -> Match {
    let mut to = Match::any();
    for oxm in from.oxm_fields.iter() {
        lift_field(&oxm, &mut to, unknown);
    }
    to
}

fn lift_field(oxm: &Oxm<'_>, to: &mut Match, unknown: &mut Words) {
    let Some(field) = oxm.field() else {
        unknown.note(format_args!(
            "match field {:#06x}/{}",
            oxm.class.0, oxm.code
        ));
        return;
    };
    let info = field.info();
    let (value, mask) = (oxm.value(), oxm.mask().unwrap_or(u128::MAX));
    if oxm.value_bytes().len() != info.bytes() || value & mask & !info.full_mask() != 0 {
        unknown.note(format_args!(
            "{} with a value beyond its {} bits",
            info.name, info.bits
        ));
    } else if to.get(field).is_some() {
        unknown.note(format_args!("{} twice", info.name));
    } else {
        to.set(field, value, mask);
    }
}
