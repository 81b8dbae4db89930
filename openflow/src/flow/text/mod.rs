//! Text as `ovs-ofctl` writes it, and back.
//!
//! Printed is what Open vSwitch 3.1 prints for the same thing, so that a table read here and one
//! read with `ovs-ofctl dump-flows` can be compared by eye and by machine. Read are the old names
//! (`nw_dst`), the OXM names (`ipv4_dst`) and the abbreviations (`ip`, `tcp6`). What Open vSwitch
//! has no words for (`pbb_isid`, `copy_ttl_out`) is written with the specification's.

mod action;
mod attributes;
mod entry;
mod flags;
mod flow_mod;
mod group;
mod learned;
mod matching;
mod meter;
mod names;
mod nat;
mod nicira;
mod nicira_format;
mod nicira_words;
mod subfield;
mod value;

pub(crate) use value::format_value;
pub(super) use value::{is_number, parse_value};

/// A text that is no flow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{token}`: {problem}")]
pub struct ParseFlowError {
    /// The part that is wrong, as it came.
    pub token: String,
    /// What is wrong with it, or what would have been right.
    pub problem: String,
}

impl ParseFlowError {
    fn new(token: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            token: token.into(),
            problem: problem.into(),
        }
    }
}

/// Splits at commas and spaces outside of parentheses; empty parts are left out.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    text.split(move |c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && (c == ',' || c.is_whitespace())
    })
    .filter(|part| !part.is_empty())
}

/// A number, decimal or with `0x`.
fn number<T: TryFrom<u128>>(token: &str, text: &str, what: &str) -> Result<T, ParseFlowError> {
    value::integer(text)
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| ParseFlowError::new(token, format!("`{text}` is no {what}")))
}

#[cfg(test)]
mod tests;
