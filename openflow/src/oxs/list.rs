//! Statistics as they are on the wire: kept packed, in their order, known or not.

use std::fmt;

use smallvec::SmallVec;

use crate::oxm::Class;
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// A list of statistics, packed as on the wire (OF 1.5.1 §7.2.4.2, `ofp_stats`).
///
/// Holds well-formed TLVs only, in the order they came or were pushed; unknown ones are kept with
/// their bytes. One of each that the specification has fits without heap allocation.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct OxsList {
    bytes: SmallVec<[u8; INLINE]>,
}

/// Bytes of a list that are held without heap allocation.
const INLINE: usize = 56;

/// The specification's own statistics (OF 1.5.1 §7.2.4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Statistic {
    /// Time the entry has been there.
    Duration,
    /// Time since its last packet.
    IdleTime,
    /// Number of entries, in sums.
    FlowCount,
    /// Packets.
    PacketCount,
    /// Bytes.
    ByteCount,
}

impl Statistic {
    /// Every one, in the order of their numbers.
    pub const ALL: &'static [Self] = &[
        Self::Duration,
        Self::IdleTime,
        Self::FlowCount,
        Self::PacketCount,
        Self::ByteCount,
    ];

    /// The specification's name without prefix.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Duration => "duration",
            Self::IdleTime => "idle_time",
            Self::FlowCount => "flow_count",
            Self::PacketCount => "packet_count",
            Self::ByteCount => "byte_count",
        }
    }

    /// Its number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Duration => 0,
            Self::IdleTime => 1,
            Self::FlowCount => 3,
            Self::PacketCount => 4,
            Self::ByteCount => 5,
        }
    }

    /// Bytes of its value.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::FlowCount => 4,
            Self::Duration | Self::IdleTime | Self::PacketCount | Self::ByteCount => 8,
        }
    }

    /// The one with this number; `None` for another class or number.
    #[must_use]
    pub fn from_wire(class: Class, code: u8) -> Option<Self> {
        let all = Self::ALL.iter().copied();
        all.filter(|_| class == OxsList::OPENFLOW_BASIC)
            .find(|statistic| statistic.code() == code)
    }
}

/// Value of one of the specification's statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OxsValue {
    /// Whole seconds, then nanoseconds.
    Time(u32, u32),
    /// A number of packets, bytes or entries.
    Count(u64),
}

/// View of one statistic. Always well-formed: made by reading, or by [`Oxs::new`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Oxs<'a> {
    /// Who numbers it.
    pub class: Class,
    /// Its number in the class, 0 to 127.
    pub code: u8,
    /// The bit after the number, which has no meaning.
    pub reserved: bool,
    /// What follows the header; of class [`Class::EXPERIMENTER`] the experimenter first.
    pub body: &'a [u8],
}

impl OxsList {
    /// Class of the specification's own statistics (`OFPXSC_OPENFLOW_BASIC`).
    pub const OPENFLOW_BASIC: Class = Class(0x8002);

