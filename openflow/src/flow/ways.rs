//! What is written and read a million times a second has a short way. The long way, which takes
//! every message, is the specification of it.

use bytes::{Bytes, BytesMut};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::oxm::{Field, OxmList};
use crate::wire::{Body, Header, Message};
use crate::{BufferId, Cookie, GroupId, PortNo, TableId, Version, Xid, v13 as wire};

const XID: Xid = Xid(0x0102_0304);

fn version() -> impl Strategy<Value = Version> {
    select(vec![Version::V1_3, Version::V1_4, Version::V1_5])
}

/// Fields in any company: no prerequisites, masks where none may be, values that are cut.
fn any_match() -> impl Strategy<Value = Match> {
    let field = select(Field::ALL.to_vec());
    let mask = prop_oneof![Just(u128::MAX), any::<u128>()];
    vec((field, any::<u128>(), mask), 0..9).prop_map(|fields| {
        let mut matching = Match::any();
        for (field, value, mask) in fields {
            matching.set(field, value, mask);
        }
        matching
    })
}

fn matching(version: Version) -> impl Strategy<Value = Match> {
    prop_oneof![arbitrary::matching(version), any_match()]
}

fn output() -> impl Strategy<Value = Instructions> {
    (any::<u32>(), any::<u16>()).prop_map(|(port, max_len)| {
        let port = PortNo(port);
        Instructions::apply([Action::Output { port, max_len }])
    })
}

/// One output with a match of any kind, or anything at all.
fn flow_mod(version: Version) -> impl Strategy<Value = FlowMod> {
    let instructions = prop_oneof![
        4 => output().prop_map(Some),
        1 => Just(None),
    ];
    (
        arbitrary::flow_mod(version),
        matching(version),
        instructions,
        any::<u16>(),
        any::<(u32, u32, u32)>(),
    )
        .prop_map(move |(mut change, matching, usual, importance, ids)| {
            if let Some(instructions) = usual {
                change.matching = matching;
                change.instructions = instructions;
                change.importance = if version < Version::V1_4 {
                    0
                } else {
                    importance
                };
                change.buffer_id = BufferId(ids.0);
                change.out_port = PortNo(ids.1);
                change.out_group = GroupId(ids.2);
            }
            change
        })
}

fn versions_with<T: std::fmt::Debug, S: Strategy<Value = T>>(
    of: impl Fn(Version) -> S + 'static,
) -> impl Strategy<Value = (Version, T)> {
    version().prop_flat_map(move |version| (Just(version), of(version)))
}

