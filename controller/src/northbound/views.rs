//! The snapshot in the words of REST v1. Pure: snapshot in, model out.

use std::time::SystemTime;

use app_api::{
    Host, Link, LinkId, LinkState, Location, Port, PortCounters, PortRole, Snapshot, Switch,
    SwitchState,
};
use openflow::{Dpid, PortNo};
use serde_json::Value;

use super::model::{
    AnnotationsView, CountersView, EndView, HostView, LinkStateView, LinkView, NoticeView, Place,
    PortView, RoleView, Severity, SwitchAnnotation, SwitchView, TopologyView, UpDown,
};
use crate::notices;

/// RFC 3339 in UTC with milliseconds.
pub(super) fn time(at: SystemTime) -> String {
    humantime::format_rfc3339_millis(at).to_string()
}

pub(super) fn topology(snapshot: &Snapshot, seq: u64) -> TopologyView {
    TopologyView {
        seq,
        switches: switches(snapshot),
        links: links(snapshot),
        hosts: hosts(snapshot),
    }
}

pub(super) fn switches(snapshot: &Snapshot) -> Vec<SwitchView> {
    let switches = snapshot.switches.values();
    switches.map(|s| switch(snapshot, s)).collect()
}

pub(super) fn links(snapshot: &Snapshot) -> Vec<LinkView> {
    let cables = cables(snapshot);
    cables.filter_map(|id| cable(snapshot, id)).collect()
}

pub(super) fn hosts(snapshot: &Snapshot) -> Vec<HostView> {
    let hosts = snapshot.hosts.values();
    hosts.map(|h| host(snapshot, h)).collect()
}

pub(super) fn switch(snapshot: &Snapshot, switch: &Switch) -> SwitchView {
    let place = snapshot.annotations.places.get(&switch.dpid);
    SwitchView {
        dpid: switch.dpid.to_string(),
        name: snapshot.switch_label(switch.dpid),
        state: match switch.state {
            SwitchState::Up => UpDown::Up,
            SwitchState::Down => UpDown::Down,
        },
        since: time(switch.since),
        version: switch.version.to_string(),
        peer: switch.peer.to_string(),
        manufacturer: switch.desc.manufacturer.clone(),
        hardware: switch.desc.hardware.clone(),
        software: switch.desc.software.clone(),
        serial: switch.desc.serial.clone(),
        n_tables: switch.n_tables,
        ports: ports(switch),
        place: place.map(|&(latitude, longitude)| Place {
            latitude,
            longitude,
        }),
    }
}

pub(super) fn ports(switch: &Switch) -> Vec<PortView> {
    let ports = switch.ports.iter();
    ports
        .map(|(no, p)| port(p, switch.counters.get(no)))
        .collect()
}

pub(super) fn port(port: &Port, read: Option<&PortCounters>) -> PortView {
    PortView {
        port: port_number(port.desc.no),
        name: port.desc.name.clone(),
        mac: port.desc.hw_addr.to_string(),
        state: if port.desc.is_up() {
            UpDown::Up
        } else {
            UpDown::Down
        },
        role: match port.role {
            PortRole::Unknown => RoleView::Unknown,
            PortRole::Edge => RoleView::Edge,
            PortRole::Link => RoleView::Link,
        },
        speed_bps: u64::from(port.desc.curr_speed_kbps) * 1000,
        counters: read.map(counters),
    }
}

/// A number, or the name of a reserved port.
pub(super) fn port_number(port: PortNo) -> Value {
    if port.is_physical() {
        port.0.into()
    } else {
        port.to_string().into()
    }
}

pub(super) fn counters(read: &PortCounters) -> CountersView {
    CountersView {
        rx_packets: read.rx_packets,
        tx_packets: read.tx_packets,
        rx_bytes: read.rx_bytes,
        tx_bytes: read.tx_bytes,
        rx_dropped: read.rx_dropped,
        tx_dropped: read.tx_dropped,
        rx_errors: read.rx_errors,
        tx_errors: read.tx_errors,
        rx_bps: read.rx_bps,
        tx_bps: read.tx_bps,
        rx_pps: read.rx_pps,
        tx_pps: read.tx_pps,
    }
}

fn end(snapshot: &Snapshot, at: Location) -> EndView {
    let port = snapshot
        .switches
        .get(&at.dpid)
        .and_then(|switch| switch.ports.get(&at.port));
    EndView {
        dpid: at.dpid.to_string(),
        switch: snapshot.switch_label(at.dpid),
        port: at.port.0,
        port_name: port.map_or_else(String::new, |port| port.desc.name.clone()),
    }
}

/// Every cable once, by the direction that starts at its lower end.
pub(super) fn cables(snapshot: &Snapshot) -> impl Iterator<Item = LinkId> + '_ {
    snapshot.links.values().filter_map(|link| {
        let id = link.id.undirected();
        let first = id == link.id || directed(snapshot, id).is_none();
        first.then_some(id)
    })
}

fn directed(snapshot: &Snapshot, id: LinkId) -> Option<&Link> {
    let link = snapshot.links.get(&id.src)?;
    (link.id == id).then_some(link)
}

pub(super) fn cable_id(id: LinkId) -> String {
    let LinkId { src, dst } = id.undirected();
    format!("{src}-{dst}")
}

/// Both directions of a cable in one; `None` when neither is known.
pub(super) fn cable(snapshot: &Snapshot, id: LinkId) -> Option<LinkView> {
    let id = id.undirected();
    let directions = [directed(snapshot, id), directed(snapshot, id.reversed())];
    let known = || directions.into_iter().flatten();
    let up = known().filter(|link| link.state == LinkState::Up).count();
    Some(LinkView {
        id: cable_id(id),
        a: end(snapshot, id.src),
        b: end(snapshot, id.dst),
        state: match up {
            2 => LinkStateView::Up,
            1 => LinkStateView::OneWay,
            _ => LinkStateView::Down,
        },
        since: time(known().map(|link| link.since).max()?),
        cost: known().map(|link| link.cost).max()?,
    })
}

pub(super) fn host(snapshot: &Snapshot, host: &Host) -> HostView {
    HostView {
        id: host.id.to_string(),
        name: snapshot.host_label(host),
        mac: host.id.mac.to_string(),
        vlan: host.id.vlan,
        addresses: host.addresses.iter().map(ToString::to_string).collect(),
        at: end(snapshot, host.at),
        first_seen: time(host.first_seen),
        last_seen: time(host.last_seen),
    }
}

pub(super) fn annotations(given: &app_api::Annotations) -> AnnotationsView {
    let mut view = AnnotationsView::default();
    for (mac, name) in &given.host_names {
        view.hosts.insert(mac.to_string(), name.clone());
    }
    let mut switch = |dpid: &Dpid, change: &dyn Fn(&mut SwitchAnnotation)| {
        change(view.switches.entry(dpid.to_string()).or_default());
    };
    for (dpid, name) in &given.switch_names {
        switch(dpid, &|s| s.name = Some(name.clone()));
    }
    for (dpid, &(latitude, longitude)) in &given.places {
        let place = Place {
            latitude,
            longitude,
        };
        switch(dpid, &|s| s.place = Some(place));
    }
    view
}

impl From<&notices::Notice> for NoticeView {
    fn from(notice: &notices::Notice) -> Self {
        Self {
            time: time(notice.time),
            severity: match notice.severity {
                notices::Severity::Info => Severity::Info,
                notices::Severity::Warning => Severity::Warning,
                notices::Severity::Error => Severity::Error,
            },
            code: notice.code.to_owned(),
            message: notice.message.clone(),
        }
    }
}
