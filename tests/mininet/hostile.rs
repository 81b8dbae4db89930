//! Peers, hosts and clients that do what they should not: the controller stays as it is, and nobody
//! else notices.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use pointsman_tests::farm::SERVER_PORT;
use pointsman_tests::mininet::program;
use pointsman_tests::web::{ask, shares};
use pointsman_tests::{Controller, Ground, Pinging, until};
use reqwest::Method;
use serde_json::{Value, json};
use topologies::mininet::OpenFlow;

use crate::Scene;
use crate::support::{address, table};

/// What the controller's memory may grow by, whatever is thrown at it.
const GROWTH_KIB: u64 = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);
const ECHO_PAUSE: Duration = Duration::from_millis(20);

const VIP_MAC: &str = "02:50:0a:00:00:64";

/// Message types, as numbered in 1.3.
const HELLO: u8 = 0;
const ERROR: u8 = 1;
const ECHO_REQUEST: u8 = 2;
const ECHO_REPLY: u8 = 3;
const FEATURES_REQUEST: u8 = 5;
const FEATURES_REPLY: u8 = 6;
const PACKET_IN: u8 = 10;
const MULTIPART_REQUEST: u8 = 18;
const BARRIER_REQUEST: u8 = 20;
const BARRIER_REPLY: u8 = 21;

/// A frame of OpenFlow 1.3.
fn frame(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(8 + body.len()).unwrap().to_be_bytes();
    [&[4, kind][..], &length, &[0, 0, 0, 9], body].concat()
}

/// The longest there can be.
fn longest(kind: u8) -> Vec<u8> {
    frame(kind, &vec![0xa5; 0xffff - 8])
}

/// A connection to the controller that may say anything.
struct Peer(TcpStream);

