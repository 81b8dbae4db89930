//! `pointsman lab`, and Mininet's own command with our parts: what is printed, how it exits, and
//! that nothing is left of it.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use pointsman_tests::controller::program;
use pointsman_tests::{lab, ports, until};

const FREE: [&str; 4] = ["--openflow", "127.0.0.1:0", "--http", "127.0.0.1:0"];

/// Without a terminal.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command
        .arg("lab")
        .args(FREE)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The summary of a lab that has gone well: names and values.
#[track_caller]
fn summary(output: &Output) -> Vec<(String, String)> {
    let (said, errors) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{said}\n{errors}");
    assert!(
        !errors.contains("WARN") && !errors.contains("ERROR"),
        "{errors}"
    );
    let split = |line: &str| {
        let (name, value) = line.split_once(' ').unwrap_or((line, ""));
        (name.to_owned(), value.trim().to_owned())
    };
    said.lines().map(split).collect()
}

/// Runs a lab to its end; what its summary should say of switches, links, hosts and pings.
#[track_caller]
fn runs_through(arguments: &[&str], name: &str, [switches, links, hosts]: [usize; 3]) {
    let _alone = lab::lock();
    let summary = summary(&command(arguments).output().unwrap());
    let loss = format!("0 % (0 of {} pings)", hosts * (hosts - 1));
    let counts = [switches, links, hosts].map(|count| count.to_string());
    let wanted = [
        ("topology", name),
        ("switches", &counts[0]),
        ("links", &counts[1]),
        ("hosts", &counts[2]),
        ("loss", &loss),
    ];
    let said: Vec<_> = summary.iter().map(|(n, v)| (&**n, &**v)).collect();
    assert_eq!(said[..5], wanted);
    let rest: Vec<_> = said[5..].iter().map(|(name, _)| *name).collect();
    assert_eq!(rest, ["seconds", "dashboard"], "one summary");
    assert_nothing_left();
}

/// Bridges, interfaces, namespaces of hosts and processes of a lab.
fn left() -> Vec<String> {
    let bridges = Command::new("ovs-vsctl").arg("list-br").output().unwrap();
    let bridges = text(&bridges.stdout);
    let interfaces = fs::read_dir("/sys/class/net").unwrap();
    let interfaces = interfaces.map(|file| file.unwrap().file_name().into_string().unwrap());
    let ours = |name: &String| {
        let mut letters = name.chars();
        matches!(letters.next(), Some('s' | 'h')) && letters.next().is_some_and(char::is_numeric)
    };
    let networks = bridges
        .lines()
        .map(str::to_owned)
        .chain(interfaces)
        .filter(ours);
    networks.chain(processes()).collect()
}

/// Of Mininet: the lab's own, and the shells of nodes, which Mininet names.
fn processes() -> Vec<String> {
    let all = fs::read_dir("/proc").unwrap();
    let commands = all.filter_map(|entry| fs::read(entry.ok()?.path().join("cmdline")).ok());
    commands
        .map(|words| text(&words).replace('\0', " "))
        .filter(|line| line.contains("pointsman-lab-") || line.contains("mininet:"))
        .collect()
}

#[track_caller]
fn assert_nothing_left() {
    // The kernel takes a moment to end the processes of a namespace.
    let gone = until_or(Duration::from_secs(10), || left().is_empty());
    assert!(gone, "{:?}", left());
}

fn until_or(timeout: Duration, good: impl Fn() -> bool) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < timeout {
        if good() {
            return true;
        }
        std::thread::park_timeout(Duration::from_millis(20));
    }
    false
}

#[test]
fn a_ring_comes_up_is_pinged_and_goes() {
    runs_through(&["--topology", "ring,4"], "ring,4", [4, 4, 4]);
}

#[test]
fn a_network_of_the_catalog() {
    runs_through(&["--topology", "abilene"], "abilene", [11, 14, 11]);
}

#[test]
fn a_file_as_topohub_ships_it() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../topologies/catalog/geant.json");
    let copy = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    fs::copy(file, copy.path()).unwrap();
    let path = copy.path().to_str().unwrap();
    let arguments = ["--topology", path, "--openflow-version", "mixed"];
    runs_through(&arguments, "geant", [22, 36, 22]);
}

fn bridge_there() -> bool {
    let bridge = Command::new("ovs-vsctl").args(["br-exists", "s1"]).status();
    bridge.unwrap().success()
}

/// Starts a lab and ends it with a signal once something can be seen of it.
#[track_caller]
fn is_ended(signal: &str, when: impl Fn() -> bool) -> Option<i32> {
    let _alone = lab::lock();
    let mut lab = Ended(command(&["--topology", "fat-tree,4"]).spawn().unwrap());
    until("so far", Duration::from_secs(60), || when().then_some(()));
    let process = lab.0.id().to_string();
    let sent = Command::new("kill").args(["-s", signal, &process]).status();
    assert!(sent.unwrap().success());
    let (status, _) = until("the lab ends", Duration::from_secs(20), || {
        lab.0.try_wait().unwrap()
    });
    assert_nothing_left();
    status.code()
}

/// A process that does not outlive the test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill(); // it may have ended
        let _ = self.0.wait();
    }
}

#[test]
fn interrupted_while_the_network_comes_up() {
    let begun = || {
        processes()
            .iter()
            .any(|line| line.contains("pointsman-lab-"))
    };
    assert_eq!(is_ended("INT", begun), Some(130));
}

#[test]
fn interrupted_while_it_pings() {
    let pings = || {
        let commands = fs::read_dir("/proc").unwrap().filter_map(|entry| {
            let path = entry.ok()?.path().join("cmdline");
            fs::read(path).ok()
        });
        let mut commands = commands.map(|words| text(&words));
        commands.any(|line| line.starts_with("ping\0-n\0-c\0") && line.contains("10.0.0."))
    };
    assert_eq!(is_ended("INT", pings), Some(130));
}

#[test]
fn terminated_once_switches_are_there() {
    assert_eq!(is_ended("TERM", bridge_there), Some(143));
}

#[test]
fn killed_without_a_chance_to_clean_up() {
    assert_eq!(is_ended("KILL", bridge_there), None);
}

/// `mn`, without what it does when something goes wrong: ending every `ping` and every `controller`
/// of the machine, whoever started them.
const MN: &str = "\
import runpy, mininet.clean
mininet.clean.cleanup = lambda: None
runpy.run_path('/usr/bin/mn', run_name='__main__')";

/// It starts us as `pointsman -v ptcp:PORT`, as it does `controller`.
#[test]
fn mininets_own_command_with_our_parts() {
    let _alone = lab::lock();
    let parts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../topologies/mininet/pointsman.py");
    let output = Command::new("/usr/bin/python3")
        .args(["-c", MN, "--custom"])
        .arg(parts)
        .args(["--topo", "pointsman,ring,3"])
        .args([
            "--controller",
            &format!("pointsman,port={}", ports::free().port()),
        ])
        .args(["--wait", "--test", "pingall"])
        .env("POINTSMAN", program())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    // Mininet says everything on stderr.
    let said = text(&output.stderr) + &text(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("0% dropped (6/6 received)"), "{said}");
    assert_nothing_left();
}
