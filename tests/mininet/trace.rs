//! What a trace says is what ping does: for every pair of hosts of a fat tree, with the entries that
//! routing made and with some that are wrong.

use std::collections::BTreeSet;
use std::time::Duration;

use pointsman_tests::scene::{host, links_up};
use pointsman_tests::{Ground, Lab, until};
use reqwest::Method;
use serde_json::{Value, json};
use topologies::dice::Dice;

use crate::Scene;
use crate::support::{add_flows, ofctl, table};

const NETWORK: &str = "fat-tree,4";
const PATIENCE: Duration = Duration::from_secs(10);
/// Pings at the same time.
const AT_ONCE: usize = 48;

/// What marks entries that no app has made.
const OURS: &str = "cookie=0xf00d";
/// Of routing's entries.
const ROUTING: &str = "priority=10000,";

type Pair = (String, String);

/// Every host to every other.
fn all_pairs(lab: &Lab) -> Vec<Pair> {
    let names = || lab.topology().hosts().iter().map(|host| host.name.clone());
    let pairs = names().flat_map(|from| names().map(move |to| (from.clone(), to)));
    pairs.filter(|(from, to)| from != to).collect()
}

/// What is said of a packet like a ping's.
fn trace(scene: &Scene, from: &str, to: &str) -> Value {
    let [from, to] = [from, to].map(|name| host(scene.lab.topology(), name).ip);
    let asked = json!({"from": from, "to": to});
    let trace = scene
        .controller
        .request(Method::POST, "/api/v1/trace", Some(&asked));
    assert_eq!(trace.0, 200, "{}", trace.1);
    trace.1["verdict"].clone()
}

fn reached(verdict: &Value) -> bool {
    verdict["reached"].as_bool().unwrap()
}

/// Those of the pairs whose ping is answered.
fn answered(lab: &Lab, pairs: &[Pair]) -> BTreeSet<Pair> {
    let mut answered = BTreeSet::new();
    for some in pairs.chunks(AT_ONCE) {
        let start = |(from, to): &Pair| {
            let ip = host(lab.topology(), to).ip;
            let ping = format!("exec ping -n -c 1 -W 1 {ip}");
            lab.spawn(from, &ping).unwrap()
        };
        let pings: Vec<_> = some.iter().map(start).collect();
        for (pair, ping) in some.iter().zip(pings) {
            if lab.wait(ping, PATIENCE).unwrap().status == Some(0) {
                answered.insert(pair.clone());
            }
        }
    }
    answered
}

/// Traces and pings pairs of hosts, and panics where they differ. A ping is answered when both it
/// and the answer come to their ends. Returns how many were answered.
#[track_caller]
fn assert_agree(scene: &Scene, pairs: &[Pair]) -> usize {
    let pinged = answered(&scene.lab, pairs);
    for (from, to) in pairs {
        let (there, back) = (trace(scene, from, to), trace(scene, to, from));
        let is_answered = pinged.contains(&(from.clone(), to.clone()));
        assert_eq!(
            reached(&there) && reached(&back),
            is_answered,
            "{from} to {to}: {}\nback: {}",
            there["sentence"],
            back["sentence"]
        );
    }
    pinged.len()
}

/// A network whose pairs have all talked.
fn talked() -> Scene {
    let scene = Scene::known(NETWORK);
    scene.lab.assert_pingall();
    scene
}

#[test]
fn every_pair_is_traced_as_it_is_pinged_before_and_after_a_cut() {
    let scene = talked();
    let pairs = all_pairs(&scene.lab);
    assert_eq!(pairs.len(), 240);
    for (from, to) in &pairs {
        let verdict = trace(&scene, from, to);
        assert_eq!(verdict["kind"], "delivered", "{from} to {to}: {verdict}");
    }
    assert_eq!(answered(&scene.lab, &pairs).len(), pairs.len());

    let path = scene.path("h1", "h16");
    scene.lab.cut(&path[1], &path[2]);
    let wanted = scene.wanted_links().len() - 1;
    scene.controller.until("/api/v1/topology", PATIENCE, |map| {
        links_up(map).len() == wanted
    });
    until("there is another way", PATIENCE, || {
        (trace(&scene, "h1", "h16")["kind"] == "delivered").then_some(())
    });
    let some: Vec<Pair> = pairs.into_iter().step_by(7).collect();
    assert_eq!(assert_agree(&scene, &some), some.len());
}

