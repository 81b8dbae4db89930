//! Whether actions make sense on the packets of a match, before a switch is asked.

use super::validate_nicira::check_nicira;
use super::{Action, Instructions, Match, MatchError};
use crate::oxm::{Field, Prerequisite};
use crate::packet::ethertype;
use crate::wire::ErrorCode;
use crate::{GroupId, PortNo, TableId, Version};

/// What is wrong with an action or an instruction.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActionError {
    /// A field that is no part of the packet (OF 1.3.5 §7.2.5).
    #[error("set_field of {field}: it is no part of the packet")]
    SetType {
        /// The field.
        field: &'static str,
    },
    /// A value the field cannot have.
    #[error("set_field of {field}: {expected}")]
    SetArgument {
        /// The field.
        field: &'static str,
        /// What would have been right.
        expected: &'static str,
    },
    /// Packets of the match need not have the field.
    #[error("{action} of {why}")]
    Inconsistent {
        /// The action.
        action: &'static str,
        /// What is missing.
        why: MatchError,
    },
    /// Bits outside of a field, or none.
    #[error("{n_bits} bits of {field}: {expected}")]
    Bits {
        /// The field.
        field: &'static str,
        /// Bits asked for.
        n_bits: u16,
        /// What would have been right.
        expected: &'static str,
    },
    /// A port packets cannot be sent to.
    #[error("output to {port}: no port packets can be sent to")]
    OutPort {
        /// The port.
        port: PortNo,
    },
    /// A group that cannot be.
    #[error("group {group}: groups have the numbers 0 to 4294967040")]
    OutGroup {
        /// The group.
        group: GroupId,
    },
    /// An Ethernet type that no such header has.
    #[error("{action} of {ethertype:#06x}: {expected}")]
    Ethertype {
        /// The action.
        action: &'static str,
        /// As given.
        ethertype: u16,
        /// What would have been right.
        expected: &'static str,
    },
    /// More VLAN tags than Open vSwitch has room for.
    #[error("push_vlan on two tags: there is no room for a third")]
    Tags,
    /// A table that does not come after that of the entry.
    #[error("goto_table {to} from table {from}: there is no way back")]
    Goto {
        /// The entry's.
        from: TableId,
        /// The instruction's.
        to: TableId,
    },
}

impl ActionError {
    /// What OFPT_ERROR answers it, in 1.3 and later.
    #[must_use]
    pub fn answer(&self) -> ErrorCode {
        match self {
            Self::SetType { .. } => ErrorCode { kind: 2, code: 13 },
            Self::Bits { .. } => ErrorCode::BAD_ACTION_BAD_SET_LEN,
            Self::SetArgument { .. } => ErrorCode { kind: 2, code: 15 },
            Self::Inconsistent { .. } => ErrorCode { kind: 2, code: 10 },
            Self::OutPort { .. } => ErrorCode { kind: 2, code: 4 },
            Self::OutGroup { .. } => ErrorCode { kind: 2, code: 9 },
            Self::Ethertype { .. } => ErrorCode { kind: 2, code: 5 },
            Self::Tags => ErrorCode { kind: 2, code: 12 },
            Self::Goto { .. } => ErrorCode { kind: 3, code: 2 },
        }
    }
}

impl Instructions {
    /// Whether every action makes sense by itself: fields that may be set, values they can have.
    pub fn check_alone(&self) -> Result<(), ActionError> {
        let mut all = self.apply.iter().chain(&self.write);
        all.try_for_each(check_alone)
    }

    /// Whether every action makes sense on the packets of `matching`, as far as the specification
    /// of the version says: by itself, and with the headers that are there. In 1.0 an action on a
    /// header that is not there does nothing.
    pub fn check(
        &self,
        version: Version,
        table: TableId,
        matching: &Match,
    ) -> Result<(), ActionError> {
        self.check_alone()?;
        let mut known = Known::of(version, matching);
        self.apply
            .iter()
            .try_for_each(|action| known.carry_out(action))?;
        let lacking = known.lacking.take();
        // Open vSwitch asks it of the action set too, as if it were carried out here, but for
        // headers that an action takes away or counts down.
        self.write
            .iter()
            .try_for_each(|action| known.after(action))?;
        match self.goto {
            Some(to) if to <= table => Err(ActionError::Goto { from: table, to }),
            _ => lacking.map_or(Ok(()), Err),
        }
    }
}

/// What is known of the packets in the middle of a list.
#[derive(Clone)]
pub(super) struct Known {
    packet: Match,
    /// Whether there is an outer VLAN tag, and one within it.
    pub(super) tags: [bool; 2],
    version: Version,
    /// The first header that is not there: said if nothing else is wrong.
    pub(super) lacking: Option<ActionError>,
}

impl Known {
    fn of(version: Version, matching: &Match) -> Self {
        Self {
            version,
            lacking: None,
            packet: matching.clone(),
            tags: [matching.has(Prerequisite::VlanPresent), false],
        }
    }

