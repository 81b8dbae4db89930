//! An Open vSwitch of a test's own, on dummy interfaces, without root. Needs ovsdb-server,
//! ovs-vswitchd and ovs-vsctl (Debian and Ubuntu: package openvswitch-switch).

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::BytesMut;
use openflow::flow::{FlowEntry, FlowStatsRequest, FromSwitch, SwitchError, ToSwitch};
use openflow::wire::{Hello, Message, frame_length};
use openflow::{Version, Xid};

const DEADLINE: Duration = Duration::from_secs(20);

/// A bridge `br0` with ports 1 to 3, and the processes behind it.
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
        let database = format!("unix:{}", switch.path("db.sock"));
        let schema = "/usr/share/openvswitch/vswitch.ovsschema";
        let created = switch
            .command("ovsdb-tool")
            .args(["create", "conf.db", schema])
            .status();
        assert!(
            created
                .expect("this test needs the package openvswitch-switch")
                .success()
        );
        let remote = format!("--remote=punix:{}", switch.path("db.sock"));
        switch.spawn("ovsdb-server", &["conf.db", &remote, "--unixctl=db.ctl"]);
        let database_arg = format!("--db={database}");
        let control = [database_arg.as_str(), "--retry", "--timeout=20"];
        switch.run(
            "ovs-vsctl",
            &[&control[..], &["--no-wait", "init"]].concat(),
        );
        let dummy = [
            "--enable-dummy=override",
            "--disable-system",
            "--disable-system-route",
        ];
        switch.spawn(
            "ovs-vswitchd",
            &[&[&*database, "--unixctl=vs.ctl"][..], &dummy].concat(),
        );
        let bridge = "add-br br0 -- set bridge br0 datapath_type=dummy fail_mode=secure \
                      protocols=[OpenFlow10,OpenFlow13,OpenFlow14,OpenFlow15]";
        let port = |n| {
            format!(" -- add-port br0 p{n} -- set interface p{n} type=dummy ofport_request={n}")
        };
        let line = format!("{bridge}{}{}{}", port(1), port(2), port(3));
        let words: Vec<_> = line.split_whitespace().collect();
        switch.run("ovs-vsctl", &[&control[..], &words].concat());
        switch
    }

    fn path(&self, name: &str) -> String {
        self.directory
            .path()
            .join(name)
            .to_str()
            .unwrap()
            .to_owned()
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
        let child = self.command(program).args(arguments).spawn();
        self.processes
            .push(child.expect("this test needs the package openvswitch-switch"));
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let output = self
            .command(program)
            .args(arguments)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {errors}");
    }

    /// What `ovs-ofctl` prints when it does this to the bridge.
    pub(crate) fn ofctl(&self, version: &str, command: &str, argument: &[&str]) -> String {
        let bridge = format!("unix:{}", self.path("br0.mgmt"));
        let output = self
            .command("ovs-ofctl")
            .args(["-O", version, command, &bridge])
            .args(argument)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command} {argument:?}: {errors}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub(crate) fn connect(&self, version: Version) -> Connection {
        let stream = UnixStream::connect(self.path("br0.mgmt")).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let mut connection = Connection {
            stream,
            version,
            input: BytesMut::new(),
        };
        let mut hello = BytesMut::new();
        Message::hello(version.wire(), Xid(0), Hello::default())
            .encode(&mut hello)
            .unwrap();
        connection.stream.write_all(&hello).unwrap();
        assert_eq!(connection.next().1, FromSwitch::Hello);
        connection
    }
}

impl Drop for OpenVSwitch {
    fn drop(&mut self) {
        for process in &mut self.processes {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

pub(crate) struct Connection {
    stream: UnixStream,
    pub(crate) version: Version,
    input: BytesMut,
}

impl Connection {
    pub(crate) fn send(&mut self, messages: &[ToSwitch]) {
        let mut output = BytesMut::new();
        for (xid, message) in (1..).zip(messages) {
            message.encode(self.version, Xid(xid), &mut output).unwrap();
        }
        self.stream.write_all(&output).unwrap();
    }

    pub(crate) fn next(&mut self) -> (Xid, FromSwitch) {
        loop {
            if let Some(length) = frame_length(&self.input).unwrap()
                && length <= self.input.len()
            {
                let frame = self.input.split_to(length).freeze();
                let message = Message::decode(frame).unwrap();
                return (message.xid, FromSwitch::lift(message));
            }
            let mut chunk = [0; 65_536];
            let length = self
                .stream
                .read(&mut chunk)
                .expect("the switch answers in time");
            assert_ne!(length, 0, "the switch closed the connection");
            self.input.extend_from_slice(&chunk[..length]);
        }
    }

    /// Sends, and waits until the switch is done; what it refused, by place in the list.
    pub(crate) fn carry_out(&mut self, messages: &[ToSwitch]) -> BTreeMap<usize, SwitchError> {
        let mut refused = BTreeMap::new();
        self.send(&[messages, &[ToSwitch::BarrierRequest]].concat());
        loop {
            match self.next() {
                (_, FromSwitch::BarrierReply) => return refused,
                (Xid(xid), FromSwitch::Error(error)) => {
                    refused.insert(xid as usize - 1, error);
                }
                _ => {}
            }
        }
    }

    pub(crate) fn flows(&mut self) -> BTreeMap<u16, FlowEntry> {
        let mut all = BTreeMap::new();
        self.send(&[ToSwitch::FlowStatsRequest(FlowStatsRequest::all())]);
        loop {
            let FromSwitch::FlowStats { entries, more } = self.next().1 else {
                continue;
            };
            all.extend(entries.into_iter().map(|entry| (entry.priority, entry)));
            if !more {
                return all;
            }
        }
    }
}
