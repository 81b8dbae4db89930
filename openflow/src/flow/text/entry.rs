//! Entries of the flow table, as `ovs-ofctl dump-flows` prints them.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;
use std::time::Duration;

use super::flow_mod::{
    DEFAULT_PRIORITY, head_and_actions, parse_attribute, write_flags, write_importance,
    write_match, write_timeouts,
};
use super::{ParseFlowError, action, matching, number, split};
use crate::flow::{FlowEntry, FlowMod, Instructions, Match};

impl Display for FlowEntry {
    /// A line of `ovs-ofctl dump-flows`.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "cookie={:#x}, duration={}.{:03}s, table={}, n_packets={}, n_bytes={}, ",
            self.cookie.0,
            self.age.as_secs(),
            self.age.subsec_millis(),
            self.table,
            self.packets,
            self.bytes,
        )?;
        write_timeouts(f, self.idle_timeout_s, self.hard_timeout_s)?;
        write_flags(f, self.flags)?;
        write_importance(f, self.importance)?;
        write!(f, "priority={}", self.priority)?;
        write_match(f, &self.matching)?;
        if let Some(unknown) = &self.unknown {
            write!(f, ",({unknown})")?;
        }
        write!(f, " actions={}", self.instructions)
    }
}

impl FromStr for FlowEntry {
    type Err = ParseFlowError;

    /// A line of `ovs-ofctl dump-flows`.
    fn from_str(text: &str) -> Result<Self, ParseFlowError> {
        let (head, actions) = head_and_actions(text.trim());
        let Some(actions) = actions else {
            return Err(ParseFlowError::new(text, "expected actions=… at its end"));
        };
        let mut flow = FlowMod::add(DEFAULT_PRIORITY, Match::any(), Instructions::default());
        let mut counted = Counted::default();
        let mut match_tokens = Vec::new();
        for token in split(head) {
            if !counted.parse(token)? && !parse_attribute(token, &mut flow)? {
                match_tokens.push(token);
            }
        }
        let matching = matching::parse(&match_tokens)?;
        Ok(Self {
            table: flow.table,
            priority: flow.priority,
            cookie: flow.cookie,
            instructions: action::parse_instructions(actions, &matching)?,
            matching,
            idle_timeout_s: flow.idle_timeout_s,
            hard_timeout_s: flow.hard_timeout_s,
            flags: flow.flags,
            importance: flow.importance,
            age: counted.age,
            packets: counted.packets,
            bytes: counted.bytes,
            unknown: None,
        })
    }
}

/// What a switch counts of an entry.
#[derive(Default)]
struct Counted {
    age: Duration,
    packets: u64,
    bytes: u64,
}

impl Counted {
    /// Whether the token was one of these.
    fn parse(&mut self, token: &str) -> Result<bool, ParseFlowError> {
        let Some((key, text)) = token.split_once('=') else {
            return Ok(false);
        };
        match key {
            "n_packets" => self.packets = number(token, text, "number of packets")?,
            "n_bytes" => self.bytes = number(token, text, "number of bytes")?,
            "duration" => self.age = duration(token, text)?,
            // Seconds since the last packet and since the last change, rounded: not kept.
            "idle_age" | "hard_age" => {
                number::<u32>(token, text, "number of seconds")?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// `5.037s`
fn duration(token: &str, text: &str) -> Result<Duration, ParseFlowError> {
    let seconds = text.strip_suffix('s').unwrap_or(text);
    let seconds = seconds.parse::<f64>().ok();
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| ParseFlowError::new(token, "expected seconds, as 5.037s"))
}