    pub(super) fn prerequisite(&self, action: &Action, field: Field) -> Result<(), ActionError> {
        let checked = self.packet.check_prerequisite(field);
        let action = action.name();
        checked.map_err(|why| ActionError::Inconsistent { action, why })
    }

    /// Checks an action of a list that is carried out here.
    pub(super) fn carry_out(&mut self, action: &Action) -> Result<(), ActionError> {
        let there = self.has_header(action);
        self.lacking = self.lacking.take().or_else(|| there.err());
        self.after(action)
    }

    /// Whether there is the header that an action takes away or counts down.
    fn has_header(&self, action: &Action) -> Result<(), ActionError> {
        match action {
            _ if self.version == Version::V1_0 => Ok(()),
            Action::PopVlan => self.prerequisite(action, Field::VlanPcp),
            Action::SetNwTtl(_) | Action::DecNwTtl => self.prerequisite(action, Field::NwTtl),
            Action::SetMplsTtl(_) | Action::DecMplsTtl | Action::PopMpls(_) => {
                self.prerequisite(action, Field::MplsTtl)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn has_tags(&mut self, tags: [bool; 2]) {
        self.tags = tags;
        let present = if tags[0] { 0x1000 } else { 0 };
        self.packet.set(Field::VlanVid, present, present);
    }

    /// Checks an action, and goes on with what it leaves.
    pub(super) fn after(&mut self, action: &Action) -> Result<(), ActionError> {
        match *action {
            Action::SetField { .. } if self.version == Version::V1_0 => {}
            Action::Nicira(ref nicira) => self.after_nicira(action, nicira)?,
            Action::SetField {
                field: Field::VlanVid,
                ..
            } => self.prerequisite(action, Field::VlanPcp)?,
            Action::SetField { field, .. } => self.prerequisite(action, field)?,
            Action::CopyField(copy) => {
                self.prerequisite(action, copy.src)?;
                self.prerequisite(action, copy.dst)?;
            }
            Action::PushVlan(_) if self.version == Version::V1_0 => {}
            Action::PushVlan(_) if self.tags[1] => return Err(ActionError::Tags),
            Action::PushVlan(_) => {
                self.has_tags([true, self.tags[0]]);
            }
            Action::PopVlan => {
                self.has_tags([self.tags[1], false]);
            }
            Action::PushMpls(ethertype) | Action::PopMpls(ethertype) => {
                self.packet.set(Field::EthType, ethertype.into(), u128::MAX);
            }
            _ => {}
        }
        Ok(())
    }
}

/// What can be said of an action without its packets.
pub(super) fn check_alone(action: &Action) -> Result<(), ActionError> {
    match *action {
        Action::Output { port, .. } => check_port(port),
        Action::Group(group) if group > GroupId::MAX => Err(ActionError::OutGroup { group }),
        Action::SetField { field, value, mask } => check_set_field(field, value, mask),
        Action::CopyField(copy) => {
            check_bits(copy.src, copy.src_offset, copy.n_bits)?;
            check_written(copy.dst, copy.dst_offset, copy.n_bits)
        }
        Action::Nicira(ref nicira) => check_nicira(nicira),
        Action::PushVlan(it) if ![ethertype::VLAN, ethertype::SERVICE_VLAN].contains(&it) => {
            Err(wrong_type(action, it, "a tag has 0x8100 or 0x88a8"))
        }
        Action::PushMpls(it) if ![0x8847, 0x8848].contains(&it) => {
            Err(wrong_type(action, it, "an entry has 0x8847 or 0x8848"))
        }
        Action::PushPbb(it) if it != 0x88e7 => Err(wrong_type(action, it, "a header has 0x88e7")),
        _ => Ok(()),
    }
}

fn wrong_type(action: &Action, ethertype: u16, expected: &'static str) -> ActionError {
    ActionError::Ethertype {
        action: action.name(),
        ethertype,
        expected,
    }
}

/// Every physical port and every reserved one but `ANY` (OF 1.3.5 §4.5).
fn check_port(port: PortNo) -> Result<(), ActionError> {
    if port.0 == 0 || port == PortNo::ANY {
        return Err(ActionError::OutPort { port });
    }
    Ok(())
}

/// Bits of a field that an action writes.
pub(super) fn check_written(field: Field, offset: u16, n_bits: u16) -> Result<(), ActionError> {
    check_bits(field, offset, n_bits)?;
    check_settable(field)
}

pub(super) fn check_set_field(field: Field, value: u128, mask: u128) -> Result<(), ActionError> {
    let info = field.info();
    check_settable(field)?;
    let expected = match field {
        Field::InPort => "it is not for actions to set",
        _ if value & !info.full_mask() != 0 => "its value is beyond its bits",
        _ if value & !mask != 0 => "its value is beyond its mask",
        Field::ArpOp if value > 0xff => "Open vSwitch has opcodes of 0 to 255",
        Field::VlanVid if value & 0x1000 == 0 => {
            "the present bit (0x1000) of a tag that is there is set"
        }
        _ => return Ok(()),
    };
    Err(ActionError::SetArgument {
        field: info.name,
        expected,
    })
}

/// All but what is no part of the packet (OF 1.3.5 §7.2.5), or says what headers follow. Metadata is
/// written by an instruction up to 1.4, which Open vSwitch does not insist on.
pub(super) fn check_settable(field: Field) -> Result<(), ActionError> {
    let name = field.info().name;
    match field {
        Field::InPhyPort => Err(ActionError::SetType { field: name }),
        Field::ActsetOutput
        | Field::PacketType
        | Field::ConjId
        | Field::RecircId
        | Field::DpHash
        | Field::EthType
        | Field::IpProto
        | Field::IpFrag
        | Field::MplsBos
        | Field::TcpFlags => Err(ActionError::SetArgument {
            field: name,
            expected: "it is not for actions to set",
        }),
        _ => Ok(()),
    }
}

/// Bits of a field that an action reads or writes.
pub(super) fn check_bits(field: Field, offset: u16, n_bits: u16) -> Result<(), ActionError> {
    let info = field.info();
    let bits = match field {
        // Whether there is a tag is in none of Open vSwitch's bits.
        Field::VlanVid => 12,
        _ => info.bits,
    };
    let expected = match u32::from(offset) + u32::from(n_bits) {
        _ if n_bits == 0 => "at least one",
        end if end > u32::from(bits) => "it has fewer",
        _ => return Ok(()),
    };
    Err(ActionError::Bits {
        field: info.name,
        n_bits,
        expected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::FlowMod;

    fn checked(text: &str) -> Result<(), (String, ErrorCode)> {
        let flow: FlowMod = text.parse().unwrap();
        let checked = flow
            .instructions
            .check(Version::V1_3, flow.table, &flow.matching);
        checked.map_err(|error| (error.to_string(), error.answer()))
    }

    #[test]
    fn actions_that_make_sense_pass() {
        for text in [
            "tcp,actions=set_field:80->tcp_dst,output:1",
            "actions=push_vlan:0x8100,set_field:0x1005->vlan_vid,set_field:3->vlan_pcp,output:1",
            "ip,actions=push_mpls:0x8847,set_field:5->mpls_label,CONTROLLER:65535",
            "tcp,actions=write_actions(set_field:80->tcp_dst,group:1),goto_table:3",
            "actions=write_actions(pop_vlan,dec_ttl,output:1)",
            "ip,actions=move:ip_src[]->metadata[0..31]",
        ] {
            assert_eq!(checked(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_makes_no_sense_has_the_error_to_answer() {
        for (text, words, name) in [
            (
                "ip,actions=set_field:80->tcp_dst",
                "set_field of tcp_dst needs ip_proto=6",
                "OFPBAC_MATCH_INCONSISTENT",
            ),
            (
                "dl_vlan=3,actions=pop_vlan,set_field:3->vlan_pcp",
                "set_field of vlan_pcp needs vlan_vid of a tag",
                "OFPBAC_MATCH_INCONSISTENT",
            ),
            (
                "actions=write_actions(set_field:80->tcp_dst)",
                "set_field of tcp_dst needs ip_proto=6",
                "OFPBAC_MATCH_INCONSISTENT",
            ),
            (
                "actions=dec_ttl",
                "dec_nw_ttl of nw_ttl needs eth_type=0x0800 or eth_type=0x86dd",
                "OFPBAC_MATCH_INCONSISTENT",
            ),
            (
                "dl_vlan=3,actions=push_vlan:0x8100,push_vlan:0x8100",
                "push_vlan on two tags: there is no room for a third",
                "OFPBAC_BAD_TAG",
            ),
            (
                "ip,actions=set_field:6->ip_proto",
                "set_field of ip_proto: it is not for actions to set",
                "OFPBAC_BAD_SET_ARGUMENT",
            ),
            (
                "in_port=1,actions=set_field:3->in_phy_port",
                "set_field of in_phy_port: it is no part of the packet",
                "OFPBAC_BAD_SET_TYPE",
            ),
            (
                "dl_vlan=3,actions=set_field:5->vlan_vid",
                "set_field of vlan_vid: the present bit (0x1000) of a tag that is there is set",
                "OFPBAC_BAD_SET_ARGUMENT",
            ),
            (
                "actions=push_vlan:0x1234",
                "push_vlan of 0x1234: a tag has 0x8100 or 0x88a8",
                "OFPBAC_BAD_ARGUMENT",
            ),
            (
                "actions=group:4294967295",
                "group 4294967295: groups have the numbers 0 to 4294967040",
                "OFPBAC_BAD_OUT_GROUP",
            ),
            (
                "actions=output:0",
                "output to 0: no port packets can be sent to",
                "OFPBAC_BAD_OUT_PORT",
            ),
            (
                "table=3,actions=goto_table:3",
                "goto_table 3 from table 3: there is no way back",
                "OFPBIC_BAD_TABLE_ID",
            ),
        ] {
            let (said, answer) = checked(text).unwrap_err();
            assert_eq!(said, words);
            let known = answer.name(Version::V1_3).unwrap();
            assert_eq!(known.name, name, "{text}");
        }
    }
}
