//! Independent judges: what we encode, Open vSwitch and Wireshark take for what we meant. Needs
//! `ovs-ofctl` and `tshark` (Debian and Ubuntu: packages openvswitch-switch and tshark).
//!
//! The messages are arbitrary, so that many hold values that Open vSwitch refuses: a match without
//! its prerequisite, a port out of range, an experimenter it does not know. It has to refuse these
//! for the value then, never for a length; and of what it reads, fields are compared.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use bytes::BytesMut;
use openflow::wire::{Body, Message};
use openflow::{Version, Xid};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;

use crate::judge_exceptions::{ITS_OWN, NAMELESS, OTHER_NAMES, VALUES};

/// Of each version. Of these, at least [`JUDGED`] have to be named by the judge.
const MESSAGES: u32 = 2_500;
const JUDGED: usize = 2_000;

/// A message with what `pointsman decode` says of it, and its bytes.
struct Sent {
    frame: Vec<u8>,
    name: &'static str,
    json: Value,
}

impl Sent {
    /// Statistics of a type that is kept as it came.
    fn is_unread(&self) -> bool {
        self.name.starts_with("multipart") && self.json["body"]["data"].is_string()
    }

    /// `features_reply`, or of statistics their type.
    fn kind(&self) -> String {
        match self.json["type"].as_str() {
            Some(kind) if self.name.starts_with("multipart") => kind.to_owned(),
            _ => self.name.to_owned(),
        }
    }
}

fn messages(version: Version) -> Vec<Sent> {
    let strategy = crate::generate::message(version);
    let mut runner = TestRunner::deterministic();
    let arbitrary = (0..MESSAGES).map(|at| {
        let mut message: Message = strategy.new_tree(&mut runner).unwrap().current();
        message.xid = Xid(at);
        if let Body::V13(body) = &mut message.body {
            crate::generate::later_messages::share_xid(Xid(at), body);
        }
        let mut frame = BytesMut::new();
        message.encode(&mut frame).unwrap();
        let line = openflow::decode_line(&hex::encode(&frame));
        let mut line: Value = serde_json::from_str(&line).unwrap();
        Sent {
            frame: frame.to_vec(),
            name: message.type_name(),
            json: line["message"].take(),
        }
    });
    arbitrary.collect()
}

/// Standard output of a program that this test needs.
fn output(program: &str, package: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| {
        panic!("{program}: {error}; it is in the package {package} of Debian and Ubuntu")
    });
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What Open vSwitch prints of each message it has a name for, by transaction.
fn printed_by_ovs(sent: &[Sent]) -> BTreeMap<usize, (String, String)> {
    let stream: Vec<u8> = sent.iter().flat_map(|sent| sent.frame.clone()).collect();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("messages");
    std::fs::write(&path, stream).unwrap();
    let text = output(
        "ovs-ofctl",
        "openvswitch-switch",
        &["ofp-parse", path.to_str().unwrap()],
    );
    let mut printed: BTreeMap<usize, (String, String)> = BTreeMap::new();
    for line in text.lines() {
        let last = printed.last_key_value().map(|(at, _)| *at);
        match headline(line) {
            // Those of messages inside messages come again or before their time.
            Some((name, at)) if last.is_none_or(|last| at > last) && at < sent.len() => {
                printed.insert(at, (name.to_owned(), line.to_owned()));
            }
            _ => {
                if let Some((_, text)) = last.and_then(|last| printed.get_mut(&last)) {
                    text.push('\n');
                    text.push_str(line);
                }
            }
        }
    }
    // What follows may be about the next message, which had no name.
    let at: BTreeSet<usize> = printed.keys().copied().collect();
    for (number, (_, text)) in &mut printed {
        if !at.contains(&(number + 1)) {
            text.truncate(text.find("\n***decode error").unwrap_or(text.len()));
        }
    }
    printed
}

/// `OFPST_FLOW reply (OF1.3) (xid=0x1a): ...`
fn headline(line: &str) -> Option<(&str, usize)> {
    let (name, rest) = line.split_once(" (xid=0x")?;
    let (xid, _) = rest.split_once(')')?;
    let name = name.split(" (OF").next()?;
    let known = ["OFP", "NX", "ONF"]
        .iter()
        .any(|prefix| name.starts_with(prefix));
    let at = usize::from_str_radix(xid, 16).ok()?;
    known.then_some((name, at))
}

fn same_name(sent: &Sent, name: &str) -> bool {
    let kind = sent.kind().to_uppercase();
    let ours = match sent.name {
        "multipart_request" => format!("OFPST_{kind} request"),
        "multipart_reply" => format!("OFPST_{kind} reply"),
        other => format!("OFPT_{}", other.to_uppercase()),
    };
    let excepted = |(who, other, _): &(&str, &str, &str)| {
        (sent.name.starts_with(who) || sent.kind() == *who) && name.starts_with(other)
    };
    ours == name || OTHER_NAMES.iter().any(excepted)
}

