//! What can be said of an action without its packets.

use super::ActionError;
use super::parts::{self, Part};
use crate::flow::Action;
use crate::nicira::{Action as Nx, Ct, CtFlags, Learn2, LearnDst, LearnSpec};
use crate::oxm::{Field, Oxm};
use crate::packet::ethertype;
use crate::{GroupId, PortNo};

/// Bytes of the shortest packet there is: an Ethernet header.
const SHORTEST: u32 = 14;

/// Where an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the list of an entry.
    List,
    /// Carried out on a connection while it is committed.
    Commit,
}

pub(super) fn check(action: &Action) -> Result<(), ActionError> {
    check_at(Place::List, action)
}

fn check_at(place: Place, action: &Action) -> Result<(), ActionError> {
    match *action {
        Action::SetField { field, value, mask } => check_set_field(place, field, value, mask),
        Action::CopyField(copy) => {
            check_bits(copy.src, copy.src_offset, copy.n_bits)?;
            check_bits(copy.dst, copy.dst_offset, copy.n_bits)?;
            check_written(place, Some(copy.dst))
        }
        Action::PushVlan(it) if ![ethertype::VLAN, ethertype::SERVICE_VLAN].contains(&it) => {
            Err(wrong_type(action, it, "a tag has 0x8100 or 0x88a8"))
        }
        Action::PushMpls(it) if ![0x8847, 0x8848].contains(&it) => {
            Err(wrong_type(action, it, "an entry has 0x8847 or 0x8848"))
        }
        Action::PushPbb(it) if it != 0x88e7 => Err(wrong_type(action, it, "a header has 0x88e7")),
        Action::Nicira(ref nicira) => check_nicira(place, nicira),
        _ => Ok(()),
    }
}

fn check_nicira(place: Place, action: &Nx<Action>) -> Result<(), ActionError> {
    let (read, written) = parts::of_action(action);
    read.map_or(Ok(()), Part::check)?;
    if let Some(part) = written {
        part.check()?;
        check_written(place, part.field)?;
    }
    match action {
        Nx::RegLoad2(load) => check_load(place, load.field.oxm()),
        Nx::Learn(learn) | Nx::Learn2(Learn2 { learn, .. }) => {
            learn.specs.iter().try_for_each(check_learnt)
        }
        Nx::Clone(inner) => inner.actions.iter().try_for_each(check),
        Nx::Ct(ct) => check_ct(action.name(), ct),
        _ => Ok(()),
    }?;
    check_argument(action)
}

fn check_load(place: Place, oxm: Oxm<'_>) -> Result<(), ActionError> {
    let Some(field) = oxm.field() else {
        return Ok(());
    };
    let mask = oxm.mask().unwrap_or_else(|| field.info().full_mask());
    check_set_field(place, field, oxm.value(), mask)
}

fn check_learnt(spec: &LearnSpec) -> Result<(), ActionError> {
    let (read, to) = parts::of_learnt(spec);
    read.map_or(Ok(()), Part::check)?;
    to.map_or(Ok(()), Part::check)?;
    match (&spec.dst, to.and_then(|part| part.field)) {
        (LearnDst::Load { .. }, Some(field)) => check_settable(field),
        _ => Ok(()),
    }
}

fn check_argument(action: &Nx<Action>) -> Result<(), ActionError> {
    let expected = match action {
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

/// What is committed are fields of the connection and its addresses.
fn check_ct(name: &'static str, ct: &Ct<Action>) -> Result<(), ActionError> {
    let is_nat =
        |action: &Action| matches!(action, Action::Nicira(it) if matches!(**it, Nx::Nat(_)));
    if !ct.flags.contains(CtFlags::COMMIT) && !ct.actions.iter().all(is_nat) {
        return Err(ActionError::InCt { action: name });
    }
    for action in &ct.actions {
        let is_kept = match action {
            Action::SetField { .. } | Action::CopyField(_) => true,
            Action::Nicira(action) => matches!(
                **action,
                Nx::RegLoad(_) | Nx::RegLoad2(_) | Nx::RegMove(_) | Nx::Nat(_)
            ),
            _ => false,
        };
        if !is_kept {
            let action = action.name();
            return Err(ActionError::InCt { action });
        }
        check_at(Place::Commit, action)?;
    }
    Ok(())
}

/// A field that is written to; one without a name is the switch's to judge.
fn check_written(place: Place, field: Option<Field>) -> Result<(), ActionError> {
    let Some(field) = field else { return Ok(()) };
    check_settable(field)?;
    if place == Place::Commit && !is_committed(field) {
        return Err(ActionError::InCt {
            action: "set_field of another field",
        });
    }
    Ok(())
}

/// Fields of a connection: set while it is committed and nowhere else.
pub(super) fn is_committed(field: Field) -> bool {
    matches!(field, Field::CtMark | Field::CtLabel)
}

fn fits(number: u16, n_bits: u16) -> bool {
    n_bits >= 16 || number >> n_bits == 0
}

/// Options of a tunnel, which a controller names.
fn is_option(field: Field) -> bool {
    field.info().is_variable()
}

/// Whether an action set holds it: Open vSwitch keeps few of its own there.
pub(super) fn check_in_set(action: &Action) -> Result<(), ActionError> {
    let is_kept = match action {
        Action::Nicira(nicira) => is_kept(nicira),
        _ => true,
    };
    if !is_kept {
        let action = action.name();
        return Err(ActionError::NotInSet { action });
    }
    Ok(())
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

/// Every physical port and every reserved one but `ANY` and `UNSET` (OF 1.5.1 §4.5).
pub(super) fn check_port(port: PortNo) -> Result<(), ActionError> {
    if port.0 == 0 || [PortNo::ANY, PortNo::UNSET].contains(&port) {
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

fn check_set_field(place: Place, field: Field, value: u128, mask: u128) -> Result<(), ActionError> {
    let info = field.info();
    check_written(place, Some(field))?;
    if field == Field::InPort {
        return Err(ActionError::ReadOnly { field: info.name });
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

/// All but what is no part of the packet (OF 1.3.5 §7.2.5), and what says which headers there are,
/// which other actions change. Metadata is written by an instruction up to 1.4, which Open vSwitch
/// does not insist on, and the ingress port can be copied to, though not set.
pub(super) fn check_settable(field: Field) -> Result<(), ActionError> {
    let name = field.info().name;
    match field.to_canonical(0, None).0 {
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
        | Field::CtTpDst => Err(ActionError::ReadOnly { field: name }),
        _ => Ok(()),
    }
}

pub(super) fn check_bits(field: Field, offset: u16, n_bits: u16) -> Result<(), ActionError> {
    let info = field.info();
    let bits = u32::from(info.bits_in_packet());
    let end = u32::from(offset) + u32::from(n_bits);
    let expected = match end {
        _ if n_bits == 0 => "at least one",
        end if end > bits => "it has fewer",
        _ => return Ok(()),
    };
    Err(ActionError::Bits {
        field: info.name,
        n_bits,
        expected,
    })
}
