//! What `learn` puts into the entry it makes: `NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[]`.

use std::fmt::{self, Display, Formatter};

use super::{ParseFlowError, names, subfield, value};
use crate::flow::Match;
use crate::oxm::Field;

/// Bits of a field: the field and the first bit.
pub(super) type At = (Field, u16);

/// One thing the learned entry matches or does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Learned {
    pub(super) n_bits: u16,
    pub(super) from: From,
    pub(super) to: To,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    Field(At),
    Value(u128),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    Match(At),
    Load(At),
    Output,
}

impl Display for Learned {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let bits = |(field, at): At| subfield::format(field, at, self.n_bits);
        match (self.from, self.to) {
            (From::Value(value), To::Match((field, at))) => {
                let whole = at == 0 && self.n_bits == field.info().bits;
                if whole {
                    let text = value::format_set(field, value, field.info().full_mask());
                    write!(f, "{}={text}", names::set_name(field))
                } else {
                    write!(f, "{}={value:#x}", bits((field, at)))
                }
            }
            (From::Field(src), To::Match(dst)) if src == dst => bits(dst).fmt(f),
            (From::Field(src), To::Match(dst)) => write!(f, "{}={}", bits(dst), bits(src)),
            (From::Value(value), To::Load(dst)) => write!(f, "load:{value:#x}->{}", bits(dst)),
            (From::Field(src), To::Load(dst)) => write!(f, "load:{}->{}", bits(src), bits(dst)),
            (From::Field(src), To::Output) => write!(f, "output:{}", bits(src)),
            (From::Value(value), To::Output) => write!(f, "output:{value:#x}"),
        }
    }
}

impl Learned {
    /// One part of `learn(…)` that is none of its attributes.
    pub(super) fn parse(token: &str, part: &str) -> Result<Self, ParseFlowError> {
        if let Some(rest) = part.strip_prefix("load:") {
            return Self::load(token, rest);
        }
        if let Some(rest) = part.strip_prefix("output:") {
            let (field, at, n_bits) = subfield::parse(token, rest)?;
            let from = From::Field((field, at));
            return Ok(Self {
                n_bits,
                from,
                to: To::Output,
            });
        }
        let Some((dst, src)) = part.split_once('=') else {
            let (field, at, n_bits) = subfield::parse(token, part)?;
            return Ok(Self {
                n_bits,
                from: From::Field((field, at)),
                to: To::Match((field, at)),
            });
        };
        Self::matched(token, dst, src)
    }

    fn load(token: &str, text: &str) -> Result<Self, ParseFlowError> {
        let (src, dst) = subfield::parse_pair(token, text)?;
        let (field, at, n_bits) = subfield::parse(token, dst)?;
        let to = To::Load((field, at));
        let from = match value::integer(src) {
            Some(value) => From::Value(fitting(token, value, n_bits)?),
            None => From::Field(source(token, src, n_bits)?),
        };
        Ok(Self { n_bits, from, to })
    }

    fn matched(token: &str, dst: &str, src: &str) -> Result<Self, ParseFlowError> {
        let whole = !dst.contains('[');
        let (field, at, n_bits) = subfield::parse(token, dst)?;
        let to = To::Match((field, at));
        let from = match value::integer(src) {
            Some(value) => From::Value(fitting(token, value, n_bits)?),
            None if whole && !src.contains('[') => {
                let field = names::resolve_long(dst, &Match::any())?;
                let parsed = value::parse_value(field, src);
                From::Value(parsed.map_err(|it| ParseFlowError::new(token, it))?.0)
            }
            None => From::Field(source(token, src, n_bits)?),
        };
        Ok(Self { n_bits, from, to })
    }
}

fn source(token: &str, text: &str, n_bits: u16) -> Result<At, ParseFlowError> {
    let (field, at, width) = subfield::parse(token, text)?;
    if width != n_bits {
        let problem = format!("`{text}`: {width} bits do not fit {n_bits} bits");
        return Err(ParseFlowError::new(token, problem));
    }
    Ok((field, at))
}

fn fitting(token: &str, value: u128, n_bits: u16) -> Result<u128, ParseFlowError> {
    if n_bits < 128 && value >> n_bits != 0 {
        let problem = format!("{value:#x} does not fit {n_bits} bits");
        return Err(ParseFlowError::new(token, problem));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_learned_reads_as_it_prints() {
        for text in [
            "NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[]",
            "NXM_OF_VLAN_TCI[0..11]",
            "eth_type=0x800",
            "in_port=3",
            "eth_dst=00:00:00:00:00:01",
            "xxreg0=0x123456789abcdef0123456789",
            "NXM_OF_ETH_SRC[0..7]=0x5",
            "NXM_NX_REG3[0..3]=NXM_NX_REG4[0..3]",
            "load:NXM_OF_IN_PORT[]->NXM_NX_REG0[0..15]",
            "load:0x5->NXM_NX_REG2[]",
            "output:NXM_OF_IN_PORT[]",
        ] {
            assert_eq!(Learned::parse(text, text).unwrap().to_string(), text);
        }
        for text in [
            "load:0x100->NXM_NX_REG2[0..7]",
            "NXM_OF_ETH_DST[]=NXM_NX_REG0[]",
            "nonsense",
            "load:5",
        ] {
            assert!(Learned::parse(text, text).is_err(), "{text}");
        }
    }
}
