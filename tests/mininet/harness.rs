//! The lab itself, before anything is concluded from it: without a controller, with switches that
//! learn by themselves.

use std::process::Command;
use std::time::Duration;

use pointsman_tests::{Ground, Lab, until};
use topologies::Topology;
use topologies::mininet::{Mininet, MininetError, OpenFlow, Options};

/// Switches that learn by themselves, as `ovs-vswitchd` does without a controller.
fn alone(topology: &str) -> Lab {
    let options = Options {
        replace: true,
        ..Options::default()
    };
    let lab = Lab::with_options(topology, &options);
    for switch in lab.topology().switches() {
        vsctl(&["set-fail-mode", &switch.name, "standalone"]);
    }
    lab
}

fn vsctl(arguments: &[&str]) -> String {
    let output = Command::new("ovs-vsctl").args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn interfaces() -> Vec<String> {
    let files = std::fs::read_dir("/sys/class/net").unwrap();
    files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn names_ports_and_addresses_are_those_of_the_topology() {
    let options = Options {
        replace: true,
        ..Options::default()
    };
    let lab = Lab::with_options("fat-tree,4", &options);
    for switch in lab.topology().switches() {
        let dpid = vsctl(&["get", "bridge", &switch.name, "datapath_id"]);
        assert_eq!(dpid.trim(), format!("\"{}\"", switch.dpid));
    }
    for link in lab.topology().links() {
        for end in [&link.a, &link.b] {
            let interface = format!("{}-eth{}", end.switch, end.port);
            until("the port has its number", Duration::from_secs(5), || {
                let number = vsctl(&["get", "interface", &interface, "ofport"]);
                (number.trim() == end.port.to_string()).then_some(())
            });
        }
    }
    let addresses = lab.ok(
        "h16",
        "ip -br addr show h16-eth0; ip -br link show h16-eth0",
    );
    assert!(
        addresses.contains("10.0.0.16/8") && addresses.contains("00:00:00:00:00:10"),
        "{addresses}"
    );
    assert!(
        !addresses.contains("fe80"),
        "hosts are quiet unless asked: {addresses}"
    );
}

#[test]
fn hosts_reach_each_other_and_lost_pings_are_named() {
    let lab = alone("linear,3");
    lab.assert_pingall();
    assert_eq!(lab.pingall().unwrap().sent, 6);
    lab.link_down("s2", "s3", 0).unwrap();
    let lost = lab.pingall().unwrap().lost;
    assert!(
        lost.contains(&("h1".to_owned(), "h3".to_owned())) && lost.len() == 4,
        "{lost:?}"
    );
    lab.link_up("s2", "s3", 0).unwrap();
    until("the link is back", Duration::from_secs(10), || {
        lab.pingall().unwrap().lost.is_empty().then_some(())
    });
}

#[test]
fn a_broadcast_is_counted_at_every_host() {
    let lab = alone("single,4");
    lab.assert_broadcast_once("h2");
    let arrived = lab.broadcast("h3", Duration::from_millis(200));
    assert_eq!(arrived.keys().collect::<Vec<_>>(), ["h1", "h2", "h4"]);
}

#[test]
fn parallel_links_are_cut_one_by_one() {
    let lab = alone("parallel,3");
    let links = lab.links("s2", "s1").unwrap();
    assert_eq!(links[1], ("s2-eth3".to_owned(), "s1-eth3".to_owned()));
    lab.link_down("s1", "s2", 1).unwrap();
    let state = |name: &str| std::fs::read_to_string(format!("/sys/class/net/{name}/operstate"));
    assert_eq!(state("s1-eth3").unwrap().trim(), "down");
    assert_eq!(state("s1-eth2").unwrap().trim(), "up");
    assert!(matches!(
        lab.link_down("s1", "s2", 3),
        Err(MininetError::Refused(_))
    ));
}

#[test]
fn commands_run_to_their_end_or_in_the_background() {
    let lab = alone("single,2");
    assert_eq!(lab.ok("h1", "echo $((6 * 7))"), "42\n");
    let slow = lab.run("h1", "sleep 60", Duration::from_millis(100));
    assert!(matches!(slow, Err(MininetError::Refused(_))), "{slow:?}");
    let ping = lab.spawn("h1", "ping -i 0.01 10.0.0.2").unwrap();
    until("some pings are answered", Duration::from_secs(10), || {
        lab.output(ping)
            .unwrap()
            .text
            .contains("icmp_seq=20")
            .then_some(())
    });
    assert_eq!(lab.output(ping).unwrap().status, None);
    let end = lab.interrupt(ping).unwrap();
    assert!(end.text.contains(" 0% packet loss"), "{}", end.text);
    let short = lab.spawn("h2", "exit 3").unwrap();
    assert_eq!(
        lab.wait(short, Duration::from_secs(5)).unwrap().status,
        Some(3)
    );
}

#[test]
fn a_host_moves_with_its_addresses() {
    let lab = alone("linear,3");
    lab.assert_pingall();
    assert_eq!(lab.move_host("h1", "s3").unwrap(), 3);
    for switch in ["s1", "s2", "s3"] {
        let flushed = Command::new("ovs-appctl")
            .args(["fdb/flush", switch])
            .output()
            .unwrap();
        assert!(flushed.status.success(), "the old place is forgotten");
    }
    lab.assert_pingall();
    assert_eq!(
        lab.links("h1", "s3").unwrap(),
        [("h1-eth0".to_owned(), "s3-eth3".to_owned())]
    );
}

#[test]
fn tcp_gets_through_the_userspace_datapath() {
    let received = bits_per_second(&alone("single,2"));
    assert!(received > 10e6, "{received} bit/s");
}

/// What a second of TCP from h1 to h2 brings over.
fn bits_per_second(lab: &Lab) -> f64 {
    let server = lab
        .spawn("h2", "iperf3 --server --one-off --forceflush")
        .unwrap();
    until("the server listens", Duration::from_secs(10), || {
        lab.output(server)
            .unwrap()
            .text
            .contains("listening")
            .then_some(())
    });
    let report = lab.ok("h1", "iperf3 --client 10.0.0.2 --time 1 --json");
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    report["end"]["sum_received"]["bits_per_second"]
        .as_f64()
        .unwrap()
}

#[test]
fn a_limited_link_is_limited() {
    let mut pair = serde_json::to_value(Topology::parse("linear,2").unwrap()).unwrap();
    pair["links"][0]["bandwidth_mbps"] = 5.into();
    let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    std::fs::write(file.path(), pair.to_string()).unwrap();
    let lab = alone(file.path().to_str().unwrap());
    let received = bits_per_second(&lab);
    assert!((1e6..6e6).contains(&received), "{received} bit/s");
}

#[test]
fn ipv6_is_there_when_asked_for() {
    let options = Options {
        ipv6: true,
        replace: true,
        ..Options::default()
    };
    let lab = Lab::with_options("single,2", &options);
    vsctl(&["set-fail-mode", "s1", "standalone"]);
    until("the neighbour answers", Duration::from_secs(10), || {
        let ping = "ping -6 -c 1 -W 1 fe80::200:ff:fe00:2%h1-eth0";
        let output = lab.run("h1", ping, Duration::from_secs(5)).unwrap();
        (output.status == Some(0)).then_some(())
    });
}

#[test]
fn versions_alternate_when_mixed() {
    let options = Options {
        openflow: OpenFlow::Mixed,
        replace: true,
        ..Options::default()
    };
    let lab = Lab::with_options("linear,2", &options);
    let protocols = |switch| vsctl(&["get", "bridge", switch, "protocols"]);
    assert_eq!(
        (protocols("s1").trim(), protocols("s2").trim()),
        ("[OpenFlow13]", "[OpenFlow10]")
    );
    drop(lab);
}

#[test]
fn nothing_is_left_behind() {
    let lab = alone("ring,3");
    let endless = lab.spawn("h1", "sleep 4242").unwrap();
    assert_eq!(lab.output(endless).unwrap().status, None);
    assert!(interfaces().contains(&"s1-eth2".to_owned()));
    drop(lab);
    let left: Vec<_> = interfaces()
        .into_iter()
        .filter(|name| name.starts_with('s'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(!vsctl(&["list-br"]).lines().any(|bridge| bridge == "s1"));
    let running = Command::new("pgrep")
        .args(["-f", "^sleep 4242"])
        .status()
        .unwrap();
    assert!(
        !running.success(),
        "the command in the background has ended"
    );
}

#[test]
fn a_network_of_somebody_else_is_left_alone() {
    let lab = alone("single,2");
    let ours = Mininet::start(lab.topology(), &Options::default());
    let error = ours.expect_err("the names are taken").to_string();
    assert!(
        error.starts_with("a bridge s1 of the lab of process"),
        "{error}"
    );
    lab.assert_pingall();
}

#[test]
fn it_can_be_ended_while_it_works() {
    let lab = alone("single,2");
    let ender = lab.ender().unwrap();
    let waiting = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| lab.run("h1", "sleep 60", Duration::from_secs(60)));
        ender.end();
        waiting.join().unwrap()
    });
    assert!(matches!(waiting, Err(MininetError::Ended)), "{waiting:?}");
    drop(lab);
    assert!(!interfaces().contains(&"s1-eth1".to_owned()));
}
