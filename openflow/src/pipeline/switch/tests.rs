//! What a switch does with changes and packets. Flows are written as `ovs-ofctl` writes them.

use std::time::Duration;

use bytes::Bytes;

use super::*;
use crate::flow::{
    Action, Bucket, BundleDone, BundleFlags, BundleRequest, BundleStep, FlowCommand, FlowMod,
    FlowRemovedReason, FlowStatsRequest, Group, GroupCommand, GroupMod, GroupType, Meter,
    MeterCommand, MeterMod, PacketInReason, PacketOut, PortChange, PortConfig, PortMod, PortState,
    ToSwitch,
};
use crate::pipeline::{Dropped, Step, Unsendable, What};
use crate::wire::ErrorCode;
use crate::{BufferId, GroupId, MacAddr, TableId};

const START: Duration = Duration::from_secs(100);

fn port(no: u8) -> PortDesc {
    PortDesc {
        no: PortNo(no.into()),
        hw_addr: MacAddr([2, 0, 0, 0, 0, no]),
        name: format!("p{no}"),
        config: PortConfig::empty(),
        state: PortState::LIVE,
        curr_speed_kbps: 0,
        max_speed_kbps: 0,
    }
}

fn switch(version: Version) -> Switch {
    Switch::new(SwitchConfig::new(
        Dpid(1),
        version,
        (1..=4).map(port).collect(),
    ))
}

/// A switch of 1.3 with these flows.
fn with(flows: &[&str]) -> Switch {
    let mut switch = switch(Version::V1_3);
    for flow in flows {
        add(&mut switch, flow).unwrap();
    }
    switch
}

fn flow(command: FlowCommand, text: &str) -> FlowMod {
    let flow: FlowMod = text.parse().unwrap();
    FlowMod { command, ..flow }
}

fn add(switch: &mut Switch, text: &str) -> Result<Effects, Refusal> {
    switch.flow_mod(&flow(FlowCommand::Add, text), START)
}

fn change(switch: &mut Switch, command: FlowCommand, text: &str) -> Effects {
    switch.flow_mod(&flow(command, text), START).unwrap()
}

fn group(switch: &mut Switch, kind: GroupType, buckets: &[Bucket]) -> Result<Effects, Refusal> {
    let group = Group::new(GroupId(1), kind, buckets.to_vec());
    let command = GroupCommand::Add;
    switch.group_mod(&GroupMod { command, group }, START)
}

/// TCP from 10.0.0.1 to 10.0.0.2, without options or data.
fn tcp(from: u16, to: u16) -> Bytes {
    let mut frame = vec![2, 0, 0, 0, 0, 0xb, 2, 0, 0, 0, 0, 0xa, 8, 0];
    frame.extend([
        0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0x66, 0xce, 10, 0, 0, 1, 10, 0, 0, 2,
    ]);
    frame.extend(from.to_be_bytes());
    frame.extend(to.to_be_bytes());
    frame.extend([0, 0, 0, 0, 0, 0, 0, 0, 0x50, 2, 0, 0, 0, 0, 0, 0]);
    frame.into()
}

/// Ports a packet that comes in by port 1 leaves by.
fn outputs(switch: &mut Switch, frame: &Bytes) -> Vec<u32> {
    let traced = switch.trace(PortNo(1), frame.clone(), START);
    let effects = switch.receive(PortNo(1), frame.clone(), START);
    let said: Vec<_> = traced.outputs.iter().map(|output| output.port.0).collect();
    let sent: Vec<_> = effects.sent.iter().map(|sent| sent.port.0).collect();
    assert_eq!(said, sent, "a trace says what happens");
    sent
}

fn dropped(switch: &Switch, frame: &Bytes) -> Option<Dropped> {
    switch.trace(PortNo(1), frame.clone(), START).dropped
}

fn entries(switch: &Switch) -> Vec<String> {
    let told = switch.flow_stats(&FlowStatsRequest::all(), START).unwrap();
    let mut told: Vec<_> = told
        .iter()
        .map(|entry| {
            format!(
                "{} {} {}",
                entry.priority, entry.matching, entry.instructions
            )
        })
        .collect();
    told.sort();
    told
}

fn name(refusal: &Refusal, version: Version) -> &'static str {
    refusal.code.name(version).unwrap().name
}

