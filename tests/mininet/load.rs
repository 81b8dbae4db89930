//! What the controller costs.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pointsman_tests::controller::{program, resident_kib};
use pointsman_tests::{Controller, Ground, until};
use tokio::runtime;
use tokio::time::timeout;
use topologies::Topology;
use topologies::emulate::live;
use topologies::emulate::{Agent, Network, Options};

use crate::Scene;
use crate::support::address;

#[test]
fn tcp_across_a_fat_tree_needs_no_packet_in_after_the_first() {
    let scene = Scene::known("fat-tree,4");
    scene
        .lab
        .ok("h1", &format!("ping -c 2 {}", address(&scene.lab, "h16").1));
    let server = scene
        .lab
        .spawn("h16", "iperf3 --server --one-off --forceflush")
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
    let before = sent_to_controller(&scene);
    let client = format!(
        "iperf3 --client {} --time 5 --json",
        address(&scene.lab, "h16").1
    );
    let report: serde_json::Value = serde_json::from_str(&scene.lab.ok("h1", &client)).unwrap();
    let packets = report["end"]["sum_received"]["bytes"].as_f64().unwrap() / 1448.0;
    assert!(packets > 1000.0, "{report}");
    let sent = sent_to_controller(&scene) - before;
    assert!(sent <= 10, "{sent} of {packets}");
}

/// Packets that entries of any switch have sent to the controller, but for discovery's: as the
/// switches count them. ARP is among them, of which the hosts send some now and then.
fn sent_to_controller(scene: &Scene) -> u64 {
    let switches = scene.lab.topology().switches().iter();
    switches.map(|switch| of_switch(&switch.name)).sum()
}

fn of_switch(name: &str) -> u64 {
    let dump = Command::new("ovs-ofctl")
        .args(["-OOpenFlow13", "dump-flows", name])
        .output();
    let dump = String::from_utf8(dump.unwrap().stdout).unwrap();
    let entries = dump
        .lines()
        .filter(|line| line.contains("CONTROLLER") && !line.contains("0x88cc"));
    let packets = |line: &str| {
        line.split_once("n_packets=")?
            .1
            .split(',')
            .next()?
            .parse::<u64>()
            .ok()
    };
    entries.filter_map(packets).sum()
}

/// Of a release build; others are larger and slower.
#[test]
fn an_idle_controller_is_small() {
    let scene = Scene::known("fat-tree,4");
    scene.lab.assert_pingall();
    let (begin, used) = (Instant::now(), scene.controller.processor_time());
    until("ten idle seconds", Duration::from_secs(20), || {
        (begin.elapsed() > Duration::from_secs(10)).then_some(())
    });
    let share =
        (scene.controller.processor_time() - used).as_secs_f64() / begin.elapsed().as_secs_f64();
    let resident = scene.controller.resident_kib();
    assert!(share < 0.02, "{:.1} % of a core", 100.0 * share);
    assert!(resident < 40 * 1024, "{resident} KiB");
}

/// As above, of a release build; the switches are emulated.
#[test]
fn a_thousand_switches_connect_within_10_s() {
    // Each is an open file here too.
    rlimit::increase_nofile_limit(4_096).unwrap();
    let controller = Controller::spawn(&[]);
    let topology = Topology::parse("linear,1000").unwrap();
    let network = Network::with(&topology, &Options::default(), Agent::of_plan);
    let runtime = runtime::Runtime::new().unwrap();
    let _inside = runtime.enter();
    let begin = Instant::now();
    let network = live::start(network, Some(controller.openflow()));
    let patience = Duration::from_secs(60);
    let up = |what: &str, count: usize| {
        controller.until(&format!("/api/v1/{what}"), patience, |all| {
            let all = all.as_array().map(Vec::as_slice).unwrap_or_default();
            all.iter().filter(|one| one["state"] == "up").count() == count
        });
        begin.elapsed()
    };
    let (connected, linked) = (up("switches", 1_000), up("links", 999));
    let mib = controller.resident_kib() / 1024;
    println!("1,000 switches after {connected:?}, 999 links after {linked:?}, {mib} MiB");
    assert!(connected < Duration::from_secs(10), "{connected:?}");
    let stopped = async { timeout(patience, network.stop()).await };
    runtime.block_on(stopped).expect("it stops");
}

/// As above, of a release build: 80 switches, 256 links and 128 hosts in the controller's process.
#[test]
fn in_a_demo_of_80_switches_a_ping_is_answered_within_5_s_of_starting_in_300_mb() {
    let begin = Instant::now();
    let mut demo = Command::new(program())
        .args(["demo", "--topology", "fat-tree,8", "--http", "127.0.0.1:0"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The shell ends with its input, and the demo with it.
    let mut typed = demo.stdin.take().unwrap();
    typed.write_all(b"h1 ping h128\n").unwrap();
    let said = BufReader::new(demo.stdout.take().unwrap()).lines();
    let answered = said
        .map_while(Result::ok)
        .any(|line| line.starts_with("h128 answers"));
    let (after, mib) = (begin.elapsed(), resident_kib(demo.id()) / 1024);
    drop(typed);
    assert!(demo.wait().unwrap().success());
    println!("answered after {after:?}, {mib} MiB");
    assert!(answered && after < Duration::from_secs(5), "{after:?}");
    assert!(mib < 300, "{mib} MiB");
}

/// As above, of a release build.
#[test]
fn the_program_is_small() {
    let bytes = program().metadata().unwrap().len();
    assert!(bytes < 40 * 1024 * 1024, "{bytes} bytes");
}
