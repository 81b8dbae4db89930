//! Every field that os-ken reads in its vectors has the value that we read: its JSON and ours are
//! walked side by side. Where os-ken has a number and we have a name, the same number has to have
//! the same name everywhere, and flags as many names as bits.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::Deserialize;
use serde_json::{Map, Value};

/// What os-ken says so differently that its values are not compared: class, field, why.
const DIFFERENT: &[(&str, &str, &str)] = &[
    (
        "OXMTlv",
        "field",
        "os-ken reads fields of the ONF's for 1.3 with a type of two more bytes",
    ),
    (
        "NXActionUnknown",
        "data",
        "os-ken takes the first bytes of any experimenter's for a subtype",
    ),
    (
        "NXActionController2",
        "controller_id",
        "ours is in a property of the action",
    ),
    (
        "NXActionController2",
        "max_len",
        "ours is in a property of the action",
    ),
    (
        "NXActionController2",
        "pause",
        "ours is a property of the action",
    ),
    (
        "NXActionController2",
        "reason",
        "ours is in a property of the action",
    ),
    (
        "NXActionController2",
        "userdata",
        "ours is in a property of the action",
    ),
    (
        "NXActionCT",
        "zone_ofs_nbits",
        "ours is zone_imm without a field to take it from",
    ),
    ("NXActionStackPop", "start", "ours is offset"),
    (
        "NXActionStackPop",
        "end",
        "ours is n_bits, of which os-ken makes an end",
    ),
    ("NXActionStackPush", "start", "ours is offset"),
    (
        "NXActionStackPush",
        "end",
        "ours is n_bits, of which os-ken makes an end",
    ),
    (
        "NXFlowSpecLoad",
        "src",
        "a pair of field and offset, or a number; ours is an object",
    ),
    (
        "NXFlowSpecLoad",
        "dst",
        "a pair of field and offset; ours is an object",
    ),
    (
        "NXFlowSpecMatch",
        "src",
        "a pair of field and offset, or a number; ours is an object",
    ),
    (
        "NXFlowSpecMatch",
        "dst",
        "a pair of field and offset; ours is an object",
    ),
    (
        "NXFlowSpecOutput",
        "src",
        "a pair of field and offset; ours is an object",
    ),
    ("NXFlowSpecOutput", "dst", "there is none"),
    (
        "OFPControllerStatus",
        "status",
        "a structure more than the message has",
    ),
    (
        "OFPHelloElemVersionBitmap",
        "versions",
        "numbers of the bits; ours is the bitmap",
    ),
    (
        "OFPSwitchFeatures",
        "ports",
        "by number; ours in their order",
    ),
    (
        "OFPMatch",
        "wildcards",
        "ours is names, and how many bits of an address are free",
    ),
];

/// Lengths, which are ours to count, and what the class says already.
const NOT_FIELDS: &[&str] = &[
    "len",
    "length",
    "body_len",
    "actions_len",
    "action_array_len",
    "bucket_array_len",
    "hasmask",
];

/// Fields with another name than os-ken's; ours are the specification's and Open vSwitch's.
const NAMES: &[(&str, &str)] = &[
    ("range_ipv4_min", "ipv4_min"),
    ("range_ipv4_max", "ipv4_max"),
    ("range_ipv6_min", "ipv6_min"),
    ("range_ipv6_max", "ipv6_max"),
    ("range_proto_min", "proto_min"),
    ("range_proto_max", "proto_max"),
    ("src_field", "src"),
    ("dst_field", "dst"),
    ("table_ids", "next_table_ids"),
    ("monitor_flags", "flags"),
];

#[derive(Deserialize)]
struct Vector {
    name: String,
    hex: String,
}

#[derive(Deserialize)]
struct Expected {
    name: String,
    expected: Value,
}

