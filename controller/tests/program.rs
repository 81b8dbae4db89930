//! The program as somebody at a shell sees it.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, where a panic is the report"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_pointsman");

fn pointsman(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .args(arguments)
        .env_remove("POINTSMAN_URL")
        .env_remove("POINTSMAN_TOKEN")
        .env_remove("POINTSMAN_LOG");
    command
}

fn output(arguments: &[&str]) -> Output {
    pointsman(arguments).output().unwrap()
}

/// Exit status and what it says is wrong.
fn refusal(arguments: &[&str]) -> (Option<i32>, String) {
    let output = output(arguments);
    assert!(output.stdout.is_empty(), "{arguments:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), text)
}

/// `pointsman run` on free ports; killed when dropped.
struct Running {
    process: Child,
    url: String,
}

impl Running {
    fn start(more: &[&str]) -> Self {
        let mut arguments = vec!["run", "--openflow", "127.0.0.1:0", "--http", "127.0.0.1:0"];
        arguments.extend(more);
        Self::of(&arguments)
    }

    /// Reads the addresses off the banner.
    fn of(arguments: &[&str]) -> Self {
        let mut process = pointsman(arguments).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut value = |name: &str| {
            let line = lines.find(|line| line.as_ref().unwrap().trim_start().starts_with(name));
            let line = line.expect("the banner has it").unwrap();
            line.split_whitespace().nth(1).unwrap().to_owned()
        };
        let url = value("dashboard").trim_end_matches('/').to_owned();
        // The log goes on, and must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, url }
    }

    fn ask(&self, arguments: &[&str]) -> Output {
        let mut command = pointsman(arguments);
        command.env("POINTSMAN_URL", &self.url).output().unwrap()
    }

    fn said(&self, arguments: &[&str]) -> String {
        let output = self.ask(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn terminate(mut self) -> (Option<i32>, Duration) {
        let begin = Instant::now();
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").arg(&pid).status().unwrap().success());
        let status = self.process.wait().unwrap();
        (status.code(), begin.elapsed())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn temporary() -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_str().unwrap().to_owned();
    (dir, path)
}

#[test]
fn wrong_usage_exits_2() {
    for arguments in [
        &[][..],
        &["nonsense"],
        &["trace", "h1"],
        &["run", "--openflow", "here"],
        &["path", "h1"],
        &["flows", "--status", "good"],
        &["-v", "ptcp:http"],
        &["ptcp:6653", "--detach"],
    ] {
        let (code, text) = refusal(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {text}");
        assert!(!text.is_empty());
    }
}

#[test]
fn what_cannot_start_says_why_and_exits_1() {
    let (_dir, dir) = temporary();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let config = |text: &str| {
        let path = format!("{dir}/{}.toml", text.len());
        std::fs::write(&path, text).unwrap();
        path
    };
    let typo = config("[opnflow]\n");
    let settings = config("[apps]\nrun = [\"routing\"]\n[apps.routing]\nidle_timeout = 3\n");
    let app = config("[apps.loadbalancer]\n");
    let free = [
        "--openflow",
        "127.0.0.1:0",
        "--http",
        "127.0.0.1:0",
        "--data",
    ];
    let with = |more: [&str; 2]| {
        let mut arguments = vec!["run"];
        arguments.extend(free);
        arguments.push(&dir);
        arguments.extend(more);
        refusal(&arguments)
    };
    let cases = [
        (refusal(&["run", "--openflow", &taken]), "is in use"),
        (
            refusal(&[
                "run",
                "--openflow",
                "127.0.0.1:0",
                "--http",
                &taken,
                "--data",
                &dir,
            ]),
            "--http",
        ),
        (with(["--apps", "rooting"]), "did you mean `routing`?"),
        (
            with(["--config", &typo]),
            ":1: `opnflow` is not a field here; did you mean `openflow`?",
        ),
        (
            with(["--config", &settings]),
            "`apps.routing.idle_timeout` is not a field here",
        ),
        (with(["--config", &app]), "did you mean `load-balancer`?"),
        (with(["--config", "/nowhere"]), "cannot read /nowhere"),
        (with(["--log", "a=b=c"]), "not a filter"),
        (
            refusal(&["switches", "--url", "http://127.0.0.1:1"]),
            "start one with `pointsman run`",
        ),
        (refusal(&["topology", "fat-tree,3"]), "fat-tree"),
    ];
    for ((code, text), expected) in cases {
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains(expected), "{expected}\n{text}");
        let last = text.lines().last().unwrap();
        assert!(last.starts_with("error: "), "{text}");
    }
}

#[test]
fn a_running_controller_is_asked_and_told() {
    let (_dir, dir) = temporary();
    let running = Running::start(&["--data", &dir, "--apps", "routing,load-balancer"]);
    assert_eq!(
        running.said(&["switches"]),
        "No switch has connected yet.\n"
    );
    assert_eq!(running.said(&["pools"]), "No pools.\n");
    let apps = running.said(&["apps"]);
    assert!(apps.contains("routing          running"), "{apps}");
    let stopped = running.said(&["apps", "stop", "routing"]);
    assert!(stopped.contains("stopped"), "{stopped}");
    let json: Value = serde_json::from_str(&running.said(&["apps", "--json"])).unwrap();
    assert_eq!(json[0]["state"], "stopped");
    let unknown = running.ask(&["flows", "s1"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(unknown.stderr).unwrap(),
        "error: there is no switch `s1`\n"
    );
    let (code, took) = running.terminate();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[test]
fn what_was_changed_over_the_api_survives_a_kill() {
    let (_dir, dir) = temporary();
    let names = json!({"hosts": {"00:00:00:00:00:01": "printer"}, "switches": {}});
    let running = Running::start(&["--data", &dir]);
    annotations(&running, Some(&names));
    running.said(&["apps", "start", "load-balancer"]);
    // Names are written from a distance, every two seconds.
    let file = format!("{dir}/pointsman.redb");
    assert_eq!(annotations(&running, None), names);
    wait_for(|| std::fs::read(&file).is_ok_and(|bytes| contains(&bytes, b"printer")));
    drop(running);
    let again = Running::start(&["--data", &dir]);
    assert_eq!(annotations(&again, None), names);
    let apps = again.said(&["apps"]);
    assert!(apps.contains("load-balancer    running"), "{apps}");
    drop(again);
    // Another word in the configuration, and that holds.
    let edited = Running::start(&["--data", &dir, "--apps", "load-balancer"]);
    let apps = edited.said(&["apps"]);
    assert!(apps.contains("routing          stopped"), "{apps}");
}

#[test]
fn in_mininets_place_of_controller() {
    let (_dir, home) = temporary();
    let mut process = pointsman(&["-v", "ptcp:0"])
        .env("XDG_STATE_HOME", &home)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
    let line = lines.find(|line| line.as_ref().unwrap().trim_start().starts_with("switches"));
    let line = line.unwrap().unwrap();
    let address = line.split_whitespace().nth(1).unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let mut hello = [0; 8];
    stream.read_exact(&mut hello).unwrap();
    assert_eq!(hello[1], 0x00, "OFPT_HELLO");
    process.kill().unwrap();
    process.wait().unwrap();
}

#[test]
fn a_second_controller_is_told_whose_the_data_is() {
    let (_dir, dir) = temporary();
    let _first = Running::start(&["--data", &dir]);
    let second = [
        "run",
        "--openflow",
        "127.0.0.1:0",
        "--http",
        "127.0.0.1:0",
        "--data",
        &dir,
    ];
    let (code, text) = refusal(&second);
    assert_eq!(code, Some(1));
    assert!(text.contains("another pointsman uses"), "{text}");
}

#[test]
fn decode_answers_line_by_line_and_goes_quietly() {
    let mut process = pointsman(&["decode"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    let mut answers = BufReader::new(process.stdout.take().unwrap());
    let mut ask = |line: &str| {
        writeln!(input, "{line}").unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        serde_json::from_str::<Value>(&answer).unwrap()
    };
    assert_eq!(ask("0402000800000001")["type"], "echo_request");
    assert_eq!(ask("what")["ok"], false);
    // Nobody reads any more: that is no error.
    drop(answers);
    let _ = writeln!(input, "0402000800000001\n0402000800000001");
    drop(input);
    let output = process.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

/// Puts them, or gets them.
fn annotations(running: &Running, given: Option<&Value>) -> Value {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/api/v1/annotations", running.url);
    let request = match given {
        Some(given) => client.put(url).json(given),
        None => client.get(url),
    };
    runtime.block_on(async { request.send().await.unwrap().json().await.unwrap() })
}

fn wait_for(mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < deadline, "it did not happen in time");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// What a demo says to lines on its standard input.
fn demo(arguments: &[&str], lines: &str) -> (Option<i32>, String, String) {
    let mut all = vec!["demo", "--http", "127.0.0.1:0", "--quiet"];
    all.extend(arguments);
    let mut command = pointsman(&all);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    process
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    let output = process.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn a_demo_is_a_network_that_works() {
    for version in ["1.0", "1.3", "1.4", "1.5", "mixed"] {
        let (status, said, error) = demo(
            &["--topology", "ring,4", "--openflow-version", version],
            "pingall\nh1 ping -c 2 h3\nh1 arping h2\nh2 get h4\niperf h1 h3\ndump s1\n",
        );
        assert_eq!((status, &*error), (Some(0), ""), "{version}: {said}");
        for part in [
            "switches   4\nlinks      4\nhosts      4\n",
            "loss       0 % (0 of 12 pings)",
            "2 of 2 answered",
            "10.0.0.2 is at 00:00:00:00:00:02",
            "200 from h4",
            "Mbit/s",
            "CONTROLLER",
        ] {
            assert!(said.contains(part), "{version}: no `{part}` in {said}");
        }
    }
}

#[test]
fn a_demo_survives_a_cut_cable() {
    // While the controller hears of the cut, a packet may still be carried by it: the first of two.
    let lines = "pingall\nlink s1 s2 down\nlink s1 s4 down\nh1 ping -c 2 h3\nlink s1 s4 up\n";
    let (status, said, error) = demo(&["--topology", "ring,4"], lines);
    assert_eq!(
        status,
        Some(1),
        "a host that is cut off does not answer: {said}"
    );
    assert!(error.contains("h3: "), "{error}");
    assert!(!error.contains("2 of 2 answered"), "{error}");
}

#[test]
fn a_demo_says_what_is_wrong_with_a_line() {
    let (status, _, error) = demo(
        &["--topology", "single,2"],
        "pingal\nh1 ping h9\nlink s1 s2 down\n",
    );
    assert_eq!(status, Some(1));
    let told: Vec<&str> = error.lines().collect();
    assert_eq!(
        told,
        [
            "there is no command `pingal`; did you mean `pingall`?",
            "there is no host `h9`",
            "there is no cable between `s1` and `s2`",
        ]
    );
}
