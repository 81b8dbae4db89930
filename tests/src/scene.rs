//! A controller with a network, and what both should agree on.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use topologies::Topology;
use topologies::mininet::OpenFlow;
use topologies::topology::{Cable, Host};

use crate::{Controller, Ground, Lab};

/// A controller and a network that connects to it. The network goes first when they are dropped.
#[derive(Debug)]
pub struct Scene<G: Ground> {
    pub lab: G,
    pub controller: G::Controller,
}

impl Scene<Lab> {
    /// As [`Scene::known`], for a controller with more arguments.
    #[must_use]
    #[track_caller]
    pub fn known_with(topology: &str, openflow: OpenFlow, arguments: &[&str]) -> Self {
        let controller = Controller::spawn(arguments);
        let lab = Lab::with(topology, controller.openflow(), openflow);
        let scene = Self { lab, controller };
        scene.wait_until_known(PATIENCE);
        scene
    }
}

impl<G: Ground> Scene<G> {
    /// Both are up, and the controller, which runs the routing app, knows every switch and link.
    #[must_use]
    #[track_caller]
    pub fn known(topology: &str) -> Self {
        Self::known_with_apps(topology, OpenFlow::V1_3, &["routing"])
    }

    #[must_use]
    #[track_caller]
    pub fn known_with_apps(topology: &str, openflow: OpenFlow, apps: &[&str]) -> Self {
        let scene = Self::started(topology, openflow, apps);
        scene.wait_until_known(PATIENCE);
        scene
    }

    /// Both are up; the switches may not even be connected.
    #[must_use]
    #[track_caller]
    pub fn started(topology: &str, openflow: OpenFlow, apps: &[&str]) -> Self {
        let (lab, controller) = G::start(topology, openflow, apps);
        Self { lab, controller }
    }

    /// Returns how long it took from the last switch's connect.
    #[track_caller]
    pub fn wait_until_known(&self, timeout: Duration) -> Duration {
        let begin = self.lab.now();
        let wanted = self.wanted_links();
        let switches = self.lab.topology().switches().len();
        self.wait_until_connected(timeout);
        let connected = self.lab.now();
        let left = timeout.saturating_sub(connected - begin);
        self.controller.until("/api/v1/topology", left, |map| {
            links_up(map) == wanted && switches_up(map) == switches
        });
        self.lab.now() - connected
    }

    #[track_caller]
    pub fn wait_until_connected(&self, timeout: Duration) {
        let count = self.lab.topology().switches().len();
        self.controller
            .until("/api/v1/topology", timeout, |map| switches_up(map) == count);
    }

    /// The ids REST should give the links.
    #[must_use]
    pub fn wanted_links(&self) -> BTreeSet<String> {
        let topology = self.lab.topology();
        let links = topology.links().iter();
        links.map(|link| link_id(topology, link)).collect()
    }

    /// The names of the switches that traffic between two hosts passes now.
    #[must_use]
    #[track_caller]
    pub fn path(&self, from: &str, to: &str) -> Vec<String> {
        let topology = self.lab.topology();
        let [from, to] = [from, to].map(|name| host(topology, name).mac);
        let path = format!("/api/v1/paths?from={from}&to={to}");
        let answer = self.controller.get(&path);
        let hops = answer["paths"][0]["hops"].as_array();
        let hops = hops.unwrap_or_else(|| panic!("{answer}"));
        let dpids = hops.iter().map(|hop| text(&hop["dpid"]));
        dpids.map(|dpid| self.switch_name(dpid)).collect()
    }

    fn switch_name(&self, dpid: &str) -> String {
        let mut switches = self.lab.topology().switches().iter();
        let switch = switches.find(|switch| switch.dpid.to_string() == dpid);
        switch.expect("a switch of the network").name.clone()
    }

    #[must_use]
    pub fn has_loop(&self) -> bool {
        let topology = self.lab.topology();
        topology.links().len() >= topology.switches().len()
    }
}

fn link_id(topology: &Topology, link: &Cable) -> String {
    let mut ends = [&link.a, &link.b].map(|end| {
        let switch = topology.switch(&end.switch).expect("checked");
        (switch.dpid.to_string(), end.port.0)
    });
    ends.sort();
    let [low, high] = ends.map(|(dpid, port)| format!("{dpid}:{port}"));
    format!("{low}-{high}")
}

/// A host of a network by its name.
#[must_use]
#[track_caller]
pub fn host<'a>(topology: &'a Topology, name: &str) -> &'a Host {
    let found = topology.hosts().iter().find(|host| host.name == name);
    found.unwrap_or_else(|| panic!("there is no host {name}"))
}

/// The ids of links that REST says are up.
#[must_use]
pub fn links_up(map: &Value) -> BTreeSet<String> {
    let up = up(&map["links"]);
    up.map(|link| text(&link["id"]).to_owned()).collect()
}

#[must_use]
pub fn switches_up(map: &Value) -> usize {
    up(&map["switches"]).count()
}

fn up(all: &Value) -> impl Iterator<Item = &Value> {
    let all = all.as_array().expect("a list");
    all.iter().filter(|one| one["state"] == "up")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

const PATIENCE: Duration = Duration::from_secs(10);
