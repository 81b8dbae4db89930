//! Bits of a field: `NXM_NX_REG0[0..15]`.

use std::fmt::{self, Display};

use super::{ParseFlowError, names, number};
use crate::flow::Match;
use crate::oxm::Field;

/// All bits are `[]`, one is `[5]`.
pub(super) fn format(field: Field, offset: u16, n_bits: u16) -> impl Display {
    fmt::from_fn(move |f| {
        f.write_str(&names::long_name(field))?;
        match n_bits {
            n if offset == 0 && n == field.info().bits_in_packet() => f.write_str("[]"),
            1 => write!(f, "[{offset}]"),
            n => write!(f, "[{offset}..{}]", u32::from(offset) + u32::from(n) - 1),
        }
    })
}

/// A field, its first bit, and how many. A field without brackets is meant whole.
pub(super) fn parse(token: &str, text: &str) -> Result<(Field, u16, u16), ParseFlowError> {
    let (name, range) = match text.split_once('[') {
        Some((name, range)) => (name, range.strip_suffix(']')),
        None => (text, Some("")),
    };
    let expected = || {
        ParseFlowError::new(
            token,
            format!("`{text}`: expected bits of a field, as reg0[0..15]"),
        )
    };
    let range = range.ok_or_else(expected)?;
    let field = names::resolve_long(name, &Match::any())
        .map_err(|error| ParseFlowError::new(token, format!("{name}: {}", error.problem)))?;
    let bits = field.info().bits;
    let (first, last) = match range.split_once("..") {
        _ if range.is_empty() => (0, field.info().bits_in_packet() - 1),
        Some((first, last)) => (number(token, first, "bit")?, number(token, last, "bit")?),
        None => {
            let bit = number(token, range, "bit")?;
            (bit, bit)
        }
    };
    if first > last || last >= bits {
        let problem = format!("`{text}`: {name} has the bits 0 to {}", bits - 1);
        return Err(ParseFlowError::new(token, problem));
    }
    Ok((field, first, last - first + 1))
}

/// `source->destination`, both of the same width.
pub(super) fn parse_pair<'t>(
    token: &str,
    text: &'t str,
) -> Result<(&'t str, &'t str), ParseFlowError> {
    text.split_once("->")
        .ok_or_else(|| ParseFlowError::new(token, "expected source->destination"))
}
