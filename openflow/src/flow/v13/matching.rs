//! The match: the model's canonical order is that of the table of fields, in which every field
//! comes after its prerequisites, as the wire demands (OF 1.3.5 §7.2.3.6).

use super::wire;
use crate::Version;
use crate::flow::{Match, MatchField, Unsupported, Words, direct, lacking};
use crate::oxm::{self, Field, Oxm, OxmList};
use crate::wire::Writer;

pub(super) fn lower(matching: &Match, version: Version) -> Result<wire::Match, Unsupported> {
    let mut out = wire::Match::default();
    for field in matching.fields() {
        let (encoding, value, mask) = encoding(field, version)?;
        out.oxm_fields.push(encoding, value, mask);
    }
    Ok(out)
}

/// `ofp_match` (OF 1.3.5 §7.2.3.1), with the padding after it.
pub(super) fn write(w: &mut Writer<'_>, matching: &Match) -> Result<(), Unsupported> {
    const OXM: u16 = 1;
    let start = w.position();
    w.u16(OXM);
    direct::length(w, start, "match", |w| {
        matching
            .fields()
            .iter()
            .try_for_each(|field| write_field(w, field))
    })?;
    w.pad_to_8(start);
    Ok(())
}

fn write_field(w: &mut Writer<'_>, field: &MatchField) -> Result<(), Unsupported> {
    let (encoding, value, mask) = encoding(field, w.version())?;
    oxm::write(w, encoding, value, mask);
    Ok(())
}

/// The row of the table by which a version says the field: another one where the specification
/// took it over from an extension.
fn encoding(
    field: &MatchField,
    version: Version,
) -> Result<(Field, u128, Option<u128>), Unsupported> {
    let info = field.field.info();
    let Some(encoding) = field.field.encoding(version) else {
        return Err(lacking(version, info.name));
    };
    if field.is_exact() {
        return Ok((encoding, field.value, None));
    }
    if !info.maskable {
        return Err(lacking(version, format!("masked {}", info.name)));
    }
    Ok((encoding, field.value, Some(field.mask)))
}

/// Fields the model has no name for, and those that contradict their row of the table, go into
/// `unknown`.
pub(super) fn lift(from: &wire::Match, unknown: &mut Words) -> Match {
    lift_fields(&from.oxm_fields, unknown)
}

/// The same of the fields alone.
pub(in crate::flow) fn lift_fields(fields: &OxmList, unknown: &mut Words) -> Match {
    let mut to = Match::any();
    for oxm in fields.iter() {
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
    let (field, value, mask) = field.to_canonical(oxm.value(), oxm.mask());
    let (info, mask) = (field.info(), mask.unwrap_or(u128::MAX));
    if oxm.value_bytes().len() > 16 || value & mask & !info.full_mask() != 0 {
        unknown.note(format_args!(
            "{} with a value beyond its {} bits",
            info.name, info.bits
        ));
    } else if to.mentions(field) {
        unknown.note(format_args!("{} twice", info.name));
    } else {
        to.set(field, value, mask);
    }
}
