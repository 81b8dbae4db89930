//! What can be said of an action without its packets.

use super::ActionError;
use crate::flow::Action;
use crate::nicira::{Action as Nx, CtFlags, Learn2};
use crate::oxm::Field;
use crate::packet::ethertype;
use crate::{GroupId, PortNo};

/// Bytes of the shortest packet there is: an Ethernet header.
const SHORTEST: u32 = 14;

pub(super) fn check(action: &Action) -> Result<(), ActionError> {
    match *action {
        Action::SetField { field, value, mask } => check_set_field(field, value, mask),
        Action::PushVlan(it) if ![ethertype::VLAN, ethertype::SERVICE_VLAN].contains(&it) => {
            Err(wrong_type(action, it, "a tag has 0x8100 or 0x88a8"))
        }
        Action::PushMpls(it) if ![0x8847, 0x8848].contains(&it) => {
            Err(wrong_type(action, it, "an entry has 0x8847 or 0x8848"))
        }
        Action::PushPbb(it) if it != 0x88e7 => Err(wrong_type(action, it, "a header has 0x88e7")),
        Action::Nicira(ref nicira) => check_nicira(nicira),
        _ => Ok(()),
    }
}

fn check_nicira(action: &Nx<Action>) -> Result<(), ActionError> {
    let expected = match action {
        Nx::RegLoad(load) => return load.dst.field().map_or(Ok(()), check_settable),
        Nx::RegLoad2(load) => {
            let oxm = load.field.oxm();
            return oxm.field().map_or(Ok(()), check_settable);
        }
        Nx::Clone(inner) => return inner.actions.iter().try_for_each(check),
        Nx::Ct(ct) if !ct.flags.contains(CtFlags::COMMIT) && !ct.actions.iter().all(is_nat) => {
            "without commit there is no connection to change"
        }
        Nx::Multipath(choice) if !fits(choice.max_link, choice.ofs_nbits.n_bits()) => {
            "there are more links than the field has numbers for"
        }
        Nx::BundleLoad(bundle) if bundle.ofs_nbits.n_bits() < 16 => "a port has sixteen bits",
        Nx::OutputTrunc(to) if to.max_len < SHORTEST => "a packet has at least 14 bytes",
        Nx::Learn(learn) | Nx::Learn2(Learn2 { learn, .. }) if learn.table_id == 255 => {
            "255 is no table"
        }
        Nx::DeleteField(delete) if !delete.field.field().is_none_or(is_option) => {
            "only tunnel options can be taken away"
        }
        _ => return Ok(()),
    };
    let action = action.name();
    Err(ActionError::Argument { action, expected })
}

fn is_nat(action: &Action) -> bool {
    matches!(action, Action::Nicira(action) if matches!(**action, Nx::Nat(_)))
}

fn fits(number: u16, n_bits: u16) -> bool {
    n_bits >= 16 || number >> n_bits == 0
}

/// Options of a tunnel, which a controller names.
fn is_option(field: Field) -> bool {
    field.info().is_variable()
}

/// The same of an action in a set: Open vSwitch keeps few of its own there.
pub(super) fn check_in_set(action: &Action) -> Result<(), ActionError> {
    let is_kept = match action {
        Action::Nicira(nicira) => is_kept(nicira),
        _ => true,
    };
    if !is_kept {
        let action = action.name();
        return Err(ActionError::NotInSet { action });
    }
    check(action)
}

fn is_kept(action: &Nx<Action>) -> bool {
    !matches!(
        action,
        Nx::Bundle(_)
            | Nx::BundleLoad(_)
            | Nx::CheckPktLarger(_)
            | Nx::Clone(_)
            | Nx::Conjunction(_)
            | Nx::Controller(_)
            | Nx::Controller2(_)
            | Nx::DeleteField(_)
            | Nx::Exit
            | Nx::FinTimeout(_)
            | Nx::Learn(_)
            | Nx::Learn2(_)
            | Nx::Multipath(_)
            | Nx::Note(_)
            | Nx::OutputReg(_)
            | Nx::OutputReg2(_)
            | Nx::OutputTrunc(_)
            | Nx::PopQueue
            | Nx::Sample(_)
            | Nx::Sample2(_)
            | Nx::Sample3(_)
            | Nx::Sample4(_)
            | Nx::StackPop(_)
            | Nx::StackPush(_)
    )
}

fn wrong_type(action: &Action, ethertype: u16, expected: &'static str) -> ActionError {
    ActionError::Ethertype {
        action: action.name(),
        ethertype,
        expected,
    }
}

/// Every physical port and every reserved one but `ANY` (OF 1.3.5 §4.5).
pub(super) fn check_port(port: PortNo) -> Result<(), ActionError> {
    if port.0 == 0 || port == PortNo::ANY {
        return Err(ActionError::OutPort { port });
    }
    Ok(())
}

/// Ports with queues of their own.
pub(super) fn check_queue_port(port: PortNo) -> Result<(), ActionError> {
    if port.is_physical() || [PortNo::IN_PORT, PortNo::LOCAL].contains(&port) {
        return Ok(());
    }
    Err(ActionError::QueuePort { port })
}

pub(super) fn check_group(group: GroupId) -> Result<(), ActionError> {
    if group > GroupId::MAX {
        return Err(ActionError::OutGroup { group });
    }
    Ok(())
}

fn check_set_field(field: Field, value: u128, mask: u128) -> Result<(), ActionError> {
    let info = field.info();
    check_settable(field)?;
    if field == Field::InPort {
        return Err(ActionError::SetType { field: info.name });
    }
    let expected = match field {
        _ if value & !info.full_mask() != 0 => "its value is beyond its bits",
        _ if value & !mask != 0 => "its value is beyond its mask",
        Field::VlanVid if value & 0x1000 == 0 => {
            "the present bit (0x1000) of a tag that is there is set"
        }
        Field::ArpOp if value > 0xff => "an opcode has eight bits to Open vSwitch",
        _ => return Ok(()),
    };
    Err(ActionError::SetArgument {
        field: info.name,
        expected,
    })
}

/// Fields of a connection: set while it is committed and nowhere else.
pub(super) fn is_committed(field: Field) -> bool {
    matches!(field, Field::CtMark | Field::CtLabel)
}

/// All but what is no part of the packet (OF 1.3.5 §7.2.5), and what says which headers there are,
/// which other actions change. Metadata is written by an instruction up to 1.4, which Open vSwitch
/// does not insist on, and the ingress port can be copied to, though not set.
pub(super) fn check_settable(field: Field) -> Result<(), ActionError> {
    let name = field.info().name;
    match field.to_canonical(0, None).0 {
        Field::InPhyPort
        | Field::ActsetOutput
        | Field::PacketType
        | Field::ConjId
        | Field::RecircId
        | Field::DpHash
        | Field::EthType
        | Field::IpProto
        | Field::IpFrag
        | Field::MplsBos
        | Field::TcpFlags
        | Field::NshMdtype
        | Field::NshNp
        | Field::GtpuFlags
        | Field::GtpuMsgtype
        | Field::CtState
        | Field::CtZone
        | Field::CtNwProto
        | Field::CtNwSrc
        | Field::CtNwDst
        | Field::CtIpv6Src
        | Field::CtIpv6Dst
        | Field::CtTpSrc
        | Field::CtTpDst => Err(ActionError::SetType { field: name }),
        _ => Ok(()),
    }
}