/// An entry of somebody else before routing's, on a switch on the way from h1 to h16, and what it
/// does with the packets.
fn with_foreign(scene: &Scene, hop: usize, actions: &str) -> (String, String) {
    let switch = scene.path("h1", "h16")[hop].clone();
    let [from, to] = ["h1", "h16"].map(|name| host(scene.lab.topology(), name).mac);
    let entry = format!("dl_src={from},dl_dst={to}");
    let added = format!("{OURS},priority=50000,{entry},actions={actions}");
    ofctl(&["add-flow", &switch, &added]);
    (switch, entry)
}

#[test]
fn entries_of_somebody_else_are_traced_as_they_are_pinged() {
    let scene = talked();
    let pairs = ["h16", "h15", "h2", "h5"].map(|to| ("h1".to_owned(), to.to_owned()));
    let edge = host(scene.lab.topology(), "h1").port;
    let other = host(scene.lab.topology(), "h2").port;
    for (hop, actions, kind) in [
        (0, "drop".to_owned(), "dropped"),
        (2, "drop".to_owned(), "dropped"),
        (0, format!("output:{other}"), "elsewhere"),
        (0, format!("output:{edge}"), "dropped"),
        (3, "output:99".to_owned(), "dropped"),
        (
            1,
            "mod_dl_dst:02:00:00:00:00:99,in_port".to_owned(),
            "controller",
        ),
    ] {
        let (switch, entry) = with_foreign(&scene, hop, &actions);
        let verdict = trace(&scene, "h1", "h16");
        assert_eq!(verdict["kind"], kind, "{actions} at {switch}: {verdict}");
        assert_eq!(assert_agree(&scene, &pairs), pairs.len() - 1, "{actions}");
        ofctl(&[
            "--strict",
            "del-flows",
            &switch,
            &format!("priority=50000,{entry}"),
        ]);
    }
    assert_eq!(assert_agree(&scene, &pairs), pairs.len());
}

#[test]
fn a_packet_in_a_circle_is_traced_as_one() {
    let scene = talked();
    let (far, entry) = with_foreign(&scene, 1, "in_port");
    let near = scene.path("h1", "h16")[0].clone();
    let (up, _) = scene.lab.links(&near, &far).unwrap()[0].clone();
    let (_, port) = up.rsplit_once("eth").unwrap();
    // What comes back goes there again.
    let again = format!("in_port={port},{entry}");
    ofctl(&[
        "add-flow",
        &near,
        &format!("priority=50000,{again},actions=in_port"),
    ]);

    let verdict = trace(&scene, "h1", "h16");
    assert_eq!(verdict["kind"], "loop", "{verdict}");
    assert_eq!(verdict["reached"], false, "{verdict}");
    let pair = ("h1".to_owned(), "h16".to_owned());
    assert!(answered(&scene.lab, &[pair]).is_empty());
    let foreign = |entry: &str| format!("priority=50000,{entry}");
    let passed = || {
        let dump = ofctl(&["dump-flows", &far, &format!("{OURS}/-1")]);
        let (_, rest) = dump.split_once("n_packets=")?;
        rest.split(',').next()?.parse::<u64>().ok()
    };
    until("it passes again and again", PATIENCE, || {
        passed().filter(|&times| times > 1_000)
    });
    ofctl(&["--strict", "del-flows", &far, &foreign(&entry)]);
    let verdict = trace(&scene, "h1", "h16");
    assert_eq!(verdict["kind"], "delivered", "{verdict}");
}

