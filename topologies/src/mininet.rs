//! A topology on real switches: Mininet over Open vSwitch, driven from Rust.
//!
//! Mininet is a Python library, so a Python process (`mininet/lab.py`) holds the network and takes
//! requests over a socket pair, one JSON object a line, one answer a line. The socket is also the
//! lease: when it closes, because we stop or because we were killed, the process removes what it
//! made. Calls block; a request that takes too long is an error and ends the network's use.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use std::{fs, io};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::topology::Topology;

/// Mininet's parts, also for plain `mn --custom`.
const PARTS: &str = include_str!("../mininet/pointsman.py");
/// The process on the other end of the socket, which is its standard input.
const LAB: &str = include_str!("../mininet/lab.py");

/// A network of hundreds of switches takes a minute.
const START_TIMEOUT: Duration = Duration::from_secs(300);
const STOP_TIMEOUT: Duration = Duration::from_secs(60);
/// For what only asks or sets something.
const QUICK: Duration = Duration::from_secs(30);

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MininetError {
    #[error("Mininet needs root: namespaces and interfaces are made")]
    NotRoot,
    #[error("not installed: {}; on Debian or Ubuntu: apt-get install {}", .commands.join(", "), .packages.join(" "))]
    Missing {
        commands: Vec<&'static str>,
        packages: Vec<&'static str>,
    },
    #[error("Open vSwitch does not run and cannot be started: {0}")]
    OpenVswitch(String),
    #[error("{what}: {source}")]
    Io {
        what: &'static str,
        source: io::Error,
    },
    #[error("the process that holds the network has ended")]
    Ended,
    #[error("no answer to `{request}` within {} s", .after.as_secs())]
    Late { request: String, after: Duration },
    /// What Mininet or Open vSwitch says.
    #[error("{0}")]
    Refused(String),
    #[error("`{request}` was answered with something else: {source}")]
    Answer {
        request: String,
        source: serde_json::Error,
    },
}

type Result<T> = std::result::Result<T, MininetError>;

fn io_error(what: &'static str) -> impl FnOnce(io::Error) -> MininetError {
    move |source| MininetError::Io { what, source }
}

/// The protocol the switches speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OpenFlow {
    V1_0,
    #[default]
    V1_3,
    V1_4,
    V1_5,
    /// 1.3 on odd datapath ids, 1.0 on even ones.
    Mixed,
}

impl OpenFlow {
    fn as_str(self) -> &'static str {
        match self {
            Self::V1_0 => "1.0",
            Self::V1_3 => "1.3",
            Self::V1_4 => "1.4",
            Self::V1_5 => "1.5",
            Self::Mixed => "mixed",
        }
    }
}

/// How to bring a network up.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where the switches connect to; whether anyone listens there yet does not matter.
    pub controllers: Vec<SocketAddr>,
    pub openflow: OpenFlow,
    /// Let the hosts' kernels speak IPv6, which they do unasked. Off, a test sees only what it
    /// sends.
    pub ipv6: bool,
    /// Remove bridges and interfaces that have the names we need, whoever made them. Otherwise only
    /// what a killed lab has left behind is removed, and anything else is an error.
    pub replace: bool,
}

/// What a command on a host came to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Output {
    /// Exit status, negative for a signal; none while it runs.
    pub status: Option<i32>,
    /// Standard output and error, as they came.
    #[serde(rename = "output")]
    pub text: String,
}

/// A command running in the background on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(transparent)]
pub struct Running(u32);

/// One ping from every host to every other.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Pings {
    pub sent: usize,
    /// From whom to whom.
    pub lost: Vec<(String, String)>,
}

/// A network in Mininet. Dropping it takes it down.
#[derive(Debug)]
pub struct Mininet {
    /// Guards that a request and its answer stay together; held over one of them.
    channel: Mutex<BufReader<UnixStream>>,
    /// Guards that one thread waits for the end; taken after `channel`.
    process: Mutex<Child>,
    topology: Topology,
    /// Holds the process's program.
    _directory: TempDir,
}

/// Ends the use of a network from another thread: whatever is waited for there fails with
/// [`MininetError::Ended`].
#[derive(Debug)]
pub struct Ender(UnixStream);

impl Ender {
    pub fn end(&self) {
        // Only our half: the process closes the other when the network is gone. An error means that
        // it is closed already.
        let _ = self.0.shutdown(Shutdown::Write);
    }
}

