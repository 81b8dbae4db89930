//! A field's value, which is right-aligned in 128 bits, as the type of its width and back.
//!
//! The narrowing is exact: [`super::Match::set`] and [`super::Action::set_field`] cut a value off
//! at its field's width.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::MacAddr;

pub(super) fn to_u8(value: u128) -> u8 {
    let [.., low] = value.to_be_bytes();
    low
}

pub(super) fn to_u16(value: u128) -> u16 {
    let [.., a, b] = value.to_be_bytes();
    u16::from_be_bytes([a, b])
}

pub(super) fn to_u32(value: u128) -> u32 {
    let [.., a, b, c, d] = value.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

pub(super) fn to_mac(value: u128) -> MacAddr {
    let [.., a, b, c, d, e, f] = value.to_be_bytes();
    MacAddr([a, b, c, d, e, f])
}

pub(super) fn to_ipv4(value: u128) -> Ipv4Addr {
    to_u32(value).into()
}

pub(super) fn to_ipv6(value: u128) -> Ipv6Addr {
    value.into()
}

pub(super) fn mac(mac: MacAddr) -> u128 {
    let [a, b, c, d, e, f] = mac.0;
    u64::from_be_bytes([0, 0, a, b, c, d, e, f]).into()
}

pub(super) fn ipv4(address: Ipv4Addr) -> u128 {
    u32::from(address).into()
}

/// The `prefix` upper bits of a field of `width` bits.
pub(super) fn prefix_mask(width: u32, prefix: u32) -> u128 {
    let all = u128::MAX >> (128 - width);
    all & u128::MAX
        .checked_shl(width.saturating_sub(prefix))
        .unwrap_or(0)
}

/// How many upper bits of a field of `width` bits the mask has, if it has no others.
pub(super) fn prefix_len(mask: u128, width: u32) -> Option<u32> {
    let prefix = mask.count_ones();
    (mask == prefix_mask(width, prefix)).then_some(prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_mask_has_its_length_and_no_other_mask_has_one() {
        for width in [32, 48, 128] {
            for prefix in 0..=width {
                assert_eq!(prefix_len(prefix_mask(width, prefix), width), Some(prefix));
            }
        }
        assert_eq!(prefix_len(0xff00_ff00, 32), None);
        assert_eq!(prefix_len(0x0000_0001, 32), None);
    }
}
