//! One action after the other.

use super::credit::Credit;
use super::pass::is_shallow;
use super::subfield::Bits;
use super::{Dropped, Run, Then, What, length};
use crate::flow::{Action, CopyField, PacketInReason};
use crate::nicira;
use crate::oxm::Field;
use crate::pipeline::Refused;
use crate::pipeline::meter::{MeterState, Verdict};
use crate::pipeline::packet::{MPLS_MAX, is_mpls};
use crate::{MeterId, PortNo, Version};

/// Ethertype of the tag that 1.0 puts on untagged packets.
const VLAN: u16 = 0x8100;

/// Whether the model carries an action out, and those inside it.
pub(in crate::pipeline) fn modelled(action: &Action) -> Result<(), Refused> {
    use nicira::Action as Nx;
    let is = match action {
        Action::PushPbb(_)
        | Action::PopPbb
        | Action::Experimenter { .. }
        | Action::Unknown { .. } => false,
        Action::Nicira(action) => match &**action {
            Nx::FinTimeout(_)
            | Nx::Conjunction(_)
            | Nx::Ct(_)
            | Nx::Nat(_)
            | Nx::ResubmitTableCt(_)
            | Nx::Sample(_)
            | Nx::Sample2(_)
            | Nx::Sample3(_)
            | Nx::Sample4(_)
            | Nx::Encap(_)
            | Nx::Decap(_)
            | Nx::DecNshTtl
            | Nx::DeleteField(_) => false,
            Nx::Controller2(to) => !to.properties.iter().any(|property| {
                use nicira::ControllerProperty;
                matches!(property, ControllerProperty::Pause)
            }),
            Nx::Clone(inner) => return inner.actions.iter().try_for_each(modelled),
            _ => true,
        },
        _ => true,
    };
    if is {
        Ok(())
    } else {
        Err(Refused::Unmodelled(action.to_string()))
    }
}

