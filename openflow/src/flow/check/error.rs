//! What is wrong with an action, and what a switch answers.

use crate::flow::MatchError;
use crate::wire::{Answer, ErrorCode};
use crate::{GroupId, MeterId, PortNo, TableId, Version};

/// What is wrong with an action or an instruction.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActionError {
    /// A field no action may set: it is no part of the packet (OF 1.3.5 §7.2.5).
    #[error("set_field of {field}: no action sets it")]
    SetType {
        /// The field.
        field: &'static str,
    },
    /// A field that says what kind of packet it is or where it came in, of which Open vSwitch
    /// refuses every value.
    #[error("set_field of {field}: no action sets it")]
    ReadOnly {
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
    /// Packets need not have the field when the action comes to them.
    #[error("set_field of {0}")]
    Inconsistent(MatchError),
    /// Packets need not have the header when the action comes to them.
    #[error("{action} needs {needs}")]
    NotThere {
        /// The action.
        action: &'static str,
        /// What has to be known of the packet: `eth_type=0x0800`.
        needs: String,
    },
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
    /// A port that has no queues.
    #[error("enqueue at {port}: only ports, IN_PORT and LOCAL have queues")]
    QueuePort {
        /// The port.
        port: PortNo,
    },
    /// A group that cannot be.
    #[error("group {group}: groups have the numbers 0 to 4294967040")]
    OutGroup {
        /// The group.
        group: GroupId,
    },
    /// A meter that cannot be.
    #[error("meter {meter}: meters have the numbers 1 to 4294901760")]
    Meter {
        /// The meter.
        meter: MeterId,
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
    /// Another argument that no such action has.
    #[error("{action}: {expected}")]
    Argument {
        /// The action.
        action: &'static str,
        /// What would have been right.
        expected: &'static str,
    },
    /// One tag more than a packet has room for.
    #[error("push_vlan: the packet has two tags, as many as Open vSwitch can push")]
    Tags,
    /// An action that no action set holds.
    #[error("write_actions of {action}: no action set holds it")]
    NotInSet {
        /// The action.
        action: &'static str,
    },
    /// What no commit to the connection tracker can carry out.
    #[error("{action} in ct: only what is committed can be changed there: ct_mark, ct_label, nat")]
    InCt {
        /// The action.
        action: &'static str,
    },
    /// A conjunction beside something that is done.
    #[error("nx_conjunction beside {beside}: only notes stand beside it")]
    Conjunction {
        /// The other action or instruction.
        beside: &'static str,
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
    /// What a switch answers it in a version: the most precise there is.
    #[must_use]
    pub fn precise_answer(&self, version: Version) -> Answer {
        let own = match self {
            Self::Conjunction { .. } => Answer::named("NXBAC_BAD_CONJUNCTION", version),
            _ => None,
        };
        own.unwrap_or_else(|| Answer::in_version(self.answer(), version))
    }

    /// What OFPT_ERROR answers it, in 1.3 and later, without what experimenters have numbers for.
    #[must_use]
    pub fn answer(&self) -> ErrorCode {
        match self {
            Self::SetType { .. } => ErrorCode::BAD_ACTION_BAD_SET_TYPE,
            Self::Bits { .. } => ErrorCode::BAD_ACTION_BAD_SET_LEN,
            Self::SetArgument { .. } | Self::ReadOnly { .. } => {
                ErrorCode::BAD_ACTION_BAD_SET_ARGUMENT
            }
            Self::Inconsistent(_) | Self::NotThere { .. } => {
                ErrorCode::BAD_ACTION_MATCH_INCONSISTENT
            }
            Self::OutPort { .. } | Self::QueuePort { .. } => ErrorCode::BAD_ACTION_BAD_OUT_PORT,
            Self::OutGroup { .. } => ErrorCode::BAD_ACTION_BAD_OUT_GROUP,
            Self::Meter { .. } => ErrorCode::METER_MOD_INVALID_METER,
            Self::Ethertype { .. } | Self::Argument { .. } | Self::InCt { .. } => {
                ErrorCode::BAD_ACTION_BAD_ARGUMENT
            }
            Self::Conjunction { .. } => ErrorCode::BAD_ACTION_UNSUPPORTED_ORDER,
            Self::Tags => ErrorCode::BAD_ACTION_BAD_TAG,
            Self::NotInSet { .. } => ErrorCode::BAD_ACTION_BAD_TYPE,
            Self::Goto { .. } => ErrorCode::BAD_INSTRUCTION_BAD_TABLE_ID,
        }
    }
}
