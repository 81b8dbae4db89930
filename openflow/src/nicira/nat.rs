//! Address translation of tracked connections.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Serialize;

use crate::wire::{DecodeError, ErrorCode, Reader, Wire, Writer};

wire_flags! {
    /// Which addresses, and how new ones are chosen (`enum nx_nat_flags`).
    NatFlags: u16 {
        /// Source addresses.
        SRC = 1 << 0;
        /// Destination addresses.
        DST = 1 << 1;
        /// The same after a restart.
        PERSISTENT = 1 << 2;
        /// By a hash of the addresses.
        PROTO_HASH = 1 << 3;
        /// By chance.
        PROTO_RANDOM = 1 << 4;
    }
}

/// Translates addresses of a tracked connection. Without a range, what is committed is used.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Nat {
    /// Which, and how.
    pub flags: NatFlags,
    /// First IPv4 address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv4_min: Option<Ipv4Addr>,
    /// Last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv4_max: Option<Ipv4Addr>,
    /// First IPv6 address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6_min: Option<Ipv6Addr>,
    /// Last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6_max: Option<Ipv6Addr>,
    /// First port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proto_min: Option<u16>,
    /// Last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proto_max: Option<u16>,
}

/// Which parts of the range are there (`enum nx_nat_range`).
mod present {
    pub(super) const IPV4_MIN: u16 = 1 << 0;
    pub(super) const IPV4_MAX: u16 = 1 << 1;
    pub(super) const IPV6_MIN: u16 = 1 << 2;
    pub(super) const IPV6_MAX: u16 = 1 << 3;
    pub(super) const PROTO_MIN: u16 = 1 << 4;
    pub(super) const PROTO_MAX: u16 = 1 << 5;
    pub(super) const ALL: u16 = (1 << 6) - 1;
}

impl Wire for Nat {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.pad(2)?;
        let flags = r.field("flags")?;
        let at = r.mark();
        let present = r.u16()?;
        if present & !present::ALL != 0 {
            let error = at.bad_value(present.into(), ErrorCode::BAD_ACTION_BAD_ARGUMENT);
            return Err(error.in_field("range_present"));
        }
        let has = |bit| present & bit != 0;
        Ok(Self {
            flags,
            ipv4_min: optional(r, "ipv4_min", has(present::IPV4_MIN))?,
            ipv4_max: optional(r, "ipv4_max", has(present::IPV4_MAX))?,
            ipv6_min: optional(r, "ipv6_min", has(present::IPV6_MIN))?,
            ipv6_max: optional(r, "ipv6_max", has(present::IPV6_MAX))?,
            proto_min: optional(r, "proto_min", has(present::PROTO_MIN))?,
            proto_max: optional(r, "proto_max", has(present::PROTO_MAX))?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.pad(2);
        self.flags.encode(w);
        w.u16(self.present());
        w.list(&self.ipv4_min);
        w.list(&self.ipv4_max);
        w.list(&self.ipv6_min);
        w.list(&self.ipv6_max);
        w.list(&self.proto_min);
        w.list(&self.proto_max);
    }
}

impl Nat {
    fn present(&self) -> u16 {
        let bits = [
            (self.ipv4_min.is_some(), present::IPV4_MIN),
            (self.ipv4_max.is_some(), present::IPV4_MAX),
            (self.ipv6_min.is_some(), present::IPV6_MIN),
            (self.ipv6_max.is_some(), present::IPV6_MAX),
            (self.proto_min.is_some(), present::PROTO_MIN),
            (self.proto_max.is_some(), present::PROTO_MAX),
        ];
        let there = bits.iter().filter(|(is_some, _)| *is_some);
        there.fold(0, |all, (_, bit)| all | bit)
    }
}

fn optional<T: Wire>(
    r: &mut Reader<'_>,
    name: &'static str,
    is_there: bool,
) -> Result<Option<T>, DecodeError> {
    is_there.then(|| r.field(name)).transpose()
}
