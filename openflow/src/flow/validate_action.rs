//! Whether actions make sense on the packets of a match, before a switch is asked.

use super::{Action, CopyField, Instructions, Match, MatchError};
use crate::oxm::Field;
use crate::packet::ethertype;
use crate::wire::ErrorCode;
use crate::{GroupId, PortNo, TableId};

/// What is wrong with an action or an instruction.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActionError {
    /// A field no action may set: it is no part of the packet (OF 1.3.5 §7.2.5).
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
    #[error("set_field of {0}")]
    Inconsistent(MatchError),
    /// Bits outside of a field, or none.
    #[error("copy_field of {n_bits} bits from {field}: {expected}")]
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
            Self::SetType { .. } | Self::Bits { .. } => ErrorCode { kind: 2, code: 13 },
            Self::SetArgument { .. } => ErrorCode { kind: 2, code: 15 },
            Self::Inconsistent(_) => ErrorCode { kind: 2, code: 10 },
            Self::OutPort { .. } => ErrorCode { kind: 2, code: 4 },
            Self::OutGroup { .. } => ErrorCode { kind: 2, code: 9 },
            Self::Ethertype { .. } => ErrorCode { kind: 2, code: 5 },
            Self::Goto { .. } => ErrorCode { kind: 3, code: 2 },
        }
    }
}

impl Instructions {
    /// Whether every action makes sense on the packets of `matching`, as far as the specification
    /// says: fields that may be set, values they can have, headers that are there.
    pub fn check(&self, table: TableId, matching: &Match) -> Result<(), ActionError> {
        check_list(&self.apply, matching)?;
        // The action set is carried out on what is there at the end, of which nothing is known.
        self.write.iter().try_for_each(check_alone)?;
        match self.goto {
            Some(to) if to <= table => Err(ActionError::Goto { from: table, to }),
            _ => Ok(()),
        }
    }
}

fn check_list(actions: &[Action], matching: &Match) -> Result<(), ActionError> {
    let mut packet = matching.clone();
    for action in actions {
        check_alone(action)?;
        match *action {
            Action::SetField { field, .. } => prerequisite(&packet, field)?,
            Action::CopyField(CopyField { src, dst, .. }) => {
                prerequisite(&packet, src)?;
                prerequisite(&packet, dst)?;
            }
            Action::PushVlan(_) => packet.set(Field::VlanVid, 0x1000, 0x1000),
            Action::PopVlan => packet.set(Field::VlanVid, 0, 0),
            Action::PushMpls(ethertype) | Action::PopMpls(ethertype) => {
                packet.set(Field::EthType, ethertype.into(), u128::MAX);
            }
            _ => {}
        }
    }
    Ok(())
}

fn prerequisite(packet: &Match, field: Field) -> Result<(), ActionError> {
    let checked = packet.check_prerequisite(field);
    checked.map_err(ActionError::Inconsistent)
}

/// What can be said of an action without its packets.
fn check_alone(action: &Action) -> Result<(), ActionError> {
    match *action {
        Action::Output { port, .. } => check_port(port),
        Action::Group(group) if group > GroupId::MAX => Err(ActionError::OutGroup { group }),
        Action::SetField { field, value, mask } => check_set_field(field, value, mask),
        Action::CopyField(copy) => check_copy(&copy),
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

fn check_set_field(field: Field, value: u128, mask: u128) -> Result<(), ActionError> {
    let info = field.info();
    check_settable(field)?;
    let expected = match field {
        _ if value & !info.full_mask() != 0 => "its value is beyond its bits",
        _ if value & !mask != 0 => "its value is beyond its mask",
        Field::VlanVid if mask & 0x1000 != 0 && value & 0x1000 == 0 => {
            "the present bit (0x1000) of a tag that is there is set"
        }
        _ => return Ok(()),
    };
    Err(ActionError::SetArgument {
        field: info.name,
        expected,
    })
}

/// All but what is no part of the packet (OF 1.3.5 §7.2.5). Metadata is written by an instruction
/// up to 1.4, which Open vSwitch does not insist on.
fn check_settable(field: Field) -> Result<(), ActionError> {
    let name = field.info().name;
    match name {
        "in_phy_port" | "actset_output" | "packet_type" | "conj_id" | "recirc_id" | "dp_hash" => {
            Err(ActionError::SetType { field: name })
        }
        _ => Ok(()),
    }
}

fn check_copy(copy: &CopyField) -> Result<(), ActionError> {
    check_settable(copy.dst)?;
    for (field, offset) in [(copy.src, copy.src_offset), (copy.dst, copy.dst_offset)] {
        let info = field.info();
        let end = u32::from(offset) + u32::from(copy.n_bits);
        let expected = match end {
            _ if copy.n_bits == 0 => "at least one",
            end if end > u32::from(info.bits) => "it has fewer",
            _ => continue,
        };
        return Err(ActionError::Bits {
            field: info.name,
            n_bits: copy.n_bits,
            expected,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::FlowMod;

    fn checked(text: &str) -> Result<(), (String, ErrorCode)> {
        let flow: FlowMod = text.parse().unwrap();
        let checked = flow.instructions.check(flow.table, &flow.matching);
        checked.map_err(|error| (error.to_string(), error.answer()))
    }

    #[test]
    fn actions_that_make_sense_pass() {
        for text in [
            "tcp,actions=set_field:80->tcp_dst,output:1",
            "actions=push_vlan:0x8100,set_field:0x1005->vlan_vid,set_field:3->vlan_pcp,output:1",
            "ip,actions=push_mpls:0x8847,set_field:5->mpls_label,CONTROLLER:65535",
            "actions=write_actions(set_field:80->tcp_dst,group:1),goto_table:3",
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
                "actions=pop_vlan,set_field:3->vlan_pcp",
                "set_field of vlan_pcp needs vlan_vid of a tag",
                "OFPBAC_MATCH_INCONSISTENT",
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
            let known = answer.name(crate::Version::V1_3).unwrap();
            assert_eq!(known.name, name, "{text}");
        }
    }
}
