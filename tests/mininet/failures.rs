//! Links that are cut, controllers and switches that die, hosts that move: what a user notices.

use std::process::Command;
use std::time::{Duration, Instant};

use pointsman_tests::{Ground, Pinging, until};

use crate::Scene;
use crate::support::{address, ofctl, settled_table};

/// Seconds each entry has been in a switch's table, by what it matches and does.
fn ages(switch: &str) -> Vec<(String, f64)> {
    let dump = ofctl(&["dump-flows", switch]);
    let entry = |line: &str| {
        let age = line
            .split_once("duration=")?
            .1
            .split_once('s')?
            .0
            .parse()
            .ok()?;
        let what = line.split_once("priority=")?.1.to_owned();
        Some((what, age))
    };
    dump.lines().filter_map(entry).collect()
}

#[test]
fn a_killed_controller_is_not_missed() {
    let mut scene = Scene::known("fat-tree,4");
    scene.lab.assert_pingall();
    let pinging = Pinging::start(&scene.lab, "h1", "h16");
    let server = scene
        .lab
        .spawn("h12", "iperf3 --server --one-off --forceflush")
        .unwrap();
    until("the server listens", Duration::from_secs(10), || {
        scene
            .lab
            .output(server)
            .unwrap()
            .text
            .contains("listening")
            .then_some(())
    });
    // Slow enough that its own packets leave room for the pings.
    let client = format!(
        "iperf3 --client {} --time 12 --bitrate 20M --json",
        address(&scene.lab, "h12").1
    );
    let transfer = scene.lab.spawn("h2", &client).unwrap();
    pinging.go_on_for(Duration::from_secs(1));
    let edge = scene.path("h1", "h16")[0].clone();
    settled_table(&edge);
    let before = ages(&edge);

    scene.controller.kill();
    pinging.go_on_for(Duration::from_secs(2));
    scene.controller.restart();
    let restarted = Instant::now();
    scene.wait_until_known(Duration::from_secs(5));
    assert!(restarted.elapsed() < Duration::from_secs(5));
    pinging.go_on_for(Duration::from_secs(3));

    let answers = pinging.finish();
    assert!(answers.missing.is_empty(), "{answers:?}");
    let transfer = scene.lab.wait(transfer, Duration::from_secs(30)).unwrap();
    let report: serde_json::Value = serde_json::from_str(&transfer.text).unwrap();
    let intervals = report["intervals"].as_array().unwrap();
    let stalled = intervals
        .iter()
        .filter(|i| i["sum"]["bytes"].as_f64() == Some(0.0))
        .count();
    assert_eq!((transfer.status, stalled), (Some(0), 0), "{report}");

    let after = ages(&edge);
    for (what, age) in before {
        let now = after
            .iter()
            .find(|(other, _)| *other == what)
            .map(|(_, now)| *now);
        assert!(
            now.is_some_and(|now| now > age + 5.0),
            "{what}: {age} s old, then {now:?}"
        );
    }
    scene.lab.assert_pingall();
}

#[test]
fn a_moved_host_is_reached_within_a_second() {
    let scene = Scene::known("linear,4");
    scene.lab.assert_pingall();
    scene.lab.move_host("h1", "s4").unwrap();
    let answers = Pinging::start(&scene.lab, "h1", "h3").finish();
    assert!(
        answers.longest_gap() < Duration::from_secs(1),
        "{answers:?}"
    );
    scene.lab.assert_pingall();
}

#[test]
fn forwarding_is_back_after_the_switch_process_restarts() {
    let scene = Scene::known("ring,4");
    scene.lab.assert_pingall();
    let pinging = Pinging::start(&scene.lab, "h1", "h3");
    restart_vswitchd();
    scene.wait_until_connected(Duration::from_secs(20));
    let connected = Instant::now();
    pinging.go_on_for(Duration::from_millis(100));
    assert!(
        connected.elapsed() < Duration::from_secs(3),
        "{:?}",
        connected.elapsed()
    );
    pinging.finish();
    scene.wait_until_known(Duration::from_secs(10));
    scene.lab.assert_pingall();
}

/// Without `ovs-ctl restart`, which saves flow tables and puts them back itself.
fn restart_vswitchd() {
    let control = |arguments: &[&str]| {
        let script = "/usr/share/openvswitch/scripts/ovs-ctl";
        let output = Command::new(script).args(arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    control(&["--no-ovsdb-server", "stop"]);
    control(&["--no-ovsdb-server", "start", "--system-id=random"]);
}
