//! VLAN tags that come, go and change.

use smallvec::SmallVec;

use super::Packet;
use crate::oxm::Field;
use crate::packet::ethertype;

/// Behind both addresses.
pub(super) const FIRST_TAG: usize = 12;
/// Of a tag: its Ethernet type and its control information.
const TAG: usize = 4;
/// Tags that there is room for.
const TAGS_MAX: usize = 2;
/// The bit of the control information that no field has: drop eligible (IEEE 802.1Q §9.6). A match
/// has in its place whether there is a tag.
const DROP_ELIGIBLE: u8 = 0x10;

/// Tags as they are in a frame, the outer one first.
pub(super) type Tags = SmallVec<[[u8; TAG]; TAGS_MAX]>;

impl Packet {
    /// Puts a tag with id and priority 0 in front of all others. Where there are two already that
    /// are looked at, the inner one of them is lost, as in Open vSwitch.
    pub fn push_vlan(&mut self, ethertype: u16) {
        if self.layers.ethertype.is_none() {
            return;
        }
        self.remember_tags();
        if self.layers.tags == TAGS_MAX {
            self.remove(FIRST_TAG + TAG * (TAGS_MAX - 1));
            self.layers.tags -= 1;
        }
        let [high, low] = ethertype.to_be_bytes();
        self.insert(FIRST_TAG, [high, low, 0, 0]);
        self.read_again(self.layers.tags + 1);
    }

    /// Takes the outer tag away; without one nothing happens.
    pub fn pop_vlan(&mut self) {
        let tags = self.layers.tags;
        if tags == 0 {
            return;
        }
        self.remember_tags();
        self.remove(FIRST_TAG);
        // A tag that was not looked at before is none to a switch that looks at one only.
        self.read_again(tags - 1);
    }

    /// The outer tag. The bit that says that it is there makes one, or takes all away that are
    /// looked at, as in Open vSwitch; the other bits of a tag are nowhere in an untagged frame.
    pub(super) fn set_vlan(&mut self, field: Field, value: u128, mask: u128) {
        const TCI: usize = FIRST_TAG + 2;
        const PRESENT: u128 = 0x1000;
        let mask = match (field, self.layers.tags) {
            (Field::VlanVid, 0) if value & mask & PRESENT == 0 => return,
            (Field::VlanPcp, 0) => return,
            (Field::VlanVid, 1..) => mask & !PRESENT,
            _ => mask,
        };
        self.remember_tags();
        self.key.set(field, value, mask);
        let tci = self.key.get(Field::VlanTci);
        let [.., high, low] = tci.to_be_bytes();
        let is_tag = high & DROP_ELIGIBLE != 0;
        match (self.layers.tags, is_tag) {
            (0, false) => {}
            (0, true) => {
                self.push_vlan(ethertype::VLAN);
                self.set_vlan(Field::VlanTci, tci, u128::MAX);
            }
            (_, true) => {
                let bytes = [high & !DROP_ELIGIBLE, low];
                self.bytes_mut()[TCI..TCI + 2].copy_from_slice(&bytes);
            }
            (_, false) => {
                while self.layers.tags > 0 {
                    self.pop_vlan();
                }
                self.key.set(Field::VlanTci, tci, u128::MAX);
            }
        }
    }

    fn tags(&self) -> Tags {
        let bytes = self.bytes().get(FIRST_TAG..).unwrap_or_default();
        let tags = bytes.chunks_exact(TAG).take(self.layers.tags);
        tags.map(|tag| [tag[0], tag[1], tag[2], tag[3]]).collect()
    }

    /// Before the first change of the tags.
    fn remember_tags(&mut self) {
        if self.tags_before.is_none() {
            self.tags_before = Some(self.tags());
        }
    }

    /// As if they had been taken away and put there again.
    pub(in crate::pipeline) fn rewrite_tags(&mut self) {
        self.tags_before = None;
        for tag in 0..self.layers.tags {
            self.bytes_mut()[FIRST_TAG + TAG * tag + 2] &= !DROP_ELIGIBLE;
        }
    }

    /// Tags that are as they were, from the inner one outward, keep the bit that no field has:
    /// Open vSwitch writes those that have changed, and from there to the outer one.
    pub(super) fn settle_tags(&mut self) {
        let Some(before) = self.tags_before.take() else {
            return;
        };
        let now = self.tags();
        for (tag, old) in (0..now.len()).rev().zip(before.iter().rev()) {
            let mut plain = *old;
            plain[2] &= !DROP_ELIGIBLE;
            let mut is = now[tag];
            is[2] &= !DROP_ELIGIBLE;
            if is != plain {
                return;
            }
            let at = FIRST_TAG + TAG * tag;
            self.bytes_mut()[at..at + TAG].copy_from_slice(old);
        }
    }
}
