//! A change of the flow tables.

use bytes::BytesMut;
use serde::Serialize;

use super::{Action, Instruction, Instructions, Match, action, instruction};
use crate::wire::{Block, DecodeError, Reader, Wire, Writer, json};
use crate::{BufferId, Cookie, GroupId, PortNo, TableId, Version, Xid};

/// A change of the flow tables (OF 1.3.5 §7.3.4.1, OF 1.4.1 §7.3.4.2, `ofp_flow_mod`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FlowMod {
    /// The controller's mark.
    pub cookie: Cookie,
    /// Modify and delete only entries with these bits of the cookie; 0: all.
    #[serde(serialize_with = "json::hex64")]
    pub cookie_mask: u64,
    /// Of which table; `ALL` in deletes only.
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
    /// Deletes only: entries that output here, or [`PortNo::ANY`].
    pub out_port: PortNo,
    /// Deletes only: entries that use this group, or [`GroupId::ANY`].
    #[serde(serialize_with = "json::group_id")]
    pub out_group: GroupId,
    /// Flags.
    pub flags: FlowModFlags,
    /// What a full table drops last; 1.4 and later, where `None` is written as 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub importance: Option<u16>,
    /// What it looks for.
    #[serde(rename = "match")]
    pub matching: Match,
    /// What it does.
    #[serde(serialize_with = "json::list")]
    pub instructions: Instructions,
}

impl Wire for FlowMod {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            cookie: r.field("cookie")?,
            cookie_mask: r.field("cookie_mask")?,
            table_id: r.field("table_id")?,
            command: r.field("command")?,
            idle_timeout: r.field("idle_timeout")?,
            hard_timeout: r.field("hard_timeout")?,
            priority: r.field("priority")?,
            buffer_id: r.field("buffer_id")?,
            out_port: r.field("out_port")?,
            out_group: r.field("out_group")?,
            flags: r.field("flags")?,
            importance: importance(r)?,
            matching: r.field("match")?,
            instructions: instruction::decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        if self.importance.is_some() && w.version() < Version::V1_4 {
            w.lacks("importance of flow entries");
        }
        w.block::<40>(|b| self.fixed_part(b));
        self.matching.encode(w);
        w.list(&self.instructions);
    }
}

impl FlowMod {
    /// Appends the whole message in one piece, if it is as flow-mods are: a match of usual length
    /// and one output. All others are written part by part, to the same bytes.
    #[inline]
    pub(crate) fn at_once(&self, version: u8, xid: Xid, into: &mut BytesMut) -> bool {
        let [Instruction::ApplyActions { actions }] = self.instructions.as_slice() else {
            return false;
        };
        let [Action::Output { port, max_len }] = *actions.as_slice() else {
            return false;
        };
        let fields = self.matching.oxm_fields.as_bytes();
        if fields.len() > FlowModDraft::FIELDS || !self.importance_is_of(version) {
            return false;
        }
        let mut draft = FlowModDraft::new(version, xid);
        self.fixed_part(&mut draft.block);
        draft.begin_match();
        draft.block.put(fields);
        draft.finish(port, max_len, into);
        true
    }

    /// Whether a version can say the importance, or need not.
    #[inline]
    fn importance_is_of(&self, version: u8) -> bool {
        self.importance.is_none()
            || Version::from_wire(version).is_some_and(|version| version >= Version::V1_4)
    }

    /// Everything between the header and the match: 40 bytes.
    #[inline(always)]
    fn fixed_part<const N: usize>(&self, b: &mut Block<N>) {
        b.u64(self.cookie.0);
        b.u64(self.cookie_mask);
        b.u8(self.table_id.0);
        b.u8(self.command.into());
        b.u16(self.idle_timeout);
        b.u16(self.hard_timeout);
        b.u16(self.priority);
        b.u32(self.buffer_id.0);
        b.u32(self.out_port.0);
        b.u32(self.out_group.0);
        b.u16(self.flags.bits());
        b.u16(self.importance.unwrap_or(0));
    }
}

/// A flow-mod that applies one output, put together on the stack: lengths are known before they
/// are written, and the buffer it goes to grows once.
pub(crate) struct FlowModDraft {
    pub(crate) block: Block<DRAFT>,
}

/// With padding of the match, and the end of a copy of known size, after its fields.
const DRAFT: usize = FlowModDraft::MATCH + 4 + FlowModDraft::FIELDS + 16 + FlowModDraft::OUTPUT;

impl FlowModDraft {
    /// Most bytes of match fields there is room for.
    pub(crate) const FIELDS: usize = 88;
    /// Where the match begins.
    const MATCH: usize = 8 + 40;
    /// Bytes of the instruction.
    const OUTPUT: usize = 8 + 16;
    /// In the header.
    const KIND: u8 = 14;

    /// The header; the 40 bytes before the match are next.
    #[inline]
    pub(crate) fn new(version: u8, xid: Xid) -> Self {
        let mut block = Block::new();
        block.u8(version);
        block.u8(Self::KIND);
        block.u16(0);
        block.u32(xid.0);
        Self { block }
    }

    /// The header of the match; its fields are next.
    #[inline]
    pub(crate) fn begin_match(&mut self) {
        self.block.u16(Match::OXM);
        self.block.u16(0);
    }

    /// Bytes of match fields there is still room for.
    #[inline]
    pub(crate) fn room(&self) -> usize {
        Self::MATCH + 4 + Self::FIELDS - self.block.len()
    }

    /// The lengths, the padding after the match, and the output; appends the whole message.
    #[inline]
    pub(crate) fn finish(&mut self, port: PortNo, max_len: u16, into: &mut BytesMut) {
        let b = &mut self.block;
        // Both are below the size of the block.
        let match_len = (b.len() - Self::MATCH) as u16;
        b.zeros_to_8();
        b.length_at(Self::MATCH + 2, match_len);
        b.length_at(2, (b.len() + Self::OUTPUT) as u16);
        let mut output = Block::<{ Self::OUTPUT }>::new();
        output.u16(instruction::kind::APPLY_ACTIONS);
        output.u16(24);
        output.pad(4);
        output.u16(action::kind::OUTPUT);
        output.u16(16);
        output.u32(port.0);
        output.u16(max_len);
        output.pad(6);
        b.put(output.bytes());
        b.append_to(into);
    }
}

/// Padding in 1.3.
fn importance(r: &mut Reader<'_>) -> Result<Option<u16>, DecodeError> {
    let importance = r.field("importance")?;
    Ok((r.version() >= Version::V1_4).then_some(importance))
}

closed_enum! {
    /// What to do to the flow tables (OF 1.3.5 §7.3.4.1).
    FlowModCommand: u8, FLOW_MOD_BAD_COMMAND {
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
    /// Flags of a flow-mod (OF 1.3.5 §7.3.4.1).
    FlowModFlags: u16 {
        /// Send flow-removed when it goes.
        SEND_FLOW_REM = 1 << 0;
        /// Refuse to overlap an entry of the same priority.
        CHECK_OVERLAP = 1 << 1;
        /// Set the counters to zero.
        RESET_COUNTS = 1 << 2;
        /// Do not count packets.
        NO_PKT_COUNTS = 1 << 3;
        /// Do not count bytes.
        NO_BYT_COUNTS = 1 << 4;
    }
}
