//! The numbers of OpenFlow as types: what is a port cannot be taken for a table.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A protocol version Pointsman speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// OpenFlow 1.0, wire version 0x01.
    V1_0 = 0x01,
    /// OpenFlow 1.3, wire version 0x04.
    V1_3 = 0x04,
    /// OpenFlow 1.4, wire version 0x05.
    V1_4 = 0x05,
    /// OpenFlow 1.5, wire version 0x06.
    V1_5 = 0x06,
}

impl Version {
    /// The version byte of the message header.
    #[inline]
    #[must_use]
    pub fn wire(self) -> u8 {
        self as u8
    }

    /// The version of a header byte; `None` for one we do not speak (1.1, 1.2, unknown).
    #[inline]
    #[must_use]
    pub fn from_wire(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(Self::V1_0),
            0x04 => Some(Self::V1_3),
            0x05 => Some(Self::V1_4),
            0x06 => Some(Self::V1_5),
            _ => None,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1_0 => "1.0",
            Self::V1_3 => "1.3",
            Self::V1_4 => "1.4",
            Self::V1_5 => "1.5",
        })
    }
}

/// A text that is not the id it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {what}: {expected}")]
pub struct ParseIdError {
    /// What was to be read, in the field's words.
    pub what: &'static str,
    /// What would have been right.
    pub expected: &'static str,
    /// The text as it came.
    pub text: String,
}

/// Datapath id: names a switch. The lower 48 bits are usually a MAC address, the upper 16 are the
/// implementer's (OF 1.3.5 §7.3.1). Shown as 16 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Dpid(pub u64);

impl fmt::Display for Dpid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for Dpid {
    type Err = ParseIdError;

    /// Exactly 16 hex digits: one spelling, so that one switch never has two names.
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let digits = text.len() == 16
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        match u64::from_str_radix(text, 16) {
            Ok(id) if digits => Ok(Self(id)),
            _ => Err(ParseIdError {
                what: "datapath id",
                expected: "16 lower-case hex digits, as 0000000000000001",
                text: text.to_owned(),
            }),
        }
    }
}

/// Port number in the 32-bit numbering of 1.1 and later. 1.0's reserved ports (0xff00 and above)
/// map to those with the upper half set, as in Open vSwitch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PortNo(pub u32);

impl PortNo {
    /// Last number a physical or logical port can have (`OFPP_MAX`).
    pub const MAX: Self = Self(0xffff_ff00);
    /// The action set has no output: a value of `actset_output` only, 1.5 (`OFPP_UNSET`).
    pub const UNSET: Self = Self(0xffff_fff7);
    /// Send back out of the port it came in (`OFPP_IN_PORT`).
    pub const IN_PORT: Self = Self(0xffff_fff8);
    /// Submit to the flow tables; packet-out only (`OFPP_TABLE`).
    pub const TABLE: Self = Self(0xffff_fff9);
    /// The switch's own L2/L3 processing (`OFPP_NORMAL`).
    pub const NORMAL: Self = Self(0xffff_fffa);
    /// The switch's own flooding (`OFPP_FLOOD`).
    pub const FLOOD: Self = Self(0xffff_fffb);
    /// All ports but the one it came in (`OFPP_ALL`).
    pub const ALL: Self = Self(0xffff_fffc);
    /// The controller (`OFPP_CONTROLLER`).
    pub const CONTROLLER: Self = Self(0xffff_fffd);
    /// The switch's local networking stack (`OFPP_LOCAL`).
    pub const LOCAL: Self = Self(0xffff_fffe);
    /// No port: wildcard in deletes and statistics (`OFPP_ANY`; `OFPP_NONE` in 1.0).
    pub const ANY: Self = Self(0xffff_ffff);

    /// Whether this is a port of the switch: neither reserved nor zero. `LOCAL` is reserved.
    #[must_use]
    pub fn is_physical(self) -> bool {
        self.0 != 0 && self.0 <= Self::MAX.0
    }

    fn reserved_name(self) -> Option<&'static str> {
        Some(match self {
            Self::UNSET => "UNSET",
            Self::IN_PORT => "IN_PORT",
            Self::TABLE => "TABLE",
            Self::NORMAL => "NORMAL",
            Self::FLOOD => "FLOOD",
            Self::ALL => "ALL",
            Self::CONTROLLER => "CONTROLLER",
            Self::LOCAL => "LOCAL",
            Self::ANY => "ANY",
            _ => return None,
        })
    }
}

impl fmt::Display for PortNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reserved_name() {
            Some(name) => f.write_str(name),
            None => self.0.fmt(f),
        }
    }
}

impl FromStr for PortNo {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let reserved = [
            Self::UNSET,
            Self::IN_PORT,
            Self::TABLE,
            Self::NORMAL,
            Self::FLOOD,
            Self::ALL,
            Self::CONTROLLER,
            Self::LOCAL,
            Self::ANY,
        ];
        reserved
            .into_iter()
            .find(|port| {
                port.reserved_name()
                    .is_some_and(|name| name.eq_ignore_ascii_case(text))
            })
            .or_else(|| text.parse().ok().map(Self))
            .ok_or_else(|| ParseIdError {
                what: "port",
                expected: "a number or one of UNSET, IN_PORT, TABLE, NORMAL, FLOOD, ALL, \
                           CONTROLLER, LOCAL, ANY",
                text: text.to_owned(),
            })
    }
}

