//! What somebody else does to our entries is put right.

use std::time::{Duration, Instant};

use pointsman_tests::{Ground, Pinging};

use crate::Scene;
use crate::support::{ofctl, settled_table, table};

const MENDED: Duration = Duration::from_secs(10);

/// Does something to the table of a switch on the path of a ping; all is as before in a moment.
fn is_mended(harm: impl Fn(&str, &[String])) {
    let scene = Scene::known("ring,4");
    scene.lab.assert_pingall();
    // Keeps the pair's entries from growing idle.
    let pinging = Pinging::start(&scene.lab, "h1", "h3");
    let switch = scene.path("h1", "h3")[1].clone();
    let before = settled_table(&switch);
    let paused = scene.controller.paused();
    harm(&switch, &before);
    assert_ne!(table(&switch), before, "harm was done");
    drop(paused);
    let mended = Instant::now();
    while table(&switch) != before {
        let differs = || difference(&before, &table(&switch));
        assert!(
            mended.elapsed() < MENDED,
            "after {MENDED:?}:\n{}",
            differs()
        );
    }
    pinging.go_on_for(Duration::from_millis(200));
    let answers = pinging.finish();
    assert!(answers.longest_gap() < MENDED, "{answers:?}");
    scene.lab.assert_pingall();
}

fn difference(before: &[String], after: &[String]) -> String {
    let lost = before
        .iter()
        .filter(|line| !after.contains(line))
        .map(|line| format!("- {line}"));
    let new = after
        .iter()
        .filter(|line| !before.contains(line))
        .map(|line| format!("+ {line}"));
    lost.chain(new).collect::<Vec<_>>().join("\n")
}

/// Priority and match of an entry that forwards packets from one host to another.
fn forwarding(table: &[String]) -> String {
    let line = table
        .iter()
        .find(|line| line.contains("dl_dst=00:00:00:00:00:0") && line.contains("output:"));
    let line = line.unwrap_or_else(|| panic!("{table:?}"));
    let (entry, _) = line.split_once(" actions=").unwrap();
    let (_, matched) = entry.split_once("priority=").unwrap();
    format!("priority={matched}")
}

#[test]
fn a_wiped_table_is_filled_again() {
    is_mended(|switch, _| drop(ofctl(&["del-flows", switch])));
}

#[test]
fn a_deleted_entry_is_put_back() {
    is_mended(|switch, table| {
        let entry = forwarding(table);
        ofctl(&["--strict", "del-flows", switch, &entry]);
    });
}

#[test]
fn an_altered_entry_is_put_right() {
    is_mended(|switch, table| {
        let entry = forwarding(table);
        ofctl(&[
            "--strict",
            "mod-flows",
            switch,
            &format!("{entry},actions=drop"),
        ]);
    });
}

#[test]
fn an_entry_of_somebody_else_stays() {
    let scene = Scene::known("single,2");
    ofctl(&[
        "add-flow",
        "s1",
        "cookie=0x1234,priority=77,tcp,tp_dst=4242,actions=drop",
    ]);
    scene.lab.assert_pingall();
    let there = || table("s1").iter().any(|line| line.contains("priority=77"));
    assert!(there());
    let dpid = &scene.lab.topology().switches()[0].dpid;
    scene
        .controller
        .until(&format!("/api/v1/switches/{dpid}/flows"), MENDED, |flows| {
            flows.to_string().contains("\"foreign\"")
        });
    assert!(there(), "it is shown and left alone");
}
