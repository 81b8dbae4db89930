//! MPLS entries and times to live.

use super::layout::{IpHeader, Layers};
use super::parse::{self, MPLS_MAX, is_mpls, is_tag};
use super::vlan::FIRST_TAG;
use super::{InvalidTtl, Packet};
use crate::oxm::Field;
use crate::packet::ethertype;

/// Of an MPLS entry without an IP packet to copy it from (RFC 3443 is silent; Open vSwitch's).
const DEFAULT_TTL: u8 = 64;

impl Packet {
    /// MPLS entries that are looked at, 0 to 3.
    #[must_use]
    pub fn mpls_entries(&self) -> usize {
        self.layers.mpls
    }

    /// Where the type of what follows the tags is written: in an 802.3 frame with tags the SNAP
    /// header's, without tags in the place of the length, as Open vSwitch does.
    fn type_place(&self) -> Option<usize> {
        let first = u16::from_be_bytes(*self.bytes().get(FIRST_TAG..)?.first_chunk()?);
        match is_tag(first) {
            true => self.layers.payload.map(|payload| payload - 2),
            false => Some(FIRST_TAG),
        }
    }

    /// Puts an MPLS entry behind the tags. It takes label, class and time to live from the entry
    /// below; the first one has the explicit null label, and class and time to live of the IP packet.
    pub fn push_mpls(&mut self, ethertype: u16) {
        let Some(payload) = self.layers.payload else {
            return;
        };
        let entry = match self.mpls_entry() {
            Some(outer) => outer & !0x100,
            None => self.first_entry(),
        };
        self.insert_entry(payload, entry.to_be_bytes(), ethertype);
        // Not read again: in an 802.3 frame the entry is not where a reader would look for it.
        self.key.forget_network();
        self.key.set(Field::EthType, ethertype.into(), u128::MAX);
        parse::mpls_entry(entry, &mut self.key);
        self.layers = Layers {
            tags: self.layers.tags,
            ethertype: self.layers.ethertype,
            payload: self.layers.payload,
            mpls: self.layers.mpls + 1,
            mpls_ends: self.layers.mpls_ends || self.layers.mpls == 0,
            ..Layers::default()
        };
    }

    fn first_entry(&self) -> u32 {
        let field = |field| u32::try_from(self.key.get(field)).unwrap_or(0);
        let label = if field(Field::EthType) == u32::from(ethertype::IPV6) {
            2
        } else {
            0
        };
        let class = field(Field::IpDscp) & 7;
        let ttl = match field(Field::NwTtl) {
            0 => DEFAULT_TTL.into(),
            ttl => ttl,
        };
        label << 12 | class << 9 | 1 << 8 | ttl
    }

    /// Takes the outer entry away; the ethertype is of what is below. One that is not of MPLS takes
    /// all entries with it, as in Open vSwitch. Nothing happens without an entry.
    pub fn pop_mpls(&mut self, ethertype: u16) {
        if self.layers.mpls == 0 {
            return;
        }
        if !is_mpls(ethertype) {
            for _ in 0..self.layers.mpls {
                self.remove_entry(ethertype);
            }
            return self.read_again(self.layers.tags);
        }
        self.remove_entry(ethertype);
        // Not read again: behind the last entry that was seen there is none, whatever follows.
        self.layers.mpls -= 1;
        self.key.set(Field::EthType, ethertype.into(), u128::MAX);
        let next = self.mpls_entry().unwrap_or(0);
        parse::mpls_entry(next, &mut self.key);
    }

    /// Whether the ethertype says so.
    pub(in crate::pipeline) fn is_mpls(&self) -> bool {
        let eth_type = self.key.get(Field::EthType);
        u16::try_from(eth_type).is_ok_and(is_mpls)
    }

    pub(super) fn insert_entry(&mut self, at: usize, entry: [u8; 4], ethertype: u16) {
        let Some(type_at) = self.type_place() else {
            return;
        };
        self.insert(at, entry);
        if let Some(ethertype) = self.popped.pop() {
            // In the place of one that was taken away it is that one, changed.
            self.set_ethertype(type_at, ethertype);
        } else {
            let before = self.set_ethertype(type_at, ethertype);
            self.pushed.push(before);
        }
    }

    fn remove_entry(&mut self, ethertype: u16) {
        let (Some(type_at), Some(payload)) = (self.type_place(), self.layers.payload) else {
            return;
        };
        self.remove(payload);
        if let Some(before) = self.pushed.pop() {
            let is_last = self.pushed.is_empty();
            self.set_ethertype(type_at, if is_last { before } else { ethertype });
        } else {
            let before = self.set_ethertype(type_at, ethertype);
            self.popped.push(before);
        }
    }

    /// As if the entries that it was sent with had been taken away again, or the other way round: the
    /// ethertype is written anew.
    pub(super) fn rewrite_ethertype(&mut self) {
        let ethertype = u16::try_from(self.key.get(Field::EthType));
        if let (Some(at), Ok(ethertype)) = (self.type_place(), ethertype) {
            self.set_ethertype(at, ethertype);
        }
    }

