//! A network of real switches, one at a time on a machine.

use std::fs::File;
use std::net::SocketAddr;
use std::ops::Deref;
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

    /// Every host reaches every other, each at the first ping.
    #[track_caller]
    pub fn assert_pingall(&self) {
        let pings = self.pingall().unwrap_or_else(|error| panic!("{error}"));
        assert!(
            pings.lost.is_empty(),
            "lost {} of {}: {:?}",
            pings.lost.len(),
            pings.sent,
            pings.lost
        );
    }

    /// One broadcast frame from a host arrives exactly once at every other host.
    #[track_caller]
    pub fn assert_broadcast_once(&self, host: &str) {
        let arrived = self.broadcast(host, Duration::from_secs(1));
        let arrived = arrived.unwrap_or_else(|error| panic!("{error}"));
        assert!(
            arrived.values().all(|&count| count == 1),
            "from {host}: {arrived:?}"
        );
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
    file
}
