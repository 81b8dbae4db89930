//! Claims about flow monitors: what is asked and told is understood in every version.

use bytes::BytesMut;
use proptest::prelude::*;

use super::inverse::{VERSIONS, XID, any_version, asked, frames, told};
use super::*;
use crate::wire::Message;
use crate::{Cookie, GroupId, PortNo, TableId, Version, Xid};

/// All updates, of however many messages they came in.
fn updates_told(updates: &[FlowUpdate], more: bool, version: Version) -> (Vec<FlowUpdate>, bool) {
    let reply = FromSwitch::FlowUpdates {
        updates: updates.to_vec(),
        more,
    };
    let (mut all, mut follows) = (Vec::new(), false);
    for frame in frames(&reply, version) {
        match FromSwitch::lift(Message::decode(frame).unwrap()) {
            FromSwitch::FlowUpdates { updates, more } => {
                all.extend(updates);
                follows = more;
            }
            other => panic!("{other:?}"),
        }
    }
    (all, follows)
}

fn refused(request: FlowMonitorRequest, version: Version) -> String {
    let mut bytes = BytesMut::from(&b"before"[..]);
    let request = ToSwitch::FlowMonitors(vec![request]);
    let error = request.encode(version, XID, &mut bytes).unwrap_err();
    assert_eq!(bytes[..], b"before"[..], "{error}");
    error.to_string()
}

fn flow(text: &str) -> Box<UpdatedFlow> {
    let flow: FlowMod = text.parse().unwrap();
    Box::new(UpdatedFlow {
        table: flow.table,
        priority: flow.priority,
        cookie: flow.cookie,
        matching: flow.matching,
        instructions: flow.instructions,
        idle_timeout_s: flow.idle_timeout_s,
        hard_timeout_s: flow.hard_timeout_s,
        unknown: None,
    })
}

proptest! {
    #[test]
    fn what_shall_be_watched(
        (version, requests) in any_version()
            .prop_flat_map(|version| (Just(version), arbitrary::flow_monitors(version))),
    ) {
        let request = ToSwitch::FlowMonitors(requests);
        prop_assert_eq!(&asked(&request, version), &request);
    }

    #[test]
    fn what_became_of_it(
        (version, updates) in any_version()
            .prop_flat_map(|version| (Just(version), arbitrary::flow_updates(version))),
    ) {
        prop_assert_eq!(updates_told(&updates, false, version).0, updates);
    }

    #[test]
    fn a_match_of_1_3_is_watched_in_1_0_as_it_is_or_refused(
        matching in arbitrary::matching(Version::V1_3),
    ) {
        let monitor = FlowMonitor { matching, ..FlowMonitor::everything(1) };
        let request = ToSwitch::FlowMonitors(vec![FlowMonitorRequest::Add(monitor)]);
        let mut bytes = BytesMut::new();
        match request.encode(Version::V1_0, XID, &mut bytes) {
            Ok(()) => prop_assert_eq!(&asked(&request, Version::V1_0), &request),
            Err(error) => prop_assert!(bytes.is_empty(), "{}", error),
        }
    }
}

#[test]
fn matches_that_only_niciras_have_are_watched_in_1_0() {
    for text in [
        "vlan_tci=0x1000/0x1000",
        "vlan_tci=0",
        "dl_vlan=5,dl_vlan_pcp=3",
        "vlan_vid=0x1001/0x1001",
        "in_port=LOCAL,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00",
        "tcp6,ipv6_dst=2001:db8::/32,tp_dst=80",
        "ip,nw_src=10.0.0.1/255.0.255.0,nw_tos=32,nw_ecn=1",
        "reg3=5/0xff",
    ] {
        let monitor = FlowMonitor {
            matching: text.parse().unwrap(),
            ..FlowMonitor::everything(1)
        };
        let request = ToSwitch::FlowMonitors(vec![FlowMonitorRequest::Add(monitor)]);
        assert_eq!(asked(&request, Version::V1_0), request, "{text}");
    }
}

