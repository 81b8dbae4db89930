//! What people call things: ids, names and addresses, to the things themselves.

use std::net::IpAddr;
use std::sync::Arc;

use app_api::{Host, HostId, Snapshot, Switch};
use axum::http::StatusCode;
use openflow::{Dpid, MacAddr};

use super::model::Problem;
use crate::words::suggestion;

/// One end of a path that was asked for.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Switch(Arc<Switch>),
    Host(Arc<Host>),
}

/// By datapath id or name. `field` is the parameter that named it.
pub(super) fn switch(snapshot: &Snapshot, text: &str, field: &str) -> Result<Arc<Switch>, Problem> {
    let all = switches_called(snapshot, text);
    one(all, "switch", text, field, |s| s.dpid.to_string())?.ok_or_else(|| {
        let labels: Vec<_> = snapshot
            .switches
            .keys()
            .map(|d| snapshot.switch_label(*d))
            .collect();
        unknown("switch", text, field, &labels)
    })
}

/// By MAC address (with `@vlan`), IP address or name.
pub(super) fn host(snapshot: &Snapshot, text: &str, field: &str) -> Result<Arc<Host>, Problem> {
    let all = hosts_called(snapshot, text);
    one(all, "host", text, field, |h| h.id.to_string())?.ok_or_else(|| {
        let labels: Vec<_> = snapshot
            .hosts
            .values()
            .map(|h| snapshot.host_label(h))
            .collect();
        unknown("host", text, field, &labels)
    })
}

/// A host or a switch.
pub(super) fn node(snapshot: &Snapshot, text: &str, field: &str) -> Result<Node, Problem> {
    let hosts = hosts_called(snapshot, text).into_iter().map(Node::Host);
    let switches = switches_called(snapshot, text)
        .into_iter()
        .map(Node::Switch);
    let all = hosts.chain(switches).collect();
    one(all, "host or switch", text, field, |node| match node {
        Node::Host(host) => host.id.to_string(),
        Node::Switch(switch) => switch.dpid.to_string(),
    })?
    .ok_or_else(|| {
        let hosts = snapshot.hosts.values().map(|h| snapshot.host_label(h));
        let switches = snapshot.switches.keys().map(|d| snapshot.switch_label(*d));
        unknown(
            "host or switch",
            text,
            field,
            &hosts.chain(switches).collect::<Vec<_>>(),
        )
    })
}

fn switches_called(snapshot: &Snapshot, text: &str) -> Vec<Arc<Switch>> {
    if let Ok(dpid) = text.parse::<Dpid>() {
        return snapshot.switches.get(&dpid).cloned().into_iter().collect();
    }
    let named = |s: &&Arc<Switch>| snapshot.switch_label(s.dpid) == text;
    snapshot.switches.values().filter(named).cloned().collect()
}

fn hosts_called(snapshot: &Snapshot, text: &str) -> Vec<Arc<Host>> {
    let (address, vlan) = match text.rsplit_once('@') {
        Some((address, vlan)) => (address, vlan.parse().ok()),
        None => (text, None),
    };
    if let Ok(mac) = address.parse::<MacAddr>() {
        return hosts_with_mac(snapshot, mac, vlan);
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        let with = |h: &&Arc<Host>| h.addresses.contains(&address);
        return snapshot.hosts.values().filter(with).cloned().collect();
    }
    let names = &snapshot.annotations.host_names;
    let named = |h: &&Arc<Host>| names.get(&h.id.mac).is_some_and(|name| name == text);
    snapshot.hosts.values().filter(named).cloned().collect()
}

/// Without a VLAN the untagged one, else whichever there is.
fn hosts_with_mac(snapshot: &Snapshot, mac: MacAddr, vlan: Option<u16>) -> Vec<Arc<Host>> {
    let exact = snapshot.hosts.get(&HostId { mac, vlan });
    if exact.is_some() || vlan.is_some() {
        return exact.cloned().into_iter().collect();
    }
    let from = HostId { mac, vlan: None };
    let same = snapshot.hosts.range(from..).map(|(_, host)| host);
    same.take_while(|h| h.id.mac == mac).cloned().collect()
}

/// The only one, none, or a problem: two things with one name are told apart by the caller.
fn one<T>(
    mut all: Vec<T>,
    what: &str,
    text: &str,
    field: &str,
    id: impl Fn(&T) -> String,
) -> Result<Option<T>, Problem> {
    if all.len() < 2 {
        return Ok(all.pop());
    }
    let ids: Vec<_> = all.iter().map(id).collect();
    Err(Problem::new(
        StatusCode::CONFLICT,
        "ambiguous_name",
        format!(
            "more than one {what} is called `{text}`: say which by id: {}",
            ids.join(", ")
        ),
    )
    .at(field))
}

fn unknown(what: &str, text: &str, field: &str, labels: &[String]) -> Problem {
    /// More than these are no help in an error.
    const SHOWN: usize = 12;
    let labels: Vec<_> = labels.iter().map(String::as_str).collect();
    let hint = match labels.len() {
        0..=SHOWN => suggestion(text, &labels),
        _ => crate::words::nearest(text, labels)
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?")),
    };
    Problem::not_found(format!("there is no {what} `{text}`{hint}")).at(field)
}
