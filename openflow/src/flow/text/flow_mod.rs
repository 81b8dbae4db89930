//! Changes and entries of the flow table.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use super::{ParseFlowError, action, matching, number, split};
use crate::flow::{FlowCommand, FlowFlags, FlowMod, Instructions, Match};
use crate::{BufferId, Cookie, GroupId, PortNo, TableId};

/// Priority of an entry that is given none, as in `ovs-ofctl`.
pub(super) const DEFAULT_PRIORITY: u16 = 0x8000;

const COMMANDS: [(&str, FlowCommand); 5] = [
    ("add", FlowCommand::Add),
    ("modify", FlowCommand::Modify),
    ("modify_strict", FlowCommand::ModifyStrict),
    ("delete", FlowCommand::Delete),
    ("delete_strict", FlowCommand::DeleteStrict),
];

const FLAGS: [(&str, FlowFlags); 5] = [
    ("send_flow_rem", FlowFlags::SEND_FLOW_REM),
    ("check_overlap", FlowFlags::CHECK_OVERLAP),
    ("reset_counts", FlowFlags::RESET_COUNTS),
    ("no_packet_counts", FlowFlags::NO_PKT_COUNTS),
    ("no_byte_counts", FlowFlags::NO_BYT_COUNTS),
];

fn deletes(command: FlowCommand) -> bool {
    matches!(command, FlowCommand::Delete | FlowCommand::DeleteStrict)
}

impl Display for FlowMod {
    /// A line for `ovs-ofctl add-flows`: `priority=100,ip,nw_dst=10.0.0.0/24,actions=output:3`;
    /// other commands than add in front. What has its usual value is left out.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.command != FlowCommand::Add {
            let name = COMMANDS
                .iter()
                .find(|row| row.1 == self.command)
                .map_or("", |row| row.0);
            write!(f, "{name} ")?;
        }
        if self.table != usual_table(self.command) {
            write!(f, "table={},", self.table)?;
        }
        match self.cookie_mask {
            0 if self.cookie == Cookie(0) => {}
            0 => write!(f, "cookie={:#x},", self.cookie.0)?,
            mask => write!(f, "cookie={:#x}/{mask:#x},", self.cookie.0)?,
        }
        write_timeouts(f, self.idle_timeout_s, self.hard_timeout_s)?;
        write_importance(f, self.importance)?;
        if self.out_port != PortNo::ANY {
            write!(f, "out_port={},", self.out_port)?;
        }
        if self.out_group != GroupId::ANY {
            write!(f, "out_group={},", self.out_group)?;
        }
        if self.buffer_id != BufferId::NONE {
            write!(f, "buffer_id={},", self.buffer_id)?;
        }
        write_flags(f, self.flags)?;
        write!(f, "priority={}", self.priority)?;
        write_match(f, &self.matching)?;
        if deletes(self.command) && self.instructions == Instructions::default() {
            return Ok(());
        }
        write!(f, ",actions={}", self.instructions)
    }
}

/// A delete that names no table is one of all.
fn usual_table(command: FlowCommand) -> TableId {
    if deletes(command) {
        TableId::ALL
    } else {
        TableId(0)
    }
}

pub(super) fn write_timeouts(f: &mut Formatter<'_>, idle_s: u16, hard_s: u16) -> fmt::Result {
    for (name, seconds) in [("idle_timeout", idle_s), ("hard_timeout", hard_s)] {
        if seconds != 0 {
            write!(f, "{name}={seconds},")?;
        }
    }
    Ok(())
}

pub(super) fn write_importance(f: &mut Formatter<'_>, importance: u16) -> fmt::Result {
    match importance {
        0 => Ok(()),
        importance => write!(f, "importance={importance},"),
    }
}

pub(super) fn write_flags(f: &mut Formatter<'_>, flags: FlowFlags) -> fmt::Result {
    FLAGS
        .iter()
        .filter(|(_, flag)| flags.contains(*flag))
        .try_for_each(|(name, _)| write!(f, "{name},"))
}

pub(super) fn write_match(f: &mut Formatter<'_>, matching: &Match) -> fmt::Result {
    if matching.fields().is_empty() {
        Ok(())
    } else {
        write!(f, ",{matching}")
    }
}

impl FromStr for FlowMod {
    type Err = ParseFlowError;

    /// A line as `ovs-ofctl add-flows` reads it, with `add`, `modify`, `modify_strict`, `delete`
    /// or `delete_strict` in front where it is not an add.
    fn from_str(text: &str) -> Result<Self, ParseFlowError> {
        let (command, text) = command(text.trim());
        let (head, actions) = head_and_actions(text);
        let mut flow = Self::add(DEFAULT_PRIORITY, Match::any(), Instructions::default());
        flow.command = command;
        flow.table = usual_table(command);
        let mut match_tokens = Vec::new();
        for token in split(head) {
            if !parse_attribute(token, &mut flow)? {
                match_tokens.push(token);
            }
        }
        flow.matching = matching::parse(&match_tokens)?;
        flow.instructions = match actions {
            Some(actions) => action::parse_instructions(actions, &flow.matching)?,
            None if deletes(command) => Instructions::default(),
            None => return Err(ParseFlowError::new(text, "expected actions=… at its end")),
        };
        Ok(flow)
    }
}

fn command(text: &str) -> (FlowCommand, &str) {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    match COMMANDS.iter().find(|row| row.0 == word) {
        Some((_, command)) => (*command, rest),
        None => (FlowCommand::Add, text),
    }
}

/// What follows `actions=` is theirs, commas included.
pub(super) fn head_and_actions(text: &str) -> (&str, Option<&str>) {
    ["actions=", "action="]
        .iter()
        .find_map(|marker| {
            let at = text.find(marker)?;
            let begins = at == 0 || text[..at].ends_with([',', ' ', '\t']);
            begins.then(|| (&text[..at], Some(&text[at + marker.len()..])))
        })
        .unwrap_or((text, None))
}

/// Whether the token was an attribute of the change; else it is the match's.
pub(super) fn parse_attribute(token: &str, flow: &mut FlowMod) -> Result<bool, ParseFlowError> {
    if let Some((_, flag)) = FLAGS.iter().find(|row| row.0 == token) {
        flow.flags |= *flag;
        return Ok(true);
    }
    let Some((key, text)) = token.split_once('=') else {
        return if matching::is_abbreviation(token) {
            Ok(false)
        } else {
            Err(ParseFlowError::new(
                token,
                "no abbreviation, flag or field=value",
            ))
        };
    };
    match key {
        "table" if text.eq_ignore_ascii_case("all") => flow.table = TableId::ALL,
        "table" => flow.table = TableId(number(token, text, "table")?),
        "priority" => flow.priority = number(token, text, "priority, 0 to 65535")?,
        "idle_timeout" => flow.idle_timeout_s = number(token, text, "number of seconds")?,
        "hard_timeout" => flow.hard_timeout_s = number(token, text, "number of seconds")?,
        "importance" => flow.importance = number(token, text, "importance, 0 to 65535")?,
        "cookie" => {
            let (cookie, mask) = text.split_once('/').unwrap_or((text, "0"));
            flow.cookie = Cookie(number(token, cookie, "cookie")?);
            flow.cookie_mask = number(token, mask, "cookie mask")?;
        }
        "out_port" => {
            flow.out_port = text
                .parse()
                .map_err(|_| ParseFlowError::new(token, "expected a port"))?;
        }
        "out_group" => flow.out_group = GroupId(number(token, text, "group")?),
        "buffer_id" => flow.buffer_id = BufferId(number(token, text, "buffer")?),
        _ => return Ok(false),
    }
    Ok(true)
}
