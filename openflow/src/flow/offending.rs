//! A refusal in words: what the error means, and what the switch quotes of the refused message.
//!
//! A switch quotes at least 64 bytes (OF 1.3.5 §7.5.4) and many quote no more, so a flow-mod is
//! read as far as it is there.

use std::fmt::Write;

use bytes::Bytes;

use super::{
    FlowCommand, FlowMod, GroupCommand, Match, SwitchError, Unsupported, Words, lacking, v10, v13,
};
use crate::wire::{self, Body, Header, Message, Reader, VendorError, Wire};
use crate::{TableId, Version};

/// Bytes of a 1.3 flow-mod before its match.
const V13_FLOW_MOD_FIXED: usize = 48;
/// Type of a flow-mod in every version.
const FLOW_MOD: u8 = 14;
/// Type of a hello-failed error, whose data is a text for people.
const HELLO_FAILED: u16 = 0;

pub(super) fn lift(error: wire::Error, version: Version) -> SwitchError {
    let (name, meaning) = match error.name(version) {
        Some(known) => (known.name.to_owned(), known.meaning.to_owned()),
        None => unnamed(&error, version),
    };
    let offending = match error.kind {
        HELLO_FAILED => printable(&error.data),
        _ => describe(&error.refused(version), version),
    };
    SwitchError {
        kind: error.kind,
        code: error.code,
        experimenter: error.experimenter.unwrap_or(0),
        name,
        meaning,
        offending,
        data: error.data,
    }
}

/// [`lift`] the other way. The words are for people; who numbers it stands beside the numbers from
/// 1.2 on, and in 1.0 in the data.
pub(super) fn lower(error: &SwitchError, version: Version) -> Result<wire::Error, Unsupported> {
    let of_experimenter = version != Version::V1_0 && error.kind == wire::Error::EXPERIMENTER;
    if !of_experimenter && error.experimenter != 0 {
        return Err(lacking(version, "experimenter of such an error"));
    }
    Ok(wire::Error {
        kind: error.kind,
        code: error.code,
        experimenter: of_experimenter.then_some(error.experimenter),
        data: error.data.clone(),
    })
}

/// An error by its numbers, and whose it is.
fn unnamed(error: &wire::Error, version: Version) -> (String, String) {
    if let Some(id) = error.experimenter {
        let name = format!("experimenter {id:#010x} code {}", error.code);
        return (name, "an error the experimenter defines".to_owned());
    }
    match error.vendor_error(version) {
        Some(VendorError { vendor, code }) => (
            format!(
                "vendor {vendor:#010x} type {} code {}",
                code.kind, code.code
            ),
            "an error the vendor defines".to_owned(),
        ),
        None => (
            format!("type {} code {}", error.kind, error.code),
            format!("not an error of OpenFlow {version}"),
        ),
    }
}

fn printable(data: &[u8]) -> String {
    let text = String::from_utf8_lossy(data);
    text.trim_end_matches('\0')
        .chars()
        .filter(|c| !c.is_control())
        .collect()
}

/// The quoted message in words, or empty where its header is not whole.
fn describe(quoted: &Bytes, version: Version) -> String {
    let Some(header) = Header::parse(quoted) else {
        return String::new();
    };
    let length = usize::from(header.length);
    if (Header::LEN..=quoted.len()).contains(&length)
        && let Ok(message) = Message::decode(quoted.slice(..length))
    {
        return whole(message);
    }
    match (Version::from_wire(header.version), header.kind) {
        (Some(Version::V1_0), FLOW_MOD) => cut_v10_flow_mod(quoted).unwrap_or_default(),
        (Some(_), FLOW_MOD) => cut_v13_flow_mod(quoted, version).unwrap_or_default(),
        (_, kind) => format!("message of type {kind} with {length} bytes"),
    }
}

fn whole(message: Message) -> String {
    let name = message.type_name().replace('_', "-");
    let mut unknown = Words::default();
    match message.body {
        Body::V10(crate::v10::Body::FlowMod(change)) => {
            flow_mod(&v10::lift_flow_mod(change, &mut unknown), unknown)
        }
        Body::V13(crate::v13::Body::FlowMod(change)) => {
            flow_mod(&v13::lift_flow_mod(*change, &mut unknown), unknown)
        }
        Body::V13(crate::v13::Body::GroupMod(change)) => {
            let change = v13::lift_group_mod(change);
            let command = match change.command {
                GroupCommand::Add => "add",
                GroupCommand::Modify => "modify",
                GroupCommand::Delete => "delete",
                GroupCommand::InsertBuckets(_) => "insert buckets",
                GroupCommand::RemoveBuckets(_) => "remove buckets",
            };
            format!("group-mod ({command}, {})", change.group)
        }
        Body::V13(crate::v13::Body::MeterMod(change)) => {
            format!("meter-mod ({})", v13::lift_meter_mod(&change))
        }
        Body::V10(crate::v10::Body::PortMod(change)) => {
            format!("port-mod (port {})", change.port_no)
        }
        Body::V13(crate::v13::Body::PortMod(change)) => {
            format!("port-mod (port {})", change.port_no)
        }
        _ => name,
    }
}

