//! What the controller may do, and which asynchronous messages it gets (OF 1.3.5 §6.3.4, §7.3.10).

use openflow::Version;
use openflow::flow::{FlowRemovedReason, FromSwitch, PacketInReason, PortChange, Role};
use openflow::wire::ErrorCode;

/// `OFPRRFC_STALE`.
const STALE: ErrorCode = ErrorCode { kind: 11, code: 0 };
/// Packets whose TTL is spent, which nobody gets without asking.
pub(super) const INVALID_TTL: u32 = 1 << 2;

/// The controller on this connection.
#[derive(Debug)]
pub(super) struct Audience {
    role: Role,
    /// The election of the last master or slave.
    generation: Option<u64>,
    /// As master or equal, and as slave.
    pub(super) master: Wants,
    pub(super) slave: Wants,
}

/// Reasons that are told, by the bits of their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wants {
    pub(super) packet_in: u32,
    pub(super) port_status: u32,
    pub(super) flow_removed: u32,
}

impl Audience {
    /// A controller that has asked for nothing. It gets the same as from Open vSwitch.
    pub(super) fn new(version: Version) -> Self {
        Self {
            role: Role::Equal,
            generation: None,
            master: Wants {
                packet_in: 0x3f & !INVALID_TTL,
                port_status: 0x7,
                flow_removed: match version {
                    Version::V1_0 => 0x7,
                    Version::V1_3 => 0xf,
                    Version::V1_4 | Version::V1_5 => 0x3f,
                },
            },
            slave: Wants {
                packet_in: 0,
                port_status: 0x7,
                flow_removed: 0,
            },
        }
    }

    /// It may only read.
    pub(super) fn is_slave(&self) -> bool {
        self.role == Role::Slave
    }

    /// Takes a role, or asks which it has: the role, and the election, all ones before the first.
    pub(super) fn take_role(
        &mut self,
        role: Role,
        generation: Option<u64>,
    ) -> Result<(Role, u64), ErrorCode> {
        if let (Role::Master | Role::Slave, Some(new)) = (role, generation) {
            // Numbers go round: what is less than half of them ahead is newer (OF 1.3.5 §6.3.5).
            let is_older = |old: u64| new.wrapping_sub(old) > u64::MAX / 2;
            if self.generation.is_some_and(is_older) {
                return Err(STALE);
            }
            self.generation = Some(new);
        }
        if role != Role::NoChange {
            self.role = role;
        }
        Ok((self.role, self.generation.unwrap_or(u64::MAX)))
    }

    /// Whether it gets this asynchronous message.
    pub(super) fn hears(&self, message: &FromSwitch, version: Version) -> bool {
        let wants = match self.role {
            Role::Slave => self.slave,
            Role::Master | Role::Equal | Role::NoChange => self.master,
        };
        let (mask, reason) = match message {
            FromSwitch::PacketIn(packet) => {
                (wants.packet_in, packet_in_reason(packet.reason, version))
            }
            FromSwitch::FlowRemoved(removed) => {
                (wants.flow_removed, removed_reason(removed.reason))
            }
            FromSwitch::PortStatus(status) => (
                wants.port_status,
                match status.change {
                    PortChange::Add => 0,
                    PortChange::Delete => 1,
                    PortChange::Modify => 2,
                },
            ),
            _ => return true,
        };
        mask.checked_shr(reason.into()).unwrap_or(0) & 1 == 1
    }
}

/// Before 1.4 all outputs are one reason.
fn packet_in_reason(reason: PacketInReason, version: Version) -> u8 {
    match reason {
        PacketInReason::NoMatch => 0,
        PacketInReason::InvalidTtl => 2,
        PacketInReason::Other(number) => number,
        _ if version < Version::V1_4 => 1,
        PacketInReason::Action => 1,
        PacketInReason::ActionSet => 3,
        PacketInReason::Group => 4,
        PacketInReason::PacketOut => 5,
    }
}

fn removed_reason(reason: FlowRemovedReason) -> u8 {
    match reason {
        FlowRemovedReason::IdleTimeout => 0,
        FlowRemovedReason::HardTimeout => 1,
        FlowRemovedReason::Delete => 2,
        FlowRemovedReason::GroupDelete => 3,
        FlowRemovedReason::MeterDelete => 4,
        FlowRemovedReason::Eviction => 5,
        FlowRemovedReason::Other(number) => number,
    }
}
