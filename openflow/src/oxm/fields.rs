//! What the table of match fields says of each: types of its columns, and the macro that reads it.

use super::Field;
use crate::{PortNo, Version, v10};

/// OXM class: who numbers the field (OF 1.3.5 §7.2.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(pub u16);

impl Class {
    /// Nicira NXM, first block: the fields of OpenFlow 1.0 (`OFPXMC_NXM_0`).
    pub const NXM_0: Self = Self(0x0000);
    /// Nicira NXM, second block (`OFPXMC_NXM_1`).
    pub const NXM_1: Self = Self(0x0001);
    /// Ericsson's, as an ONF member (`ERICOXM`).
    pub const ERICOXM: Self = Self(0x1000);
    /// The specification's own fields (`OFPXMC_OPENFLOW_BASIC`).
    pub const OPENFLOW_BASIC: Self = Self(0x8000);
    /// Packet registers of 1.5 (`OFPXMC_PACKET_REGS`).
    pub const PACKET_REGS: Self = Self(0x8001);
    /// A 32-bit experimenter id follows the header (`OFPXMC_EXPERIMENTER`).
    pub const EXPERIMENTER: Self = Self(0xffff);
}

/// Class and, in class [`Class::EXPERIMENTER`], the experimenter: whose numbers they are.
pub(super) type Numbering = (Class, Option<u32>);

/// Everybody who has rows in the table.
pub(super) mod numbering {
    use super::{Class, Numbering};

    pub(in crate::oxm) const NXM_0: Numbering = (Class::NXM_0, None);
    pub(in crate::oxm) const NXM_1: Numbering = (Class::NXM_1, None);
    pub(in crate::oxm) const ERICOXM: Numbering = (Class::ERICOXM, None);
    pub(in crate::oxm) const OPENFLOW_BASIC: Numbering = (Class::OPENFLOW_BASIC, None);
    pub(in crate::oxm) const PACKET_REGS: Numbering = (Class::PACKET_REGS, None);
    /// Nicira.
    pub(in crate::oxm) const NXOXM_ET: Numbering = (Class::EXPERIMENTER, Some(0x0000_2320));
    /// Network service headers.
    pub(in crate::oxm) const NXOXM_NSH: Numbering = (Class::EXPERIMENTER, Some(0x005a_d650));
    /// The ONF's extensions, which later versions made their own.
    pub(in crate::oxm) const ONFOXM_ET: Numbering = (Class::EXPERIMENTER, Some(0x4f4e_4600));
}

/// What must be matched for a field to mean anything (OF 1.3.5 table 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prerequisite {
    /// Another field, exactly this value.
    Is(Field, u128),
    /// Any one of these.
    AnyOf(&'static [Self]),
    /// All of these.
    AllOf(&'static [Self]),
    /// The VLAN-present bit of `vlan_vid` set.
    VlanPresent,
    /// The other field is in the match, whatever its value.
    Present(Field),
}

/// How people write the values of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notation {
    /// A number.
    Decimal,
    /// A number in hex.
    Hex,
    /// An Ethernet address.
    Mac,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// A port, by name where it is a reserved one.
    Port,
}

/// How a row that is another encoding of a field relates to the row the model uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Canonical {
    /// The same values.
    Same(Field),
    /// [`Field::InPort`], in the 16-bit numbering of 1.0.
    Port16,
    /// The same value, shifted to the left by so many bits.
    Shifted(Field, u8),
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct FieldInfo {
    /// The specification's name without prefix, in lower case; Open vSwitch's for the fields the
    /// specification does not have. A row with a [`FieldInfo::canonical`] has the name of that.
    pub name: &'static str,
    /// Who numbers it.
    pub class: Class,
    /// Who defined it, in class [`Class::EXPERIMENTER`].
    pub experimenter: Option<u32>,
    /// Number within the class, 0 to 127.
    pub code: u8,
    /// Width in bits; of a field of variable length the most it can have.
    pub bits: u16,
    /// Bytes of the value on the wire, without mask; of a field of variable length the most.
    pub(super) bytes: u16,
    /// How people write its values.
    pub notation: Notation,
    /// Whether a mask may be given: where the specification or Open vSwitch allows one.
    pub maskable: bool,
    /// What must be matched beside it; `None`: nothing.
    pub prerequisite: Option<Prerequisite>,
    /// First version that has it.
    pub since: Version,
    /// Which field this is another encoding of; `None`: of none.
    pub canonical: Option<Canonical>,
}

