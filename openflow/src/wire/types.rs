//! The crate's numbers and addresses on the wire.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{DecodeError, Reader, Wire, Writer};
use crate::{BufferId, Cookie, Dpid, GroupId, MacAddr, MeterId, PortNo, TableId};

macro_rules! numbers {
    ($($name:ident $int:ident;)+) => { $(
        impl Wire for $name {
            #[inline]
            fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
                r.$int().map(Self)
            }

            fn encode(&self, w: &mut Writer<'_>) {
                w.$int(self.0);
            }
        }
    )+ };
}
numbers! {
    Dpid u64;
    Cookie u64;
    PortNo u32;
    GroupId u32;
    MeterId u32;
    BufferId u32;
    TableId u8;
}

impl Wire for MacAddr {
    #[inline]
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.array().map(Self)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.bytes(&self.0);
    }
}

impl Wire for Ipv4Addr {
    #[inline]
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.u32().map(Self::from)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u32((*self).into());
    }
}

impl Wire for Ipv6Addr {
    #[inline]
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.array::<16>().map(Self::from)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.bytes(&self.octets());
    }
}
