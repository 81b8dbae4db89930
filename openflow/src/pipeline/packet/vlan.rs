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
            self.layers = self.layers.after_removal(TAG);
        }
        let [high, low] = ethertype.to_be_bytes();
        self.insert(FIRST_TAG, [high, low, 0, 0]);
        self.layers = self.layers.after_insertion(TAG);
        self.read_outer_tag();
    }

    /// Takes the outer tag away; without one nothing happens.
    pub fn pop_vlan(&mut self) {
        if self.layers.tags == 0 {
            return;
        }
        self.remember_tags();
        self.remove(FIRST_TAG);
        // A tag that was not looked at before is none to a switch that looks at one only.
        self.layers = self.layers.after_removal(TAG);
        self.read_outer_tag();
    }

    /// What is behind the tags stays what it was taken for.
    fn read_outer_tag(&mut self) {
        let outer = self
            .tags()
            .first()
            .map(|tag| [tag[2] | DROP_ELIGIBLE, tag[3]]);
        let tci = outer.map_or(0, u16::from_be_bytes);
        self.key.set(Field::VlanTci, tci.into(), u128::MAX);
    }

    /// The outer tag. The bit that says that it is there makes one, or takes all away that are
    /// looked at, as in Open vSwitch; the other bits of a tag are nowhere in an untagged frame.
    pub(super) fn set_vlan(&mut self, field: Field, value: u128, mask: u128) {
        const TCI: usize = FIRST_TAG + 2;
        const PRESENT: u128 = 0x1000;
        if self.layers.ethertype.is_none() {
            // Too short for a tag.
            return;
        }
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
        if is_tag {
            if self.layers.tags == 0 {
                self.push_vlan(ethertype::VLAN);
            }
            let bytes = [high & !DROP_ELIGIBLE, low];
            self.bytes_mut()[TCI..TCI + 2].copy_from_slice(&bytes);
        } else {
            while self.layers.tags > 0 {
                self.pop_vlan();
            }
        }
        self.key.set(Field::VlanTci, tci, u128::MAX);
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

    /// It was sent as `sent` is, or with the tags that had when it was sent last, before it was made
    /// what it is now.
    pub(in crate::pipeline) fn was_sent_as(&mut self, sent: Self) {
        self.pushed.clear();
        self.popped.clear();
        if sent.layers.mpls != self.layers.mpls {
            self.rewrite_ethertype();
        }
        let tags = sent.tags();
        self.tags_before = Some(sent.tags_before.unwrap_or(tags));
    }

    /// It was sent without tags.
    pub(in crate::pipeline) fn was_sent_untagged(&mut self) {
        self.tags_before = Some(Tags::new());
    }

    /// Tags that are as they were, from the inner one outward, keep the bit that no field has:
    /// Open vSwitch writes those that have changed, and from there to the outer one.
    pub(super) fn settle_tags(&mut self) {
        let Some(before) = self.tags_before.take() else {
            return;
        };
        let now = self.tags();
        let plain = |tag: &[u8; TAG]| [tag[0], tag[1], tag[2] & !DROP_ELIGIBLE, tag[3]];
        let inner = now.iter().rev().zip(before.iter().rev());
        let kept = inner
            .take_while(|(tag, old)| plain(tag) == plain(old))
            .count();
        for (tag, is) in now.iter().enumerate() {
            let from_inside = now.len() - 1 - tag;
            let bytes = match from_inside < kept {
                true => before[before.len() - 1 - from_inside],
                false => plain(is),
            };
            let at = FIRST_TAG + TAG * tag;
            self.bytes_mut()[at..at + TAG].copy_from_slice(&bytes);
        }
    }
}