/// 48-bit Ethernet address, written in lower case with colons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MacAddr(pub [u8; 6]);

impl MacAddr {
    /// All ones.
    pub const BROADCAST: Self = Self([0xff; 6]);
    /// All zeros: no address.
    pub const ZERO: Self = Self([0; 6]);

    /// Group bit set: multicast or broadcast.
    #[must_use]
    pub fn is_multicast(self) -> bool {
        self.0[0] & 1 == 1
    }

    /// Whether a station can own this address: not a group address and not zero.
    #[must_use]
    pub fn is_unicast(self) -> bool {
        !self.is_multicast() && self != Self::ZERO
    }
}

impl fmt::Display for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl FromStr for MacAddr {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let error = || ParseIdError {
            what: "MAC address",
            expected: "six hex bytes with colons, as 00:00:5e:00:53:01",
            text: text.to_owned(),
        };
        let mut bytes = [0; 6];
        let mut parts = text.split(':');
        for byte in &mut bytes {
            let part = parts
                .next()
                .filter(|p| matches!(p.len(), 1 | 2))
                .ok_or_else(error)?;
            *byte = u8::from_str_radix(part, 16).map_err(|_| error())?;
        }
        if parts.next().is_some() {
            Err(error())
        } else {
            Ok(Self(bytes))
        }
    }
}

impl From<[u8; 6]> for MacAddr {
    fn from(bytes: [u8; 6]) -> Self {
        Self(bytes)
    }
}

macro_rules! text_serde {
    ($($ty:ty),+) => { $(
        impl Serialize for $ty {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $ty {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    )+ };
}
text_serde!(Dpid, MacAddr);

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($ty:ty)) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $ty);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}
number!(
    /// Transaction id: a reply carries the one of its request (OF 1.3.5 §7.1).
    Xid(u32)
);
number!(
    /// Number of a flow table, 0 to 254.
    TableId(u8)
);
number!(
    /// Group number; [`GroupId::ALL`] and [`GroupId::ANY`] are wildcards in requests.
    GroupId(u32)
);
number!(
    /// Meter number, from 1.
    MeterId(u32)
);
number!(
    /// Where a switch keeps a packet it sent only the head of.
    BufferId(u32)
);

impl TableId {
    /// Every table; deletes and statistics requests only (`OFPTT_ALL`).
    pub const ALL: Self = Self(0xff);
}

impl GroupId {
    /// Last usable group number (`OFPG_MAX`).
    pub const MAX: Self = Self(0xffff_ff00);
    /// All groups; deletes and requests only (`OFPG_ALL`).
    pub const ALL: Self = Self(0xffff_fffc);
    /// No group filter (`OFPG_ANY`).
    pub const ANY: Self = Self(0xffff_ffff);
}

impl MeterId {
    /// Highest number of a meter that can be made (`OFPM_MAX`).
    pub const MAX: Self = Self(0xffff_0000);
    /// All meters; deletes and requests only (`OFPM_ALL`).
    pub const ALL: Self = Self(0xffff_ffff);
}

impl BufferId {
    /// The whole packet is in the message (`OFP_NO_BUFFER`).
    pub const NONE: Self = Self(0xffff_ffff);
}

impl Serialize for PortNo {
    /// A number for a port, the name for a reserved one.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.reserved_name() {
            Some(name) => s.serialize_str(name),
            None => s.serialize_u32(self.0),
        }
    }
}

impl<'de> Deserialize<'de> for PortNo {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(u32),
            Name(String),
        }
        match Either::deserialize(d)? {
            Either::Number(number) => Ok(Self(number)),
            Either::Name(name) => name.parse().map_err(de::Error::custom),
        }
    }
}

/// 64 bits a controller gives a flow entry and the switch gives back. Shown as hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Cookie(pub u64);

impl fmt::Display for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#018x}", self.0)
    }
}

impl FromStr for Cookie {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        text.strip_prefix("0x")
            .and_then(|digits| u64::from_str_radix(digits, 16).ok())
            .map(Self)
            .ok_or_else(|| ParseIdError {
                what: "cookie",
                expected: "hex digits with 0x in front",
                text: text.to_owned(),
            })
    }
}
text_serde!(Cookie);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_datapath_id_has_one_spelling() {
        assert_eq!("000000000000000a".parse(), Ok(Dpid(10)));
        for wrong in [
            "000000000000000A",
            "a",
            "+00000000000000a",
            "0x0000000000000a",
            "",
        ] {
            assert!(wrong.parse::<Dpid>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_mac_address_reads_what_it_writes() {
        let mac = MacAddr([0, 0x1b, 0x21, 0xff, 1, 2]);
        assert_eq!(mac.to_string().parse(), Ok(mac));
        for wrong in [
            "00:11:22:33:44",
            "00:11:22:33:44:55:66",
            "00:11:22:33:44:5g",
            "001122334455",
        ] {
            assert!(wrong.parse::<MacAddr>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_reserved_port_is_a_name_in_json() {
        assert_eq!(
            serde_json::to_string(&PortNo::CONTROLLER).unwrap(),
            "\"CONTROLLER\""
        );
        assert_eq!(
            serde_json::from_str::<PortNo>("\"local\"").unwrap(),
            PortNo::LOCAL
        );
        assert_eq!(serde_json::from_str::<PortNo>("7").unwrap(), PortNo(7));
    }
}