#[test]
fn what_the_extensions_lack_is_refused_by_name() {
    let everything = || FlowMonitor::everything(1);
    let add = FlowMonitorRequest::Add;
    let of_flags = |flags| FlowMonitor {
        flags,
        ..everything()
    };
    let cases = [
        (
            FlowMonitorRequest::Modify(everything()),
            "change of a flow monitor",
        ),
        (
            add(FlowMonitor {
                out_group: GroupId(1),
                ..everything()
            }),
            "out_group of a flow monitor",
        ),
        (
            add(of_flags(FlowMonitorFlags::all())),
            "flow monitor flag ONLY_OWN",
        ),
        (
            add(of_flags(FlowMonitorFlags::INITIAL)),
            "flow monitor without ADD, REMOVED and MODIFY",
        ),
    ];
    for version in [Version::V1_0, Version::V1_3] {
        for (request, feature) in &cases {
            let expected = format!("OpenFlow {version} has no {feature}");
            assert_eq!(refused(request.clone(), version), expected);
        }
        let two = [FlowMonitorRequest::Cancel(1), FlowMonitorRequest::Cancel(2)];
        let two = ToSwitch::FlowMonitors(two.to_vec());
        let error = two.encode(version, XID, &mut BytesMut::new()).unwrap_err();
        assert_eq!(
            error.feature,
            "cancel of a flow monitor beside other requests"
        );
    }
    let port = FlowMonitor {
        out_port: PortNo(70_000),
        ..everything()
    };
    let words = refused(add(port), Version::V1_0);
    assert_eq!(words, "OpenFlow 1.0 has no port 70000: the last is 65279");
    let metadata = FlowMonitor {
        matching: "metadata=5".parse().unwrap(),
        ..everything()
    };
    let words = refused(add(metadata), Version::V1_0);
    assert_eq!(words, "OpenFlow 1.0 has no metadata");
}

#[test]
fn entries_that_were_there_are_told_as_added_before_1_4() {
    let there = flow("priority=5,in_port=1,actions=output:2");
    for version in VERSIONS {
        let told = updates_told(&[FlowUpdate::Initial(there.clone())], true, version);
        let expected = match version {
            Version::V1_0 | Version::V1_3 => FlowUpdate::Added(there.clone()),
            Version::V1_4 | Version::V1_5 => FlowUpdate::Initial(there.clone()),
        };
        assert_eq!(told, (vec![expected], true), "{version}");
    }
}

#[test]
fn pauses_are_messages_of_their_own_in_the_extensions() {
    let flow = flow("in_port=1,actions=output:2");
    let updates = vec![
        FlowUpdate::Added(flow.clone()),
        FlowUpdate::Paused,
        FlowUpdate::Resumed,
        FlowUpdate::Modified(flow),
    ];
    for (version, messages) in VERSIONS.into_iter().zip([4, 4, 1, 1]) {
        let reply = FromSwitch::FlowUpdates {
            updates: updates.clone(),
            more: false,
        };
        assert_eq!(frames(&reply, version).len(), messages, "{version}");
    }
}

#[test]
fn many_updates_come_in_as_many_messages_as_it_takes() {
    let flow = |number: u32| flow(&format!("priority={number},in_port=1,actions=output:2"));
    let updates: Vec<_> = (0..3000).map(|it| FlowUpdate::Added(flow(it))).collect();
    for version in VERSIONS {
        let told = updates_told(&updates, true, version);
        assert!(told == (updates.clone(), true), "{version}");
    }
}

#[test]
fn an_update_that_a_version_cannot_tell_leaves_the_buffer_as_it_was() {
    let updates = vec![
        FlowUpdate::Added(flow("in_port=1,actions=output:2")),
        FlowUpdate::Paused,
        FlowUpdate::Added(flow("in_port=1,actions=group:2")),
    ];
    let reply = FromSwitch::FlowUpdates {
        updates,
        more: false,
    };
    let mut bytes = BytesMut::from(&b"before"[..]);
    let error = reply.encode(Version::V1_0, XID, &mut bytes).unwrap_err();
    assert_eq!(error.feature, "group action");
    assert_eq!(bytes[..], b"before"[..]);
}

