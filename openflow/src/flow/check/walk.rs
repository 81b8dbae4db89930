//! From action to action, with what is known of the packet.

use super::packet::Packet;
use super::{ActionError, check_meter, value};
use crate::Version;
use crate::flow::validate::words;
use crate::flow::{Action, CopyField, Match};
use crate::oxm::{Field, Prerequisite};

const IPV4: Prerequisite = Prerequisite::Is(Field::EthType, 0x0800);
const IPV6: Prerequisite = Prerequisite::Is(Field::EthType, 0x86dd);
pub(super) const IP: Prerequisite = Prerequisite::AnyOf(&[IPV4, IPV6]);
pub(super) const MPLS: Prerequisite = Prerequisite::AnyOf(&[
    Prerequisite::Is(Field::EthType, 0x8847),
    Prerequisite::Is(Field::EthType, 0x8848),
]);

/// As a packet without another header in front says it.
const ETHERNET: Prerequisite = Prerequisite::Is(Field::PacketType, 0);

/// What is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// Fields and headers that need not be there.
    Headers,
    /// Only fields: Open vSwitch lets actions on headers pass in an action set, and in 1.0, where
    /// they do nothing on other packets.
    Fields,
}

/// A list of actions as far as it has been looked at.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) packet: Packet,
    pub(super) strictness: Strictness,
    pub(super) version: Version,
    /// The first header that need not be there.
    doubt: Option<ActionError>,
}

impl Walk {
    pub(super) fn new(version: Version, matching: &Match) -> Self {
        let strictness = match version {
            Version::V1_0 => Strictness::Fields,
            _ => Strictness::Headers,
        };
        Self {
            packet: Packet::of(matching),
            strictness,
            version,
            doubt: None,
        }
    }

    pub(super) fn take_doubt(&mut self) -> Option<ActionError> {
        self.doubt.take()
    }

    pub(super) fn list(&mut self, actions: &[Action]) -> Result<(), ActionError> {
        actions.iter().try_for_each(|action| self.step(action))
    }

    fn step(&mut self, action: &Action) -> Result<(), ActionError> {
        let name = action.name();
        match *action {
            Action::Output { port, .. } => value::check_port(port)?,
            Action::Enqueue { port, .. } => value::check_queue_port(port)?,
            Action::Group(group) => value::check_group(group)?,
            Action::Meter(meter) => check_meter(meter)?,
            Action::SetField { field, value, .. } => self.set(field, value)?,
            Action::CopyField(copy) => self.copy(&copy)?,
            Action::PushVlan(_) => self.packet.push_tag()?,
            Action::PopVlan => {
                let was_there = self.packet.pop_tag();
                self.header(was_there, name, Prerequisite::VlanPresent);
            }
            Action::PushMpls(ethertype) => self.push_mpls(name, ethertype),
            Action::PopMpls(ethertype) => self.pop_mpls(name, ethertype),
            Action::SetNwTtl(_) | Action::DecNwTtl => self.need(name, IP),
            Action::SetMplsTtl(_) | Action::DecMplsTtl => self.need(name, MPLS),
            Action::Nicira(ref action) => self.nicira(action)?,
            _ => {}
        }
        Ok(())
    }

    /// An action on a header.
    pub(super) fn need(&mut self, action: &'static str, needed: Prerequisite) {
        let is_there = self.packet.has(needed);
        self.header(is_there, action, needed);
    }

    fn header(&mut self, is_there: bool, action: &'static str, needed: Prerequisite) {
        if !is_there && self.strictness == Strictness::Headers && self.doubt.is_none() {
            self.doubt = Some(not_there(action, needed));
        }
    }

    pub(super) fn push_mpls(&mut self, action: &'static str, ethertype: u16) {
        if self.packet.is_ethernet() {
            self.packet.retype(Some(ethertype));
        }
        self.header(self.packet.is_ethernet(), action, ETHERNET);
    }

    pub(super) fn pop_mpls(&mut self, action: &'static str, ethertype: u16) {
        self.need(action, MPLS);
        self.header(self.packet.is_ethernet(), action, ETHERNET);
        self.packet.unlabel(ethertype);
    }

    fn set(&mut self, field: Field, value: u128) -> Result<(), ActionError> {
        // What 1.0 sets in other packets is nothing.
        if self.version == Version::V1_0 {
            return Ok(());
        }
        self.packet.check_field(field)?;
        if field == Field::VlanVid {
            self.check_tag("set_field of vlan_vid")?;
        }
        if field == Field::VlanTci {
            self.packet.write_tag(value);
        }
        Ok(())
    }

    pub(super) fn check_tag(&self, action: &'static str) -> Result<(), ActionError> {
        match self.packet.has(Prerequisite::VlanPresent) {
            true => Ok(()),
            false => Err(not_there(action, Prerequisite::VlanPresent)),
        }
    }

    fn copy(&mut self, copy: &CopyField) -> Result<(), ActionError> {
        self.packet.check_field(copy.src)?;
        self.packet.check_field(copy.dst)
    }
}

pub(super) fn not_there(action: &'static str, needed: Prerequisite) -> ActionError {
    ActionError::NotThere {
        action,
        needs: words(needed),
    }
}
