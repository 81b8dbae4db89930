//! Tags and MPLS entries in the bytes of a frame.

use super::Packet;
use super::headers::{BOTTOM, Headers, PRESENT, Tag, is_mpls, is_tag};
use crate::oxm::Field;

/// Behind both addresses.
const FIRST_TAG: usize = 12;
/// The ethertype of entries that are taken away before the last one.
const MPLS: u16 = 0x8847;

impl Packet {
    /// Tags that are as they were, from the inner one outward, stay; the others are taken away and
    /// put in again, without the bit that no field has.
    pub(super) fn write_tags(&mut self, was: &mut Headers) {
        let (had, has) = (was.n_tags(), self.headers.n_tags());
        let is = self.headers.tags;
        let inner = is[..has].iter().rev().zip(was.tags[..had].iter().rev());
        let kept = inner.take_while(|(is, was)| is == was).count();
        for _ in kept..had {
            self.remove_tag();
        }
        for tag in is[..has - kept].iter().rev() {
            self.insert_tag(*tag);
        }
        was.tags = is;
        let tci = self.key().get(Field::VlanTci);
        was.key.set(Field::VlanTci, tci, u128::MAX);
    }

    /// Entries that are as they were, from the inner one outward, stay. In the place of one that was
    /// taken away another is that one, changed, and keeps its ethertype.
    pub(super) fn write_entries(&mut self, was: &mut Headers) {
        let (mut had, has) = (was.n_entries(), self.headers.n_entries());
        let is = self.headers.entries;
        let inner = is[..has].iter().rev().zip(was.entries[..had].iter().rev());
        let mut kept = inner.take_while(|(is, was)| is == was).count();
        let eth_type = self.headers.eth_type();
        while had > kept {
            if had - 1 == kept && has > kept {
                was.entries[0] = is[has - had];
                self.set_entry(was.entries[0]);
                kept += 1;
            } else {
                let last = had == 1 || is_mpls(eth_type);
                self.remove_entry(if last { eth_type } else { MPLS });
                was.entries.copy_within(1..had, 0);
                was.entries[had - 1] = 0;
                had -= 1;
                was.key.set(Field::EthType, eth_type.into(), u128::MAX);
            }
        }
        for entry in is[..has - had].iter().rev() {
            self.insert_entry(eth_type, *entry);
            was.entries.rotate_right(1);
            was.entries[0] = *entry;
            was.key.set(Field::EthType, eth_type.into(), u128::MAX);
        }
        was.show_entry();
    }

    fn insert_tag(&mut self, tag: Tag) {
        let [a, b] = tag.ethertype.to_be_bytes();
        let [c, d] = (tag.tci & !PRESENT).to_be_bytes();
        self.insert(FIRST_TAG, [a, b, c, d]);
        self.layers.moved(|at| at + 4);
    }

    fn remove_tag(&mut self) {
        if self.first_type().is_some_and(is_tag) {
            self.remove(FIRST_TAG);
            self.layers.moved(|at| at - 4);
        }
    }

    fn first_type(&self) -> Option<u16> {
        let first = self.bytes().get(FIRST_TAG..)?.first_chunk()?;
        Some(u16::from_be_bytes(*first))
    }

    fn insert_entry(&mut self, ethertype: u16, entry: u32) {
        let Some(at) = self.layers.labels.or(self.layers.network) else {
            return;
        };
        self.layers.labels = Some(at);
        self.set_type(ethertype);
        self.insert(at, entry.to_be_bytes());
        self.layers.network_moved(|at| at + 4);
    }

    fn remove_entry(&mut self, ethertype: u16) {
        let Some(at) = self.layers.labels else { return };
        self.set_type(ethertype);
        if self.entry_at(at).is_none_or(|entry| entry & BOTTOM != 0) {
            self.layers.labels = None;
        }
        self.remove(at);
        self.layers.network_moved(|at| at.saturating_sub(4));
    }

    fn set_entry(&mut self, entry: u32) {
        if let Some(at) = self.layers.labels
            && let Some(place) = self.bytes_mut().get_mut(at..at + 4)
        {
            place.copy_from_slice(&entry.to_be_bytes());
        }
    }

    fn entry_at(&self, at: usize) -> Option<u32> {
        let entry = self.bytes().get(at..)?.first_chunk()?;
        Some(u32::from_be_bytes(*entry))
    }

    /// Of what follows the tags.
    fn set_type(&mut self, ethertype: u16) {
        let at = match self.first_type().is_some_and(is_tag) {
            true => self.layers.inner_type(),
            false => Some(FIRST_TAG),
        };
        if let Some(place) = at.and_then(|at| self.bytes_mut().get_mut(at..at + 2)) {
            place.copy_from_slice(&ethertype.to_be_bytes());
        }
    }

    fn insert(&mut self, at: usize, header: [u8; 4]) {
        let frame = self.bytes_mut();
        let old = frame.len();
        frame.resize(old + header.len(), 0);
        frame.copy_within(at..old, at + header.len());
        frame[at..at + header.len()].copy_from_slice(&header);
    }

    /// Four bytes.
    fn remove(&mut self, at: usize) {
        let frame = self.bytes_mut();
        if at + 4 <= frame.len() {
            frame.copy_within(at + 4.., at);
            frame.truncate(frame.len() - 4);
        }
    }
}
