//! Match fields as they are on the wire: kept packed, in their order, known or not.

use std::fmt;

use smallvec::SmallVec;

use super::lookup::{BASIC_BEYOND, BASIC_LENGTHS};
use super::{Class, Field};
use crate::experimenter::Fault;
use crate::wire::{DecodeError, Mark, Reader, Wire, Writer};

/// A list of match fields, packed as on the wire (OF 1.3.5 §7.2.3.2).
///
/// Holds well-formed TLVs only, in the order they came or were pushed; unknown ones are kept with
/// their bytes. About nine usual fields fit without heap allocation, and since the bytes are kept
/// as they are, reading costs one walk over the headers and writing one copy.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct OxmList {
    bytes: SmallVec<[u8; INLINE]>,
}

/// Bytes of a list that are held without heap allocation.
const INLINE: usize = 88;

/// One match field on its own, as a set-field action holds it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OxmField {
    /// Exactly one TLV.
    bytes: SmallVec<[u8; 24]>,
}

/// View of one match field. Always well-formed: made by reading, or by [`Oxm::new`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Oxm<'a> {
    /// Who numbers it.
    pub class: Class,
    /// Its number in the class, 0 to 127.
    pub code: u8,
    /// Whether the second half of the bytes is a mask.
    pub has_mask: bool,
    /// Who defined it; class [`Class::EXPERIMENTER`] only.
    pub experimenter: Option<u32>,
    /// Value and, where there is one, mask of the same length; after the experimenter.
    pub body: &'a [u8],
}

impl OxmList {
    /// No field: takes every packet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The fields in their order.
    pub fn iter(&self) -> impl Iterator<Item = Oxm<'_>> {
        let mut rest = self.bytes.as_slice();
        std::iter::from_fn(move || {
            let oxm;
            (oxm, rest) = Oxm::split_front(rest)?;
            Some(oxm)
        })
    }

    /// The first of this name.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<Oxm<'_>> {
        self.iter().find(|oxm| oxm.field() == Some(field))
    }

    /// Appends a field of the table. Bits beyond its bytes are cut off.
    pub fn push(&mut self, field: Field, value: u128, mask: Option<u128>) {
        append(&mut self.bytes, field, value, mask);
    }

    /// Appends any field.
    pub fn push_oxm(&mut self, oxm: Oxm<'_>) {
        oxm.append_to(&mut self.bytes);
    }

    /// The next `len` bytes of `r`.
    #[inline]
    pub(crate) fn decode(r: &mut Reader<'_>, len: usize) -> Result<Self, DecodeError> {
        let window = r.peek_beyond();
        let mut fields = r.child(len)?;
        let all = fields.peek();
        if !all_known(all) {
            check(&mut fields, Oxm::decode)?;
        }
        // A copy of known size, where the frame is long enough for it, does not stall the moves
        // of the list that follow; one of variable size does, for longer than it takes itself.
        let bytes = match window {
            Some(window) if all.len() <= INLINE => SmallVec::from_buf_and_len(*window, all.len()),
            _ => SmallVec::from_slice(all),
        };
        Ok(Self { bytes })
    }

    /// The same, of which the values stand for masks: Open vSwitch sets every bit of their bytes.
    pub(crate) fn decode_masks(r: &mut Reader<'_>, len: usize) -> Result<Self, DecodeError> {
        let mut fields = r.child(len)?;
        let bytes = SmallVec::from_slice(fields.peek());
        check(&mut fields, Oxm::decode_of_any_value)?;
        Ok(Self { bytes })
    }

    /// The first `len` of these bytes, if all of them are the specification's own fields, they fit
    /// without heap allocation, and the bytes go on far enough for a copy of fixed size.
    #[inline]
    pub(crate) fn at_once(bytes: &[u8], len: usize) -> Option<Self> {
        let window: &[u8; INLINE] = bytes.first_chunk()?;
        // Mostly the ingress port is the only field.
        let in_port = len == 8 && window.starts_with(&[0x80, 0, 0, 4]);
        let good = in_port || all_known(window.get(..len)?);
        good.then(|| Self {
            bytes: SmallVec::from_buf_and_len(*window, len),
        })
    }

    pub(crate) fn encode(&self, w: &mut Writer<'_>) {
        w.bytes(&self.bytes);
    }

    /// As they are on the wire.
    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The ingress port: of packet-ins it is the first field and mostly the only one.
    #[inline]
    pub(crate) fn in_port(&self) -> Option<u32> {
        if let [0x80, 0, 0, 4, a, b, c, d, ..] = *self.as_bytes() {
            return Some(u32::from_be_bytes([a, b, c, d]));
        }
        let value = self.get(Field::InPort)?.value();
        Some(u32::try_from(value).unwrap_or(u32::MAX))
    }

    /// Bytes it takes in a message.
    pub(crate) fn encoded_len(&self) -> usize {
        self.bytes.len()
    }
}