fn lines<T: for<'a> Deserialize<'a>>(file: &str) -> Vec<T> {
    let path = format!("{}/tests/vectors/{file}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn every_field_has_the_value_that_os_ken_reads() {
    let vectors: Vec<Vector> = lines("os-ken");
    let bytes: BTreeMap<_, _> = vectors.iter().map(|it| (&it.name, &it.hex)).collect();
    let mut walk = Walk::default();
    let all: Vec<Expected> = lines("os-ken-expected");
    assert!(all.len() >= 250, "{}", all.len());
    for Expected { name, expected } in &all {
        let ours: Value = serde_json::from_str(&openflow::decode_line(bytes[name])).unwrap();
        assert_eq!(ours["ok"], true, "{name}: {ours}");
        walk.vector.clone_from(name);
        walk.version = ours["version"].as_str().unwrap().to_owned();
        walk.compare(expected, &ours["message"], Place::default());
    }
    assert!(walk.failures.is_empty(), "{}", walk.failures.join("\n"));
    let unused: Vec<_> = DIFFERENT
        .iter()
        .filter(|(class, field, _)| !walk.different.contains(&(*class, *field)))
        .collect();
    assert!(unused.is_empty(), "now the same: {unused:?}");
    assert!(walk.compared > 20_000, "{}", walk.compared);
}

/// Of a value in os-ken's JSON.
#[derive(Clone, Copy, Default)]
struct Place<'a> {
    class: &'a str,
    field: &'a str,
}

#[derive(Default)]
struct Walk {
    vector: String,
    version: String,
    /// What a number is called, and which number a name has: by version, class and field.
    names: BTreeMap<[String; 4], String>,
    different: BTreeSet<(&'static str, &'static str)>,
    failures: Vec<String>,
    compared: usize,
}

impl Walk {
    fn compare(&mut self, theirs: &Value, ours: &Value, at: Place<'_>) {
        match theirs {
            Value::Object(fields) => match class_of(fields) {
                Some((class, fields)) => self.object(fields, ours, Place { class, ..at }),
                None => self.object(fields, ours, at),
            },
            Value::Array(elements) => self.list(elements, ours, at),
            leaf => {
                self.compared += 1;
                if !self.same(leaf, ours, at) {
                    self.differs(theirs, ours, at);
                }
            }
        }
    }

    fn object(&mut self, fields: &Map<String, Value>, ours: &Value, at: Place<'_>) {
        if !ours.is_object() {
            return self.differs(&Value::Object(fields.clone()), ours, at);
        }
        let theirs = fields.iter().filter(|(name, _)| is_field(at.class, name));
        for (name, value) in theirs {
            let place = Place {
                class: at.class,
                field: name,
            };
            match find(ours, at.class, name) {
                Some(found) => self.compare(value, found, place),
                None if says_nothing(value) => {}
                None => self.differs(value, ours, place),
            }
        }
    }

    fn list(&mut self, theirs: &[Value], ours: &Value, at: Place<'_>) {
        let one = std::slice::from_ref(ours);
        let ours_list = match ours {
            Value::Array(list) => list,
            Value::String(hex)
                if [1, 4]
                    .iter()
                    .any(|n| hex_of(theirs, *n).as_ref() == Some(hex)) =>
            {
                self.compared += theirs.len();
                return;
            }
            _ => one,
        };
        if theirs.len() != ours_list.len() {
            return self.differs(&Value::Array(theirs.to_vec()), ours, at);
        }
        for (theirs, ours) in theirs.iter().zip(ours_list) {
            self.compare(theirs, ours, at);
        }
    }

    fn same(&mut self, theirs: &Value, ours: &Value, at: Place<'_>) -> bool {
        let number = theirs.as_u64().or_else(|| theirs.as_bool().map(u64::from));
        match (theirs, number, ours) {
            _ if theirs == ours => true,
            (_, Some(number), Value::String(text)) => match text.strip_prefix("0x") {
                Some(hex) => u64::from_str_radix(hex, 16) == Ok(number),
                None => self.is_called(number, text, at),
            },
            (_, Some(number), Value::Array(flags)) => number.count_ones() as usize == flags.len(),
            // A part of a field: its first bit, and how many.
            (_, Some(number), Value::Object(_)) => {
                let part = ours["ofs"].as_u64().zip(ours["n_bits"].as_u64());
                part.is_some_and(|(ofs, bits)| ofs << 6 | (bits - 1) == number)
            }
            (Value::String(name), _, Value::Object(_)) => ours["field"] == **name,
            (Value::String(text), _, Value::String(hex)) => base64(text).as_ref() == Some(hex),
            _ => says_nothing(theirs) && says_nothing(ours),
        }
    }

