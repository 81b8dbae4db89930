//! Words that the texts of Open vSwitch's actions have in common.

use std::fmt::{self, Display};

use super::{ParseFlowError, number, split};
use crate::nicira::LearnFlags;
use crate::oxm::HeaderType;

/// `OFPR_ACTION`, the reason that goes without saying.
pub(super) const ACTION: u8 = 1;

/// Reasons of a packet-in, by number (`ofp_packet_in_reason`).
const REASONS: [&str; 6] = [
    "no_match",
    "action",
    "invalid_ttl",
    "action_set",
    "group",
    "packet_out",
];

/// Flags of `learn`. That a result is written is said by where.
pub(super) const LEARN_FLAGS: [(&str, LearnFlags); 2] = [
    ("send_flow_rem", LearnFlags::SEND_FLOW_REM),
    ("delete_learned", LearnFlags::DELETE_LEARNED),
];

/// Whether a part of `learn(…)` is one of its attributes, and no part of the entry it makes.
pub(super) fn is_of_learn(part: &str) -> bool {
    let key = part.split_once('=').map_or(part, |(key, _)| key);
    let numbers = [
        "table",
        "idle_timeout",
        "hard_timeout",
        "fin_idle_timeout",
        "fin_hard_timeout",
        "priority",
        "cookie",
        "limit",
        "result_dst",
    ];
    numbers.contains(&key) || LEARN_FLAGS.iter().any(|(name, _)| *name == part)
}

/// Headers that packets are put into, by packet type: namespace and type.
pub(super) const ENCAPS: [(&str, HeaderType); 4] = [
    ("ethernet", HeaderType::ETHERNET),
    ("nsh", HeaderType::of_ethertype(0x894f)),
    ("mpls", HeaderType::of_ethertype(0x8847)),
    ("mpls_mc", HeaderType::of_ethertype(0x8848)),
];

/// Helpers of the connection tracker, by the port they are for.
const ALGS: [(&str, u16); 2] = [("ftp", 21), ("tftp", 69)];

/// `01.02.03`
pub(super) fn dotted(bytes: &[u8]) -> impl Display {
    fmt::from_fn(move |f| {
        bytes.iter().enumerate().try_for_each(|(at, byte)| {
            let dot = if at == 0 { "" } else { "." };
            write!(f, "{dot}{byte:02x}")
        })
    })
}

pub(super) fn parse_dotted(token: &str, text: &str) -> Result<Vec<u8>, ParseFlowError> {
    let digits: String = text.chars().filter(|c| *c != '.').collect();
    hex::decode(digits).map_err(|_| {
        let problem = format!("`{text}`: expected bytes, as 01.02.03");
        ParseFlowError::new(token, problem)
    })
}

pub(super) fn reason(number: u8) -> impl Display {
    fmt::from_fn(move |f| match REASONS.get(usize::from(number)) {
        Some(name) => f.write_str(name),
        None => number.fmt(f),
    })
}

pub(super) fn parse_reason(token: &str, text: &str) -> Result<u8, ParseFlowError> {
    match (0..).zip(REASONS).find(|(_, name)| *name == text) {
        Some((number, _)) => Ok(number),
        None => number(token, text, &format!("reason: {}", REASONS.join(", "))),
    }
}

pub(super) fn alg(port: u16) -> impl Display {
    fmt::from_fn(move |f| match ALGS.iter().find(|row| row.1 == port) {
        Some((name, _)) => f.write_str(name),
        None => port.fmt(f),
    })
}

pub(super) fn parse_alg(token: &str, text: &str) -> Result<u16, ParseFlowError> {
    match ALGS.iter().find(|row| row.0 == text) {
        Some((_, port)) => Ok(*port),
        None => number(token, text, "helper: ftp, tftp or a port"),
    }
}

/// Whether `controller(…)` says more than how many bytes to send.
pub(super) fn is_more_than_a_length(argument: &str) -> bool {
    split(argument).any(|part| {
        !part.starts_with("max_len=") && part.contains(|c: char| c.is_ascii_alphabetic())
    })
}