/// Writes a field of the table. Bits beyond its bytes are cut off.
pub(crate) fn write(w: &mut Writer<'_>, field: Field, value: u128, mask: Option<u128>) {
    let info = field.info();
    if let (None, None) = (mask, info.experimenter) {
        let width = info.width(value, mask);
        let length = u8::try_from(width).expect("a value has at most 16 bytes");
        let mut bytes = [0; 20];
        bytes[..4].copy_from_slice(&header_bytes(info.class, info.code, false, length));
        // To the front: the bytes before those of the field are the ones cut off.
        let front = value << (128 - 8 * width);
        bytes[4..].copy_from_slice(&front.to_be_bytes());
        return w.front_of(&bytes, 4 + width);
    }
    // The longest of the table: header, experimenter, 16 bytes and as many of a mask.
    let mut bytes = SmallVec::<[u8; 40]>::new();
    append(&mut bytes, field, value, mask);
    w.bytes(&bytes);
}

impl OxmField {
    /// A field of the table. Bits beyond its bytes are cut off.
    #[must_use]
    pub fn new(field: Field, value: u128, mask: Option<u128>) -> Self {
        let mut bytes = SmallVec::new();
        append(&mut bytes, field, value, mask);
        Self { bytes }
    }

    /// Any field.
    #[must_use]
    pub fn from_oxm(oxm: Oxm<'_>) -> Self {
        let mut bytes = SmallVec::new();
        oxm.append_to(&mut bytes);
        Self { bytes }
    }

    /// View of it.
    #[must_use]
    pub fn oxm(&self) -> Oxm<'_> {
        let (oxm, _) = Oxm::split_front(&self.bytes).expect("holds exactly one TLV");
        oxm
    }
}

impl Wire for OxmField {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Oxm::decode(r).map(Self::from_oxm)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.bytes(&self.bytes);
    }
}

impl<'a> Oxm<'a> {
    /// Any field, known or not. `None` where no TLV can be so: too long, a mask that is not as
    /// long as the value, a known field in another length, an experimenter in another class.
    #[must_use]
    pub fn new(
        class: Class,
        code: u8,
        has_mask: bool,
        experimenter: Option<u32>,
        body: &'a [u8],
    ) -> Option<Self> {
        let oxm = Self {
            class,
            code,
            has_mask,
            experimenter,
            body,
        };
        let fits = code < 128
            && oxm.length() <= 0xff
            && experimenter.is_some() == (class == Class::EXPERIMENTER);
        (fits && oxm.length_fault().is_none()).then_some(oxm)
    }

    /// The field's name in the table; `None` for one that is not there.
    #[must_use]
    pub fn field(&self) -> Option<Field> {
        // Four zero bytes read as the in_port of NXM without a value: padding that a match counts
        // in its length, as Open vSwitch accepts in the match of a packet-out.
        if self.class == Class::NXM_0 && self.code == 0 && self.body.is_empty() {
            return None;
        }
        Field::from_wire(self.class, self.experimenter, self.code)
    }

    /// Bytes of the value.
    #[must_use]
    pub fn value_bytes(&self) -> &'a [u8] {
        self.halves().0
    }

    /// Bytes of the mask.
    #[must_use]
    pub fn mask_bytes(&self) -> Option<&'a [u8]> {
        self.halves().1
    }

    /// The value, right-aligned; of a field longer than 16 bytes the last 16.
    #[must_use]
    pub fn value(&self) -> u128 {
        number(self.value_bytes())
    }

    /// The mask, likewise.
    #[must_use]
    pub fn mask(&self) -> Option<u128> {
        self.mask_bytes().map(number)
    }

    fn halves(&self) -> (&'a [u8], Option<&'a [u8]>) {
        if self.has_mask {
            let (value, mask) = self.body.split_at(self.body.len() / 2);
            (value, Some(mask))
        } else {
            (self.body, None)
        }
    }

    /// What the length byte says: everything after the header.
    fn length(&self) -> usize {
        self.body.len() + self.experimenter.map_or(0, |_| 4)
    }

    /// What is wrong with the length, and by which field it is known.
    fn length_fault(&self) -> Option<&'static str> {
        let parts = if self.has_mask { 2 } else { 1 };
        let (length, rest) = (self.body.len() / parts, self.body.len() % parts);
        match self.field() {
            Some(field) if rest != 0 || !field.info().takes(length) => {
                Some("not that of the field, doubled by a mask")
            }
            None if rest != 0 => Some("even, for value and mask"),
            _ => None,
        }
    }

    /// Reads the front of bytes that are known to be well-formed.
    fn split_front(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (header, rest) = bytes.split_first_chunk()?;
        let (oxm, length) = Self::header(*header);
        let (body, rest) = rest.split_at_checked(length)?;
        oxm.with_body(body).map(|oxm| (oxm, rest))
    }

    /// The header: everything but what follows it, and how long that is.
    fn header([class_high, class_low, code_mask, length]: [u8; 4]) -> (Self, usize) {
        let oxm = Self {
            class: Class(u16::from_be_bytes([class_high, class_low])),
            code: code_mask >> 1,
            has_mask: code_mask & 1 == 1,
            experimenter: None,
            body: &[],
        };
        (oxm, length.into())
    }

    /// With what follows the header; `None`: too short for an experimenter.
    fn with_body(self, body: &'a [u8]) -> Option<Self> {
        if self.class != Class::EXPERIMENTER {
            return Some(Self { body, ..self });
        }
        let (experimenter, body) = body.split_first_chunk()?;
        Some(Self {
            experimenter: Some(u32::from_be_bytes(*experimenter)),
            body,
            ..self
        })
    }

    /// A field whose value has no bits beyond its width.
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let mark = r.mark();
        let oxm = Self::decode_of_any_value(r)?;
        match oxm.field() {
            Some(field) if oxm.value() & !field.info().full_mask() != 0 => {
                let value = u64::try_from(oxm.value()).unwrap_or(u64::MAX);
                let error = Fault::of_field(mark).at(mark, value, r.version());
                Err(error.in_field(field.info().name))
            }
            _ => Ok(oxm),
        }
    }

    fn decode_of_any_value(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let mark = r.mark();
        let (oxm, length) = Self::header(r.array()?);
        let body = match oxm.field() {
            Some(field) => r
                .slice(length)
                .map_err(|error| error.in_field(field.info().name))?,
            None => r.slice(length)?,
        };
        let Some(oxm) = oxm.with_body(body) else {
            return Err(mark.bad_length(length, "at least 4, the experimenter"));
        };
        match oxm.length_fault() {
            None => Ok(oxm),
            Some(expected) => Err(oxm.refused(mark, length, expected)),
        }
    }

    #[cold]
    fn refused(&self, mark: Mark, length: usize, expected: &'static str) -> DecodeError {
        let error = mark.bad_length(length, expected);
        match self.field() {
            Some(field) => error.in_field(field.info().name),
            None => error,
        }
    }

    fn append_to<const N: usize>(&self, bytes: &mut SmallVec<[u8; N]>) {
        let length = u8::try_from(self.length()).expect("an Oxm is never longer than its length");
        bytes.extend_from_slice(&header_bytes(self.class, self.code, self.has_mask, length));
        if let Some(experimenter) = self.experimenter {
            bytes.extend_from_slice(&experimenter.to_be_bytes());
        }
        bytes.extend_from_slice(self.body);
    }
}

