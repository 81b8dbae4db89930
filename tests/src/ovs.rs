//! An Open vSwitch of a test's own: its own database and daemon in a directory of its own, bridges
//! on the dummy datapath. Needs no root and no kernel module, and disturbs no other.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::RwLock;
use std::time::Duration;

use tempfile::TempDir;

use crate::until;

/// A running Open vSwitch. Dropping it ends it.
#[derive(Debug)]
pub struct PrivateOvs {
    database: Child,
    switch: Option<Child>,
    directory: TempDir,
}

impl PrivateOvs {
    /// Starts one without bridges.
    #[must_use]
    pub fn start() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let at = directory.path();
        run(command("ovsdb-tool", at).args(["create", "conf.db", SCHEMA]));
        let mut database = command("ovsdb-server", at);
        database
            .args(["conf.db", "--remote=punix:db.sock", "-vconsole:off"])
            .args(["-vfile:warn", "--log-file=db.log"]);
        let database = started(&mut database).expect("ovsdb-server is installed");
        let mut ovs = Self {
            database,
            switch: None,
            directory,
        };
        until("the database listens", PATIENCE, || {
            ovs.path("db.sock").exists().then_some(())
        });
        run(ovs.vsctl().args(["--no-wait", "init"]));
        ovs.start_switch();
        ovs
    }

    /// A bridge with this datapath id, ports `p1`, `p2`, … and nothing in its table, that connects
    /// to a controller. `protocol` as `OpenFlow13`.
    pub fn add_bridge(
        &self,
        name: &str,
        dpid: u64,
        protocol: &str,
        ports: u32,
        controller: SocketAddr,
    ) {
        let mut vsctl = self.vsctl();
        vsctl
            .args(["add-br", name, "--", "set", "bridge", name])
            .args(["datapath_type=dummy", "fail-mode=secure"])
            .arg(format!("protocols={protocol}"))
            .arg(format!("other-config:datapath-id={dpid:016x}"))
            .arg("other-config:disable-in-band=true");
        for port in 1..=ports {
            let port_name = format!("{name}-p{port}");
            vsctl
                .args(["--", "add-port", name, &port_name])
                .args(["--", "set", "interface", &port_name, "type=dummy"])
                .arg(format!("ofport_request={port}"));
        }
        // Tries again every second instead of ever less often.
        let target = format!("target=\"tcp:{controller}\"");
        vsctl
            .args(["--", "--id=@c", "create", "controller", &target])
            .args(["max_backoff=1000", "--", "set", "bridge", name])
            .arg("controller=@c");
        run(&mut vsctl);
    }

    /// A cable between two bridges: a new port at each end, with these numbers.
    pub fn add_cable(&self, a: (&str, u32), b: (&str, u32)) {
        let mut vsctl = self.vsctl();
        let names = [a, b].map(|(bridge, port)| format!("{bridge}-p{port}"));
        for ((bridge, port), (name, peer)) in
            [(a, (&names[0], &names[1])), (b, (&names[1], &names[0]))]
        {
            vsctl
                .args(["--", "add-port", bridge, name])
                .args(["--", "set", "interface", name, "type=patch"])
                .arg(format!("options:peer={peer}"))
                .arg(format!("ofport_request={port}"));
        }
        run(&mut vsctl);
    }

    /// Takes a port away.
    pub fn remove_port(&self, bridge: &str, port: u32) {
        run(self
            .vsctl()
            .args(["del-port", &format!("{bridge}-p{port}")]));
    }

    /// A host's packet, as hex digits, arrives at a port [`Self::add_bridge`] made.
    pub fn receive(&self, bridge: &str, port: u32, packet: &str) {
        let process = self.switch.as_ref().expect("the switch runs").id();
        let target = self.path(&format!("ovs-vswitchd.{process}.ctl"));
        run(command("ovs-appctl", self.directory.path())
            .arg("--target")
            .arg(target)
            .args(["netdev-dummy/receive", &format!("{bridge}-p{port}"), packet]));
    }

    /// What `ovs-ofctl COMMAND BRIDGE ARGUMENTS` says, in the bridge's version.
    #[must_use]
    pub fn ofctl(&self, protocol: &str, command: &str, bridge: &str, arguments: &[&str]) -> String {
        let management = format!("unix:{}", self.path(&format!("{bridge}.mgmt")).display());
        run(self::command("ovs-ofctl", self.directory.path())
            .args(["-O", protocol, command, &management])
            .args(arguments))
    }

    /// Ends the switch daemon at once and starts it again: bridges come back, their flow tables
    /// empty.
    pub fn restart_switch(&mut self) {
        self.stop_switch();
        self.start_switch();
    }

    fn stop_switch(&mut self) {
        if let Some(mut switch) = self.switch.take() {
            end(&mut switch);
        }
    }

    fn start_switch(&mut self) {
        let database = format!("unix:{}", self.path("db.sock").display());
        let mut switch = command("ovs-vswitchd", self.directory.path());
        switch
            .arg(database)
            .args(["--enable-dummy=override", "--disable-system"])
            .args(["--disable-system-route", "-vconsole:off", "-vfile:warn"])
            .arg("--log-file=switch.log");
        self.switch = Some(started(&mut switch).expect("ovs-vswitchd is installed"));
    }

    fn vsctl(&self) -> Command {
        let mut vsctl = command("ovs-vsctl", self.directory.path());
        vsctl.arg(format!("--db=unix:{}", self.path("db.sock").display()));
        vsctl.arg("--timeout=20");
        vsctl
    }

    fn path(&self, file: &str) -> PathBuf {
        self.directory.path().join(file)
    }
}

impl Drop for PrivateOvs {
    fn drop(&mut self) {
        self.stop_switch();
        end(&mut self.database);
    }
}

/// Held for reading while a process starts: until it has become its program, it has a copy of every
/// socket that this process had open, and one of them may be closed here meanwhile.
static STARTING: RwLock<()> = RwLock::new(());

fn started(command: &mut Command) -> io::Result<Child> {
    let _starting = STARTING.read().expect("starting does not panic");
    command.spawn()
}

/// Waits until no process that starts has a copy of a socket that is closed here.
pub fn until_all_started() {
    drop(STARTING.write().expect("starting does not panic"));
}

fn end(process: &mut Child) {
    let _ = process.kill(); // it may have ended
    let _ = process.wait();
}

/// A program of Open vSwitch that keeps all its files in one directory.
fn command(program: &str, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(directory);
    for variable in ["OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR", "OVS_SYSCONFDIR"] {
        command.env(variable, directory);
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// What it says; panics with what it complains about if it fails.
#[track_caller]
fn run(command: &mut Command) -> String {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = started(command)
        .and_then(Child::wait_with_output)
        .unwrap_or_else(|error| panic!("{command:?}: {error}: install openvswitch-switch"));
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

const SCHEMA: &str = "/usr/share/openvswitch/vswitch.ovsschema";
const PATIENCE: Duration = Duration::from_secs(20);
