//! `src/coverage.md`, part of the crate's documentation: what is covered, from the tables of the
//! code and, where it has none, from what the samples show.
//!
//! A test fails when it is out of date; `UPDATE_COVERAGE=1 cargo test -p openflow --test codec coverage`
//! writes it anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use crate::samples::samples;
use openflow::oxm::{Class, Field};
use openflow::wire::ErrorCode;
use openflow::{Version, v10, v13};
use serde_json::Value;

const VERSIONS: [Version; 4] = [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5];

#[test]
fn coverage_in_the_documentation_is_that_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/coverage.md");
    let now = document();
    if env::var_os("UPDATE_COVERAGE").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == now,
        "openflow/src/coverage.md is out of date: run \
         UPDATE_COVERAGE=1 cargo test -p openflow --test coverage"
    );
}

fn document() -> String {
    let mut text = String::from(
        "What is read into types, written back and shown by name, by version of OpenFlow.\n\n\
         Written by `tests/codec/coverage.rs`: messages, match fields and errors from the tables of the \
         code, the rest from the samples every test of the codec runs over. What is not here is \
         kept as it came: unknown numbers, fields, properties and experimenters are read and \
         written back with their bytes.\n",
    );
    messages(&mut text);
    for (title, rows) in seen() {
        section(&mut text, &title, &rows);
    }
    fields(&mut text);
    errors(&mut text);
    text
}

/// Rows of a section: what, and the versions that have it.
type Rows = BTreeMap<String, BTreeSet<Version>>;

fn section(text: &mut String, title: &str, rows: &Rows) {
    write!(text, "\n# {title}\n\n|").unwrap();
    text.push_str(" | 1.0 | 1.3 | 1.4 | 1.5 |\n|---|---|---|---|---|\n");
    for (name, versions) in rows {
        write!(text, "| {name} |").unwrap();
        for version in VERSIONS {
            let mark = if versions.contains(&version) { "x" } else { "" };
            write!(text, " {mark} |").unwrap();
        }
        text.push('\n');
    }
}

/// From the tables `message_types!` makes. A hello is the same in all versions.
fn messages(text: &mut String) {
    text.push_str(
        "\n# Messages\n\nNumber of the type in each version.\n\n\
         | | 1.0 | 1.3 | 1.4 | 1.5 |\n|---|---|---|---|---|\n| hello | 0 | 0 | 0 | 0 |\n",
    );
    let types = || v10::Body::TYPES.iter().chain(v13::Body::TYPES);
    let mut names = Vec::new();
    for kind in types() {
        if !names.contains(&kind.name) {
            names.push(kind.name);
        }
    }
    for name in names {
        write!(text, "| {name} |").unwrap();
        for version in VERSIONS {
            let mut rows = types().filter(|kind| kind.name == name);
            let number = rows.find(|kind| kind.is_in(version));
            let number = number.map_or_else(String::new, |kind| kind.number.to_string());
            write!(text, " {number} |").unwrap();
        }
        text.push('\n');
    }
}

/// What the samples show: types of statistics, experimenters' messages, and the named types of
/// the parts that come in lists.
fn seen() -> BTreeMap<String, Rows> {
    let mut sections = BTreeMap::new();
    for (_, message) in samples() {
        let Some(version) = Version::from_wire(message.version()) else {
            continue;
        };
        let name = message.type_name();
        let json = serde_json::to_value(&message).unwrap();
        let mut parent = name;
        match name {
            "multipart_request" | "multipart_reply" => {
                see(&mut sections, "Statistics", &json["type"], name, version);
                parent = json["type"].as_str().unwrap_or(name);
            }
            "experimenter" => {
                let who = json["experimenter"].as_str().unwrap_or("experimenter");
                let title = format!("Messages of experimenter {who}");
                see(&mut sections, &title, &json["exp_type"], "", version);
            }
            _ => {}
        }
        lists(&mut sections, &json, parent, version);
    }
    sections
}