/// Whether every field is one of the specification's own and has its length and no more bits than
/// it may: the usual case.
#[inline]
fn all_known(mut bytes: &[u8]) -> bool {
    while let Some(rest) = known_length(bytes).and_then(|length| bytes.get(length..)) {
        bytes = rest;
    }
    bytes.is_empty()
}

/// Refuses what is not a list of TLVs, saying which one and why.
fn check<'a>(
    r: &mut Reader<'a>,
    read: impl Fn(&mut Reader<'a>) -> Result<Oxm<'a>, DecodeError>,
) -> Result<(), DecodeError> {
    let mut index = 0;
    while !r.is_empty() {
        read(r).map_err(|error| error.in_element(index).in_field("oxm_fields"))?;
        index += 1;
    }
    Ok(())
}

/// Bytes of the field at the front, header included, if it is one of the specification's own and
/// whole: one look into each of two tables.
#[inline]
fn known_length(bytes: &[u8]) -> Option<usize> {
    let [class_high, class_low, number, length] = *bytes.first_chunk()?;
    let own = Class(u16::from_be_bytes([class_high, class_low])) == Class::OPENFLOW_BASIC;
    let right = length != 0 && length == BASIC_LENGTHS[usize::from(number)];
    let whole = 4 + usize::from(length);
    let beyond = match bytes {
        [_, _, _, _, a, b, ..] => u16::from_be_bytes([*a, *b]),
        [_, _, _, _, a] => u16::from_be_bytes([*a, 0]),
        _ => 0,
    } & BASIC_BEYOND[usize::from(number)];
    (own && right && beyond == 0 && whole <= bytes.len()).then_some(whole)
}

fn append<const N: usize>(
    bytes: &mut SmallVec<[u8; N]>,
    field: Field,
    value: u128,
    mask: Option<u128>,
) {
    let info = field.info();
    let width = info.width(value, mask);
    let values = if mask.is_some() { 2 * width } else { width };
    let length = values + info.experimenter.map_or(0, |_| 4);
    let length = u8::try_from(length).expect("value and mask are cut to 16 bytes");
    bytes.extend_from_slice(&header_bytes(info.class, info.code, mask.is_some(), length));
    if let Some(experimenter) = info.experimenter {
        bytes.extend_from_slice(&experimenter.to_be_bytes());
    }
    bytes.extend_from_slice(&value.to_be_bytes()[16 - width..]);
    if let Some(mask) = mask {
        bytes.extend_from_slice(&mask.to_be_bytes()[16 - width..]);
    }
}

fn header_bytes(class: Class, code: u8, has_mask: bool, length: u8) -> [u8; 4] {
    let [high, low] = class.0.to_be_bytes();
    [high, low, code << 1 | u8::from(has_mask), length]
}

/// Big-endian, the last 16 bytes.
fn number(bytes: &[u8]) -> u128 {
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | u128::from(*byte))
}

impl fmt::Debug for OxmList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl fmt::Debug for OxmField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.oxm().fmt(f)
    }
}
