//! How large an emulated network may be. Alone in its process, whose memory it measures.

use std::time::Duration;

use openflow::pipeline::{Switch, SwitchConfig};
use topologies::Topology;
use topologies::emulate::{Network, Options, Outcome};

mod emulated_switch;
use emulated_switch::Table;

/// A thousand switches and ten thousand hosts, half of which ping another and get an answer.
#[test]
fn a_thousand_switches_and_ten_thousand_hosts_take_a_fraction_of_two_gigabytes() {
    let topology = Topology::parse("linear,1000,10").expect("a topology");
    let mut network = Network::with(&topology, &Options::default(), |plan| {
        let config = SwitchConfig::new(plan.dpid, plan.version, plan.ports);
        let mut table = Table(Switch::new(config));
        // The hosts' ports: a broadcast to all ten thousand from each of them is another test.
        table.add(&["actions=output:1,output:2,output:3,output:4,output:5"]);
        table
    });
    let pairs = (0..1_000).flat_map(|switch| (1..=5).map(move |host| switch * 10 + host));
    let tickets: Vec<_> = pairs
        .map(|host| {
            let other = host - (host - 1) % 5 + host % 5;
            network
                .ping(&format!("h{host}"), format!("h{other}").as_str())
                .expect("names are known")
        })
        .collect();
    network.run_for(Duration::from_secs(10));
    for ticket in tickets {
        assert!(matches!(network.result(ticket), Some(Outcome::Ping { .. })));
    }
    if let Some(kib) = peak_memory() {
        assert!(kib < 200_000, "{kib} KiB");
    }
}

/// In KiB; `None` where the system does not tell.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