/// Named types in lists, each list by its name and, where every message has a list of its own of
/// that name, by what it belongs to. The types in a reply's body are those of groups and the like.
fn lists(sections: &mut BTreeMap<String, Rows>, json: &Value, parent: &str, version: Version) {
    match json {
        Value::Array(elements) => {
            for element in elements {
                lists(sections, element, parent, version);
            }
        }
        Value::Object(parts) => {
            for (name, part) in parts {
                let body = name == "body";
                if let Value::Array(elements) = part
                    && !body
                {
                    let title = match name.as_str() {
                        "actions" => "Actions".to_owned(),
                        "instructions" => "Instructions".to_owned(),
                        other => format!("Kinds of `{other}` of {parent}"),
                    };
                    for element in elements {
                        see(sections, &title, &element["type"], "", version);
                    }
                }
                let nested = part.is_array() || part.is_object();
                let parent = if nested && !body { name } else { parent };
                lists(sections, part, parent, version);
            }
        }
        _ => {}
    }
}

/// Notes a name; numbers have none, and an "unknown" stands for what has none.
fn see(
    sections: &mut BTreeMap<String, Rows>,
    title: &str,
    name: &Value,
    of: &str,
    version: Version,
) {
    let Some(name) = name.as_str().filter(|name| *name != "unknown") else {
        return;
    };
    let direction = of.strip_prefix("multipart_").map(|of| format!(", {of}"));
    let row = format!("{name}{}", direction.unwrap_or_default());
    let rows = sections.entry(title.to_owned()).or_default();
    rows.entry(row).or_default().insert(version);
}

/// From the table of `oxm`.
fn fields(text: &mut String) {
    let mut classes: BTreeMap<(u16, Option<u32>), Vec<Field>> = BTreeMap::new();
    for field in Field::ALL {
        let info = field.info();
        let class = (info.class.0, info.experimenter);
        classes.entry(class).or_default().push(*field);
    }
    for ((class, experimenter), mut fields) in classes {
        fields.sort_by_key(|field| field.info().code);
        let class = match (Class(class), experimenter) {
            (Class::NXM_0, _) => "NXM_0 (0x0000)".to_owned(),
            (Class::NXM_1, _) => "NXM_1 (0x0001)".to_owned(),
            (Class::OPENFLOW_BASIC, _) => "OPENFLOW_BASIC (0x8000)".to_owned(),
            (Class::PACKET_REGS, _) => "PACKET_REGS (0x8001)".to_owned(),
            (_, Some(id)) => format!("EXPERIMENTER {id:#010x}"),
            (Class(other), None) => format!("{other:#06x}"),
        };
        write!(
            text,
            "\n# Match fields of class {class}\n\n\
             | | number | bits | mask | since |\n|---|---|---|---|---|\n"
        )
        .unwrap();
        for field in fields {
            let info = field.info();
            let mask = if info.maskable { "x" } else { "" };
            writeln!(
                text,
                "| {} | {} | {} | {mask} | {} |",
                info.name, info.code, info.bits, info.since
            )
            .unwrap();
        }
    }
}

/// From the tables of `error_names`.
fn errors(text: &mut String) {
    let mut kinds: BTreeMap<String, Rows> = BTreeMap::new();
    for version in VERSIONS {
        for (code, name) in ErrorCode::all(version) {
            let title = format!("Errors of type {}", code.type_name(version).unwrap());
            let rows = kinds.entry(title).or_default();
            rows.entry(name.name.to_owned())
                .or_default()
                .insert(version);
        }
        for (experimenter, name) in ErrorCode::all_of_experimenters(version) {
            let title = format!("Errors of experimenter {experimenter:#010x}");
            let rows = kinds.entry(title).or_default();
            rows.entry(name.name.to_owned())
                .or_default()
                .insert(version);
        }
    }
    for (title, rows) in kinds {
        section(text, &title, &rows);
    }
}
