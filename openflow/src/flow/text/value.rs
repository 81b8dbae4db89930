//! A field's value and mask.

use std::fmt::{self, Display, Formatter};
use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::bits;
use crate::oxm::Field;
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
}

pub(super) fn form(field: Field) -> Form {
    match field {
        Field::InPort | Field::InPhyPort => Form::Port,
        Field::EthDst
        | Field::EthSrc
        | Field::ArpSha
        | Field::ArpTha
        | Field::Ipv6NdSll
        | Field::Ipv6NdTll => Form::Mac,
        Field::Ipv4Src | Field::Ipv4Dst | Field::ArpSpa | Field::ArpTpa => Form::Ipv4,
        Field::Ipv6Src | Field::Ipv6Dst | Field::Ipv6NdTarget => Form::Ipv6,
        Field::EthType => Form::Hex(4),
        Field::Ipv6Flabel => Form::Hex(5),
        Field::Metadata | Field::TunnelId | Field::Ipv6Exthdr | Field::PbbIsid => Form::Hex(1),
        _ => Form::Decimal,
    }
}

/// Whether a whole value is best written as a plain number.
pub(in crate::flow) fn is_number(field: Field) -> bool {
    form(field) == Form::Decimal
}

/// `10.0.0.0/24`, `00:00:00:00:00:01`, `0x5/0xff`.
pub(in crate::flow) fn format_value(field: Field, value: u128, mask: u128) -> impl Display {
    fmt::from_fn(move |f| {
        let exact = mask == field.info().full_mask();
        match form(field) {
            Form::Decimal if !exact => write!(f, "{value:#x}/{mask:#x}"),
            form => {
                one(f, form, value)?;
                if exact {
                    Ok(())
                } else {
                    write_mask(f, form, mask)
                }
            }
        }
    })
}

fn one(f: &mut Formatter<'_>, form: Form, value: u128) -> fmt::Result {
    match form {
        Form::Mac => bits::to_mac(value).fmt(f),
        Form::Ipv4 => bits::to_ipv4(value).fmt(f),
        Form::Ipv6 => bits::to_ipv6(value).fmt(f),
        Form::Port => PortNo(bits::to_u32(value)).fmt(f),
        // As C's %#x has it.
        Form::Hex(1) if value == 0 => f.write_str("0"),
        Form::Hex(digits) => write!(f, "{value:#0width$x}", width = digits + 2),
        Form::Decimal => value.fmt(f),
    }
}

fn write_mask(f: &mut Formatter<'_>, form: Form, mask: u128) -> fmt::Result {
    let prefix = match form {
        Form::Ipv4 => bits::prefix_len(mask, 32),
        Form::Ipv6 => bits::prefix_len(mask, 128),
        _ => None,
    };
    f.write_str("/")?;
    match prefix {
        Some(prefix) => prefix.fmt(f),
        None => one(f, form, mask),
    }
}

/// Value and mask, right-aligned; the error says what would have been right.
pub(in crate::flow) fn parse_value(field: Field, text: &str) -> Result<(u128, u128), String> {
    let full = field.info().full_mask();
    let form = form(field);
    let (value, mask) = match text.split_once('/') {
        Some((value, mask)) => (value, Some(mask)),
        None => (text, None),
    };
    let value = parse_one(form, value).ok_or_else(|| expected(field, form))?;
    let mask = match mask {
        Some(mask) => parse_mask(form, mask).ok_or_else(|| expected(field, form))?,
        None => full,
    };
    if value & !full != 0 || mask & !full != 0 {
        return Err(expected(field, form));
    }
    Ok((value & mask, mask))
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
        Form::Hex(_) | Form::Decimal => integer(text),
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
