//! A network of real switches, one at a time on a machine.

use std::fs::File;
use std::net::SocketAddr;
use std::ops::Deref;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use topologies::Topology;
use topologies::mininet::{self, Mininet, OpenFlow, Options};

/// A network in Mininet; dereferences to [`Mininet`] for what can be done with it. Dropping it,
/// also while a test fails, removes the network.
#[derive(Debug)]
pub struct Lab {
    // Order matters: the network goes before the lock.
    network: Mininet,
    topology: Topology,
    _lock: File,
}

impl Lab {
    /// Brings up a network from [`Topology::resolve`]'s text with switches of 1.3 that connect to
    /// one controller. Removes what an earlier run has left behind.
    #[must_use]
    #[track_caller]
    pub fn start(topology: &str, controller: SocketAddr) -> Self {
        Self::with(topology, controller, OpenFlow::V1_3)
    }

    #[must_use]
    #[track_caller]
    pub fn with(topology: &str, controller: SocketAddr, openflow: OpenFlow) -> Self {
        let controllers = vec![controller];
        let options = Options {
            controllers,
            openflow,
            replace: true,
            ..Options::default()
        };
        Self::with_options(topology, &options)
    }

    #[must_use]
    #[track_caller]
    pub fn with_options(topology: &str, options: &Options) -> Self {
        let lock = lock();
        let topology = Topology::resolve(topology).unwrap_or_else(|error| panic!("{error}"));
        let ready = mininet::requirements().and_then(|()| mininet::start_open_vswitch());
        ready.unwrap_or_else(|error| panic!("{error}"));
        let network = Mininet::start(&topology, options).unwrap_or_else(|error| panic!("{error}"));
        Self {
            network,
            topology,
            _lock: lock,
        }
    }

    #[must_use]
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// The output of a shell command on a host, which must succeed.
    #[track_caller]
    pub fn ok(&self, host: &str, command: &str) -> String {
        let output = self.run(host, command, Duration::from_secs(60));
        let output = output.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            output.status,
            Some(0),
            "`{command}` on {host}:\n{}",
            output.text
        );
        output.text
    }
}

impl Deref for Lab {
    type Target = Mininet;

    fn deref(&self) -> &Mininet {
        &self.network
    }
}

/// Interfaces and bridges have names that are the machine's, so networks take turns, also those of
/// different test programs. Until it is dropped, the turn is ours.
#[must_use]
pub fn lock() -> File {
    let path = std::env::temp_dir().join("pointsman-mininet.lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path);
    let file = file.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    file.lock()
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    remove_leftovers();
    file
}

/// A machine whose processes were all killed at once, labs and their guardians, keeps bridges and
/// interfaces: tests that look whether anything is left of a lab would find those. Removed are
/// bridges of labs whose process is gone, and interfaces of switches that are in no bridge.
fn remove_leftovers() {
    for (bridge, owner) in lab_bridges() {
        if !Path::new("/proc").join(&owner).exists() {
            run(
                "ovs-vsctl",
                &["--timeout=10", "--if-exists", "del-br", &bridge],
            );
        }
    }
    let is_port = |name: &String| {
        let parts = name
            .strip_prefix('s')
            .and_then(|rest| rest.split_once("-eth"));
        parts.is_some_and(|(switch, port)| {
            switch.parse::<u32>().is_ok() && port.parse::<u32>().is_ok()
        })
    };
    let interfaces = std::fs::read_dir("/sys/class/net").into_iter().flatten();
    let names = interfaces.filter_map(|file| file.ok()?.file_name().into_string().ok());
    for name in names.filter(is_port) {
        if run("ovs-vsctl", &["--timeout=10", "port-to-br", &name]).is_none() {
            // Its other end took it along, or it goes now.
            run("ip", &["link", "delete", &name]);
        }
    }
}

/// Bridges of labs with the process id each notes: none where Open vSwitch does not run.
fn lab_bridges() -> Vec<(String, String)> {
    let columns = [
        "--timeout=10",
        "--bare",
        "--columns=name,external_ids",
        "--format=csv",
        "--no-headings",
    ];
    let listing = run("ovs-vsctl", &[&columns[..], &["list", "bridge"]].concat());
    let rows = listing.unwrap_or_default();
    let row = |line: &str| {
        let (name, notes) = line.split_once(',')?;
        let (_, owner) = notes.split_once("pointsman-lab=")?;
        let digits = owner.chars().take_while(char::is_ascii_digit);
        Some((name.to_owned(), digits.collect()))
    };
    rows.lines().filter_map(row).collect()
}

/// What a command says; `None` when it fails or is not installed.
fn run(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
