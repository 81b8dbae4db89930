//! Actions.

use std::convert::Infallible;

use bytes::Bytes;

use super::wire;
use crate::Version;
use crate::flow::{Action, Actions, CopyField, Unsupported, Words, lacking};
use crate::nicira;
use crate::oxm::{Field, FieldId, Oxm, OxmField};
use crate::wire::{Wire, Writer};

/// `OFPAT_COPY_FIELD`.
const COPY_FIELD: u16 = 28;
/// `OFPAT_SET_FIELD`.
const SET_FIELD: u16 = 25;
/// `OFPVID_PRESENT`.
const VLAN_PRESENT: u128 = 0x1000;

pub(super) fn lower(actions: &[Action], version: Version) -> Result<wire::Actions, Unsupported> {
    actions
        .iter()
        .map(|action| lower_one(action, version))
        .collect()
}

pub(super) fn write<'a>(
    w: &mut Writer<'_>,
    actions: impl IntoIterator<Item = &'a Action>,
) -> Result<(), Unsupported> {
    actions.into_iter().try_for_each(|action| {
        lower_one(action, w.version())?.encode(w);
        Ok(())
    })
}

pub(super) fn lower_one(action: &Action, version: Version) -> Result<wire::Action, Unsupported> {
    Ok(match *action {
        Action::Output { port, max_len } => wire::Action::Output { port, max_len },
        Action::Group(group_id) => wire::Action::Group { group_id },
        Action::SetQueue(queue_id) => wire::Action::SetQueue { queue_id },
        Action::SetField { field, value, mask } => {
            let info = field.info();
            let Some(encoding) = field.encoding(version) else {
                return Err(lacking(version, format!("set_field of {}", info.name)));
            };
            let whole = mask == info.full_mask();
            if !whole && version < Version::V1_5 {
                let feature = format!("masked set_field of {}", info.name);
                return Err(lacking(version, feature));
            }
            wire::Action::SetField {
                field: OxmField::new(encoding, value, (!whole).then_some(mask)),
            }
        }
        Action::CopyField(copy) => lower_copy(&copy, version)?,
        Action::Meter(meter_id) if version >= Version::V1_5 => wire::Action::Meter { meter_id },
        Action::Meter(_) => {
            return Err(lacking(version, format!("{} action", action.name())));
        }
        Action::Nicira(ref action) => lower_nicira(action, version)?,
        Action::PushVlan(ethertype) => wire::Action::PushVlan { ethertype },
        Action::PopVlan => wire::Action::PopVlan,
        Action::PushMpls(ethertype) => wire::Action::PushMpls { ethertype },
        Action::PopMpls(ethertype) => wire::Action::PopMpls { ethertype },
        Action::SetMplsTtl(mpls_ttl) => wire::Action::SetMplsTtl { mpls_ttl },
        Action::DecMplsTtl => wire::Action::DecMplsTtl,
        Action::SetNwTtl(nw_ttl) => wire::Action::SetNwTtl { nw_ttl },
        Action::DecNwTtl => wire::Action::DecNwTtl,
        Action::CopyTtlOut => wire::Action::CopyTtlOut,
        Action::CopyTtlIn => wire::Action::CopyTtlIn,
        Action::PushPbb(ethertype) => wire::Action::PushPbb { ethertype },
        Action::PopPbb => wire::Action::PopPbb,
        Action::Experimenter {
            experimenter,
            ref body,
        } => wire::Action::Experimenter {
            experimenter,
            data: body.clone(),
        },
        Action::Enqueue { .. } | Action::Unknown { .. } => {
            return Err(lacking(version, format!("{} action", action.name())));
        }
    })
}

/// The specification's since 1.5, the ONF's before.
fn lower_copy(copy: &CopyField, version: Version) -> Result<wire::Action, Unsupported> {
    let ((src, src_offset), (dst, dst_offset)) = copy.encoded(version)?;
    let copy = Box::new(wire::CopyField {
        n_bits: copy.n_bits,
        src_offset,
        dst_offset,
        oxm_ids: [FieldId::new(src), FieldId::new(dst)],
    });
    Ok(if version >= Version::V1_5 {
        wire::Action::CopyField(copy)
    } else {
        wire::Action::OnfCopyField(copy)
    })
}

/// What 1.5 has of its own is not an extension there.
fn lower_nicira(
    action: &nicira::Action<Action>,
    version: Version,
) -> Result<wire::Action, Unsupported> {
    if version >= Version::V1_5 {
        match action {
            nicira::Action::RegLoad(load) => return lower_load(load, version),
            nicira::Action::RegLoad2(load) => {
                return Ok(wire::Action::SetField {
                    field: load.field.clone(),
                });
            }
            _ => {}
        }
    }
    let inner = |action: Action| lower_one(&action, version);
    let lowered = action.clone().try_map(inner)?;
    Ok(wire::Action::Nicira(Box::new(lowered)))
}