#[test]
fn open_vswitch_names_the_same_types_and_fields() {
    let mut wrong = Vec::new();
    for version in [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5] {
        let sent = messages(version);
        let printed = printed_by_ovs(&sent);
        let mut unnamed: BTreeMap<String, usize> = BTreeMap::new();
        let mut compared: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, message) in sent.iter().enumerate() {
            let Some((name, text)) = printed.get(&at) else {
                let kind = message.kind();
                if !message.is_unread() && NAMELESS.iter().all(|(name, _)| *name != kind) {
                    wrong.push(format!(
                        "{kind} of {version} has no name: {}",
                        hex::encode(&message.frame)
                    ));
                }
                *unnamed.entry(kind).or_default() += 1;
                continue;
            };
            let shown = || {
                format!(
                    "{} of {version}: {text}\n{}",
                    message.name,
                    hex::encode(&message.frame)
                )
            };
            if !same_name(message, name) {
                wrong.push(format!("called {name}: {}", shown()));
                continue;
            }
            if let Some(error) = error_in(text) {
                if !excepted(message, error) {
                    wrong.push(format!("{error}: {}", shown()));
                }
                continue;
            }
            let expected = fields(version, message, text);
            if !expected.is_empty() {
                *compared.entry(message.name).or_default() += 1;
            }
            for field in expected.iter().filter(|field| !text.contains(*field)) {
                wrong.push(format!("{field} is missing: {}", shown()));
            }
        }
        eprintln!(
            "{version}: {} named, fields compared of {compared:?}, unnamed {unnamed:?}",
            printed.len()
        );
        assert!(printed.len() >= JUDGED, "{version}: {}", printed.len());
    }
    let all = wrong.len();
    wrong.sort_by_key(|text| text.chars().take(40).collect::<String>());
    wrong.dedup_by_key(|text| text.chars().take(24).collect::<String>());
    assert!(
        all == 0,
        "{all} wrong, of each kind one:\n{}",
        wrong.join("\n\n")
    );
}

fn excepted(message: &Sent, error: &str) -> bool {
    let is_about = |who: &str| who == "*" || who == message.name || who == message.kind();
    let mut its_own = ITS_OWN.iter();
    its_own.any(|(who, code, _)| is_about(who) && error == *code)
        || VALUES.iter().any(|(code, _)| error == *code)
}

/// The first decode error in what was printed.
fn error_in(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("***decode error: ")?;
    rest.split("***").next()
}

/// Fields as Open vSwitch writes them, those of most meaning of each message.
fn fields(version: Version, sent: &Sent, text: &str) -> Vec<String> {
    let json = &sent.json;
    let number = |name: &str| number(&json[name]);
    let of_13 = version >= Version::V1_3;
    let bytes = |name: &str| json[name].as_str().map_or(0, |digits| digits.len() / 2);
    match sent.name {
        "echo_request" | "echo_reply" => vec![format!("{} bytes of payload", bytes("data"))],
        "flow_mod" => {
            let mut fields = vec![format!("cookie:0x{:x}", number("cookie"))];
            // Neither is shown: the one is none, the other leaves it as it is.
            if matches!(number("cookie"), 0 | u64::MAX) {
                fields.clear();
            }
            for (name, short) in [("idle_timeout", "idle"), ("hard_timeout", "hard")] {
                if number(name) != 0 {
                    fields.push(format!("{short}:{}", number(name)));
                }
            }
            if number("priority") != 0x8000 && of_13 {
                fields.push(format!("priority={}", number("priority")));
            }
            if json["command"] == "add" {
                fields.push("ADD".to_owned());
            }
            fields
        }
        // In 1.5 they are statistics of their own, which may be left out.
        "flow_removed" if version < Version::V1_5 => vec![
            format!("idle{}", number("idle_timeout")),
            format!("pkts{}", number("packet_count")),
            format!("bytes{}", number("byte_count")),
        ]
        .into_iter()
        // Since 1.5 they are there or not, and the last of each counts to Open vSwitch.
        .take(if version < Version::V1_5 { 3 } else { 1 })
        .collect(),
        "packet_in" => vec![
            format!("total_len={}", number("total_len")),
            format!("data_len={}", bytes("data")),
        ],
        // It has names for some numbers above.
        "meter_mod" if (1..0xffff_0000).contains(&number("meter_id")) => {
            vec![format!("meter={}", number("meter_id"))]
        }
        "get_config_reply" | "set_config" => {
            vec![format!("miss_send_len={}", number("miss_send_len"))]
        }
        "features_reply" => vec![
            format!("dpid:{}", json["datapath_id"].as_str().unwrap_or_default()),
            format!(
                "n_tables:{}, n_buffers:{}",
                number("n_tables"),
                number("n_buffers")
            ),
        ],
        "port_mod" => vec![format!(
            "addr:{}",
            json["hw_addr"].as_str().unwrap_or_default()
        )],
        "port_status" => {
            let address = json["desc"]["hw_addr"].as_str().unwrap_or_default();
            vec![format!("addr:{address}")]
        }
        "multipart_reply" => statistics(&json["body"], &sent.kind(), text),
        _ => Vec::new(),
    }
}

