//! An Open vSwitch of a test's own, on dummy interfaces, without root. Needs the package
//! openvswitch-switch.

pub(crate) mod connection;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub(crate) use connection::Connection;

const NEEDED: &str = "this test needs Open vSwitch: install the package openvswitch-switch";
const DAEMON: &str = "ovs-vswitchd";

/// The processes and their directory, with one bridge `br0`. Dropping it ends them, and tells what
/// the daemon said when a test fails.
pub(crate) struct OpenVSwitch {
    directory: tempfile::TempDir,
    processes: Vec<Child>,
}

impl OpenVSwitch {
    /// With the ports `p1` and so on; `options` are for every interface, given its name.
    pub(crate) fn start(ports: u32, options: impl Fn(&str) -> String) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut switch = Self {
            directory,
            processes: Vec::new(),
        };
        let schema = "/usr/share/openvswitch/vswitch.ovsschema";
        switch.run("ovsdb-tool", &["create", "conf.db", schema]);
        switch.spawn(
            "ovsdb-server",
            "conf.db --remote=punix:db.sock --unixctl=db.ctl",
        );
        // Where every packet goes through the flow tables, it counts at once.
        switch.vsctl("--no-wait init -- set open_vswitch . other_config:flow-limit=0");
        switch.spawn(
            DAEMON,
            "unix:db.sock --unixctl=vs.ctl --enable-dummy=override --disable-system \
             --disable-system-route -vconsole:emer",
        );
        let mut bridge = format!(
            "add-br br0 -- set bridge br0 datapath_type=dummy fail_mode=secure \
             protocols=[OpenFlow10,OpenFlow13,OpenFlow14,OpenFlow15] \
             -- set interface br0 type=internal {}",
            options("br0")
        );
        for port in 1..=ports {
            let name = format!("p{port}");
            bridge += &format!(
                " -- add-port br0 {name} -- set interface {name} type=dummy \
                 ofport_request={port} {}",
                options(&name)
            );
        }
        switch.vsctl(&bridge);
        switch
    }

    /// Of a file in its directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Where the bridge takes OpenFlow connections.
    pub(crate) fn management(&self) -> PathBuf {
        self.path("br0.mgmt")
    }

    /// What a program of Open vSwitch says.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> String {
        let mut command = self.command(program);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = command.args(arguments).output().expect(NEEDED);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {errors}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn vsctl(&self, arguments: &str) {
        let control = ["--db=unix:db.sock", "--retry", "--timeout=20"];
        let words = control.into_iter().chain(arguments.split_whitespace());
        self.run("ovs-vsctl", &words.collect::<Vec<_>>());
    }

    fn spawn(&mut self, program: &str, arguments: &str) {
        let said = File::create(self.path(program)).unwrap();
        let mut command = self.command(program);
        let child = command.args(arguments.split_whitespace()).stderr(said);
        self.processes.push(child.spawn().expect(NEEDED));
    }

    /// A program that keeps all its files in the directory.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let directory: &Path = self.directory.path();
        command.current_dir(directory).stdout(Stdio::null());
        for variable in ["OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR", "OVS_SYSCONFDIR"] {
            command.env(variable, directory);
        }
        command
    }
}

impl Drop for OpenVSwitch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let said = fs::read_to_string(self.path(DAEMON));
            eprintln!("Open vSwitch said: {}", said.unwrap_or_default());
        }
        for process in &mut self.processes {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
