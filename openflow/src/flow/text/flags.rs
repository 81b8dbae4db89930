//! Fields whose bits have names.

use std::fmt::{self, Formatter};

use super::value::integer;

/// Names of bits, the lowest first. A bit without a name is written as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FlagNames(&'static [&'static str]);

/// Of a TCP header (RFC 9293 §3.1).
pub(super) const TCP: FlagNames = FlagNames(&[
    "fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns", "[200]", "[400]", "[800]",
]);
/// Of a connection that Open vSwitch tracks.
pub(super) const CONNECTION: FlagNames =
    FlagNames(&["new", "est", "rel", "rpl", "inv", "trk", "snat", "dnat"]);
/// Of a tunnel header.
pub(super) const TUNNEL: FlagNames = FlagNames(&["oam"]);
/// Of the extension headers of an IPv6 packet, which Open vSwitch does not look at.
pub(super) const EXTENSION_HEADERS: FlagNames = FlagNames(&[
    "nonext", "esp", "auth", "dest", "frag", "router", "hop", "unrep", "unseq",
]);

impl FlagNames {
    /// Bits set and their names; what has none comes last, as one number.
    fn named(self, bits: u128) -> (impl Iterator<Item = (u128, &'static str)>, u128) {
        let all = (1_u128 << self.0.len()) - 1;
        let names = self
            .0
            .iter()
            .enumerate()
            .map(|(at, name)| (1_u128 << at, *name));
        (names.filter(move |(bit, _)| bits & bit != 0), bits & !all)
    }

    /// Of a field all of whose bits count: `syn|ack`, `0` for none.
    pub(super) fn write_whole(self, f: &mut Formatter<'_>, value: u128) -> fmt::Result {
        if value == 0 {
            return f.write_str("0");
        }
        let (names, rest) = self.named(value);
        let mut separator = "";
        for (_, name) in names {
            write!(f, "{separator}{name}")?;
            separator = "|";
        }
        if rest == 0 {
            Ok(())
        } else {
            write!(f, "{separator}{rest:#x}")
        }
    }

    /// Of some bits: `+syn-ack`; in numbers where one has no name.
    pub(super) fn write_some(self, f: &mut Formatter<'_>, value: u128, mask: u128) -> fmt::Result {
        let (names, rest) = self.named(mask);
        if rest != 0 {
            return write!(f, "{value:#x}/{mask:#x}");
        }
        names.into_iter().try_for_each(|(bit, name)| {
            let sign = if value & bit == 0 { '-' } else { '+' };
            write!(f, "{sign}{name}")
        })
    }

    /// Value and mask of either form, or of a number with or without a mask.
    pub(super) fn parse(self, text: &str, full: u128) -> Option<(u128, u128)> {
        if let Some((value, mask)) = text.split_once('/') {
            return Some((integer(value)?, integer(mask)?));
        }
        if text.starts_with(['+', '-']) {
            return self.parse_some(text);
        }
        let parts = text.split('|').map(str::trim);
        let bits = parts.map(|part| self.bit(part).or_else(|| integer(part)));
        let mut value = 0;
        for bit in bits {
            value |= bit?;
        }
        Some((value, full))
    }

    fn parse_some(self, text: &str) -> Option<(u128, u128)> {
        let (mut value, mut mask) = (0, 0);
        let mut rest = text;
        while let Some(sign) = rest.chars().next() {
            let name = rest.strip_prefix(['+', '-'])?;
            let end = name.find(['+', '-']).unwrap_or(name.len());
            let bit = self.bit(&name[..end])?;
            if mask & bit != 0 {
                return None;
            }
            mask |= bit;
            value |= if sign == '+' { bit } else { 0 };
            rest = &name[end..];
        }
        Some((value, mask))
    }

    fn bit(self, name: &str) -> Option<u128> {
        let at = self.0.iter().position(|known| *known == name)?;
        Some(1 << at)
    }

    pub(super) fn expected(self) -> String {
        let names = self.0.join(", ");
        format!("expected flags, as +{}, of {names}", self.0[0])
    }
}