impl Run<'_> {
    /// A list of actions, until one ends it.
    pub(super) fn actions(&mut self, actions: &[Action]) -> Then {
        for (at, action) in actions.iter().enumerate() {
            if self.is_over() {
                break;
            }
            let follows = u32::from(at + 1 < actions.len());
            self.following += follows;
            self.enter(|| What::Action {
                action: action.to_string(),
            });
            if self.pass.recirculates && !is_shallow(action) {
                self.recirculate();
            }
            let then = if self.is_over() {
                Then::Next
            } else {
                self.action(action)
            };
            self.leave();
            self.following -= follows;
            if then == Then::Leave {
                return then;
            }
        }
        Then::Next
    }

    fn action(&mut self, action: &Action) -> Then {
        match action {
            Action::Output { port, max_len } => self.output(*port, *max_len),
            Action::Group(group) => self.group(*group),
            Action::SetQueue(queue) => self.queue = Some(*queue),
            Action::Enqueue { port, queue } => self.enqueue(*port, *queue),
            Action::SetField { field, value, mask } => self.set_field(*field, *value, *mask),
            Action::CopyField(copy) => self.copy_field(copy),
            Action::Meter(meter) => self.meter(*meter),
            Action::PushVlan(ethertype) => self.push_vlan(*ethertype),
            Action::PopVlan => self.packet.pop_vlan(),
            Action::PushMpls(ethertype) => self.push_mpls(*ethertype),
            Action::PopMpls(ethertype) => self.pop_mpls(*ethertype),
            Action::SetMplsTtl(ttl) => self.packet.set_mpls_ttl(*ttl),
            Action::DecMplsTtl => return self.dec_mpls_ttl(),
            Action::SetNwTtl(ttl) => self.packet.set_nw_ttl(*ttl),
            Action::DecNwTtl => return self.dec_nw_ttl(),
            Action::CopyTtlOut => self.packet.copy_ttl_out(),
            Action::CopyTtlIn => self.packet.copy_ttl_in(),
            Action::Nicira(action) => return self.nicira(action),
            Action::PushPbb(_)
            | Action::PopPbb
            | Action::Experimenter { .. }
            | Action::Unknown { .. } => self.unmodelled(&action.to_string()),
        }
        Then::Next
    }

    /// In 1.0 the id and the priority of a tag are set on untagged packets too, which get one.
    fn set_field(&mut self, field: Field, value: u128, mask: u128) {
        let of_tag = matches!(field, Field::VlanVid | Field::VlanPcp);
        let untagged = self.packet.key().get(Field::VlanVid) & 0x1000 == 0;
        match self.switch.config.version {
            Version::V1_0 if of_tag && untagged => self.packet.push_vlan(VLAN),
            _ if field == Field::VlanPcp && untagged => return,
            _ => {}
        }
        self.packet.set_field(field, value, mask);
    }

    /// In 1.0 it stands before a tag's id or priority that is set: where there is a tag, that one's.
    fn push_vlan(&mut self, ethertype: u16) {
        let is_tagged = self.packet.key().get(Field::VlanVid) & 0x1000 != 0;
        if !is_tagged || self.switch.config.version != Version::V1_0 {
            self.packet.push_vlan(ethertype);
        }
    }

    pub(super) fn push_mpls(&mut self, ethertype: u16) {
        if self.packet.mpls_entries() == MPLS_MAX {
            return self.too_many_entries();
        }
        if self.packet.mpls_entries() == 0 {
            self.packet.commit();
            self.pass.hashed = false;
        }
        self.packet.push_mpls(ethertype);
    }

    /// The packet goes nowhere; in a bucket that bucket's.
    fn too_many_entries(&mut self) {
        self.overfull = !self.void;
        self.void(Dropped::TooManyMplsEntries);
    }

    /// Open vSwitch sees what is below only when the packet comes in again, which it does before the
    /// next lookup.
    pub(super) fn pop_mpls(&mut self, ethertype: u16) {
        if self.packet.is_deeper_than_seen() {
            self.too_many_entries();
            // Of what was done before nothing is left either.
            self.packet.unwrite();
            self.metered = false;
            self.meters.clear();
            return self.take_back();
        }
        self.pass.recirculates |= self.packet.mpls_entries() > 0 && !is_mpls(ethertype);
        self.packet.pop_mpls(ethertype);
    }

    fn copy_field(&mut self, copy: &CopyField) {
        let from = Bits::new(copy.src, copy.src_offset, copy.n_bits);
        let to = Bits::new(copy.dst, copy.dst_offset, copy.n_bits);
        self.copy_bits(from, to);
    }

    fn enqueue(&mut self, port: PortNo, queue: u32) {
        let before = self.queue.replace(queue);
        match port {
            PortNo::IN_PORT => self.leave_by(self.in_port()),
            port => self.output_to(port),
        }
        self.queue = before;
    }

    pub(super) fn dec_nw_ttl(&mut self) -> Then {
        match self.packet.dec_nw_ttl() {
            Ok(()) => Then::Next,
            Err(_) => self.ttl_is_spent(),
        }
    }

    /// A packet without an entry goes no further in this list, as in Open vSwitch.
    pub(super) fn dec_mpls_ttl(&mut self) -> Then {
        if !self.packet.is_mpls() {
            return Then::Leave;
        }
        if self.packet.mpls_entries() == 0 {
            return self.ttl_is_spent();
        }
        match self.packet.dec_mpls_ttl() {
            Ok(()) => Then::Next,
            Err(_) => self.ttl_is_spent(),
        }
    }

    fn ttl_is_spent(&mut self) -> Then {
        self.tell_controller(u16::MAX, PacketInReason::InvalidTtl);
        self.drop(Dropped::InvalidTtl);
        Then::Leave
    }

    /// Passes through a meter, or is dropped there. Entries and groups that would have followed are
    /// counted all the same, as Open vSwitch looks everything up before it meters.
    pub(super) fn meter(&mut self, id: MeterId) {
        if self.metered {
            return;
        }
        let Some(mut meter) = self.meter_now(id) else {
            self.drop(Dropped::NoMeter { meter: id });
            self.metered = true;
            return;
        };
        let bytes = length(&self.packet);
        let (verdict, band) = meter.judge(bytes, self.now);
        meter.take(bytes, self.now);
        self.meters.insert(id, meter);
        self.credits.push(Credit::Meter { meter: id, bytes });
        self.enter(|| What::Meter { meter: id, band });
        match verdict {
            Verdict::Pass => {}
            Verdict::Remark(levels) => self.remark_dscp(levels),
            Verdict::Drop => {
                self.drop(Dropped::Meter { meter: id });
                self.metered = true;
            }
        }
        self.leave();
    }

    /// A meter as this packet has left it.
    fn meter_now(&self, id: MeterId) -> Option<MeterState> {
        let met = self.meters.get(&id);
        met.or_else(|| self.switch.meters.get(&id)).cloned()
    }

    /// Raises the drop precedence of an assured forwarding class (RFC 2597), up to the highest;
    /// other code points have none.
    fn remark_dscp(&mut self, levels: u8) {
        let dscp = self.packet.key().get(Field::IpDscp);
        let (class, precedence) = (dscp >> 3, dscp >> 1 & 3);
        if (1..=4).contains(&class) && precedence > 0 && dscp & 1 == 0 {
            let raised = (precedence + u128::from(levels)).min(3);
            let dscp = class << 3 | raised << 1;
            self.packet.set_field(Field::IpDscp, dscp, 0x3f);
        }
    }
}