impl Mininet {
    /// Brings a network up. Check with [`requirements`] and [`start_open_vswitch`] first.
    ///
    /// # Errors
    /// When the process cannot be started, or Mininet or Open vSwitch refuse.
    pub fn start(topology: &Topology, options: &Options) -> Result<Self> {
        let network = Self::launch(topology)?;
        network.up(options)?;
        Ok(network)
    }

    /// Starts the process only, for who wants an [`Ender`] before [`Mininet::up`].
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn launch(topology: &Topology) -> Result<Self> {
        let directory = tempfile::Builder::new()
            .prefix("pointsman-lab-")
            .tempdir()
            .map_err(io_error("a directory for the lab"))?;
        let write = |name: &str, text: &str| {
            let path = directory.path().join(name);
            fs::write(&path, text)
                .map_err(io_error("the lab's program"))
                .map(|()| path)
        };
        write("pointsman.py", PARTS)?;
        let program = write("lab.py", LAB)?;
        let (stream, theirs) = UnixStream::pair().map_err(io_error("the lab's socket"))?;
        let process = Command::new(python())
            .arg(&program)
            .stdin(OwnedFd::from(theirs))
            .spawn()
            .map_err(io_error("python3"))?;
        Ok(Self {
            channel: Mutex::new(BufReader::new(stream)),
            process: Mutex::new(process),
            topology: topology.clone(),
            _directory: directory,
        })
    }

    /// Brings the network up.
    ///
    /// # Errors
    /// When Mininet or Open vSwitch refuse.
    pub fn up(&self, options: &Options) -> Result<()> {
        let controller = |c: &SocketAddr| json!([c.ip().to_string(), c.port()]);
        let request = json!({
            "do": "start",
            "topology": self.topology,
            "controllers": options.controllers.iter().map(controller).collect::<Vec<_>>(),
            "openflow": options.openflow.as_str(),
            "ipv6": options.ipv6,
            "replace": options.replace,
        });
        self.ask(&request, Some(START_TIMEOUT))
    }

    /// To end it from another thread or a signal's task.
    ///
    /// # Errors
    /// When the process is out of file descriptors.
    pub fn ender(&self) -> Result<Ender> {
        let channel = self.channel.lock().unwrap_or_else(PoisonError::into_inner);
        channel
            .get_ref()
            .try_clone()
            .map(Ender)
            .map_err(io_error("the lab's socket"))
    }

    /// Runs a shell command on a host to its end.
    ///
    /// # Errors
    /// When there is no such host or the command takes longer than `timeout`, which ends it.
    pub fn run(&self, host: &str, command: &str, timeout: Duration) -> Result<Output> {
        let request = json!({
            "do": "run",
            "node": host,
            "command": command,
            "timeout": timeout.as_secs_f64(),
        });
        self.ask(&request, Some(timeout + QUICK))
    }

    /// Starts a shell command on a host in the background. It ends with the network at the latest.
    ///
    /// # Errors
    /// When there is no such host.
    pub fn spawn(&self, host: &str, command: &str) -> Result<Running> {
        self.quick(&json!({"do": "spawn", "node": host, "command": command}))
    }

    /// What a background command has written so far.
    ///
    /// # Errors
    /// When the network has ended.
    pub fn output(&self, command: Running) -> Result<Output> {
        self.quick(&json!({"do": "output", "number": command.0}))
    }

    /// Waits for a background command to end by itself.
    ///
    /// # Errors
    /// When it still runs after `timeout`.
    pub fn wait(&self, command: Running, timeout: Duration) -> Result<Output> {
        self.finish(command, None, timeout)
    }

    /// Interrupts a background command as Ctrl-C does and waits: ping then prints its statistics.
    ///
    /// # Errors
    /// When it has not ended after 10 s.
    pub fn interrupt(&self, command: Running) -> Result<Output> {
        self.finish(command, Some(2), Duration::from_secs(10))
    }

    /// Kills a background command at once.
    ///
    /// # Errors
    /// When the network has ended.
    pub fn kill(&self, command: Running) -> Result<Output> {
        self.finish(command, Some(9), Duration::from_secs(10))
    }

    fn finish(&self, command: Running, signal: Option<i32>, timeout: Duration) -> Result<Output> {
        let request = json!({
            "do": "finish",
            "number": command.0,
            "signal_number": signal,
            "timeout": timeout.as_secs_f64(),
        });
        self.ask(&request, Some(timeout + QUICK))
    }