    /// No statistic.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is no statistic.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The statistics in their order.
    pub fn iter(&self) -> impl Iterator<Item = Oxs<'_>> {
        let mut rest = self.bytes.as_slice();
        std::iter::from_fn(move || {
            let (header, body) = rest.split_first_chunk()?;
            let (oxs, length) = Oxs::header(*header);
            let (body, after) = body.split_at_checked(length)?;
            rest = after;
            Some(Oxs { body, ..oxs })
        })
    }

    /// The first of this name.
    #[must_use]
    pub fn get(&self, statistic: Statistic) -> Option<OxsValue> {
        self.iter()
            .find(|oxs| oxs.statistic() == Some(statistic))
            .and_then(|oxs| oxs.value())
    }

    /// The first that counts this; `None` where it is not there or is a time.
    #[must_use]
    pub fn count(&self, statistic: Statistic) -> Option<u64> {
        match self.get(statistic)? {
            OxsValue::Count(count) => Some(count),
            OxsValue::Time(..) => None,
        }
    }

    /// Seconds and nanoseconds of the first of this name; `None` where it is not there or is a
    /// count.
    #[must_use]
    pub fn time(&self, statistic: Statistic) -> Option<(u32, u32)> {
        match self.get(statistic)? {
            OxsValue::Time(sec, nsec) => Some((sec, nsec)),
            OxsValue::Count(_) => None,
        }
    }

    /// Appends one of the specification's statistics. Of a count of entries the low 32 bits are
    /// kept, all it has.
    pub fn push(&mut self, statistic: Statistic, value: OxsValue) {
        let number = match value {
            OxsValue::Time(sec, nsec) => u64::from(sec) << 32 | u64::from(nsec),
            OxsValue::Count(count) => count,
        };
        let body = &number.to_be_bytes()[8 - statistic.bytes()..];
        let oxs = Oxs::new(Self::OPENFLOW_BASIC, statistic.code(), body);
        self.push_oxs(oxs.expect("has the number and the length of the statistic"));
    }

    /// Appends any statistic.
    pub fn push_oxs(&mut self, oxs: Oxs<'_>) {
        let [high, low] = oxs.class.0.to_be_bytes();
        let length = u8::try_from(oxs.body.len()).expect("an Oxs is never longer than its length");
        let number = oxs.code << 1 | u8::from(oxs.reserved);
        self.bytes.extend_from_slice(&[high, low, number, length]);
        self.bytes.extend_from_slice(oxs.body);
    }
}

impl Wire for OxsList {
    /// `ofp_stats` whole: its header, and the padding after it, which the length does not count.
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let start = r.offset();
        // Where a property would have its type nothing is told: reserved, like padding.
        let (_, mut fields) = r.tlv()?;
        let bytes = SmallVec::from_slice(fields.peek());
        let mut index = 0;
        while !fields.is_empty() {
            Oxs::check(&mut fields).map_err(|e| e.in_element(index).in_field("oxs_fields"))?;
            index += 1;
        }
        r.pad_to_8(start)?;
        Ok(Self { bytes })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let start = w.position();
        w.tlv(0, "stats", |w| w.bytes(&self.bytes));
        w.pad_to_8(start);
    }
}

impl<'a> Oxs<'a> {
    /// Any statistic, known or not. `None` where no TLV can be so: too long, a known one in
    /// another length, an experimenter's without experimenter.
    #[must_use]
    pub fn new(class: Class, code: u8, body: &'a [u8]) -> Option<Self> {
        let oxs = Self {
            class,
            code,
            reserved: false,
            body,
        };
        let fits = code < 128 && body.len() <= 0xff;
        (fits && oxs.length_fault().is_none()).then_some(oxs)
    }

    /// Its name; `None` for one that the specification does not have.
    #[must_use]
    pub fn statistic(&self) -> Option<Statistic> {
        Statistic::from_wire(self.class, self.code)
    }

    /// Its value; `None` for one that the specification does not have.
    #[must_use]
    pub fn value(&self) -> Option<OxsValue> {
        let number = self
            .body
            .iter()
            .fold(0, |n, byte| n << 8 | u64::from(*byte));
        match (self.statistic()?, self.body) {
            (Statistic::Duration | Statistic::IdleTime, &[a, b, c, d, e, f, g, h]) => {
                let halves = [[a, b, c, d], [e, f, g, h]].map(u32::from_be_bytes);
                Some(OxsValue::Time(halves[0], halves[1]))
            }
            _ => Some(OxsValue::Count(number)),
        }
    }

    /// The header: everything but what follows it, and how long that is.
    fn header([class_high, class_low, number, length]: [u8; 4]) -> (Self, usize) {
        let oxs = Self {
            class: Class(u16::from_be_bytes([class_high, class_low])),
            code: number >> 1,
            reserved: number & 1 == 1,
            body: &[],
        };
        (oxs, length.into())
    }