impl Peer {
    fn connect(controller: &Controller) -> Self {
        let stream = TcpStream::connect(controller.openflow()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    /// One that has said everything a switch has to.
    fn switch(controller: &Controller, dpid: u64) -> Self {
        let mut peer = Self::connect(controller);
        peer.say(&frame(HELLO, &[]));
        let id = &dpid.to_be_bytes()[..];
        let features = [id, &256_u32.to_be_bytes(), &[1, 0, 0, 0], &[0; 8]].concat();
        peer.answer_until(FEATURES_REQUEST);
        peer.say(&frame(FEATURES_REPLY, &features));
        // The rest was asked together with that.
        peer.echo();
        peer
    }

    fn say(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    /// How long it takes to be answered.
    fn echo(&mut self) -> Duration {
        let begin = Instant::now();
        self.say(&frame(ECHO_REQUEST, b"?"));
        self.answer_until(ECHO_REPLY);
        begin.elapsed()
    }

    /// Reads until a message of a type comes, and answers what a poor switch would.
    fn answer_until(&mut self, wanted: u8) {
        loop {
            let (kind, head) = self.read().expect("the controller goes on");
            match kind {
                _ if kind == wanted => return,
                ECHO_REQUEST => self.say(&frame(ECHO_REPLY, &[])),
                MULTIPART_REQUEST => self.refuse(&head),
                BARRIER_REQUEST => {
                    let [.., a, b, c, d] = head;
                    self.say(&[4, BARRIER_REPLY, 0, 8, a, b, c, d]);
                }
                _ => {}
            }
        }
    }

    /// OFPBRC_BAD_MULTIPART.
    fn refuse(&mut self, head: &[u8; 8]) {
        let mut refusal = frame(ERROR, &[&[0, 1, 0, 2][..], head].concat());
        refusal[4..8].copy_from_slice(&head[4..8]);
        self.say(&refusal);
    }

    /// Type and header of the next message; none at the end.
    fn read(&mut self) -> Option<(u8, [u8; 8])> {
        let mut head = [0; 8];
        self.0.read_exact(&mut head).ok()?;
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let mut body = vec![0; length - 8];
        self.0.read_exact(&mut body).ok()?;
        Some((head[1], head))
    }

    /// The controller closes, and not because we waited too long.
    fn assert_closed(mut self, what: &str) {
        let mut rest = Vec::new();
        match self.0.read_to_end(&mut rest) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("{what}: {error}"),
        }
    }
}

/// Another switch, which asks all the time whether the controller is there.
struct Bystander {
    stop: mpsc::Sender<()>,
    asking: JoinHandle<Duration>,
}

impl Bystander {
    fn connect(controller: &Controller) -> Self {
        let mut peer = Peer::switch(controller, 0xfeed);
        let (stop, stopped) = mpsc::channel();
        let asking = std::thread::spawn(move || {
            let mut slowest = Duration::ZERO;
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(ECHO_PAUSE) {
                slowest = slowest.max(peer.echo());
            }
            slowest
        });
        Self { stop, asking }
    }

    #[track_caller]
    fn slowest_echo(self) -> Duration {
        drop(self.stop);
        self.asking.join().expect("it was answered to the end")
    }
}

/// Nothing of what happened is more than a line in the log.
#[track_caller]
fn assert_unharmed(controller: &Controller, resident_before: u64) {
    let log = controller.log();
    assert!(!log.contains("panicked"), "{log}");
    let grown = controller.resident_kib().saturating_sub(resident_before);
    assert!(grown < GROWTH_KIB, "{grown} KiB more than before");
}

#[test]
fn peers_that_talk_nonsense_disturb_nobody() {
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    let impatient = "[openflow]\nhandshake_s = 1\necho_after_s = 1\ndead_after_s = 2\n";
    std::fs::write(file.path(), impatient).unwrap();
    let arguments = ["--config", file.path().to_str().unwrap()];
    let scene = Scene::known_with("ring,4", OpenFlow::V1_3, &arguments);
    let controller = &scene.controller;
    scene.lab.assert_pingall();
    let other = Bystander::connect(controller);
    let pinging = Pinging::start(&scene.lab, "h1", "h3");
    let resident = controller.resident_kib();

    let only_1_2 = [3, HELLO, 0, 16, 0, 0, 0, 1, 0, 1, 0, 8, 0, 0, 0, 1 << 3];
    let newcomers: [(&str, &[u8]); 6] = [
        ("not_openflow", b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"),
        ("not_openflow", &[0xff; 100_000]),
        ("not_openflow", &longest(PACKET_IN)),
        ("version", &only_1_2),
        ("handshake_timeout", &[4, 0]),
        ("handshake_timeout", &frame(HELLO, &[])),
    ];
    for (reason, bytes) in newcomers {
        assert_closed_for(controller, reason, |controller| {
            let mut peer = Peer::connect(controller);
            // It may be closed under us.
            let _ = peer.0.write_all(bytes);
            peer
        });
    }
    let switches: [(&str, &[u8]); 3] = [
        ("bad_length", &[4, ECHO_REQUEST, 0, 4, 0, 0, 0, 9]),
        ("silent", &frame(PACKET_IN, &[0; 100])[..60]),
        ("silent", &[4, ECHO_REQUEST, 0xff, 0xff, 0, 0, 0, 9, 1]),
    ];
    for (reason, bytes) in switches {
        assert_closed_for(controller, reason, |controller| {
            let mut peer = Peer::switch(controller, 0xbad);
            peer.say(bytes);
            peer
        });
    }
    // Frames that lie within their bounds cost nobody the connection.
    let before = controller.metric("southbound_bad_frames_total");
    let mut liar = Peer::switch(controller, 0xbad);
    for kind in FEATURES_REPLY..=0x20 {
        liar.say(&frame(kind, &[0xff; 56]));
        liar.say(&longest(kind));
    }
    let counted = || controller.metric("southbound_bad_frames_total") - before;
    until("bad frames are counted", PATIENCE, || {
        (counted() >= 20.0).then_some(())
    });
    liar.echo();
    assert_closed_for(controller, "dpid_in_use", |controller| {
        Peer::switch(controller, 1)
    });

    let slowest = other.slowest_echo();
    assert!(slowest < Duration::from_millis(500), "{slowest:?}");
    assert_unharmed(controller, resident);
    let answers = pinging.finish();
    assert!(answers.missing.is_empty(), "{answers:?}");
    scene.lab.assert_pingall();
}

/// The controller closes a connection, and counts it for what it was.
#[track_caller]
fn assert_closed_for(controller: &Controller, reason: &str, connect: impl Fn(&Controller) -> Peer) {
    let counter = format!("southbound_sessions_closed_total{{reason=\"{reason}\"}}");
    let before = controller.metric(&counter);
    connect(controller).assert_closed(reason);
    until(reason, PATIENCE, || {
        (controller.metric(&counter) > before).then_some(())
    });
}

#[test]
fn a_host_that_makes_up_50_000_others_disturbs_nobody() {
    let scene = Scene::known("tree,2,2");
    let controller = &scene.controller;
    scene.lab.ok("h4", "ping -c 1 10.0.0.1"); // it is known where h4 is
    let pinging = Pinging::start(&scene.lab, "h1", "h3");
    let resident = controller.resident_kib();
    let mac = address(&scene.lab, "h3").0;
    let flood = format!("exec {} h2-eth0 50000 {mac}", program("flood.py"));
    let flood = scene.lab.spawn("h2", &flood).unwrap();
    let refused = || controller.metric("hosts_refused_total");
    until("there are too many", Duration::from_secs(30), || {
        (refused() > 0.0).then_some(())
    });
    // These two have not talked yet, so the controller is needed.
    scene.lab.ok("h4", "ping -c 3 -i 0.2 -W 1 10.0.0.3");
    let flooded = scene.lab.wait(flood, Duration::from_secs(60)).unwrap();
    assert_eq!(flooded.status, Some(0), "{}", flooded.text);

    // Nearly all of it got to the controller.
    assert!(refused() > 40_000.0, "{}", refused());
    let hosts = controller.get("/api/v1/hosts");
    let hosts = hosts.as_array().unwrap().len();
    assert!((4..=1_024 + 4).contains(&hosts), "{hosts}");
    for switch in scene.lab.topology().switches() {
        let entries = table(&switch.name).len();
        assert!(entries < 3_000, "{entries} on {}", switch.name);
    }
    assert_unharmed(controller, resident);
    let answers = pinging.finish();
    assert!(
        answers.longest_gap() <= Duration::from_millis(300),
        "{answers:?}"
    );
    scene.lab.assert_pingall();
}

#[test]
fn a_client_that_opens_thousands_of_connections_disturbs_nobody() {
    let scene = Scene::known_with(
        "single,4",
        OpenFlow::V1_3,
        &["--apps", "routing,load-balancer"],
    );
    let controller = &scene.controller;
    scene.lab.serve("h1", SERVER_PORT);
    let pool = json!({
        "name": "web", "vip": "10.0.0.100", "port": 80,
        "servers": [{"address": "10.0.0.1", "port": SERVER_PORT}],
    });
    let (status, answer) = controller.request(Method::POST, "/api/v1/pools", Some(&pool));
    assert_eq!(status, 201, "{answer}");
    controller.until("/api/v1/pools/web", PATIENCE, |pool| {
        pool["status"][0]["state"] == "healthy"
    });
    let resident = controller.resident_kib();
    let arguments = format!("h2-eth0 10.0.0.2 {VIP_MAC} 10.0.0.100 5000");
    let flood = format!("exec {} {arguments}", program("connects.py"));
    let flood = scene.lab.spawn("h2", &flood).unwrap();
    let mut requests = Vec::new();
    while scene.lab.output(flood).unwrap().status.is_none() {
        requests.extend(ask(&scene.lab, &["h3"], "http://10.0.0.100/", 10));
    }
    assert!(requests.len() >= 10);
    assert_eq!(shares(&requests)["h1"], requests.len());
    let slowest = requests.iter().map(|r| r.answered - r.asked);
    let slowest = slowest.max().unwrap();
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    let status = &controller.get("/api/v1/apps/load-balancer")["status"];
    assert!(status["connections"].as_u64().unwrap() > 2_500, "{status}");
    assert_unharmed(controller, resident);
}

/// An HTTP request as bytes; the status of its answer.
fn http(address: SocketAddr, write: impl FnOnce(&mut TcpStream) -> std::io::Result<()>) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // It need not take everything before it answers.
    let _ = write(&mut stream);
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    String::from_utf8(answer.to_vec()).unwrap()
}

const POST: &str =
    "POST /api/v1/pools HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

#[test]
fn a_body_of_100_mb_is_not_kept() {
    let controller = Controller::spawn(&["--apps", "routing,load-balancer"]);
    let resident = controller.resident_kib();
    let million = vec![b'['; 1_000_000];
    let announced = http(controller.http(), |stream| {
        write!(stream, "{POST}Content-Length: 100000000\r\n\r\n")?;
        (0..100).try_for_each(|_| stream.write_all(&million))
    });
    let in_chunks = http(controller.http(), |stream| {
        write!(stream, "{POST}Transfer-Encoding: chunked\r\n\r\n")?;
        (0..100).try_for_each(|_| {
            write!(stream, "{:x}\r\n", million.len())?;
            stream.write_all(&million)?;
            stream.write_all(b"\r\n")
        })
    });
    assert_eq!(
        (announced, in_chunks),
        ("HTTP/1.1 413".into(), "HTTP/1.1 413".into())
    );
    let nonsense: [&[u8]; 4] = [b"\xff\xfe\x00", b"{\"name\":", b"[[[[[[[[", b"null"];
    for body in nonsense {
        let status = http(controller.http(), |stream| {
            write!(stream, "{POST}Content-Length: {}\r\n\r\n", body.len())?;
            stream.write_all(body)
        });
        assert!(status.starts_with("HTTP/1.1 4"), "{status}: {body:?}");
    }
    assert_eq!(controller.get("/api/v1/pools"), Value::Array(Vec::new()));
    assert_unharmed(&controller, resident);
}
