//! A change of the flow tables.

use serde::Serialize;

use super::Match;
use crate::experimenter::Actions;
use crate::v10::{FlowModFlags, PortNo};
use crate::wire::{DecodeError, ErrorCode, Reader, Wire, Writer, json};
use crate::{BufferId, Cookie, TableId, Version};

/// A change of the flow tables (`nx_flow_mod`): that of 1.0 with a flexible match.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FlowMod {
    /// The controller's mark. Which marks are changed or deleted, a match on `cookie` says.
    pub cookie: Cookie,
    /// In which table, the upper half of the command: zero unless the switch was told by
    /// `NXT_FLOW_MOD_TABLE_ID` to look there; 0xff leaves it to the switch.
    #[serde(serialize_with = "json::table_id")]
    pub table_id: TableId,
    /// What to do.
    pub command: FlowModCommand,
    /// Seconds without a packet after which it goes; 0: never.
    pub idle_timeout: u16,
    /// Seconds after which it goes; 0: never.
    pub hard_timeout: u16,
    /// Higher wins.
    pub priority: u16,
    /// A kept packet to run through the entry, or `NO_BUFFER`.
    #[serde(serialize_with = "json::buffer_id")]
    pub buffer_id: BufferId,
    /// Deletes only: entries that output here, or [`PortNo::NONE`].
    pub out_port: PortNo,
    /// Flags.
    pub flags: FlowModFlags,
    /// What it looks for.
    #[serde(rename = "match")]
    pub matching: Match,
    /// What it does.
    pub actions: Actions,
}

wire_enum! {
    /// What to do to the flow tables, the lower half of the command. Others are refused.
    FlowModCommand: u8 {
        /// Add.
        Add = 0 "add";
        /// Change all entries the match covers.
        Modify = 1 "modify";
        /// Change the entry with this match and priority.
        ModifyStrict = 2 "modify_strict";
        /// Delete all entries the match covers.
        Delete = 3 "delete";
        /// Delete the entry with this match and priority.
        DeleteStrict = 4 "delete_strict";
    }
}

impl Wire for FlowMod {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let cookie = r.field("cookie")?;
        let table_id = r.field("table_id")?;
        let at = r.mark();
        let command = r.field("command")?;
        if let FlowModCommand::Unknown(number) = command {
            let answer = match r.version() {
                Version::V1_0 => ErrorCode::V10_FLOW_MOD_BAD_COMMAND,
                Version::V1_3 | Version::V1_4 | Version::V1_5 => ErrorCode::FLOW_MOD_BAD_COMMAND,
            };
            return Err(at.bad_value(number.into(), answer).in_field("command"));
        }
        let idle_timeout = r.field("idle_timeout")?;
        let hard_timeout = r.field("hard_timeout")?;
        let priority = r.field("priority")?;
        let buffer_id = r.field("buffer_id")?;
        let out_port = r.field("out_port")?;
        let flags = r.field("flags")?;
        let match_len = r.field_before_pad("match_len", 6)?;
        Ok(Self {
            cookie,
            table_id,
            command,
            idle_timeout,
            hard_timeout,
            priority,
            buffer_id,
            out_port,
            flags,
            matching: Match::decode(r, match_len)?,
            actions: Actions::decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.cookie.encode(w);
        self.table_id.encode(w);
        self.command.encode(w);
        self.idle_timeout.encode(w);
        self.hard_timeout.encode(w);
        self.priority.encode(w);
        self.buffer_id.encode(w);
        self.out_port.encode(w);
        self.flags.encode(w);
        self.matching.encode(6, |w| w.pad(6), w);
        self.actions.encode(w);
    }
}
