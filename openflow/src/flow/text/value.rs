//! A field's value and mask.

use std::fmt::{self, Display, Formatter};
use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::bits;
use super::flags::{self, FlagNames};
use crate::oxm::{Field, Notation};
use crate::{MacAddr, PortNo};

/// How a field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Mac,
    Ipv4,
    Ipv6,
    Port,
    /// At least so many digits.
    Hex(usize),
    /// Hex where a mask shows that bits are meant.
    Decimal,
    /// Bits by their names: `+syn-ack`.
    Flags(FlagNames),
    /// `no`, `yes`, `first`, `later`, `not_later`.
    Fragment,
    /// `(1,0x800)`: namespace and type.
    PacketType,
}

/// By the field's own name where Open vSwitch has a way of its own, else as the table of fields
/// says.
pub(super) fn form(field: Field) -> Form {
    let info = field.info();
    match info.name {
        "eth_type" | "vlan_tci" => Form::Hex(4),
        "ipv6_flabel" => Form::Hex(5),
        "actset_output" => Form::Port,
        "tcp_flags" => Form::Flags(flags::TCP),
        "ct_state" => Form::Flags(flags::CONNECTION),
        "tun_flags" => Form::Flags(flags::TUNNEL),
        "ipv6_exthdr" => Form::Flags(flags::EXTENSION_HEADERS),
        "ip_frag" => Form::Fragment,
        "packet_type" => Form::PacketType,
        // Six bits in Open vSwitch, written as it writes small numbers.
        "vlan_vid" | "conj_id" | "ct_zone" | "tun_gbp_id" => Form::Decimal,
        _ => match info.notation {
            Notation::Mac => Form::Mac,
            Notation::Ipv4 => Form::Ipv4,
            Notation::Ipv6 => Form::Ipv6,
            Notation::Port => Form::Port,
            Notation::Hex => Form::Hex(1),
            Notation::Decimal => Form::Decimal,
        },
    }
}

/// Whether a whole value is best written as a plain number.
pub(in crate::flow) fn is_number(field: Field) -> bool {
    form(field) == Form::Decimal && field.info().bits <= 32
}

/// `10.0.0.0/24`, `00:00:00:00:00:01`, `0x5/0xff`.
pub(crate) fn format_value(field: Field, value: u128, mask: u128) -> impl Display {
    fmt::from_fn(move |f| match form(field) {
        Form::Decimal if mask != field.info().full_mask() => write!(f, "{value:#x}/{mask:#x}"),
        form => format_in(f, field, form, value, mask),
    })
}

/// The same in a set-field, where decimal numbers stay so under a mask: `5/0xff`.
pub(super) fn format_set(field: Field, value: u128, mask: u128) -> impl Display {
    fmt::from_fn(move |f| match form(field) {
        // A set-field says what the bits become.
        Form::Flags(names) if mask == field.info().full_mask() => names.write_whole(f, value),
        Form::Hex(_) => format_in(f, field, Form::Hex(1), value, mask),
        form => format_in(f, field, form, value, mask),
    })
}

fn format_in(
    f: &mut Formatter<'_>,
    field: Field,
    form: Form,
    value: u128,
    mask: u128,
) -> fmt::Result {
    let exact = mask == field.info().full_mask();
    match form {
        Form::Flags(names) if exact => names.write_whole(f, value),
        Form::Flags(names) => names.write_some(f, value, mask),
        Form::Fragment => match fragment_name(value, mask) {
            Some(name) => f.write_str(name),
            None => write!(f, "{value:#x}/{mask:#x}"),
        },
        _ => {
            one(f, form, value)?;
            if exact {
                Ok(())
            } else {
                write_mask(f, form, mask)
            }
        }
    }
}

fn one(f: &mut Formatter<'_>, form: Form, value: u128) -> fmt::Result {
    match form {
        Form::Mac => bits::to_mac(value).fmt(f),
        Form::Ipv4 => bits::to_ipv4(value).fmt(f),
        Form::Ipv6 => bits::to_ipv6(value).fmt(f),
        Form::Port => PortNo(bits::to_u32(value)).fmt(f),
        Form::PacketType => write!(f, "({},{:#x})", value >> 16, value & 0xffff),
        // As C's %#x has it.
        Form::Hex(1) if value == 0 => f.write_str("0"),
        Form::Hex(digits) => write!(f, "{value:#0width$x}", width = digits + 2),
        Form::Decimal | Form::Flags(_) | Form::Fragment => value.fmt(f),
    }
}

fn write_mask(f: &mut Formatter<'_>, form: Form, mask: u128) -> fmt::Result {
    let prefix = match form {
        Form::Ipv4 => bits::prefix_len(mask, 32),
        Form::Ipv6 => bits::prefix_len(mask, 128),
        _ => None,
    };
    f.write_str("/")?;
    match (prefix, form) {
        (Some(prefix), _) => prefix.fmt(f),
        (None, Form::Decimal | Form::Port) => write!(f, "{mask:#x}"),
        (None, _) => one(f, form, mask),
    }
}