/// A load of 1.5 is a set_field under a mask.
fn lower_load(load: &nicira::RegLoad, version: Version) -> Result<wire::Action, Unsupported> {
    let Some(field) = load.dst.field() else {
        return Err(lacking(version, "load of a field without a name"));
    };
    let (offset, n_bits) = (load.ofs_nbits.ofs(), load.ofs_nbits.n_bits());
    let ones = u128::MAX >> (128 - u32::from(n_bits));
    let shift = |bits: u128| bits.checked_shl(offset.into()).unwrap_or(0);
    let (field, value, mask) = field.to_canonical(shift(load.value.into()), Some(shift(ones)));
    let mut set = Action::SetField {
        field,
        value,
        mask: mask.unwrap_or_default(),
    };
    if let Action::SetField {
        field: Field::VlanVid,
        value,
        mask,
    } = &mut set
    {
        // A load writes bits of the id in a tag that is there, which a set_field has to say
        // (OF 1.5.1 §7.2.6.7).
        *value |= VLAN_PRESENT;
        *mask |= VLAN_PRESENT;
    }
    lower_one(&set, version)
}

/// What has no name in the model goes into `unknown` and stays among the actions.
pub(super) fn lift(actions: wire::Actions, unknown: &mut Words) -> Actions {
    actions
        .into_iter()
        .map(|action| lift_one(action, unknown))
        .collect()
}

fn lift_one(action: wire::Action, unknown: &mut Words) -> Action {
    match action {
        wire::Action::Output { port, max_len } => Action::Output { port, max_len }.normalized(),
        wire::Action::CopyTtlOut => Action::CopyTtlOut,
        wire::Action::CopyTtlIn => Action::CopyTtlIn,
        wire::Action::SetMplsTtl { mpls_ttl } => Action::SetMplsTtl(mpls_ttl),
        wire::Action::DecMplsTtl => Action::DecMplsTtl,
        wire::Action::PushVlan { ethertype } => Action::PushVlan(ethertype),
        wire::Action::PopVlan => Action::PopVlan,
        wire::Action::PushMpls { ethertype } => Action::PushMpls(ethertype),
        wire::Action::PopMpls { ethertype } => Action::PopMpls(ethertype),
        wire::Action::SetQueue { queue_id } => Action::SetQueue(queue_id),
        wire::Action::Group { group_id } => Action::Group(group_id),
        wire::Action::SetNwTtl { nw_ttl } => Action::SetNwTtl(nw_ttl),
        wire::Action::DecNwTtl => Action::DecNwTtl,
        wire::Action::SetField { field } => lift_set_field(field.oxm(), unknown),
        wire::Action::PushPbb { ethertype } => Action::PushPbb(ethertype),
        wire::Action::PopPbb => Action::PopPbb,
        wire::Action::Meter { meter_id } => Action::Meter(meter_id),
        wire::Action::CopyField(copy) | wire::Action::OnfCopyField(copy) => {
            lift_copy(&copy, unknown)
        }
        wire::Action::Nicira(action) => lift_nicira(*action, unknown),
        wire::Action::Experimenter { experimenter, data } => Action::Experimenter {
            experimenter,
            body: data,
        },
        wire::Action::Unknown { kind, data } => {
            unknown.note(format_args!("action {kind}"));
            Action::Unknown { kind, body: data }
        }
    }
}

fn lift_copy(copy: &wire::CopyField, unknown: &mut Words) -> Action {
    let [src, dst] = copy.oxm_ids.map(|id| id.field());
    let lifted = src.zip(dst).and_then(|(src, dst)| {
        let (src, dst) = ((src, copy.src_offset), (dst, copy.dst_offset));
        CopyField::of_encoded(copy.n_bits, src, dst)
    });
    lifted.map_or_else(
        || {
            unknown.note("copy_field of a field without a name");
            Action::Unknown {
                kind: COPY_FIELD,
                body: Bytes::new(),
            }
        },
        Action::CopyField,
    )
}

/// A move is the specification's copy_field, which is what it is in the model.
fn lift_nicira(action: nicira::Action<wire::Action>, unknown: &mut Words) -> Action {
    if let nicira::Action::RegMove(copy) = &action
        && let (Some(src), Some(dst)) = (copy.src.field(), copy.dst.field())
        && let Some(lifted) =
            CopyField::of_encoded(copy.n_bits, (src, copy.src_ofs), (dst, copy.dst_ofs))
    {
        return Action::CopyField(lifted);
    }
    let inner = |action| Ok::<_, Infallible>(lift_one(action, unknown));
    let Ok(lifted) = action.try_map(inner);
    Action::Nicira(Box::new(lifted))
}

fn lift_set_field(oxm: Oxm<'_>, unknown: &mut Words) -> Action {
    match oxm.field() {
        Some(field) if oxm.value_bytes().len() <= 16 => {
            let (field, value, mask) = field.to_canonical(oxm.value(), oxm.mask());
            let full = field.info().full_mask();
            let mask = mask.map_or(full, |mask| mask & full);
            Action::SetField {
                field,
                value: value & mask,
                mask,
            }
        }
        _ => {
            unknown.note(format_args!(
                "set_field of {:#06x}/{}",
                oxm.class.0, oxm.code
            ));
            Action::Unknown {
                kind: SET_FIELD,
                body: Bytes::copy_from_slice(oxm.body),
            }
        }
    }
}
