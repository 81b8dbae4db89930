//! What actions do to a packet: fields that are set, headers that come and go. Only what a switch
//! takes it to have changes here.

use super::layout::IpHeader;
use super::{InvalidTtl, Packet};
use crate::oxm::Field;
use crate::packet::ethertype;
use crate::pipeline::execute::is_there;

impl Packet {
    /// Sets the bits of a field that `mask` has set. Nothing happens where the packet does not have
    /// the field, or where no switch lets it be set (`eth_type`, `ip_proto`, `ip_frag`, `tcp_flags`,
    /// `mpls_bos`).
    pub fn set_field(&mut self, field: Field, value: u128, mask: u128) {
        if field.info().canonical.is_some() {
            let (field, value, mask) = field.to_canonical(value, Some(mask));
            return self.set_field(field, value, mask.unwrap_or(u128::MAX));
        }
        match field {
            Field::EthType | Field::IpProto | Field::IpFrag | Field::TcpFlags | Field::MplsBos => {}
            Field::EthDst | Field::EthSrc if !self.layers.is_ethernet => {}
            Field::VlanVid | Field::VlanPcp | Field::VlanTci => {
                if self.layers.is_ethernet {
                    self.change().set_tag(field, value, mask);
                }
            }
            Field::MplsLabel | Field::MplsTc | Field::MplsTtl => {
                self.change().set_entry(field, value, mask);
            }
            _ if !is_there(self.key(), field) => {}
            // Open vSwitch keeps it in the eight bits of `nw_proto`.
            Field::ArpOp => self.change().key.set(field, value & 0xff, mask),
            _ if is_in_frame(field) => self.change().key.set(field, value, mask),
            // Registers, metadata, tunnel fields.
            _ => self.headers.key.set(field, value, mask),
        }
    }

    /// Puts a tag with id and priority 0 in front of all others. Where there are two already that
    /// are looked at, the inner one of them is lost, as in Open vSwitch.
    pub fn push_vlan(&mut self, ethertype: u16) {
        if self.layers.is_ethernet {
            self.change().push_tag(ethertype);
        }
    }

    /// Takes the outer tag away; without one nothing happens.
    pub fn pop_vlan(&mut self) {
        self.change().pop_tag();
    }

    /// MPLS entries that are looked at, 0 to 3.
    #[must_use]
    pub fn mpls_entries(&self) -> usize {
        self.headers.n_entries()
    }

    /// Whether the ethertype says so.
    pub(in crate::pipeline) fn is_mpls(&self) -> bool {
        self.headers.is_mpls()
    }

    /// Whether there may be more entries than a switch looks at.
    pub(in crate::pipeline) fn is_deeper_than_seen(&self) -> bool {
        self.headers.is_deeper_than_seen()
    }

    /// Puts an MPLS entry behind the tags. It takes label, class and time to live from the entry
    /// below; the first one has the explicit null label, and class and time to live of the IP packet.
    pub fn push_mpls(&mut self, ethertype: u16) {
        if self.layers.is_ethernet {
            self.change().push_entry(ethertype);
        }
    }

    /// Takes the outer entry away; the ethertype is of what is below. One that is not of MPLS takes
    /// all entries with it when the packet is sent, as in Open vSwitch. Nothing happens without an
    /// entry.
    pub fn pop_mpls(&mut self, ethertype: u16) {
        self.change().pop_entry(ethertype);
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
        if self.mpls_entries() == 0 {
            return Ok(());
        }
        let ttl = decremented(self.key().get(Field::MplsTtl))?;
        self.set_mpls_ttl(ttl);
        Ok(())
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
        let eth_type = self.headers.eth_type();
        if !matches!(eth_type, ethertype::IPV4 | ethertype::IPV6) {
            return Ok(());
        }
        let ttl = decremented(self.key().get(Field::NwTtl))?;
        self.set_nw_ttl(ttl);
        Ok(())
    }

    /// The outer MPLS entry gets the time to live of the header below: the next entry, or IP.
    pub fn copy_ttl_out(&mut self) {
        self.commit();
        if let Some(at) = self.ttl_below() {
            self.set_mpls_ttl(self.bytes()[at]);
        }
    }

    /// The header below the outer MPLS entry gets its time to live.
    pub fn copy_ttl_in(&mut self) {
        self.commit();
        let Some(at) = self.ttl_below() else { return };
        let ttl = u8::try_from(self.key().get(Field::MplsTtl)).unwrap_or_default();
        if let Some(IpHeader::V4(header)) = self.ip_below() {
            self.set_ipv4_word(header, at, [ttl, self.bytes()[at + 1]]);
        } else {
            self.bytes_mut()[at] = ttl;
        }
        if self.mpls_entries() > 1 {
            let below = &mut self.change().entries[1];
            *below = *below & !0xff | u32::from(ttl);
        }
    }

    /// Where the time to live of what the outer MPLS entry carries is.
    fn ttl_below(&self) -> Option<usize> {
        let outer = self.layers.labels.filter(|_| self.mpls_entries() > 0)?;
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
        let outer = self.layers.labels.filter(|_| self.mpls_entries() > 0)?;
        let is_last = self.bytes().get(outer + 2)? & 1 != 0;
        let at = outer + 4;
        match (is_last, self.bytes().get(at)? >> 4, self.bytes().len() - at) {
            (true, 4, 20..) => Some(IpHeader::V4(at)),
            (true, 6, 40..) => Some(IpHeader::V6 { at, covered: true }),
            _ => None,
        }
    }
}

fn decremented(ttl: u128) -> Result<u8, InvalidTtl> {
    match u8::try_from(ttl) {
        Ok(ttl @ 2..) => Ok(ttl - 1),
        _ => Err(InvalidTtl),
    }
}

/// Whether bytes of the frame follow the field.
fn is_in_frame(field: Field) -> bool {
    matches!(field, Field::EthDst | Field::EthSrc) || field.info().prerequisite.is_some()
}