#[test]
fn the_entry_of_highest_priority_decides() {
    let mut switch = with(&[
        "priority=1,actions=output:2",
        "priority=5,tcp,tcp_dst=80,actions=output:3",
        "priority=9,tcp,nw_dst=10.0.0.2,tcp_dst=443,actions=output:4",
    ]);
    assert_eq!(outputs(&mut switch, &tcp(1, 22)), [2]);
    assert_eq!(outputs(&mut switch, &tcp(1, 80)), [3]);
    assert_eq!(outputs(&mut switch, &tcp(1, 443)), [4]);
}

#[test]
fn what_no_entry_takes_goes_to_the_controller_in_1_0_and_nowhere_later() {
    let mut old = switch(Version::V1_0);
    let effects = old.receive(PortNo(1), tcp(1, 2), START);
    assert_eq!(effects.packet_ins[0].reason, PacketInReason::NoMatch);
    assert_eq!(effects.packet_ins[0].in_port, PortNo(1));

    let mut new = switch(Version::V1_3);
    assert!(new.receive(PortNo(1), tcp(1, 2), START).is_empty());
    let why = dropped(&new, &tcp(1, 2)).unwrap();
    assert_eq!(why, Dropped::NoMatch { table: TableId(0) });
}

#[test]
fn a_table_miss_entry_sends_to_the_controller_as_a_miss() {
    let mut switch = with(&["priority=0,actions=CONTROLLER:16"]);
    for (cuts, bytes) in [(false, 54), (true, 16)] {
        switch.config.cuts_packet_ins = cuts;
        let effects = switch.receive(PortNo(1), tcp(1, 2), START);
        let told = &effects.packet_ins[0];
        assert_eq!(told.reason, PacketInReason::NoMatch);
        assert_eq!((told.data.len(), told.total_len), (bytes, 54));
    }
}

#[test]
fn tables_follow_each_other_and_the_action_set_ends_them() {
    let mut switch = with(&[
        "table=0,actions=write_actions(output:2),goto_table:1",
        "table=1,tcp,actions=output:3,goto_table:2",
        "table=2,tcp,tcp_dst=80,actions=clear_actions",
        "table=2,priority=1,actions=write_actions(output:4)",
    ]);
    assert_eq!(outputs(&mut switch, &tcp(1, 22)), [3, 4]);
    assert_eq!(outputs(&mut switch, &tcp(1, 80)), [3]);
}

#[test]
fn metadata_is_written_under_its_mask_and_matched_later() {
    let mut switch = with(&[
        "actions=write_metadata:0xab/0xf0,goto_table:1",
        "table=1,metadata=0xa0,actions=output:2",
    ]);
    assert_eq!(outputs(&mut switch, &tcp(1, 2)), [2]);
}

#[test]
fn bits_are_those_of_the_encoding_an_action_names() {
    // The same six bits under both names, and what a load of the one leaves in the other.
    let mut switch = with(&[
        "ip,actions=load:0x2e->NXM_OF_IP_TOS[2..7],resubmit(,1)",
        "table=1,ip,nw_tos=184,actions=push:NXM_OF_IP_TOS[2..7],pop:NXM_NX_REG0[0..5],resubmit(,2)",
        "table=2,reg0=0x2e,actions=output:3",
    ]);
    assert_eq!(outputs(&mut switch, &tcp(1, 2)), [3]);
}

#[test]
fn a_packet_goes_back_where_it_came_from_only_by_in_port() {
    let mut switch = with(&["actions=output:1"]);
    let why = Dropped::PortDoesNotSend {
        port: PortNo(1),
        why: Unsendable::InPort,
    };
    assert_eq!(dropped(&switch, &tcp(1, 2)), Some(why));
    add(&mut switch, "actions=in_port").unwrap();
    assert_eq!(outputs(&mut switch, &tcp(1, 2)), [1]);
}

#[test]
fn a_flood_leaves_out_ports_configured_so_and_all_does_not() {
    let mut switch = with(&["tcp,tcp_dst=1,actions=flood", "tcp,tcp_dst=2,actions=all"]);
    let mask = PortConfig::NO_FLOOD;
    let hw_addr = port(3).hw_addr;
    let quiet = PortMod {
        port: PortNo(3),
        hw_addr,
        config: mask,
        mask,
    };
    let told = switch.port_mod(&quiet).unwrap().port_status;
    assert_eq!(told[0].change, PortChange::Modify);
    assert_eq!(outputs(&mut switch, &tcp(1, 1)), [2, 4]);
    assert_eq!(outputs(&mut switch, &tcp(1, 2)), [2, 3, 4]);
}