impl FieldInfo {
    /// Bytes of the value on the wire, without mask; of a field of variable length the most. Most
    /// fill the fewest that hold their bits, some have a number of their own (OF 1.3.5 table 11).
    #[inline]
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes as usize
    }

    /// Whether a value may have any number of bytes up to [`FieldInfo::bytes`]: tunnel options.
    #[inline]
    #[must_use]
    pub const fn is_variable(&self) -> bool {
        self.bits > 128
    }

    /// All bits of the value set; of a field of more than 128 bits the last 128.
    #[inline]
    #[must_use]
    pub fn full_mask(&self) -> u128 {
        u128::MAX >> 128_u32.saturating_sub(self.bits.into())
    }

    /// Whether a value can be `length` bytes long.
    #[inline]
    pub(super) const fn takes(&self, length: usize) -> bool {
        if self.is_variable() {
            0 < length && length <= self.bytes()
        } else {
            length == self.bytes()
        }
    }

    /// Bytes that `value` and `mask` are written in: of a field of variable length the fewest
    /// that hold both, as Open vSwitch does where no length is agreed.
    pub(super) fn width(&self, value: u128, mask: Option<u128>) -> usize {
        if !self.is_variable() {
            return self.bytes();
        }
        let used = 128 - (value | mask.unwrap_or(0)).leading_zeros();
        used.div_ceil(8).max(1) as usize
    }
}

impl Field {
    /// The field of the model that this one is an encoding of, with value and mask as they are
    /// there. A field that is no other's encoding stays itself.
    #[must_use]
    pub fn to_canonical(self, value: u128, mask: Option<u128>) -> (Self, u128, Option<u128>) {
        match self.info().canonical {
            None => (self, value, mask),
            Some(Canonical::Same(field)) => (field, value, mask),
            Some(Canonical::Port16) => {
                // Cannot be lost: the field is 16 bits wide.
                let narrow = v10::PortNo(u16::try_from(value & 0xffff).unwrap_or_default());
                let wide = PortNo::from(narrow).0.into();
                let mask = mask.map(|mask| mask & 0xffff | 0xffff_0000);
                (Self::InPort, wide, mask)
            }
            Some(Canonical::Shifted(field, by)) => {
                (field, value >> by, mask.map(|mask| mask >> by))
            }
        }
    }

    /// Value and mask of the model's field in this encoding of it; `None` where this encoding
    /// cannot say it.
    #[must_use]
    pub fn from_canonical(self, value: u128, mask: Option<u128>) -> Option<(u128, Option<u128>)> {
        match self.info().canonical {
            None | Some(Canonical::Same(_)) => Some((value, mask)),
            Some(Canonical::Port16) => {
                let wide = PortNo(u32::try_from(value).ok()?);
                let narrow = v10::PortNo::try_from(wide).ok()?;
                Some((narrow.0.into(), mask.map(|mask| mask & 0xffff)))
            }
            Some(Canonical::Shifted(_, by)) => Some((value << by, mask.map(|mask| mask << by))),
        }
    }
}

/// Makes `enum Field`, `Field::ALL` and `Field::info` from two kinds of rows: fields,
/// `Variant "name" numbering code bits[(bytes)] notation maskable [prerequisite] since [= canonical]`,
/// and series of like ones, `"what" "name" numbering bits since { Variant index code, ... }`, which
/// are in hex, maskable and without prerequisite, and named with their index.
macro_rules! oxm_fields {
    (
        fields { $($(#[$doc:meta])* $variant:ident $name:literal $class:ident $code:literal
            $bits:literal $(($bytes:literal))? $notation:ident $maskable:literal
            [$($pre:expr)?] $since:ident $(= $canonical:expr)?;)+ }
        series { $($what:literal $prefix:literal $sclass:ident $sbits:literal $ssince:ident {
            $($svariant:ident $index:literal $scode:literal,)+ })+ }
    ) => {
        /// A match field Pointsman knows by name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $($(#[$doc])* $variant,)+
            $($(#[doc = concat!($what, " ", $index, ".")] $svariant,)+)+
        }

        impl Field {
            /// Every field of the table, in its order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+ $($(Self::$svariant,)+)+];

            /// The field's row.
            #[inline]
            #[must_use]
            pub const fn info(self) -> &'static FieldInfo {
                match self {
                    $(Self::$variant => const { &FieldInfo {
                        name: $name,
                        class: numbering::$class.0,
                        experimenter: numbering::$class.1,
                        code: $code,
                        bits: $bits,
                        bytes: oxm_fields!(@bytes $bits $($bytes)?),
                        notation: Notation::$notation,
                        maskable: $maskable,
                        prerequisite: oxm_fields!(@some $($pre)?),
                        since: Version::$since,
                        canonical: oxm_fields!(@some $($canonical)?),
                    } },)+
                    $($(Self::$svariant => const { &FieldInfo {
                        name: concat!($prefix, $index),
                        class: numbering::$sclass.0,
                        experimenter: numbering::$sclass.1,
                        code: $scode,
                        bits: $sbits,
                        bytes: $sbits / 8,
                        notation: Notation::Hex,
                        maskable: true,
                        prerequisite: None,
                        since: Version::$ssince,
                        canonical: None,
                    } },)+)+
                }
            }
        }
    };
    (@some) => { None };
    (@some $value:expr) => { Some($value) };
    (@bytes $bits:literal) => { ($bits as u16).div_ceil(8) };
    (@bytes $bits:literal $bytes:literal) => { $bytes };
}
pub(super) use oxm_fields;