/// Bytes of a packet-in whose match holds fields of the table, well or badly said.
fn packet_in(version: Version) -> impl Strategy<Value = Bytes> {
    let field = select(Field::ALL.to_vec());
    let mask = prop_oneof![3 => Just(None), 1 => any::<u128>().prop_map(Some)];
    let fields = vec((field, any::<u128>(), mask), 0..8).prop_map(|fields| {
        let mut list = OxmList::new();
        for (field, value, mask) in fields {
            list.push(field, value, mask);
        }
        list
    });
    let data = vec(any::<u8>(), 0..200).prop_map(Bytes::from);
    let head = any::<(u32, u16, u8, u8, u64)>();
    let damage = vec((24..80_usize, any::<u8>()), 0..2);
    (head, in_port_first(fields), data, damage).prop_map(move |(head, oxm_fields, data, damage)| {
        let (buffer_id, total_len, reason, table_id, cookie) = head;
        let body = wire::Body::PacketIn(wire::PacketIn {
            buffer_id: BufferId(buffer_id),
            total_len,
            reason: wire::PacketInReason::of(reason % 8, version),
            table_id: TableId(table_id),
            cookie: Cookie(cookie),
            matching: wire::Match { oxm_fields },
            data,
        });
        let mut bytes = BytesMut::new();
        Message::v13(version, XID, body).encode(&mut bytes).unwrap();
        for (at, byte) in damage {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        bytes.freeze()
    })
}

/// As switches say it, or not.
fn in_port_first(fields: impl Strategy<Value = OxmList>) -> impl Strategy<Value = OxmList> {
    (any::<Option<u32>>(), fields).prop_map(|(in_port, others)| {
        let mut list = OxmList::new();
        if let Some(in_port) = in_port {
            list.push(Field::InPort, in_port.into(), None);
        }
        for oxm in others.iter() {
            list.push_oxm(oxm);
        }
        list
    })
}

proptest! {
    #[test]
    fn a_flow_mod_of_the_model_has_the_same_bytes_either_way(
        (version, change) in versions_with(flow_mod)
    ) {
        let (mut short, mut long) = (BytesMut::new(), BytesMut::new());
        if v13::flow_mod_at_once(&change, version, XID, &mut short) {
            v13::flow_mod_by_parts(&change, version, XID, &mut long).unwrap();
        }
        prop_assert_eq!(short, long);
    }

    #[test]
    fn a_flow_mod_of_the_wire_has_the_same_bytes_either_way(
        (version, change) in versions_with(flow_mod)
    ) {
        let mut bytes = BytesMut::new();
        if v13::flow_mod_by_parts(&change, version, XID, &mut bytes).is_err() {
            return Ok(());
        }
        let message = Message::decode(bytes.clone().freeze()).unwrap();
        let Body::V13(wire::Body::FlowMod(change)) = &message.body else {
            panic!("not a flow-mod");
        };
        let (mut short, mut long) = (BytesMut::new(), BytesMut::new());
        if change.at_once(version.wire(), XID, &mut short) {
            prop_assert_eq!(&short, &bytes);
        }
        message.encode_by_parts(&mut long).unwrap();
        prop_assert_eq!(long, bytes);
    }

    #[test]
    fn a_packet_in_is_read_the_same_either_way((version, frame) in versions_with(packet_in)) {
        let header = Header::of_frame(&frame).unwrap();
        let long = Message::decode_by_parts(header, version, frame.clone());
        if let Ok(short) = wire::PacketIn::at_once(frame.clone(), version) {
            let short = Message::v13(version, XID, wire::Body::PacketIn(short));
            prop_assert_eq!(Ok(&short), long.as_ref());
        }
        prop_assert_eq!(Message::decode(frame), long);
    }

    #[test]
    fn the_port_of_a_packet_in_is_found_wherever_it_is(
        (version, frame) in versions_with(packet_in)
    ) {
        let Ok(message) = Message::decode(frame) else {
            return Ok(());
        };
        let Body::V13(wire::Body::PacketIn(packet)) = &message.body else {
            panic!("not a packet-in");
        };
        let in_port = packet.matching.oxm_fields.get(Field::InPort);
        let expected = in_port.map_or(PortNo::ANY, |oxm| PortNo(oxm.value() as u32));
        let general = v13::lift(wire::Body::PacketIn(packet.clone()), version);
        let lifted = FromSwitch::lift(message);
        prop_assert_eq!(&lifted, &general);
        let FromSwitch::PacketIn(lifted) = lifted else {
            panic!("not a packet-in");
        };
        prop_assert_eq!(lifted.in_port, expected);
    }
}

/// The properties above say nothing about messages that do not take the short way.
#[test]
fn usual_messages_take_the_short_way() {
    for version in [Version::V1_3, Version::V1_4, Version::V1_5] {
        let matching = Match::any()
            .in_port(PortNo(1))
            .eth_src(crate::MacAddr([2; 6]))
            .ipv4_dst([10, 0, 0, 0].into(), 8);
        let change = FlowMod::add(
            7,
            matching,
            Instructions::apply([Action::output(PortNo(2))]),
        );
        let mut bytes = BytesMut::new();
        assert!(v13::flow_mod_at_once(&change, version, XID, &mut bytes));
        let read = Message::decode(bytes.freeze()).unwrap();
        let Body::V13(wire::Body::FlowMod(change)) = read.body else {
            panic!("not a flow-mod");
        };
        assert!(change.at_once(version.wire(), XID, &mut BytesMut::new()));
    }
}