    /// What is wrong with the length.
    fn length_fault(&self) -> Option<&'static str> {
        match self.statistic().map(Statistic::bytes) {
            Some(expected) if expected != self.body.len() => Some("not that of the statistic"),
            None if self.class == Class::EXPERIMENTER && self.body.len() < 4 => {
                Some("at least 4, the experimenter")
            }
            _ => None,
        }
    }

    /// Reads one, refusing what is not a TLV.
    fn check(r: &mut Reader<'a>) -> Result<(), DecodeError> {
        let at = r.mark();
        let (oxs, length) = Self::header(r.array()?);
        let body = r.slice(length)?;
        match (Self { body, ..oxs }).length_fault() {
            None => Ok(()),
            Some(expected) => Err(at.bad_length(length, expected)),
        }
    }
}

impl fmt::Debug for OxsList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use bytes::{Bytes, BytesMut};

    use super::*;
    use crate::Version;
    use crate::wire::ErrorCode;

    fn decode(hex: &str) -> Result<OxsList, DecodeError> {
        let frame = Bytes::from(hex::decode(hex).unwrap());
        let mut r = Reader::new(&frame, Version::V1_5);
        let list = OxsList::decode(&mut r)?;
        r.finish()?;
        Ok(list)
    }

    /// As Open vSwitch sends them with a flow-removed.
    const USUAL: &str = "0000003480020008000000980000005a80020208000000980000000080020808\
                         000000000000000280020a08000000000000008000000000";

    /// A number without meaning and its reserved bit set, then an experimenter's.
    const UNKNOWN: &str = "0000001380020f01aaffff02060000232001020000000000";

    #[test]
    fn the_usual_ones_have_names() {
        let list = decode(USUAL).unwrap();
        assert_eq!(list.time(Statistic::Duration), Some((152, 90)));
        assert_eq!(list.time(Statistic::IdleTime), Some((152, 0)));
        assert_eq!(list.count(Statistic::PacketCount), Some(2));
        assert_eq!(list.count(Statistic::ByteCount), Some(128));
        assert_eq!(list.get(Statistic::FlowCount), None);
        assert_eq!(
            serde_json::to_string(&list).unwrap(),
            r#"{"oxs_fields":[{"field":"duration","value":{"sec":152,"nsec":90}},\
            {"field":"idle_time","value":{"sec":152,"nsec":0}},\
            {"field":"packet_count","value":2},{"field":"byte_count","value":128}]}"#
                .replace("\\\n            ", "")
        );
    }

    #[test]
    fn they_encode_to_what_they_were() {
        for hex in [USUAL, UNKNOWN, "0000000400000000"] {
            let list = decode(hex).unwrap();
            let mut out = BytesMut::new();
            list.encode(&mut Writer::new(&mut out, Version::V1_5));
            assert_eq!(hex::encode(out), hex);
        }
    }

    #[test]
    fn pushed_ones_are_as_read_ones() {
        let mut list = OxsList::new();
        list.push(Statistic::Duration, OxsValue::Time(152, 90));
        list.push(Statistic::IdleTime, OxsValue::Time(152, 0));
        list.push(Statistic::PacketCount, OxsValue::Count(2));
        list.push(Statistic::ByteCount, OxsValue::Count(128));
        assert_eq!(list, decode(USUAL).unwrap());
    }

    #[test]
    fn a_wrong_length_is_refused_and_named() {
        let cases = [
            (
                "0000000000000000",
                "length 0 is wrong: at least 4, its own header",
            ),
            (
                "0000000c8002080400000001",
                "oxs_fields[0]: length 4 is wrong: not that",
            ),
            (
                "0000000a800208080000",
                "oxs_fields[0]: need 8 bytes, have 2",
            ),
            ("0000000680020000", "oxs_fields[0]: need 4 bytes, have 2"),
            (
                "0000000affff0202000000000000",
                "oxs_fields[0]: length 2 is wrong: at least 4",
            ),
            ("0000000480", "need 4 bytes, have 1"),
        ];
        for (hex, problem) in cases {
            let error = decode(hex).unwrap_err();
            assert!(error.to_string().contains(problem), "{hex}: {error}");
            assert_eq!(error.answer(), ErrorCode::BAD_REQUEST_BAD_LEN);
        }
    }
}