#[test]
fn ports_that_are_down_neither_take_nor_send() {
    let mut switch = with(&["actions=output:2"]);
    assert_eq!(switch.set_link(PortNo(2), false).port_status.len(), 1);
    assert!(switch.set_link(PortNo(2), false).is_empty());
    assert_eq!(outputs(&mut switch, &tcp(1, 2)), [0; 0]);
    switch.set_link(PortNo(2), true);
    switch.set_link(PortNo(1), false);
    assert_eq!(outputs(&mut switch, &tcp(1, 2)), [0; 0]);
    let why = Dropped::PortDoesNotReceive { port: PortNo(1) };
    assert_eq!(dropped(&switch, &tcp(1, 2)), Some(why));
}

#[test]
fn normal_floods_until_it_has_seen_the_address() {
    let mut switch = with(&["actions=normal"]);
    assert_eq!(outputs(&mut switch, &tcp(1, 2)), [2, 3, 4]);
    let mut back = tcp(2, 1).to_vec();
    back[..12].copy_from_slice(&[2, 0, 0, 0, 0, 0xa, 2, 0, 0, 0, 0, 0xb]);
    let sent = switch.receive(PortNo(3), back.into(), START).sent;
    assert_eq!(sent.iter().map(|sent| sent.port.0).collect::<Vec<_>>(), [1]);
    assert_eq!(outputs(&mut switch, &tcp(1, 2)), [3]);
}

#[test]
fn entries_count_packets_and_tell_when_they_end() {
    let mut switch =
        with(&["cookie=0x7,idle_timeout=10,hard_timeout=25,send_flow_rem,actions=output:2"]);
    switch.receive(PortNo(1), tcp(1, 2), START + Duration::from_secs(8));
    assert_eq!(switch.next_timeout(), Some(START + Duration::from_secs(10)));
    assert!(switch.tick(START + Duration::from_secs(17)).is_empty());
    assert_eq!(switch.next_timeout(), Some(START + Duration::from_secs(18)));
    let gone = switch
        .tick(START + Duration::from_secs(18))
        .flow_removed
        .remove(0);
    assert_eq!(gone.reason, FlowRemovedReason::IdleTimeout);
    assert_eq!((gone.packets, gone.bytes, gone.cookie.0), (1, 54, 7));
    assert_eq!(gone.age, Duration::from_secs(18));
    assert_eq!(switch.next_timeout(), None);

    add(
        &mut switch,
        "idle_timeout=10,hard_timeout=15,send_flow_rem,actions=output:2",
    )
    .unwrap();
    switch.receive(PortNo(1), tcp(1, 2), START + Duration::from_secs(9));
    let gone = switch
        .tick(START + Duration::from_secs(15))
        .flow_removed
        .remove(0);
    assert_eq!(gone.reason, FlowRemovedReason::HardTimeout);
}

#[test]
fn an_entry_whose_time_is_over_takes_no_packet_more() {
    let mut switch = with(&["hard_timeout=5,actions=output:2"]);
    let late = START + Duration::from_secs(5);
    assert!(switch.receive(PortNo(1), tcp(1, 2), late).sent.is_empty());
}

#[test]
fn a_delete_takes_what_its_match_covers_and_a_strict_one_what_it_is() {
    let flows = [
        "priority=1,tcp,actions=output:2",
        "priority=1,tcp,tcp_dst=80,actions=output:2",
        "priority=2,tcp,tcp_dst=80,actions=output:3",
        "priority=1,udp,actions=output:2",
    ];
    let mut switch = with(&flows);
    change(
        &mut switch,
        FlowCommand::DeleteStrict,
        "priority=1,tcp,tcp_dst=80,actions=drop",
    );
    assert_eq!(
        switch
            .flow_stats(&FlowStatsRequest::all(), START)
            .unwrap()
            .len(),
        3
    );
    change(&mut switch, FlowCommand::Delete, "tcp,actions=drop");
    assert_eq!(entries(&switch), ["1 udp output:2"]);

    let mut switch = with(&flows);
    let to_three = FlowMod {
        out_port: PortNo(3),
        ..flow(FlowCommand::Delete, "actions=drop")
    };
    switch.flow_mod(&to_three, START).unwrap();
    assert_eq!(entries(&switch).len(), 3);
}

