//! A change of the flow table.

use serde::Serialize;

use super::{Actions, Match, PortNo, action};
use crate::wire::{DecodeError, Reader, Wire, Writer, json};
use crate::{BufferId, Cookie};

/// A change of the flow table (OF 1.0 §5.3.3, `ofp_flow_mod`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FlowMod {
    /// What it looks for.
    #[serde(rename = "match")]
    pub matching: Match,
    /// The controller's mark.
    pub cookie: Cookie,
    /// What to do.
    pub command: FlowModCommand,
    /// Seconds without a packet after which it goes; 0: never.
    pub idle_timeout: u16,
    /// Seconds after which it goes; 0: never.
    pub hard_timeout: u16,
    /// Higher wins; an entry without wildcards wins over all.
    pub priority: u16,
    /// A kept packet to run through the entry, or `NO_BUFFER`.
    #[serde(serialize_with = "json::buffer_id")]
    pub buffer_id: BufferId,
    /// Deletes only: entries that output here, or [`PortNo::NONE`].
    pub out_port: PortNo,
    /// Flags.
    pub flags: FlowModFlags,
    /// What it does.
    #[serde(serialize_with = "json::list")]
    pub actions: Actions,
}

impl Wire for FlowMod {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            matching: r.field("match")?,
            cookie: r.field("cookie")?,
            command: r.field("command")?,
            idle_timeout: r.field("idle_timeout")?,
            hard_timeout: r.field("hard_timeout")?,
            priority: r.field("priority")?,
            buffer_id: r.field("buffer_id")?,
            out_port: r.field("out_port")?,
            flags: r.field("flags")?,
            actions: action::decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.matching.encode(w);
        self.cookie.encode(w);
        self.command.encode(w);
        self.idle_timeout.encode(w);
        self.hard_timeout.encode(w);
        self.priority.encode(w);
        self.buffer_id.encode(w);
        self.out_port.encode(w);
        self.flags.encode(w);
        w.list(&self.actions);
    }
}

closed_enum! {
    /// What to do to the flow table (OF 1.0 §5.3.3).
    FlowModCommand: u16, V10_FLOW_MOD_BAD_COMMAND {
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

wire_flags! {
    /// Flags of a flow-mod (OF 1.0 §5.3.3).
    FlowModFlags: u16 {
        /// Send flow-removed when it goes.
        SEND_FLOW_REM = 1 << 0;
        /// Refuse to overlap an entry of the same priority.
        CHECK_OVERLAP = 1 << 1;
        /// For emergency only.
        EMERG = 1 << 2;
    }
}
