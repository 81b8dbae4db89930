//! Match fields, known and unknown.

use openflow::oxm::{Class, Field, Oxm, OxmField, OxmList};
use openflow::v13;
use proptest::collection::vec;
use proptest::prelude::*;

use super::flows;

pub(crate) fn oxm_field() -> impl Strategy<Value = OxmField> {
    let known = (
        proptest::sample::select(Field::ALL),
        any::<u128>(),
        any::<Option<u128>>(),
    )
        .prop_map(|(field, value, mask)| {
            OxmField::new(field, value & field.info().full_mask(), mask)
        });
    let unknown = (
        0x0002u16..0x1000,
        0u8..128,
        any::<bool>(),
        vec(any::<u8>(), 0..20),
    )
        .prop_map(|(class, code, has_mask, half)| {
            let body = if has_mask { half.repeat(2) } else { half };
            let oxm = Oxm::new(Class(class), code, has_mask, None, &body);
            OxmField::from_oxm(oxm.unwrap())
        });
    let experimenter =
        (0u8..128, any::<u32>(), vec(any::<u8>(), 0..20)).prop_map(|(code, experimenter, body)| {
            let oxm = Oxm::new(Class::EXPERIMENTER, code, false, Some(experimenter), &body);
            OxmField::from_oxm(oxm.unwrap())
        });
    prop_oneof![4 => known, 1 => unknown, 1 => experimenter]
}

pub(crate) fn matching() -> impl Strategy<Value = v13::Match> {
    let any_fields = vec(oxm_field(), 0..12).prop_map(|fields| {
        let mut oxm_fields = OxmList::new();
        fields
            .iter()
            .for_each(|field| oxm_fields.push_oxm(field.oxm()));
        v13::Match { oxm_fields }
    });
    prop_oneof![any_fields, flows::matching()]
}
