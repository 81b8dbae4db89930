//! Open vSwitch is the judge of matches: it refuses those our check refuses, with the same error.

use std::collections::BTreeMap;
use std::fs;

use bytes::BytesMut;
use openflow::flow::{Match, arbitrary};
use openflow::oxm::{Field, OxmList};
use openflow::wire::Message;
use openflow::{BufferId, Cookie, GroupId, PortNo, TableId, Version, Xid, v13};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::ovs_flow_mods::assert_none;
use crate::ovs_ofctl::{has_ports_of_ovs, ovs_ofctl};
use crate::plausible::is_field_of_ovs;

const MATCHES: u32 = 4_000;

/// A field as it is sent.
type Sent = (Field, u128, Option<u128>);

/// What is done to a match that makes sense.
#[derive(Debug, Clone)]
enum Change {
    Remove(Index),
    Swap(Index, Index),
    Repeat(Index),
    Value(Index, u128),
    Mask(Index, u128),
    Insert(Index, Field, u128),
}

fn change() -> impl Strategy<Value = Change> {
    let any_field: Vec<Field> = Field::ALL.iter().copied().filter(is_field_of_ovs).collect();
    let at = || any::<Index>();
    // Of a few bits, or of all.
    let bits = || prop_oneof![(0_u32..24).prop_map(|bit| 1 << bit), any::<u128>()];
    prop_oneof![
        at().prop_map(Change::Remove),
        (at(), at()).prop_map(|(a, b)| Change::Swap(a, b)),
        at().prop_map(Change::Repeat),
        (at(), bits()).prop_map(|(at, value)| Change::Value(at, value)),
        (at(), bits()).prop_map(|(at, mask)| Change::Mask(at, mask)),
        (at(), select(any_field), bits()).prop_map(|(at, field, v)| Change::Insert(at, field, v)),
    ]
}

fn changed(mut fields: Vec<Sent>, changes: Vec<Change>) -> Vec<Sent> {
    for change in changes {
        if let Change::Insert(at, field, value) = change {
            let value = value & field.info().full_mask();
            fields.insert(at.index(fields.len() + 1), (field, value, None));
            continue;
        }
        if fields.is_empty() {
            continue;
        }
        let count = fields.len();
        match change {
            Change::Remove(at) => drop(fields.remove(at.index(count))),
            Change::Swap(a, b) => fields.swap(a.index(count), b.index(count)),
            Change::Repeat(at) => fields.push(fields[at.index(count)]),
            Change::Value(at, value) => {
                let (field, old, _) = &mut fields[at.index(count)];
                // Beyond its width, but not beyond its bytes, which are what is sent.
                let bytes = u128::MAX >> (128 - 8 * field.info().bytes());
                *old ^= value & bytes;
            }
            Change::Mask(at, mask) => {
                let (field, _, old) = &mut fields[at.index(count)];
                *old = Some(mask & field.info().full_mask());
            }
            Change::Insert(..) => {}
        }
    }
    fields
}

/// Where Open vSwitch has other rules than the specification, or fewer bits.
fn is_excepted(&(field, value, mask): &Sent) -> bool {
    let info = field.info();
    let set = value & mask.unwrap_or(u128::MAX);
    match field {
        // Its ports have sixteen bits, and a packet may come in by a reserved one.
        Field::InPort | Field::ActsetOutput => !(1..0xff00).contains(&value),
        // It takes types that are lengths, and a VLAN without the bit that says there is one.
        Field::EthType => value < 0x0600,
        Field::VlanVid => set != 0 && set & 0x1000 == 0,
        // No bit of the priority is a tag to it.
        Field::VlanPcp if mask == Some(0) => true,
        // An opcode has eight bits to it, and it knows few types of metadata.
        Field::ArpOp => value > 0xff,
        Field::NshMdtype => true,
        // All bits of a field that has no mask are a mask to it, where they fill no bytes.
        _ => !info.maskable && !info.bits.is_multiple_of(8) && mask == Some(info.full_mask()),
    }
}

fn sent(version: Version) -> impl Strategy<Value = Vec<Sent>> {
    let fields = arbitrary::matching(version).prop_filter_map("of Open vSwitch", |matching| {
        let all = matching.fields();
        let known = all.iter().all(|it| is_field_of_ovs(&it.field));
        let sent = |it: &openflow::flow::MatchField| {
            (it.field, it.value, (!it.is_exact()).then_some(it.mask))
        };
        (known && has_ports_of_ovs(&matching)).then(|| all.iter().map(sent).collect::<Vec<_>>())
    });
    (fields, vec(change(), 0..3))
        .prop_map(|(fields, changes)| changed(fields, changes))
        .prop_filter("excepted", |fields| !fields.iter().any(is_excepted))
}

fn list(fields: &[Sent], version: Version) -> OxmList {
    let mut list = OxmList::new();
    for (field, value, mask) in fields {
        // One the version cannot say is left out.
        if let Some(encoding) = field.encoding(version) {
            list.push(encoding, *value, *mask);
        }
    }
    list
}

fn message(xid: u32, oxm_fields: &OxmList, version: Version) -> Message {
    let body = v13::Body::FlowMod(Box::new(v13::FlowMod {
        cookie: Cookie(0),
        cookie_mask: 0,
        table_id: TableId(0),
        command: v13::FlowModCommand::Add,
        idle_timeout: 0,
        hard_timeout: 0,
        priority: 5,
        buffer_id: BufferId::NONE,
        out_port: PortNo::ANY,
        out_group: GroupId::ANY,
        flags: v13::FlowModFlags::empty(),
        importance: (version > Version::V1_3).then_some(0),
        matching: v13::Match {
            oxm_fields: oxm_fields.clone(),
        },
        instructions: v13::Instructions::new(),
    }));
    Message::v13(version, Xid(xid), body)
}

#[test]
fn open_vswitch_refuses_the_matches_our_check_refuses() {
    for (version, name) in [
        (Version::V1_3, "OpenFlow13"),
        (Version::V1_4, "OpenFlow14"),
        (Version::V1_5, "OpenFlow15"),
    ] {
        let strategy = sent(version);
        let mut runner = TestRunner::deterministic();
        let lists: Vec<OxmList> = (0..MATCHES)
            .map(|_| list(&strategy.new_tree(&mut runner).unwrap().current(), version))
            .collect();
        let mut bytes = BytesMut::new();
        for (xid, fields) in (1..).zip(&lists) {
            message(xid, fields, version).encode(&mut bytes).unwrap();
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), &bytes).unwrap();
        let text = ovs_ofctl(name, &["ofp-parse", file.path().to_str().unwrap()]);
        let lines: Vec<_> = text.lines().filter(|it| it.contains("(xid=0x")).collect();
        assert_eq!(lines.len(), lists.len());
        let mut wrong = Vec::new();
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        for (fields, line) in lists.iter().zip(lines) {
            let theirs = line
                .split_once("***decode error: ")
                .map(|(_, rest)| rest.trim_end_matches('*'));
            let ours = Match::check(fields).err().map(|error| {
                let name = error.answer().name(version).unwrap();
                name.name
            });
            *numbers.entry(ours.unwrap_or_default()).or_default() += 1;
            if ours != theirs {
                wrong.push(format!("we {ours:?}, they {theirs:?}\n{fields:?}\n{line}"));
            }
        }
        eprintln!("{version}: {numbers:?}");
        assert_none(version, &wrong);
    }
}