fn statistics(body: &Value, kind: &str, text: &str) -> Vec<String> {
    let entries = body.as_array().map_or(&[][..], Vec::as_slice);
    // An entry with a value it refuses ends its list without a word.
    let shown = |word| entries.iter().take(text.matches(word).count());
    let field = |entry: &Value, name: &str| number(&entry[name]);
    match kind {
        "flow"
            if entries
                .iter()
                .all(|entry| entry.get("packet_count").is_some()) =>
        {
            let entry = |entry| {
                let (packets, bytes) = (field(entry, "packet_count"), field(entry, "byte_count"));
                format!("n_packets={packets}, n_bytes={bytes}")
            };
            shown("n_packets=").map(entry).collect()
        }
        "aggregate" if body.get("packet_count").is_some() => vec![format!(
            "packet_count={} byte_count={} flow_count={}",
            field(body, "packet_count"),
            field(body, "byte_count"),
            field(body, "flow_count"),
        )],
        "port" => {
            let entry = |entry| match field(entry, "rx_packets") {
                u64::MAX => "rx pkts=?".to_owned(),
                packets => format!("rx pkts={packets}, bytes="),
            };
            shown("rx pkts=").map(entry).collect()
        }
        "port_desc" => {
            let entry =
                |entry: &Value| format!("addr:{}", entry["hw_addr"].as_str().unwrap_or_default());
            shown("addr:").map(entry).collect()
        }
        _ => Vec::new(),
    }
}

/// A number in JSON, or in hex digits.
fn number(value: &Value) -> u64 {
    let digits = value.as_str().map(|text| text.trim_start_matches("0x"));
    let hex = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
    value.as_u64().or(hex).unwrap_or_default()
}

/// Wireshark 4.0 misreads OpenFlow 1.5 in many places; its types are right there too, but nobody
/// else vouches for them.
#[test]
fn wireshark_names_the_same_types() {
    for version in [Version::V1_0, Version::V1_3, Version::V1_4] {
        let sent = messages(version);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("messages.pcap");
        std::fs::write(&path, pcap(&sent)).unwrap();
        // Of 1.0 it says version and transaction under other names.
        let (kind, xid) = match version {
            Version::V1_0 => ("openflow_1_0.type", "openflow.xid"),
            Version::V1_3 => ("openflow_v4.type", "openflow_v4.xid"),
            _ => ("openflow_v5.type", "openflow_v5.xid"),
        };
        let read = [
            "-r",
            path.to_str().unwrap(),
            "-d",
            "tcp.port==6653,openflow",
        ];
        let fields = ["-T", "fields", "-E", "occurrence=f", "-e", kind, "-e", xid];
        let text = output("tshark", "tshark", &[&read[..], &fields].concat());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), sent.len(), "{version}: a packet per message");
        let mut wrong = Vec::new();
        for (at, (line, message)) in lines.iter().zip(&sent).enumerate() {
            let read: Vec<Option<u64>> = line.split('\t').map(|text| text.parse().ok()).collect();
            if read != [Some(message.frame[1].into()), Some(at as u64)] {
                wrong.push(format!(
                    "{} of {version}: {line}: {}",
                    message.name,
                    hex::encode(&message.frame)
                ));
            }
        }
        let all = wrong.len();
        wrong.truncate(10);
        assert!(all == 0, "{all} wrong:\n{}", wrong.join("\n"));
    }
}

/// One TCP segment per message, to port 6653.
fn pcap(sent: &[Sent]) -> Vec<u8> {
    let mut file = Vec::new();
    let words: [u32; 6] = [0xa1b2_c3d4, 0x0002_0004, 0, 0, 0xffff, 1];
    words
        .iter()
        .for_each(|word| file.extend(word.to_be_bytes()));
    let mut sequence = 1_u32;
    for (at, message) in sent.iter().enumerate() {
        let length = message.frame.len();
        let ip_length = u16::try_from(length + 40).unwrap();
        let captured = u32::from(ip_length) + 14;
        for word in [u32::try_from(at).unwrap(), 0, captured, captured] {
            file.extend(word.to_be_bytes());
        }
        file.extend([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00]);
        file.extend([0x45, 0]);
        file.extend(ip_length.to_be_bytes());
        file.extend([0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
        file.extend([0x9c, 0x40, 0x19, 0xfd]);
        file.extend(sequence.to_be_bytes());
        file.extend([0, 0, 0, 1, 0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0]);
        file.extend(&message.frame);
        sequence += u32::try_from(length).unwrap();
    }
    file
}
