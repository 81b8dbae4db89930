//! What a trace says is what ping does: for every pair of hosts of a fat tree, with the entries that
//! routing made and with some that are wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::Duration;

use pointsman_tests::scene::{host, links_up};
use pointsman_tests::{Ground, Lab, until};
use reqwest::Method;
use serde_json::{Value, json};
use topologies::Topology;
use topologies::dice::Dice;

use crate::Scene;
use crate::support::{add_flows, ofctl, table};

/// Traces asked for at the same time.
const AT_ONCE: usize = 4;
const PATIENCE: Duration = Duration::from_secs(10);

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

fn back((from, to): &Pair) -> Pair {
    (to.clone(), from.clone())
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

/// What is said of all these pairs, there and back.
fn traces(scene: &Scene, pairs: &[Pair]) -> BTreeMap<Pair, Value> {
    let both = pairs.iter().flat_map(|pair| [pair.clone(), back(pair)]);
    let both: BTreeSet<Pair> = both.collect();
    let both: Vec<Pair> = both.into_iter().collect();
    let some = |pairs: &[Pair]| -> Vec<(Pair, Value)> {
        let one = |pair: &Pair| (pair.clone(), trace(scene, &pair.0, &pair.1));
        pairs.iter().map(one).collect()
    };
    thread::scope(|scope| {
        let share = both.len().div_ceil(AT_ONCE);
        let asking = both.chunks(share).map(|pairs| scope.spawn(|| some(pairs)));
        let asking: Vec<_> = asking.collect();
        asking
            .into_iter()
            .flat_map(|one| one.join().unwrap())
            .collect()
    })
}

/// Those of the pairs whose ping is answered, all sent at the same time.
fn answered(lab: &Lab, pairs: &[Pair]) -> BTreeSet<Pair> {
    let mut targets: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in pairs {
        targets.entry(from).or_default().push(to);
    }
    let start = |(from, to): (&str, Vec<&str>)| {
        let ping = |to: &str| {
            let ip = host(lab.topology(), to).ip;
            format!("(ping -n -c 1 -W 1 {ip} >/dev/null && echo {to}) & ")
        };
        let pings: String = to.into_iter().map(ping).collect();
        let running = lab.spawn(from, &format!("{pings}wait")).unwrap();
        (from.to_owned(), running)
    };
    let running: Vec<_> = targets.into_iter().map(start).collect();
    let done = running.into_iter().flat_map(|(from, pings)| {
        let text = lab.wait(pings, PATIENCE).unwrap().text;
        let to: Vec<_> = text.lines().map(str::to_owned).collect();
        to.into_iter().map(move |to| (from.clone(), to))
    });
    done.collect()
}

/// Traces and pings pairs of hosts, and panics where they differ. Returns how many were answered.
#[track_caller]
fn assert_agree(scene: &Scene, pairs: &[Pair]) -> usize {
    assert_as_pinged(scene, pairs, &traces(scene, pairs))
}

/// A ping is answered when both it and the answer come to their ends.
#[track_caller]
fn assert_as_pinged(scene: &Scene, pairs: &[Pair], traces: &BTreeMap<Pair, Value>) -> usize {
    let pinged = answered(&scene.lab, pairs);
    for pair in pairs {
        let (there, back) = (&traces[pair], &traces[&back(pair)]);
        assert_eq!(
            reached(there) && reached(back),
            pinged.contains(pair),
            "{pair:?}: {}\nback: {}",
            there["sentence"],
            back["sentence"]
        );
    }
    pinged.len()
}

#[test]
fn a_trace_on_a_fat_tree_says_what_ping_does() {
    let scene = Scene::known("fat-tree,4");
    scene.lab.assert_pingall();
    // While there are no entries but routing's.
    let path = scene.path("h1", "h16");
    every_pair_is_delivered(&scene);
    entries_of_somebody_else_are_believed(&scene);
    a_circle_is_seen(&scene, &path);
    a_cut_is_gone_around(&scene, &path);
    damaged_tables_are_believed(&scene);
}

fn every_pair_is_delivered(scene: &Scene) {
    let pairs = all_pairs(&scene.lab);
    assert_eq!(pairs.len(), 240);
    let traces = traces(scene, &pairs);
    for (pair, verdict) in &traces {
        assert_eq!(verdict["kind"], "delivered", "{pair:?}: {verdict}");
    }
    assert_eq!(assert_as_pinged(scene, &pairs, &traces), pairs.len());
}

fn a_cut_is_gone_around(scene: &Scene, path: &[String]) {
    scene.lab.cut(&path[1], &path[2]);
    let wanted = scene.wanted_links().len() - 1;
    scene.controller.until("/api/v1/topology", PATIENCE, |map| {
        links_up(map).len() == wanted
    });
    until("there is another way", PATIENCE, || {
        let way = traces(scene, &[("h1".to_owned(), "h16".to_owned())]);
        way.values().all(reached).then_some(())
    });
    let some: Vec<Pair> = all_pairs(&scene.lab).into_iter().step_by(7).collect();
    assert_eq!(assert_agree(scene, &some), some.len());
}

/// What an entry of somebody else does, before routing's, with the packets from one host to another
/// on a switch of their way, and what becomes of them.
struct Foreign {
    pair: (&'static str, &'static str),
    /// From 0.
    hop: usize,
    actions: String,
    kind: &'static str,
}

impl Foreign {
    /// Every way there is to be lost.
    fn all(topology: &Topology) -> [Self; 6] {
        let port = |name| host(topology, name).port;
        let foreign = |pair, hop, actions: &str, kind| Self {
            pair,
            hop,
            actions: actions.to_owned(),
            kind,
        };
        [
            foreign(("h1", "h16"), 0, "drop", "dropped"),
            foreign(("h2", "h15"), 2, "drop", "dropped"),
            foreign(
                ("h3", "h14"),
                0,
                &format!("output:{}", port("h4")),
                "elsewhere",
            ),
            foreign(
                ("h5", "h12"),
                0,
                &format!("output:{}", port("h5")),
                "dropped",
            ),
            foreign(("h6", "h11"), 3, "output:99", "dropped"),
            foreign(
                ("h7", "h10"),
                1,
                "mod_dl_dst:02:00:00:00:00:99,in_port",
                "controller",
            ),
        ]
    }
}

/// What such an entry matches.
fn between(topology: &Topology, (from, to): (&str, &str)) -> String {
    let [from, to] = [from, to].map(|name| host(topology, name).mac);
    format!("{OURS},priority=50000,dl_src={from},dl_dst={to}")
}

fn remove_foreign(switch: &str) {
    ofctl(&["del-flows", switch, &format!("{OURS}/-1")]);
}

fn entries_of_somebody_else_are_believed(scene: &Scene) {
    let topology = scene.lab.topology();
    let all = Foreign::all(topology);
    let switches = all.iter().map(|foreign| {
        let (from, to) = foreign.pair;
        scene.path(from, to).swap_remove(foreign.hop)
    });
    let switches: Vec<String> = switches.collect();
    for (foreign, switch) in all.iter().zip(&switches) {
        let matched = between(topology, foreign.pair);
        ofctl(&[
            "add-flow",
            switch,
            &format!("{matched},actions={}", foreign.actions),
        ]);
    }
    for (foreign, switch) in all.iter().zip(&switches) {
        let (from, to) = foreign.pair;
        let (verdict, actions) = (trace(scene, from, to), &foreign.actions);
        assert_eq!(
            verdict["kind"], foreign.kind,
            "{actions} at {switch}: {verdict}"
        );
    }
    let hit = all.map(
        |Foreign {
             pair: (from, to), ..
         }| (from.to_owned(), to.to_owned()),
    );
    let others = ["h15", "h2", "h5"].map(|to| ("h1".to_owned(), to.to_owned()));
    let pairs = [&hit[..], &others].concat();
    assert_eq!(assert_agree(scene, &pairs), others.len());
    for switch in &switches {
        remove_foreign(switch);
    }
    assert_eq!(assert_agree(scene, &pairs), pairs.len());
}

fn a_circle_is_seen(scene: &Scene, path: &[String]) {
    let (near, far) = (&path[0], &path[1]);
    let (up, _) = scene.lab.links(near, far).unwrap()[0].clone();
    let (_, port) = up.rsplit_once("eth").unwrap();
    let matched = between(scene.lab.topology(), ("h1", "h16"));
    // What comes back goes there again.
    for (switch, from) in [(far, String::new()), (near, format!("in_port={port},"))] {
        ofctl(&[
            "add-flow",
            switch,
            &format!("{from}{matched},actions=in_port"),
        ]);
    }

    let verdict = trace(scene, "h1", "h16");
    assert_eq!(verdict["kind"], "loop", "{verdict}");
    assert_eq!(verdict["reached"], false, "{verdict}");
    let pair = ("h1".to_owned(), "h16".to_owned());
    assert!(answered(&scene.lab, &[pair]).is_empty());
    let passed = || {
        let dump = ofctl(&["dump-flows", far, &format!("{OURS}/-1")]);
        let (_, rest) = dump.split_once("n_packets=")?;
        rest.split(',').next()?.parse::<u64>().ok()
    };
    until("it passes again and again", PATIENCE, || {
        passed().filter(|&times| times > 1_000)
    });
    remove_foreign(far);
    remove_foreign(near);
    let verdict = trace(scene, "h1", "h16");
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

fn damaged_tables_are_believed(scene: &Scene) {
    let tables = as_left_by_routing(scene);
    let lab = &scene.lab;
    let (mut all, mut arrived) = (0, 0);
    for seed in 1..=3 {
        let mut dice = Dice::new(seed);
        let mut pairs = BTreeSet::new();
        for (switch, entries) in &tables {
            let mut left = vec![format!("delete {OURS}/-1")];
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
            add_flows(switch, &left);
        }
        let others = all_pairs(lab).into_iter().skip(dice.below(20) as usize);
        pairs.extend(others.step_by(20));
        let mut pairs: Vec<Pair> = pairs.into_iter().collect();
        let traces = traces(scene, &pairs);
        // What goes in a circle never comes to rest, and is looked at above.
        let circles = |pair: &Pair| traces[pair]["kind"] == "loop";
        pairs.retain(|pair| !circles(pair) && !circles(&back(pair)));
        all += pairs.len();
        arrived += assert_as_pinged(scene, &pairs, &traces);
    }
    assert!(
        (all / 8..all * 7 / 8).contains(&arrived),
        "{arrived} of {all}"
    );
}
