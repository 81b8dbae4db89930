//! Network address translation inside of `ct`.

use std::fmt::{self, Display, Formatter};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{ParseFlowError, number, split};
use crate::nicira::{Nat, NatFlags};

/// What `nat(src=10.0.0.1-10.0.0.9:1024-65535,random)` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct NatText {
    /// Whether the source, or the destination, is translated; without either only what the
    /// connection already has is applied.
    pub(super) side: Option<Side>,
    pub(super) first: Option<IpAddr>,
    pub(super) last: Option<IpAddr>,
    pub(super) first_port: Option<u16>,
    pub(super) last_port: Option<u16>,
    pub(super) persistent: bool,
    pub(super) hash: bool,
    pub(super) random: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Src,
    Dst,
}

impl From<&Nat> for NatText {
    fn from(nat: &Nat) -> Self {
        let has = |flag| nat.flags.contains(flag);
        let side = [(NatFlags::SRC, Side::Src), (NatFlags::DST, Side::Dst)];
        let ipv4 = |it: Option<Ipv4Addr>| it.map(IpAddr::V4);
        let ipv6 = |it: Option<Ipv6Addr>| it.map(IpAddr::V6);
        Self {
            side: side.into_iter().find(|(flag, _)| has(*flag)).map(|it| it.1),
            first: ipv4(nat.ipv4_min).or_else(|| ipv6(nat.ipv6_min)),
            last: ipv4(nat.ipv4_max).or_else(|| ipv6(nat.ipv6_max)),
            first_port: nat.proto_min,
            last_port: nat.proto_max,
            persistent: has(NatFlags::PERSISTENT),
            hash: has(NatFlags::PROTO_HASH),
            random: has(NatFlags::PROTO_RANDOM),
        }
    }
}

impl From<NatText> for Nat {
    fn from(text: NatText) -> Self {
        let mut flags = NatFlags::empty();
        flags.set(NatFlags::SRC, text.side == Some(Side::Src));
        flags.set(NatFlags::DST, text.side == Some(Side::Dst));
        flags.set(NatFlags::PERSISTENT, text.persistent);
        flags.set(NatFlags::PROTO_HASH, text.hash);
        flags.set(NatFlags::PROTO_RANDOM, text.random);
        let ipv4 = |it: Option<IpAddr>| match it {
            Some(IpAddr::V4(address)) => Some(address),
            _ => None,
        };
        let ipv6 = |it: Option<IpAddr>| match it {
            Some(IpAddr::V6(address)) => Some(address),
            _ => None,
        };
        Self {
            flags,
            ipv4_min: ipv4(text.first),
            ipv4_max: ipv4(text.last),
            ipv6_min: ipv6(text.first),
            ipv6_max: ipv6(text.last),
            proto_min: text.first_port,
            proto_max: text.last_port,
        }
    }
}

impl Display for NatText {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("nat")?;
        let mut separator = "(";
        if let Some(side) = self.side {
            let name = match side {
                Side::Src => "src",
                Side::Dst => "dst",
            };
            write!(f, "({name}")?;
            separator = ",";
            self.write_range(f)?;
        }
        for (given, name) in [
            (self.persistent, "persistent"),
            (self.hash, "hash"),
            (self.random, "random"),
        ] {
            if given {
                write!(f, "{separator}{name}")?;
                separator = ",";
            }
        }
        if separator == "," {
            f.write_str(")")
        } else {
            Ok(())
        }
    }
}

impl NatText {
    fn write_range(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Some(first) = self.first else {
            return Ok(());
        };
        // A colon after an IPv6 address needs brackets around it.
        let brackets = first.is_ipv6() && self.first_port.is_some();
        let address = |it: IpAddr| {
            fmt::from_fn(move |f| {
                if brackets {
                    write!(f, "[{it}]")
                } else {
                    it.fmt(f)
                }
            })
        };
        write!(f, "={}", address(first))?;
        if let Some(last) = self.last {
            write!(f, "-{}", address(last))?;
        }
        if let Some(port) = self.first_port {
            write!(f, ":{port}")?;
            if let Some(last) = self.last_port {
                write!(f, "-{last}")?;
            }
        }
        Ok(())
    }