fn flow_mod(change: &FlowMod, unknown: Words) -> String {
    let command = command_word(change.command);
    let mut text = head(command, change.table, change.priority, &change.matching);
    if !matches!(
        change.command,
        FlowCommand::Delete | FlowCommand::DeleteStrict
    ) {
        let _ = write!(text, ", actions={}", change.instructions);
    }
    if let Some(unknown) = unknown.into_option() {
        let _ = write!(text, ", {unknown}");
    }
    text.push(')');
    text
}

/// An add is the usual case and goes without saying.
fn command_word(command: FlowCommand) -> &'static str {
    match command {
        FlowCommand::Add => "",
        FlowCommand::Modify => "modify, ",
        FlowCommand::ModifyStrict => "modify strict, ",
        FlowCommand::Delete => "delete, ",
        FlowCommand::DeleteStrict => "delete strict, ",
    }
}

fn head(command: &str, table: TableId, priority: u16, matching: &Match) -> String {
    let every = if matching.fields().is_empty() {
        "every packet"
    } else {
        ""
    };
    format!("flow-mod ({command}table {table}, priority {priority}, {matching}{every}")
}

fn cut_v10_flow_mod(quoted: &Bytes) -> Option<String> {
    let mut reader = Reader::new(quoted, Version::V1_0);
    reader.pad(Header::LEN).ok()?;
    let matching = crate::v10::Match::decode(&mut reader).ok()?;
    let matching = v10::lift_match(&matching);
    reader.pad(8).ok()?;
    let command = match reader.u16().ok()? {
        0 => FlowCommand::Add,
        1 => FlowCommand::Modify,
        2 => FlowCommand::ModifyStrict,
        3 => FlowCommand::Delete,
        _ => FlowCommand::DeleteStrict,
    };
    reader.pad(4).ok()?;
    let priority = reader.u16().ok()?;
    let head = head(command_word(command), TableId(0), priority, &matching);
    Some(format!("{head}, …)"))
}

fn cut_v13_flow_mod(quoted: &Bytes, version: Version) -> Option<String> {
    let mut reader = Reader::new(quoted, version);
    reader.pad(Header::LEN + 16).ok()?;
    let table = TableId(reader.u8().ok()?);
    let command = match reader.u8().ok()? {
        0 => FlowCommand::Add,
        1 => FlowCommand::Modify,
        2 => FlowCommand::ModifyStrict,
        3 => FlowCommand::Delete,
        _ => FlowCommand::DeleteStrict,
    };
    reader.pad(4).ok()?;
    let priority = reader.u16().ok()?;
    let mut unknown = Words::default();
    let matching = match whole_fields(quoted.get(V13_FLOW_MOD_FIXED..)?) {
        Some(fields) => {
            let fields = crate::v13::Match::decode(&mut Reader::new(&fields, version)).ok()?;
            v13::lift_match(&fields, &mut unknown)
        }
        None => Match::any(),
    };
    let head = head(command_word(command), table, priority, &matching);
    Some(format!("{head}, …)"))
}

/// A match with those fields that are wholly there, as bytes.
fn whole_fields(cut: &[u8]) -> Option<Bytes> {
    let (header, fields) = cut.split_first_chunk::<4>()?;
    let announced = usize::from(u16::from_be_bytes([header[2], header[3]])).saturating_sub(4);
    let fields = &fields[..announced.min(fields.len())];
    let mut end = 0;
    while let Some([_, _, _, length]) = fields[end..].first_chunk::<4>() {
        let next = end + 4 + usize::from(*length);
        if next > fields.len() {
            break;
        }
        end = next;
    }
    let length = u16::try_from(end + 4).ok()?;
    let mut whole = vec![header[0], header[1]];
    whole.extend_from_slice(&length.to_be_bytes());
    whole.extend_from_slice(&fields[..end]);
    whole.resize(whole.len().next_multiple_of(8), 0);
    Some(whole.into())
}