    /// The interfaces of each link between two nodes, that of `a` first.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn links(&self, a: &str, b: &str) -> Result<Vec<(String, String)>> {
        self.quick(&json!({"do": "links", "a": a, "b": b}))
    }

    /// Cuts one of the links between two nodes, counted from 0: the interface of `a` goes down, that
    /// of `b` loses its carrier.
    ///
    /// # Errors
    /// When there is no such link.
    pub fn link_down(&self, a: &str, b: &str, number: usize) -> Result<()> {
        self.set_link(a, b, number, false)
    }

    /// Mends what [`Mininet::link_down`] cut.
    ///
    /// # Errors
    /// When there is no such link.
    pub fn link_up(&self, a: &str, b: &str, number: usize) -> Result<()> {
        self.set_link(a, b, number, true)
    }

    fn set_link(&self, a: &str, b: &str, number: usize, up: bool) -> Result<()> {
        let request = json!({"do": "set_link", "a": a, "b": b, "number": number, "up": up});
        self.quick::<(String, String)>(&request).map(drop)
    }

    /// Plugs a host, with its addresses, into the next free port of another switch; returns the
    /// port.
    ///
    /// # Errors
    /// When there is no such host or switch.
    pub fn move_host(&self, host: &str, switch: &str) -> Result<u32> {
        self.quick(&json!({"do": "move_host", "host": host, "switch": switch}))
    }

    /// One ping from every host to every other, each once and with 2 s to come back.
    ///
    /// # Errors
    /// When the network has ended.
    pub fn pingall(&self) -> Result<Pings> {
        let rounds = u32::try_from(self.topology.hosts().len()).unwrap_or(u32::MAX);
        let timeout = QUICK.saturating_add(Duration::from_secs(5).saturating_mul(rounds));
        self.ask(&json!({"do": "pingall", "timeout": 2}), Some(timeout))
    }

    /// Sends one broadcast frame (EtherType 0x88b5, for experiments) from a host and counts its
    /// arrivals at every other host while `listen` lasts. Every host listens before it is sent.
    ///
    /// # Errors
    /// When there is no such host.
    pub fn broadcast(&self, host: &str, listen: Duration) -> Result<BTreeMap<String, u32>> {
        let request = json!({"do": "broadcast", "host": host, "listen": listen.as_secs_f64()});
        self.ask(&request, Some(listen + QUICK))
    }

    /// Mininet's command line on the controlling terminal, until the user leaves it. What only the
    /// controller knows is asked by the program `asking`, which gets these variables.
    ///
    /// # Errors
    /// When there is no terminal or the network has ended.
    pub fn prompt(&self, asking: &Path, environment: &[(&str, &str)]) -> Result<()> {
        let environment: BTreeMap<_, _> = environment.iter().copied().collect();
        let request = json!({"do": "prompt", "asking": asking, "environment": environment});
        self.ask(&request, None)
    }

    /// Takes the network down and waits for that, and before it for a request of another thread;
    /// dropping does the same. The second time there is nothing to do.
    pub fn stop(&self) {
        let mut channel = self.channel.lock().unwrap_or_else(PoisonError::into_inner);
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let removed = closed(&mut channel);
        if !removed {
            // It has been waited for, and has no chance to refuse this.
            let _ = process.kill();
        }
        let _ = process.wait();
        if !removed {
            let names = self
                .topology
                .switches()
                .iter()
                .map(|switch| switch.name.as_str());
            let deletions = names.flat_map(|name| ["--", "--if-exists", "del-br", name]);
            let _ = Command::new("ovs-vsctl")
                .arg("--timeout=10")
                .args(deletions)
                .status();
        }
    }

    fn quick<T: DeserializeOwned>(&self, request: &Value) -> Result<T> {
        self.ask(request, Some(QUICK))
    }

    fn ask<T: DeserializeOwned>(&self, request: &Value, timeout: Option<Duration>) -> Result<T> {
        #[derive(Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Answer {
            Ok(Value),
            Error(String),
        }
        let name = || request["do"].as_str().unwrap_or_default().to_owned();
        let mut channel = self.channel.lock().unwrap_or_else(PoisonError::into_inner);
        channel
            .get_ref()
            .set_read_timeout(timeout)
            .map_err(io_error("the lab's socket"))?;
        let line = format!("{request}\n");
        if channel.get_ref().write_all(line.as_bytes()).is_err() {
            return Err(MininetError::Ended);
        }
        let mut line = String::new();
        match channel.read_line(&mut line) {
            Ok(0) => return Err(MininetError::Ended),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                // The answer may still come, and would be taken for that to the next request.
                let _ = channel.get_ref().shutdown(Shutdown::Write);
                return Err(MininetError::Late {
                    request: name(),
                    after: timeout.unwrap_or_default(),
                });
            }
            Err(_) => return Err(MininetError::Ended),
        }
        let answer = match serde_json::from_str(&line) {
            Ok(Answer::Error(text)) => return Err(MininetError::Refused(text)),
            Ok(Answer::Ok(value)) => serde_json::from_value(value),
            Err(error) => Err(error),
        };
        answer.map_err(|source| MininetError::Answer {
            request: name(),
            source,
        })
    }
}