#[test]
fn a_delete_looks_at_the_cookie_under_its_mask() {
    let mut switch = with(&[
        "cookie=0x12,tcp,actions=drop",
        "cookie=0x22,udp,actions=drop",
    ]);
    let marked = FlowMod {
        cookie_mask: 0xf0,
        ..flow(FlowCommand::Delete, "cookie=0x20,actions=drop")
    };
    switch.flow_mod(&marked, START).unwrap();
    assert_eq!(entries(&switch), ["32768 tcp drop"]);
}

#[test]
fn a_modify_changes_what_is_there_and_adds_in_1_0_alone() {
    for (version, entries_then) in [(Version::V1_0, 1), (Version::V1_3, 0)] {
        let mut switch = switch(version);
        change(&mut switch, FlowCommand::Modify, "tcp,actions=output:2");
        assert_eq!(entries(&switch).len(), entries_then, "{version}");
    }
    let mut switch = with(&["cookie=0x5,tcp,tcp_dst=80,actions=output:2"]);
    switch.receive(PortNo(1), tcp(1, 80), START);
    change(&mut switch, FlowCommand::Modify, "tcp,actions=output:3");
    let told = switch.flow_stats(&FlowStatsRequest::all(), START).unwrap();
    assert_eq!((told[0].packets, told[0].cookie.0), (1, 5));
    assert_eq!(outputs(&mut switch, &tcp(1, 80)), [3]);
}

#[test]
fn an_add_replaces_its_like_and_tells_no_end_of_it() {
    let mut switch = with(&["send_flow_rem,tcp,actions=output:2"]);
    switch.receive(PortNo(1), tcp(1, 80), START);
    assert!(add(&mut switch, "tcp,actions=output:3").unwrap().is_empty());
    let told = switch.flow_stats(&FlowStatsRequest::all(), START).unwrap();
    assert_eq!(
        (told.len(), told[0].packets),
        (1, 1),
        "later than 1.0 counters stay"
    );
    add(&mut switch, "reset_counts,tcp,actions=output:3").unwrap();
    let told = switch.flow_stats(&FlowStatsRequest::all(), START).unwrap();
    assert_eq!(told[0].packets, 0);
}

#[test]
fn overlaps_are_refused_where_asked_for() {
    let mut switch = with(&["priority=5,tcp,tcp_dst=80,actions=output:2"]);
    let refused = add(
        &mut switch,
        "priority=5,check_overlap,ip,nw_dst=10.0.0.2,actions=drop",
    );
    assert_eq!(
        name(&refused.unwrap_err(), Version::V1_3),
        "OFPFMFC_OVERLAP"
    );
    add(
        &mut switch,
        "priority=6,check_overlap,ip,nw_dst=10.0.0.2,actions=drop",
    )
    .unwrap();
    add(&mut switch, "priority=5,check_overlap,udp,actions=drop").unwrap();
}

#[test]
fn refusals_have_the_error_to_answer_and_change_nothing() {
    let mut switch = switch(Version::V1_3);
    switch.config.max_entries = 1;
    for (text, answer) in [
        ("actions=group:1", "OFPBAC_BAD_OUT_GROUP"),
        ("actions=meter:1,output:1", "OFPMMFC_INVALID_METER"),
        ("actions=goto_table:254", "OFPBIC_BAD_TABLE_ID"),
        ("table=254,actions=drop", "OFPBRC_BAD_TABLE_ID"),
        (
            "ip,actions=set_field:80->tcp_dst",
            "OFPBAC_MATCH_INCONSISTENT",
        ),
        ("tcp,actions=ct(commit)", "OFPBAC_BAD_TYPE"),
    ] {
        let refusal = add(&mut switch, text).unwrap_err();
        assert_eq!(name(&refusal, Version::V1_3), answer, "{text}");
    }
    add(&mut switch, "tcp,actions=drop").unwrap();
    let refusal = add(&mut switch, "udp,actions=drop").unwrap_err();
    assert_eq!(name(&refusal, Version::V1_3), "OFPFMFC_TABLE_FULL");
    assert_eq!(entries(&switch), ["32768 tcp drop"]);
    let of_1_0 = Refused::TableFull(TableId(0)).by(Version::V1_0);
    assert_eq!(of_1_0.code, ErrorCode { kind: 3, code: 0 });
}

