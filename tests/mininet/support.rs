//! What several tests need to know of hosts and of the tables on switches.

use std::process::Command;
use std::time::{Duration, Instant};

use pointsman_tests::scene::host as host_of;
use pointsman_tests::{Lab, until};

/// MAC and IP address of a host.
pub(crate) fn address(lab: &Lab, host: &str) -> (String, String) {
    let host = host_of(lab.topology(), host);
    (host.mac.to_string(), host.ip.to_string())
}

/// What `ovs-ofctl` says, in OpenFlow 1.3 and with port numbers.
#[track_caller]
pub(crate) fn ofctl(arguments: &[&str]) -> String {
    let mut command = Command::new("ovs-ofctl");
    let output = command
        .args(["-OOpenFlow13", "--no-names"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Adds entries, one a line, as `ovs-ofctl` writes them.
#[track_caller]
pub(crate) fn add_flows(switch: &str, entries: &[String]) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), entries.join("\n")).unwrap();
    ofctl(&["add-flows", switch, file.path().to_str().unwrap()]);
}

/// The entries of a switch without their counters, sorted.
pub(crate) fn table(switch: &str) -> Vec<String> {
    let dump = ofctl(&["--no-stats", "dump-flows", switch]);
    let mut lines: Vec<String> = dump.lines().map(|line| line.trim().to_owned()).collect();
    lines.sort();
    lines
}

/// The entries once nothing has changed for a second: a network that has just come up still grows
/// its broadcast tree.
#[track_caller]
pub(crate) fn settled_table(switch: &str) -> Vec<String> {
    let mut last = (table(switch), Instant::now());
    until("the table settles", Duration::from_secs(20), || {
        let now = table(switch);
        if now != last.0 {
            last = (now, Instant::now());
        }
        (last.1.elapsed() > Duration::from_secs(1)).then(|| last.0.clone())
    })
    .0
}