    pub(super) fn parse(token: &str, argument: &str) -> Result<Self, ParseFlowError> {
        let mut nat = Self::default();
        for part in split(argument) {
            match part.split_once('=').unwrap_or((part, "")) {
                ("src", range) => nat.side(token, Side::Src, range)?,
                ("dst", range) => nat.side(token, Side::Dst, range)?,
                ("persistent", "") => nat.persistent = true,
                ("hash", "") => nat.hash = true,
                ("random", "") => nat.random = true,
                _ => {
                    let problem = format!(
                        "`{part}`: expected src, dst, src=…, dst=…, persistent, hash or random"
                    );
                    return Err(ParseFlowError::new(token, problem));
                }
            }
        }
        if nat.hash && nat.random {
            return Err(ParseFlowError::new(
                token,
                "hash and random exclude each other",
            ));
        }
        if nat.side.is_none() && nat != Self::default() {
            let problem = "persistent, hash and random need src or dst";
            return Err(ParseFlowError::new(token, problem));
        }
        Ok(nat)
    }

    fn side(&mut self, token: &str, side: Side, range: &str) -> Result<(), ParseFlowError> {
        if self.side.replace(side).is_some() {
            return Err(ParseFlowError::new(token, "either src or dst, once"));
        }
        if range.is_empty() {
            return Ok(());
        }
        let expected = || {
            ParseFlowError::new(
                token,
                format!("`{range}`: expected address-address:port-port"),
            )
        };
        let (addresses, ports) = split_ports(range).ok_or_else(expected)?;
        let (first, last) = addresses
            .split_once('-')
            .map_or((addresses, None), |(a, b)| (a, Some(b)));
        self.first = Some(address(first).ok_or_else(expected)?);
        if let Some(last) = last {
            self.last = Some(address(last).ok_or_else(expected)?);
        }
        if let Some(ports) = ports {
            let (first, last) = ports
                .split_once('-')
                .map_or((ports, None), |(a, b)| (a, Some(b)));
            self.first_port = Some(number(token, first, "port")?);
            self.last_port = last.map(|last| number(token, last, "port")).transpose()?;
        }
        let same = |a: Option<IpAddr>| {
            a.is_none_or(|it| Some(it.is_ipv4()) == self.first.map(|it| it.is_ipv4()))
        };
        if !same(self.last) || self.last.is_some_and(|last| Some(last) < self.first) {
            return Err(expected());
        }
        Ok(())
    }
}

/// Addresses, and the ports behind a colon, which an IPv6 address has many of itself.
fn split_ports(range: &str) -> Option<(&str, Option<&str>)> {
    if let Some(end) = range.rfind(']') {
        let ports = &range[end + 1..];
        return match ports.strip_prefix(':') {
            Some(ports) => Some((&range[..=end], Some(ports))),
            None => ports.is_empty().then_some((range, None)),
        };
    }
    if range.matches(':').count() == 1 {
        let (addresses, ports) = range.split_once(':')?;
        return Some((addresses, Some(ports)));
    }
    Some((range, None))
}

fn address(text: &str) -> Option<IpAddr> {
    let inner = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    match inner {
        Some(inner) => inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None if text.contains(':') => text.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => text.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<NatText, ParseFlowError> {
        let argument = text.strip_prefix("nat").unwrap();
        let argument = argument
            .strip_prefix('(')
            .and_then(|it| it.strip_suffix(')'));
        NatText::parse(text, argument.unwrap_or_default())
    }

    #[test]
    fn a_translation_reads_as_it_prints() {
        for text in [
            "nat",
            "nat(src)",
            "nat(dst,random)",
            "nat(src=1.2.3.4-1.2.3.9:5-10,random)",
            "nat(dst=1.2.3.4:80,persistent,hash)",
            "nat(src=[fe80::1]:80)",
            "nat(src=fe80::1-fe80::9)",
            "nat(src=[fe80::1]-[fe80::9]:3-5)",
        ] {
            assert_eq!(read(text).unwrap().to_string(), text);
        }
        for text in [
            "nat(src,dst)",
            "nat(random)",
            "nat(src=1.2.3.4-fe80::1)",
            "nat(src=1.2.3.4,hash,random)",
            "nat(src=1.2.3.9-1.2.3.4)",
            "nat(src=nonsense)",
            "nat(src=[fe80::1]80)",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