    /// Whether there are more entries than a switch looks at.
    #[must_use]
    pub(in crate::pipeline) fn is_deeper_than_seen(&self) -> bool {
        self.layers.mpls == MPLS_MAX && !self.layers.mpls_ends
    }

    /// Without an entry nothing happens.
    pub fn set_mpls_ttl(&mut self, ttl: u8) {
        self.set_field(Field::MplsTtl, ttl.into(), u128::MAX);
    }

    /// Without an entry nothing happens.
    ///
    /// # Errors
    /// It is 1 or 0, and stays so.
    pub fn dec_mpls_ttl(&mut self) -> Result<(), InvalidTtl> {
        match self.mpls_entry().map(|entry| entry as u8) {
            None => Ok(()),
            Some(0 | 1) => Err(InvalidTtl),
            Some(ttl) => {
                self.set_mpls_ttl(ttl - 1);
                Ok(())
            }
        }
    }

    /// Of a packet that is not IP nothing changes.
    pub fn set_nw_ttl(&mut self, ttl: u8) {
        self.set_field(Field::NwTtl, ttl.into(), u128::MAX);
    }

    /// Of a packet that is not IP nothing changes.
    ///
    /// # Errors
    /// It is 1 or 0, and stays so.
    pub fn dec_nw_ttl(&mut self) -> Result<(), InvalidTtl> {
        let eth_type = self.key.get(Field::EthType);
        if ![ethertype::IPV4, ethertype::IPV6]
            .map(u128::from)
            .contains(&eth_type)
        {
            return Ok(());
        }
        match u8::try_from(self.key.get(Field::NwTtl)).unwrap_or(0) {
            0 | 1 => Err(InvalidTtl),
            ttl => {
                self.set_nw_ttl(ttl - 1);
                Ok(())
            }
        }
    }

    /// The outer MPLS entry gets the time to live of the header below: the next entry, or IP.
    pub fn copy_ttl_out(&mut self) {
        if let Some(at) = self.ttl_below() {
            self.set_mpls_ttl(self.bytes()[at]);
        }
    }

    /// The header below the outer MPLS entry gets its time to live.
    pub fn copy_ttl_in(&mut self) {
        let (Some(at), Some(entry)) = (self.ttl_below(), self.mpls_entry()) else {
            return;
        };
        let [.., ttl] = entry.to_be_bytes();
        if let Some(IpHeader::V4(header)) = self.ip_below() {
            self.set_ipv4_word(header, at, [ttl, self.bytes()[at + 1]]);
        } else {
            self.bytes_mut()[at] = ttl;
        }
    }

    /// Where the time to live of what the outer MPLS entry carries is.
    fn ttl_below(&self) -> Option<usize> {
        let outer = self.layers.payload.filter(|_| self.layers.mpls > 0)?;
        if self.bytes().get(outer + 2)? & 1 == 0 {
            return self.bytes().get(outer + 7).map(|_| outer + 7);
        }
        match self.ip_below()? {
            IpHeader::V4(at) => Some(at + 8),
            IpHeader::V6 { at, .. } => Some(at + 7),
        }
    }

    /// An IP header right below the last entry, told by its version: the stack does not say.
    fn ip_below(&self) -> Option<IpHeader> {
        let outer = self.layers.payload.filter(|_| self.layers.mpls > 0)?;
        let is_last = self.bytes().get(outer + 2)? & 1 != 0;
        let at = outer + 4;
        match (is_last, self.bytes().get(at)? >> 4, self.bytes().len() - at) {
            (true, 4, 20..) => Some(IpHeader::V4(at)),
            (true, 6, 40..) => Some(IpHeader::V6 { at, covered: true }),
            _ => None,
        }
    }

    /// The outer entry.
    fn mpls_entry(&self) -> Option<u32> {
        let at = self.layers.payload.filter(|_| self.layers.mpls > 0)?;
        let entry = self.bytes().get(at..at + 4)?.first_chunk()?;
        Some(u32::from_be_bytes(*entry))
    }

    /// Answers with what was there.
    fn set_ethertype(&mut self, at: usize, ethertype: u16) -> u16 {
        let Some(place) = self.bytes_mut().get_mut(at..at + 2) else {
            return ethertype;
        };
        let before = u16::from_be_bytes([place[0], place[1]]);
        place.copy_from_slice(&ethertype.to_be_bytes());
        before
    }

    pub(super) fn insert(&mut self, at: usize, header: [u8; 4]) {
        let frame = self.bytes_mut();
        let old = frame.len();
        frame.resize(old + header.len(), 0);
        frame.copy_within(at..old, at + header.len());
        frame[at..at + header.len()].copy_from_slice(&header);
    }

    /// Four bytes.
    pub(super) fn remove(&mut self, at: usize) {
        let frame = self.bytes_mut();
        frame.copy_within(at + 4.., at);
        frame.truncate(frame.len() - 4);
    }
}
