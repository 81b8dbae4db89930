//! What is known of a network around its switches: cables, hosts and names.

use std::collections::{BTreeMap, BTreeSet};

use openflow::{Dpid, MacAddr, PortNo};

use crate::LinkEnd;

/// Cables, hosts and names.
#[derive(Debug, Clone, Default)]
pub struct Map {
    cables: BTreeMap<LinkEnd, Cable>,
    hosts: BTreeMap<LinkEnd, Vec<MapHost>>,
    names: BTreeMap<Dpid, String>,
    hosts_named: BTreeMap<String, String>,
}

/// The way from one port to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cable {
    /// The other end.
    pub to: LinkEnd,
    /// Whether it carries anything.
    pub up: bool,
}

/// A host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapHost {
    /// Unlike every other's.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Frames to this address are its own.
    pub mac: MacAddr,
    /// Where it is.
    pub at: LinkEnd,
}

impl Map {
    /// Adds the name of a switch.
    pub fn name_switch(&mut self, dpid: Dpid, name: impl Into<String>) {
        self.names.insert(dpid, name.into());
    }

    /// Adds one direction of a cable; a later one from the same port takes its place.
    pub fn add_cable(&mut self, from: LinkEnd, to: LinkEnd, up: bool) {
        self.cables.insert(from, Cable { to, up });
    }

    /// Adds a host.
    pub fn add_host(&mut self, host: MapHost) {
        self.hosts_named.insert(host.id.clone(), host.name.clone());
        self.hosts.entry(host.at).or_default().push(host);
    }

    /// What people call a switch.
    #[must_use]
    pub fn switch(&self, dpid: Dpid) -> String {
        let name = self.names.get(&dpid).cloned();
        name.unwrap_or_else(|| dpid.to_string())
    }

    /// What people call a host.
    #[must_use]
    pub fn host<'a>(&'a self, id: &'a str) -> &'a str {
        self.hosts_named.get(id).map_or(id, String::as_str)
    }

    /// The cable at a port.
    #[must_use]
    pub fn cable(&self, from: LinkEnd) -> Option<Cable> {
        self.cables.get(&from).copied()
    }

    /// Ids of the hosts at a port: those that take a frame to this address, and the others.
    pub(super) fn hosts_at(&self, at: LinkEnd, dst: MacAddr) -> (Vec<String>, Vec<String>) {
        let hosts = self.hosts.get(&at).into_iter().flatten();
        let (takers, others): (Vec<_>, Vec<_>) =
            hosts.partition(|host| dst.is_multicast() || host.mac == dst);
        let ids = |hosts: Vec<&MapHost>| {
            let ids: BTreeSet<_> = hosts.into_iter().map(|host| host.id.clone()).collect();
            ids.into_iter().collect()
        };
        (ids(takers), ids(others))
    }

    /// A port in words: `port 3`.
    pub(super) fn port(port: PortNo) -> String {
        format!("port {port}")
    }
}
