//! An Open vSwitch of the test's own, on dummy interfaces, without root. Its clock stands still but
//! for what a case lets go by, and its datapath keeps no flows: every packet goes through the flow
//! tables, and counts at once.

mod bridge;
mod capture;
mod connection;
mod control;

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub(crate) use bridge::Bridge;
use control::Control;

const NEEDED: &str = "this test needs Open vSwitch: install the package openvswitch-switch";
const DAEMON: &str = "ovs-vswitchd";
/// Ports of the bridge, beside its own.
pub(crate) const PORTS: u32 = 4;

/// The processes and their directory. Dropping it ends them.
pub(crate) struct OpenVSwitch {
    directory: tempfile::TempDir,
    processes: Vec<Child>,
}

impl OpenVSwitch {
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut switch = Self {
            directory,
            processes: Vec::new(),
        };
        let schema = "/usr/share/openvswitch/vswitch.ovsschema";
        switch.run("ovsdb-tool", &["create", "conf.db", schema]);
        switch.spawn(
            "ovsdb-server",
            &["conf.db", "--remote=punix:db.sock", "--unixctl=db.ctl"],
        );
        switch.vsctl("--no-wait init -- set open_vswitch . other_config:flow-limit=0");
        let daemon = "unix:db.sock --unixctl=vs.ctl --enable-dummy=override --disable-system \
                      --disable-system-route -vconsole:emer";
        let words: Vec<_> = daemon.split_whitespace().collect();
        switch.spawn(DAEMON, &words);
        let mut bridge = String::from(
            "add-br br0 -- set bridge br0 datapath_type=dummy fail_mode=secure \
             protocols=[OpenFlow10,OpenFlow13,OpenFlow14,OpenFlow15] \
             -- set interface br0 options:tx_pcap=br0.pcap",
        );
        for port in 1..=PORTS {
            bridge += &format!(
                " -- add-port br0 p{port} -- set interface p{port} type=dummy \
                 ofport_request={port} options:tx_pcap=p{port}.pcap"
            );
        }
        switch.vsctl(&bridge);
        let mut control = switch.control();
        control.call("netdev-dummy/set-admin-state", &["br0", "up"]);
        control.call("time/stop", &[]);
        switch
    }

    pub(crate) fn bridge(&self) -> Bridge {
        Bridge::new(self.directory.path(), self.control())
    }

    fn control(&self) -> Control {
        Control::connect(&self.directory.path().join("vs.ctl"))
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let directory: &Path = self.directory.path();
        command
            .current_dir(directory)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        for variable in ["OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR", "OVS_SYSCONFDIR"] {
            command.env(variable, directory);
        }
        command
    }

    fn spawn(&mut self, program: &str, arguments: &[&str]) {
        let said = File::create(self.directory.path().join(program)).unwrap();
        let mut command = self.command(program);
        let child = command.args(arguments).stderr(said).spawn();
        self.processes.push(child.expect(NEEDED));
    }

    fn vsctl(&self, arguments: &str) {
        let words: Vec<_> = arguments.split_whitespace().collect();
        let control = ["--db=unix:db.sock", "--retry", "--timeout=20"];
        self.run("ovs-vsctl", &[&control[..], &words].concat());
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = self.command(program);
        let output = command.args(arguments).stderr(Stdio::piped()).output();
        let output = output.expect(NEEDED);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {errors}");
    }
}

impl Drop for OpenVSwitch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let said = std::fs::read_to_string(self.directory.path().join(DAEMON));
            eprintln!("Open vSwitch said: {}", said.unwrap_or_default());
        }
        for process in &mut self.processes {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