#[test]
fn a_group_of_all_hands_out_copies() {
    let mut switch = switch(Version::V1_3);
    let rewritten = Action::set_eth_dst(MacAddr([2, 0, 0, 0, 0, 9]));
    let buckets = [
        Bucket::new([Action::output(PortNo(2)), rewritten]),
        Bucket::new([Action::output(PortNo(3))]),
        Bucket::new([Action::SetQueue(1)]),
    ];
    group(&mut switch, GroupType::All, &buckets).unwrap();
    add(&mut switch, "actions=group:1,output:4").unwrap();
    let sent = switch.receive(PortNo(1), tcp(1, 2), START).sent;
    let seen: Vec<_> = sent
        .iter()
        .map(|sent| (sent.port.0, sent.frame[5]))
        .collect();
    assert_eq!(seen, [(2, 9), (3, 0xb), (4, 0xb)]);
    let told = switch.group_stats(GroupId::ALL, START).remove(0);
    assert_eq!((told.references, told.packets, told.bytes), (1, 1, 54));
    assert_eq!(told.buckets, [(1, 54); 3]);
}

#[test]
fn a_fast_failover_group_takes_the_first_bucket_that_is_alive() {
    let mut switch = switch(Version::V1_3);
    let to = |no| Bucket::new([Action::output(PortNo(no))]).while_up(PortNo(no));
    group(&mut switch, GroupType::FastFailover, &[to(2), to(3)]).unwrap();
    add(&mut switch, "actions=group:1").unwrap();
    assert_eq!(outputs(&mut switch, &tcp(1, 2)), [2]);
    switch.set_link(PortNo(2), false);
    assert_eq!(outputs(&mut switch, &tcp(1, 2)), [3]);
    switch.set_link(PortNo(3), false);
    let why = Dropped::NoLiveBucket { group: GroupId(1) };
    assert_eq!(dropped(&switch, &tcp(1, 2)), Some(why));
}

#[test]
fn a_select_group_spreads_connections_by_weight_and_keeps_each() {
    let mut switch = switch(Version::V1_3);
    let to = |no, weight| Bucket::new([Action::output(PortNo(no))]).weighing(weight);
    group(
        &mut switch,
        GroupType::Select,
        &[to(2, 1), to(3, 3), to(4, 0)],
    )
    .unwrap();
    add(&mut switch, "actions=group:1").unwrap();
    let taken: Vec<_> = (0..1000)
        .map(|no| outputs(&mut switch, &tcp(no, 80))[0])
        .collect();
    let share = taken.iter().filter(|port| **port == 2).count();
    assert!(
        (100..400).contains(&share),
        "{share} of 1000 at a weight of 1 to 3"
    );
    assert!(!taken.contains(&4), "a weight of 0 gets nothing");
    assert_eq!(outputs(&mut switch, &tcp(7, 80)), [taken[7]]);
}

#[test]
fn groups_that_would_lead_back_to_themselves_are_refused() {
    let mut switch = switch(Version::V1_3);
    let put = |switch: &mut Switch, command, id, to: Action| {
        let bucket = Bucket::new([to]);
        let group = Group::new(GroupId(id), GroupType::Indirect, vec![bucket]);
        switch.group_mod(&GroupMod { command, group }, START)
    };
    let to = |id| Action::Group(GroupId(id));
    put(&mut switch, GroupCommand::Add, 1, Action::output(PortNo(2))).unwrap();
    put(&mut switch, GroupCommand::Add, 2, to(1)).unwrap();
    for (command, id, next) in [(GroupCommand::Modify, 1, 2), (GroupCommand::Add, 3, 3)] {
        let refusal = put(&mut switch, command, id, to(next)).unwrap_err();
        assert_eq!(name(&refusal, Version::V1_3), "OFPGMFC_LOOP");
    }
    add(&mut switch, "actions=group:2").unwrap();
    assert_eq!(outputs(&mut switch, &tcp(1, 2)), [2]);
}