/// Names of fragments with value and mask: bit 0 of any fragment, bit 1 of any but the first.
const FRAGMENTS: [(&str, u128, u128); 5] = [
    ("no", 0, 3),
    ("first", 1, 3),
    ("later", 3, 3),
    ("yes", 1, 1),
    ("not_later", 0, 2),
];

fn fragment_name(value: u128, mask: u128) -> Option<&'static str> {
    let row = FRAGMENTS
        .iter()
        .find(|row| (row.1, row.2) == (value, mask & 3))?;
    Some(row.0)
}

/// Value and mask, right-aligned; the error says what would have been right.
pub(in crate::flow) fn parse_value(field: Field, text: &str) -> Result<(u128, u128), String> {
    let full = field.info().full_mask();
    let form = form(field);
    let parsed = match form {
        Form::Flags(names) => names.parse(text, full),
        Form::Fragment => {
            let row = FRAGMENTS.iter().find(|row| row.0 == text);
            row.map(|row| (row.1, row.2))
                .or_else(|| parse_masked(form, text, full))
        }
        Form::PacketType => parse_packet_type(text, full),
        _ => parse_masked(form, text, full),
    };
    match parsed {
        Some((value, mask)) if value & !full == 0 && mask & !full == 0 => Ok((value & mask, mask)),
        _ => Err(expected(field, form)),
    }
}

fn parse_masked(form: Form, text: &str, full: u128) -> Option<(u128, u128)> {
    match text.split_once('/') {
        Some((value, mask)) => Some((parse_one(form, value)?, parse_mask(form, mask)?)),
        None => Some((parse_one(form, text)?, full)),
    }
}

/// `(1,0x800)` or a number.
fn parse_packet_type(text: &str, full: u128) -> Option<(u128, u128)> {
    let pair = |text: &str| {
        let inner = text
            .strip_prefix('(')
            .and_then(|text| text.strip_suffix(')'));
        let Some(inner) = inner else {
            return integer(text);
        };
        let (namespace, kind) = inner.split_once(',')?;
        let (namespace, kind) = (integer(namespace)?, integer(kind)?);
        (namespace <= 0xffff && kind <= 0xffff).then_some(namespace << 16 | kind)
    };
    match text.split_once('/') {
        Some((value, mask)) => Some((pair(value)?, pair(mask)?)),
        None => Some((pair(text)?, full)),
    }
}

fn parse_one(form: Form, text: &str) -> Option<u128> {
    match form {
        Form::Mac => text.parse::<MacAddr>().ok().map(bits::mac),
        Form::Ipv4 => text.parse::<Ipv4Addr>().ok().map(bits::ipv4),
        Form::Ipv6 => text.parse::<Ipv6Addr>().ok().map(u128::from),
        Form::Port => match integer(text) {
            Some(number) => Some(number),
            None => text.parse::<PortNo>().ok().map(|port| port.0.into()),
        },
        _ => integer(text),
    }
}

fn parse_mask(form: Form, text: &str) -> Option<u128> {
    let width = match form {
        Form::Ipv4 => 32,
        Form::Ipv6 => 128,
        _ => return parse_one(form, text),
    };
    match text.parse::<u32>() {
        Ok(prefix) => (prefix <= width).then(|| bits::prefix_mask(width, prefix)),
        Err(_) => parse_one(form, text),
    }
}

/// Decimal, or hex with `0x`.
pub(super) fn integer(text: &str) -> Option<u128> {
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    // `from_str_radix` takes a sign, we do not.
    let plain = digits.bytes().all(|digit| digit.is_ascii_alphanumeric());
    plain
        .then(|| u128::from_str_radix(digits, radix).ok())
        .flatten()
}

fn expected(field: Field, form: Form) -> String {
    let what = match form {
        Form::Mac => "a MAC address, as 00:00:5e:00:53:01",
        Form::Ipv4 => "an IPv4 address, as 10.0.0.1",
        Form::Ipv6 => "an IPv6 address, as fe80::1",
        Form::Port => return "expected a port number, LOCAL or another reserved name".to_owned(),
        Form::Flags(names) => return names.expected(),
        Form::Fragment => return "expected no, yes, first, later or not_later".to_owned(),
        Form::PacketType => return "expected a packet type, as (1,0x800)".to_owned(),
        Form::Hex(_) | Form::Decimal => {
            let all = field.info().full_mask();
            let mask = if field.info().maskable {
                ", with /mask where not all bits count"
            } else {
                ""
            };
            return format!("expected a number from 0 to {all:#x}{mask}");
        }
    };
    let mask = match form {
        _ if !field.info().maskable => "",
        Form::Ipv4 | Form::Ipv6 => ", with /prefix or /mask where not all bits count",
        _ => ", with /mask where not all bits count",
    };
    format!("expected {what}{mask}")
}
