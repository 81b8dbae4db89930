//! The program `pointsman` as a process: started on ports of its own, asked over REST, killed.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::{Rest, ports, until};

/// A controller process; dereferences to [`Rest`] for what it can be asked. Dropping it kills it, and
/// shows the end of its log when a test fails.
#[derive(Debug)]
pub struct Controller {
    process: Child,
    arguments: Vec<String>,
    openflow: SocketAddr,
    rest: Rest,
    /// Holds the log and what the controller keeps between runs.
    directory: TempDir,
}

impl Controller {
    /// Starts `pointsman run` with more arguments, and waits until it is ready.
    #[must_use]
    pub fn spawn(arguments: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let [openflow, http] = [ports::free(), ports::free()];
        let arguments: Vec<String> = arguments.iter().map(|&text| text.to_owned()).collect();
        let controller = Self {
            process: start(&arguments, openflow, http, directory.path()),
            arguments,
            openflow,
            rest: Rest::new(http),
            directory,
        };
        controller.wait_until_ready();
        controller
    }

    /// Where switches connect to.
    #[must_use]
    pub fn openflow(&self) -> SocketAddr {
        self.openflow
    }

    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// SIGKILL: no chance to say goodbye.
    pub fn kill(&mut self) {
        self.process.kill().expect("the process is ours");
        self.process.wait().expect("the process is ours");
    }

    /// SIGTERM, and waits for the end.
    pub fn terminate(&mut self) -> ExitStatus {
        self.signal("TERM");
        let ended = || self.process.try_wait().expect("the process is ours");
        until(
            "the controller ends after SIGTERM",
            Duration::from_secs(10),
            ended,
        )
        .0
    }

    /// Stops its time until the guard is dropped: it keeps its connections and does nothing.
    #[must_use]
    pub fn paused(&self) -> Paused<'_> {
        self.signal("STOP");
        Paused(self)
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args(["-s", name, &self.pid().to_string()])
            .status();
        assert!(
            sent.is_ok_and(|status| status.success()),
            "the process can be signalled"
        );
    }

    /// Starts it again where it was, and waits until it is ready.
    pub fn restart(&mut self) {
        self.process = start(
            &self.arguments,
            self.openflow,
            self.rest.http(),
            self.directory.path(),
        );
        self.wait_until_ready();
    }

    /// What it has written to stderr, over all its runs.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(log_file(self.directory.path())).unwrap_or_default()
    }

    /// Resident memory.
    #[must_use]
    pub fn resident_kib(&self) -> u64 {
        resident_kib(self.pid())
    }

    /// Time on processors, in user and kernel mode, of all threads.
    #[must_use]
    pub fn processor_time(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid()));
        let stat = stat.expect("the process runs");
        // The name in parentheses may hold spaces; utime and stime are the 14th and 15th field.
        let (_, fields) = stat.rsplit_once(") ").expect("proc(5)");
        let ticks = fields
            .split(' ')
            .skip(11)
            .take(2)
            .map(|t| t.parse::<u64>().unwrap_or(0));
        Duration::from_millis(ticks.sum::<u64>() * 1000 / CLOCK_TICKS_PER_SECOND)
    }

    fn wait_until_ready(&self) {
        until("the controller is ready", READY_TIMEOUT, || {
            self.rest.is_ready().then_some(())
        });
    }
}

impl Deref for Controller {
    type Target = Rest;

    fn deref(&self) -> &Rest {
        &self.rest
    }
}

/// Of [`Controller::paused`].
#[derive(Debug)]
pub struct Paused<'a>(&'a Controller);

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        self.0.signal("CONT");
    }
}

impl Drop for Controller {
    fn drop(&mut self) {
        let _ = self.process.kill(); // it may have ended
        let _ = self.process.wait();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let tail = &lines[lines.len().saturating_sub(LOG_SHOWN)..];
            eprintln!("---- the controller's log\n{}", tail.join("\n"));
        }
    }
}

fn start(arguments: &[String], openflow: SocketAddr, http: SocketAddr, directory: &Path) -> Child {
    let log = File::options()
        .create(true)
        .append(true)
        .open(log_file(directory));
    Command::new(program())
        .arg("run")
        .args([
            "--openflow",
            &openflow.to_string(),
            "--http",
            &http.to_string(),
        ])
        .arg("--data")
        .arg(directory.join("data"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log.expect("a log can be written"))
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", program().display()))
}

fn log_file(directory: &Path) -> PathBuf {
    directory.join("log")
}

/// Resident memory of a process.
#[must_use]
pub fn resident_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status"));
    let status = status.expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .expect("Linux tells it")
}

/// `$POINTSMAN`, or what was built last.
#[must_use]
pub fn program() -> PathBuf {
    if let Some(given) = std::env::var_os("POINTSMAN") {
        return given.into();
    }
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    let built = ["release", "debug"].map(|profile| target.join(profile).join("pointsman"));
    let newest = built
        .into_iter()
        .max_by_key(|file| file.metadata().and_then(|m| m.modified()).ok());
    newest
        .filter(|file| file.exists())
        .expect("`pointsman` is built: run cargo build first")
}

const READY_TIMEOUT: Duration = Duration::from_secs(10);
const LOG_SHOWN: usize = 60;
/// `sysconf(_SC_CLK_TCK)`, which is 100 on every Linux there is.
const CLOCK_TICKS_PER_SECOND: u64 = 100;