#[test]
fn what_has_no_name_is_told_and_not_said_again() {
    use crate::{experimenter, v10, v13};

    let unknown = v13::FlowUpdate::Unknown {
        event: 9,
        data: bytes::Bytes::from_static(&[0; 4]),
    };
    let reply = v13::MultipartReply {
        flags: v13::MultipartFlags::empty(),
        body: v13::MultipartReplyBody::FlowMonitor(vec![unknown]),
    };
    let body = v13::Body::MultipartReply(reply);
    let lifted = FromSwitch::lift(Message::v13(Version::V1_4, XID, body));
    let other = FromSwitch::FlowUpdates {
        updates: vec![FlowUpdate::Other(9)],
        more: false,
    };
    assert_eq!(lifted, other);
    for version in VERSIONS {
        let mut bytes = BytesMut::new();
        let error = lifted.encode(version, XID, &mut bytes).unwrap_err();
        assert_eq!(error.feature, "event 9 of a flow monitor");
    }

    let deleted = experimenter::nicira::UpdatedFlow {
        reason: 300,
        priority: 1,
        idle_timeout: 0,
        hard_timeout: 0,
        table_id: TableId(0),
        cookie: Cookie(0),
        matching: Default::default(),
        actions: experimenter::Actions::V10(Default::default()),
    };
    let deleted = experimenter::nicira::FlowUpdate::Deleted(Box::new(deleted));
    let entries = vec![deleted];
    let reply =
        experimenter::nicira::MultipartReply::FlowMonitor(experimenter::Entries { entries });
    let reply = experimenter::MultipartReply::Nicira(Box::new(reply));
    let reply = v10::StatsReply {
        flags: v10::StatsFlags::empty(),
        body: v10::StatsReplyBody::Vendor(reply),
    };
    let lifted = FromSwitch::lift(Message::v10(XID, v10::Body::StatsReply(reply)));
    let FromSwitch::FlowUpdates { updates, .. } = &lifted else {
        panic!("{lifted:?}")
    };
    let [FlowUpdate::Removed { flow, .. }] = &updates[..] else {
        panic!("{updates:?}")
    };
    assert_eq!(flow.unknown.as_deref(), Some("removed for reason 300"));
    let mut bytes = BytesMut::new();
    let error = lifted.encode(Version::V1_0, XID, &mut bytes).unwrap_err();
    assert_eq!(error.feature, "removed for reason 300");
}

#[test]
fn a_match_without_sense_is_not_watched() {
    use crate::oxm::{Field, OxmList};
    use crate::v13;

    let mut oxm_fields = OxmList::new();
    oxm_fields.push(Field::TcpDst, 80, None);
    let asked = v13::FlowMonitorRequest {
        monitor_id: 1,
        out_port: PortNo::ANY,
        out_group: GroupId::ANY,
        flags: v13::FlowMonitorFlags::ADD,
        table_id: TableId(0),
        command: v13::FlowMonitorCommand::Add,
        matching: v13::Match { oxm_fields },
    };
    let request = v13::MultipartRequest {
        flags: v13::MultipartFlags::empty(),
        body: v13::MultipartRequestBody::FlowMonitor(vec![asked]),
    };
    let message = Message::v13(Version::V1_4, XID, v13::Body::MultipartRequest(request));
    let error = ToSwitch::lift(message).unwrap_err();
    assert!(matches!(error, NotLifted::Match(_)), "{error}");
}

#[test]
fn a_cancel_is_a_message_of_its_own_in_the_extensions() {
    let cancel = ToSwitch::FlowMonitors(vec![FlowMonitorRequest::Cancel(7)]);
    let names = VERSIONS.map(|version| {
        let mut bytes = BytesMut::new();
        cancel.encode(version, Xid(1), &mut bytes).unwrap();
        Message::decode(bytes.freeze()).unwrap().type_name()
    });
    let [extension, standard] = ["experimenter", "multipart_request"];
    assert_eq!(names, [extension, extension, standard, standard]);
    for version in VERSIONS {
        let paused = FromSwitch::FlowUpdates {
            updates: vec![FlowUpdate::Paused],
            more: false,
        };
        assert_eq!(told(&paused, version), paused);
    }
}
