//! What a lookup compares: all fields of one packet in words of fixed places.

mod layout;

use std::fmt;

use self::layout::Slot;
pub(super) use self::layout::{WORDS, slot};
use crate::flow::Match;
use crate::oxm::{Canonical, Field};

/// The fields of one packet, with registers, metadata and where it came in. About half a kilobyte.
///
/// A field the packet does not have is zero.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    words: [u64; WORDS],
}

/// Which bits of a key a match looks at.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Mask {
    words: [u64; WORDS],
}

impl Key {
    /// Every field zero.
    #[must_use]
    pub(super) const fn empty() -> Self {
        Self { words: [0; WORDS] }
    }

    /// The field's value, right-aligned; zero for one that cannot be looked at here (tunnel
    /// options).
    #[must_use]
    pub fn get(&self, field: Field) -> u128 {
        match (slot(field), field.info().canonical) {
            (Some(slot), _) => self.read(slot),
            (None, Some(Canonical::Same(field))) => self.get(field),
            (None, Some(Canonical::Port16)) => self.get(Field::InPort) & 0xffff,
            (None, Some(Canonical::Shifted(field, by))) => self.get(field) << by,
            (None, None) => 0,
        }
    }

    /// Sets the bits of a field that `mask` has set, both right-aligned.
    pub fn set(&mut self, field: Field, value: u128, mask: u128) {
        if let Some(slot) = slot(field) {
            self.write(slot, value, mask);
        } else if field.info().canonical.is_some() {
            let (field, value, mask) = field.to_canonical(value, Some(mask));
            self.set(field, value, mask.unwrap_or(u128::MAX));
        }
    }

    /// Whether a match takes the packet. Its prerequisites are part of it.
    #[must_use]
    pub fn matches(&self, matching: &Match) -> bool {
        matching.fields().iter().all(|wanted| {
            can_match(wanted.field) && self.get(wanted.field) & wanted.mask == wanted.value
        })
    }

    pub(super) const fn words(&self) -> &[u64; WORDS] {
        &self.words
    }

    /// Zeroes what a header says, and leaves what the switch does: ports, metadata, registers.
    pub(super) fn forget_headers(&mut self) {
        self.words[FIRST_HEADER..=LAST_HEADER].fill(0);
    }

    /// Zeroes what the headers behind Ethernet and tags say.
    pub(super) fn forget_network(&mut self) {
        self.words[FIRST_NETWORK..=LAST_HEADER].fill(0);
    }

    #[inline]
    fn read(&self, slot: Slot) -> u128 {
        let word = usize::from(slot.word);
        if slot.bits == 128 {
            return u128::from(self.words[word]) << 64 | u128::from(self.words[word + 1]);
        }
        u128::from(self.words[word] >> slot.shift & ones(slot.bits))
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "halves are meant")]
    fn write(&mut self, slot: Slot, value: u128, mask: u128) {
        let word = usize::from(slot.word);
        if slot.bits == 128 {
            merge(
                &mut self.words[word],
                (value >> 64) as u64,
                (mask >> 64) as u64,
            );
            merge(&mut self.words[word + 1], value as u64, mask as u64);
            return;
        }
        let mask = (mask as u64 & ones(slot.bits)) << slot.shift;
        merge(&mut self.words[word], (value as u64) << slot.shift, mask);
    }
}

/// Words of layers 2 to 4.
const FIRST_HEADER: usize = 3;
/// Of those MPLS, which has the type of packet beside it, and all that follows.
const FIRST_NETWORK: usize = 6;
const LAST_HEADER: usize = 17;

#[inline]
const fn ones(bits: u8) -> u64 {
    u64::MAX >> (64 - bits)
}

#[inline]
fn merge(word: &mut u64, value: u64, mask: u64) {
    *word = *word & !mask | value & mask;
}

/// Whether the field has a place in a key, itself or as another encoding of one that has.
#[must_use]
pub(super) fn can_match(field: Field) -> bool {
    slot(field).is_some() || field.info().canonical.is_some()
}