/// Routing's entries of every switch, which somebody else now has put there, so that none of them
/// is mended. Hosts know each other's addresses, since nobody would tell them.
fn as_left_by_routing(scene: &Scene) -> Vec<(String, Vec<String>)> {
    let hosts = scene.lab.topology().hosts();
    for host in hosts {
        let others = hosts.iter().filter(|other| other.name != host.name);
        let know = others.map(|other| {
            let to = format!("{} lladdr {} dev {}-eth0", other.ip, other.mac, host.name);
            format!("ip neigh replace {to} nud permanent")
        });
        let know: Vec<_> = know.collect();
        scene.lab.ok(&host.name, &know.join(" && "));
    }
    let entries = |name: &str| -> Vec<String> {
        let lines = table(name).into_iter().filter_map(|line| {
            let at = line.find(ROUTING)?;
            Some(line[at..].to_owned())
        });
        lines.collect()
    };
    let switches = scene.lab.topology().switches().iter();
    let tables: Vec<_> = switches
        .map(|switch| (switch.name.clone(), entries(&switch.name)))
        .collect();
    let stop = json!({"running": false});
    let (status, answer) =
        scene
            .controller
            .request(Method::PATCH, "/api/v1/apps/routing", Some(&stop));
    assert_eq!(status, 200, "{answer}");
    let owned = "/api/v1/flows?owner=routing";
    scene
        .controller
        .until(owned, PATIENCE, |flows| *flows == json!([]));
    tables
}

/// The hosts an entry of routing is for.
fn pair_of(lab: &Lab, entry: &str) -> Pair {
    let name = |field: &str| {
        let (_, rest) = entry.split_once(field).unwrap();
        let mac = rest.split([',', ' ']).next().unwrap();
        let mut hosts = lab.topology().hosts().iter();
        hosts
            .find(|host| host.mac.to_string() == mac)
            .unwrap()
            .name
            .clone()
    };
    (name("dl_src="), name("dl_dst="))
}

/// What is left of an entry; `None`: nothing.
fn damaged(entry: &str, dice: &mut Dice) -> Option<String> {
    let (matched, _) = entry.split_once(" actions=").unwrap();
    let port = 1 + dice.below(4);
    match dice.below(6) {
        0 => None,
        1 => Some(format!("{matched} actions=drop")),
        2 => Some(format!("{matched} actions=output:{port}")),
        3 => Some(format!("{entry},output:{port}")),
        4 => Some(entry.replace(" actions=", " actions=mod_dl_dst:02:00:00:00:00:77,")),
        _ => Some(entry.replace("dl_dst=00:", "dl_dst=02:")),
    }
}

#[test]
fn damaged_tables_are_traced_as_they_are_pinged() {
    let scene = talked();
    let tables = as_left_by_routing(&scene);
    let lab = &scene.lab;
    let (mut all, mut arrived) = (0, 0);
    for seed in 1..=3 {
        let mut dice = Dice::new(seed);
        let mut pairs = BTreeSet::new();
        for (switch, entries) in &tables {
            let mut left = Vec::new();
            for entry in entries {
                let is_hit = dice.below(40) == 0;
                let stays = match is_hit {
                    true => damaged(entry, &mut dice),
                    false => Some(entry.clone()),
                };
                left.extend(stays.map(|entry| format!("{OURS},{entry}")));
                if is_hit {
                    pairs.insert(pair_of(lab, entry));
                }
            }
            ofctl(&["del-flows", switch, &format!("{OURS}/-1")]);
            add_flows(switch, &left);
        }
        // What goes in a circle never comes to rest, and is looked at above.
        let circles = |from: &str, to: &str| trace(&scene, from, to)["kind"] == "loop";
        let pairs = pairs
            .into_iter()
            .filter(|(a, b)| !circles(a, b) && !circles(b, a));
        let mut pairs: Vec<Pair> = pairs.collect();
        pairs.extend(
            all_pairs(lab)
                .into_iter()
                .skip(dice.below(20) as usize)
                .step_by(20),
        );
        all += pairs.len();
        arrived += assert_agree(&scene, &pairs);
    }
    assert!(
        (all / 8..all * 7 / 8).contains(&arrived),
        "{arrived} of {all}"
    );
}