#[test]
fn with_a_group_go_the_entries_that_use_it() {
    let mut switch = switch(Version::V1_3);
    group(&mut switch, GroupType::All, &[]).unwrap();
    add(&mut switch, "send_flow_rem,tcp,actions=group:1").unwrap();
    add(&mut switch, "udp,actions=output:2").unwrap();
    let group = Group::new(GroupId::ALL, GroupType::All, Vec::new());
    let command = GroupCommand::Delete;
    let told = switch
        .group_mod(&GroupMod { command, group }, START)
        .unwrap();
    assert_eq!(told.flow_removed[0].reason, FlowRemovedReason::GroupDelete);
    assert_eq!(entries(&switch), ["32768 udp output:2"]);
}

#[test]
fn a_meter_drops_what_is_above_its_rate() {
    let mut switch = switch(Version::V1_3);
    let meter = Meter::drop_above(MeterId(1), 1);
    let command = MeterCommand::Add;
    switch
        .meter_mod(&MeterMod { command, meter }, START)
        .unwrap();
    add(&mut switch, "actions=meter:1,output:2").unwrap();
    // One kbit: two packets of 54 bytes.
    let sent = (0..4).map(|_| outputs(&mut switch, &tcp(1, 2)).len());
    assert_eq!(sent.collect::<Vec<_>>(), [1, 1, 0, 0]);
    let why = Dropped::Meter { meter: MeterId(1) };
    assert_eq!(dropped(&switch, &tcp(1, 2)), Some(why));
    let told = switch.meter_stats(MeterId(1), START).unwrap().remove(0);
    assert_eq!((told.flows, told.packets_in, told.bands[0].0), (1, 4, 2));
}

#[test]
fn a_loop_of_lookups_ends_and_the_packet_goes_nowhere() {
    let mut switch = with(&["actions=output:2,resubmit(,0)"]);
    assert_eq!(outputs(&mut switch, &tcp(1, 2)), [0; 0]);
    assert_eq!(dropped(&switch, &tcp(1, 2)), Some(Dropped::TooDeep));
    let mut wide = with(&["actions=resubmit(,0),resubmit(,0),output:2"]);
    assert_eq!(outputs(&mut wide, &tcp(1, 2)), [0; 0]);
}

#[test]
fn lookups_that_lead_forward_through_all_tables_fit_on_the_stack() {
    let chain = (0..253).map(|table| format!("table={table},actions=resubmit(,{})", table + 1));
    let mut flows: Vec<_> = chain.collect();
    flows.push("table=253,actions=output:2".to_owned());
    let texts: Vec<_> = flows.iter().map(String::as_str).collect();
    let mut switch = with(&texts);
    assert_eq!(outputs(&mut switch, &tcp(1, 2)), [2]);
    add(&mut switch, "table=253,actions=output:2,resubmit(,0)").unwrap();
    assert_eq!(outputs(&mut switch, &tcp(1, 2)), [0; 0]);
    assert_eq!(dropped(&switch, &tcp(1, 2)), Some(Dropped::TooDeep));
}

#[test]
fn a_resubmit_comes_back_and_its_port_is_for_the_lookup_alone() {
    let mut switch = with(&[
        "in_port=1,actions=resubmit(4,1),in_port",
        "table=1,in_port=4,actions=output:4",
    ]);
    assert_eq!(outputs(&mut switch, &tcp(1, 2)), [4, 1]);
}

#[test]
fn a_packet_makes_an_entry_by_learn() {
    let mut switch = with(&[
        "in_port=1,actions=learn(table=1,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]),flood",
        "in_port=2,actions=resubmit(,1)",
    ]);
    switch.receive(PortNo(1), tcp(1, 2), START);
    let mut back = tcp(2, 1).to_vec();
    back[..6].copy_from_slice(&[2, 0, 0, 0, 0, 0xa]);
    let sent = switch.receive(PortNo(2), back.into(), START).sent;
    assert_eq!(sent[0].port, PortNo(1));
}

#[test]
fn a_packet_out_is_sent_or_submitted_to_the_tables() {
    let mut switch = with(&["in_port=3,actions=output:2"]);
    let packet = |in_port, action| PacketOut {
        buffer_id: BufferId::NONE,
        in_port,
        actions: [action].into_iter().collect(),
        data: tcp(1, 2),
    };
    let table = packet(PortNo(3), Action::output(PortNo::TABLE));
    assert_eq!(
        switch.packet_out(&table, START).unwrap().sent[0].port,
        PortNo(2)
    );
    let all = packet(PortNo::CONTROLLER, Action::output(PortNo::FLOOD));
    assert_eq!(switch.packet_out(&all, START).unwrap().sent.len(), 4);
    let kept = PacketOut {
        buffer_id: BufferId(3),
        ..all
    };
    let refusal = switch.packet_out(&kept, START).unwrap_err();
    assert_eq!(name(&refusal, Version::V1_3), "OFPBRC_BUFFER_UNKNOWN");
}