impl Mask {
    /// The bits a match looks at, and what they are to be.
    #[must_use]
    pub fn of(matching: &Match) -> (Self, Key) {
        let (mut mask, mut key) = (Key::empty(), Key::empty());
        for wanted in matching.fields() {
            mask.set(wanted.field, wanted.mask, u128::MAX);
            key.set(wanted.field, wanted.value, wanted.mask);
        }
        (Self { words: mask.words }, key)
    }

    pub(super) const fn words(&self) -> &[u64; WORDS] {
        &self.words
    }
}

/// The fields that are not zero.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fields(f, self)
    }
}

/// The fields that are looked at.
impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fields(f, &Key { words: self.words })
    }
}

fn fields(f: &mut fmt::Formatter<'_>, key: &Key) -> fmt::Result {
    let mut map = f.debug_map();
    for field in Field::ALL.iter().filter(|field| slot(**field).is_some()) {
        let value = key.get(*field);
        if value != 0 {
            map.entry(
                &format_args!("{}", field.info().name),
                &format_args!("{value:#x}"),
            );
        }
    }
    map.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_field() -> impl Strategy<Value = Field> {
        let with_place = |field: &Field| slot(*field).is_some();
        let fields: Vec<Field> = Field::ALL.iter().copied().filter(with_place).collect();
        proptest::sample::select(fields)
    }

    proptest! {
        #[test]
        fn what_is_set_is_got(field in any_field(), value: u128, mask: u128, before: u128) {
            let full = field.info().full_mask();
            let mut key = Key::empty();
            key.set(field, before, u128::MAX);
            key.set(field, value, mask);
            prop_assert_eq!(key.get(field), (before & !mask | value & mask) & full);
        }

        #[test]
        fn a_match_is_its_mask_and_value(field in any_field(), value: u128, mask: u128, packet: u128) {
            let matching = Match::any().with_masked(field, value, mask);
            let (mask, wanted) = Mask::of(&matching);
            let mut key = Key::empty();
            key.set(field, packet, u128::MAX);
            let words = mask.words().iter().zip(key.words()).zip(wanted.words());
            let by_words = words.into_iter().all(|((mask, is), wanted)| mask & is == *wanted);
            prop_assert_eq!(key.matches(&matching), by_words);
        }
    }

    #[test]
    fn slots_are_within_their_words_and_as_wide_as_their_fields() {
        for field in Field::ALL {
            let Some(slot) = slot(*field) else { continue };
            let words = usize::from(slot.bits).div_ceil(64);
            assert!(usize::from(slot.word) + words <= WORDS, "{field:?}");
            assert!(
                slot.bits == 128 || slot.shift + slot.bits <= 64,
                "{field:?}"
            );
            assert_eq!(u16::from(slot.bits), field.info().bits, "{field:?}");
        }
    }

    #[test]
    fn registers_are_halves_and_quarters_of_wider_ones() {
        let mut key = Key::empty();
        for (n, field) in [Field::Reg0, Field::Reg1, Field::Reg2, Field::Reg3]
            .into_iter()
            .enumerate()
        {
            key.set(field, n as u128 + 1, u128::MAX);
        }
        assert_eq!(key.get(Field::Xreg0), 0x0000_0001_0000_0002);
        assert_eq!(key.get(Field::Xreg1), 0x0000_0003_0000_0004);
        assert_eq!(
            key.get(Field::Xxreg0),
            0x0000_0001_0000_0002_0000_0003_0000_0004
        );
        key.set(Field::Xxreg7, 9, u128::MAX);
        assert_eq!(key.get(Field::Reg31), 9);
    }

    #[test]
    fn other_encodings_are_views_of_the_field() {
        let mut key = Key::empty();
        key.set(Field::NxmOfIpTos, 0xb8, u128::MAX);
        assert_eq!(key.get(Field::IpDscp), 46);
        key.set(Field::NxmOfInPort, 0xfffe, u128::MAX);
        assert_eq!(key.get(Field::InPort), 0xffff_fffe);
        key.set(Field::VlanTci, 0xf007, u128::MAX);
        assert_eq!(
            (key.get(Field::VlanVid), key.get(Field::VlanPcp)),
            (0x1007, 7)
        );
    }
}