    fn is_called(&mut self, number: u64, name: &str, at: Place<'_>) -> bool {
        let mut once = |from: String, to: &str| {
            let key = [&self.version, at.class, at.field, &from].map(str::to_owned);
            self.names.entry(key).or_insert_with(|| to.to_owned()) == to
        };
        let number = number.to_string();
        once(number.clone(), name) && once(format!("name {name}"), &number)
    }

    fn differs(&mut self, theirs: &Value, ours: &Value, at: Place<'_>) {
        let known = DIFFERENT
            .iter()
            .find(|(class, field, _)| (*class, *field) == (at.class, at.field));
        match known {
            Some((class, field, _)) => {
                self.different.insert((class, field));
            }
            None => self.failures.push(format!(
                "{}: {}.{}: {theirs} is {ours}",
                self.vector, at.class, at.field
            )),
        }
    }
}

/// `{"OFPMatch": {..}}`
fn class_of(fields: &Map<String, Value>) -> Option<(&str, &Map<String, Value>)> {
    let (class, inner) = fields.iter().next().filter(|_| fields.len() == 1)?;
    let named = class.starts_with(|c: char| c.is_ascii_uppercase());
    Some((class.as_str(), inner.as_object()?)).filter(|_| named)
}

fn is_field(class: &str, name: &str) -> bool {
    let told_by_name = ["experimenter", "vendor", "subtype"];
    !(NOT_FIELDS.contains(&name)
        || class.starts_with("NX") && told_by_name.contains(&name)
        || (class, name) == ("OFPMatch", "type"))
}

/// Our field of that name: in a message inside, in the body of a multipart, or where it should be.
fn find<'a>(ours: &'a Value, class: &str, name: &str) -> Option<&'a Value> {
    let ours = ours
        .get("message")
        .filter(|_| ours.get("xid").is_some())
        .unwrap_or(ours);
    let name = match (class, name) {
        ("OFPOxmId", "type") => "field",
        ("NXActionResubmitTable", "table_id") => "table",
        _ => name,
    };
    let other = NAMES
        .iter()
        .find(|(theirs, _)| *theirs == name)
        .map(|it| it.1);
    let body = match ours.get("body") {
        Some(Value::Array(list)) if list.len() == 1 => list.first(),
        body => body,
    };
    let outside = |it: &str| ours.get(it).filter(|_| matches!(it, "flags" | "type"));
    let inside = body.filter(|body| body.is_object());
    inside
        .filter(|_| other.is_some() || outside(name).is_none())
        .and_then(|body| other.and_then(|it| body.get(it)).or_else(|| body.get(name)))
        .or_else(|| ours.get(name))
        .or_else(|| ours.get(other?))
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// Numbers of so many bytes.
fn hex_of(numbers: &[Value], bytes: usize) -> Option<String> {
    let number = |it: &Value| {
        let number = it.as_u64().filter(|it| it >> (8 * bytes) == 0)?;
        Some(format!("{number:0width$x}", width = 2 * bytes))
    };
    numbers.iter().map(number).collect()
}

/// As hex.
fn base64(text: &str) -> Option<String> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.trim_end_matches('=').bytes();
    let (mut bits, mut have, mut bytes) = (0u32, 0, Vec::new());
    for digit in digits {
        let value = DIGITS.iter().position(|it| *it == digit)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        have += 6;
        if have >= 8 {
            have -= 8;
            bytes.push((bits >> have) as u8);
            bits &= (1 << have) - 1;
        }
    }
    Some(hex::encode(bytes))
}