impl Drop for Mininet {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Closes our half, which ends the process, and waits until it has closed its own, which it does
/// when the network is removed. False when it does not in time.
fn closed(channel: &mut BufReader<UnixStream>) -> bool {
    let _ = channel.get_ref().shutdown(Shutdown::Write);
    if channel
        .get_ref()
        .set_read_timeout(Some(STOP_TIMEOUT))
        .is_err()
    {
        return false;
    }
    let mut rest = Vec::new();
    loop {
        rest.clear();
        match channel.read_until(b'\n', &mut rest) {
            Ok(0) => return true,
            Ok(_) => {} // the answer to a request that was cut short
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return true,
            Err(_) => return false,
        }
    }
}

/// Mininet's package is the system's, whatever `python3` the user has in front.
fn python() -> &'static str {
    let system = "/usr/bin/python3";
    if Path::new(system).exists() {
        system
    } else {
        "python3"
    }
}

/// Whether all is there that a network needs.
///
/// # Errors
/// Without root, and naming what is not installed with the packages that have it.
pub fn requirements() -> Result<()> {
    use std::os::unix::fs::MetadataExt;
    let uid = fs::metadata("/proc/self")
        .map_err(io_error("/proc/self"))?
        .uid();
    if uid != 0 {
        return Err(MininetError::NotRoot);
    }
    const NEEDED: [(&str, &str); 7] = [
        ("mnexec", "mininet"),
        ("python3", "python3"),
        ("ovs-vsctl", "openvswitch-switch"),
        ("ip", "iproute2"),
        ("ifconfig", "net-tools"),
        ("ethtool", "ethtool"),
        ("ping", "iputils-ping"),
    ];
    let mut missing: Vec<_> = NEEDED
        .into_iter()
        .filter(|(command, _)| find(command).is_none())
        .collect();
    let module = Command::new(python())
        .args(["-c", "import mininet"])
        .stderr(Stdio::null())
        .status();
    if missing.is_empty() && !module.is_ok_and(|status| status.success()) {
        missing.push(("Mininet's Python module", "mininet"));
    }
    if missing.is_empty() {
        return Ok(());
    }
    let (commands, packages) = missing.into_iter().unzip();
    Err(MininetError::Missing { commands, packages })
}

fn find(command: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|place| place.join(command))
        .find(|file| file.is_file())
}

/// Starts Open vSwitch when it does not run; whether it did.
///
/// # Errors
/// When it can neither be reached nor started.
pub fn start_open_vswitch() -> Result<bool> {
    const CONTROL: &str = "/usr/share/openvswitch/scripts/ovs-ctl";
    if reachable()? {
        return Ok(false);
    }
    let started = Command::new(CONTROL)
        .args(["start", "--system-id=random"])
        .stdin(Stdio::null())
        .output()
        .map_err(io_error(CONTROL))?;
    if reachable()? {
        return Ok(true);
    }
    let said = [started.stdout, started.stderr].concat();
    Err(MininetError::OpenVswitch(
        String::from_utf8_lossy(&said).trim().to_owned(),
    ))
}

/// Whether both of its processes answer.
fn reachable() -> Result<bool> {
    Ok(answers("ovs-vsctl", "show")? && answers("ovs-appctl", "version")?)
}

fn answers(command: &'static str, question: &str) -> Result<bool> {
    Command::new(command)
        .args(["--timeout=5", question])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(io_error(command))
        .map(|status| status.success())
}