#[test]
fn a_bundle_is_carried_out_as_a_whole_or_not_at_all() {
    let mut switch = with(&["udp,actions=drop"]);
    let step = |switch: &mut Switch, step| {
        let (id, flags) = (7, BundleFlags::ATOMIC);
        switch.bundle(&BundleRequest { id, flags, step }, START)
    };
    let put = |text| BundleStep::Add(Box::new(ToSwitch::FlowMod(flow(FlowCommand::Add, text))));
    step(&mut switch, BundleStep::Open).unwrap();
    step(&mut switch, put("tcp,actions=output:2")).unwrap();
    step(&mut switch, put("tcp,actions=group:9")).unwrap();
    step(&mut switch, BundleStep::Close).unwrap();
    let refusal = step(&mut switch, BundleStep::Commit).unwrap_err();
    assert_eq!(name(&refusal, Version::V1_4), "OFPBAC_BAD_OUT_GROUP");
    assert_eq!(entries(&switch), ["32768 udp drop"]);

    step(&mut switch, put("tcp,actions=output:2")).unwrap();
    let done = step(&mut switch, BundleStep::Commit).unwrap().0;
    assert_eq!(done, Some(BundleDone::Committed));
    assert_eq!(entries(&switch).len(), 2);
}

#[test]
fn a_trace_names_the_entry_that_almost_took_the_packet() {
    let switch = with(&[
        "priority=9,cookie=0xa,tcp,nw_dst=10.0.0.2,tcp_dst=443,actions=output:2",
        "priority=0,actions=drop",
    ]);
    let trace = switch.trace(PortNo(1), tcp(1, 80), START);
    assert_eq!(
        trace.dropped,
        Some(Dropped::TableMiss { table: TableId(0) })
    );
    let [
        Step {
            what:
                What::Table {
                    near_miss: Some(near),
                    ..
                },
            ..
        },
    ] = &*trace.steps
    else {
        panic!("{:?}", trace.steps);
    };
    assert_eq!(
        (near.field, &*near.wanted, &*near.found),
        ("tcp_dst", "443", "80")
    );
    assert_eq!((near.entry.priority, near.entry.cookie.0), (9, 10));
}

#[test]
fn a_trace_shows_what_each_action_changed() {
    let switch = with(&["tcp,actions=set_field:10.0.0.9->ip_dst,output:2"]);
    let trace = switch.trace(PortNo(1), tcp(1, 80), START);
    let json = serde_json::to_value(&trace).unwrap();
    let changed = &json["steps"][0]["steps"][0]["changed"][0];
    assert_eq!(
        changed,
        &serde_json::json!({"field": "ipv4_dst", "before": "10.0.0.2", "after": "10.0.0.9"}),
    );
    assert_eq!(json["outputs"][0]["port"], 2);
}

#[test]
fn a_switch_made_of_what_was_read_does_what_the_real_one_does() {
    let mut real = switch(Version::V1_3);
    let buckets = [Bucket::new([Action::output(PortNo(3))])];
    group(&mut real, GroupType::Indirect, &buckets).unwrap();
    add(&mut real, "cookie=0x1,tcp,actions=group:1").unwrap();
    let groups = real
        .group_desc()
        .into_iter()
        .zip(real.group_stats(GroupId::ALL, START));
    let read = Read {
        entries: real.flow_stats(&FlowStatsRequest::all(), START).unwrap(),
        groups: groups
            .map(|(group, stats)| crate::flow::GroupEntry { group, stats })
            .collect(),
        meters: real.meter_config(MeterId::ALL).unwrap(),
    };
    let copy = Switch::from_read(real.config.clone(), &read, START);
    let [theirs, ours] = [&real, &copy].map(|switch| switch.trace(PortNo(1), tcp(1, 80), START));
    assert_eq!(theirs, ours);
    assert_eq!(ours.outputs[0].port, PortNo(3));
}
