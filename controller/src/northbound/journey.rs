//! Following a packet through the network as it is: each switch on its way is read, made into a
//! value, and asked what it would do.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use app_api::{LinkState, Snapshot, Switch as Known, SwitchState};
use openflow::flow::{FlowStatsRequest, GroupEntry, GroupStats, PortDesc};
use openflow::pipeline::{Read, Switch, SwitchConfig};
use openflow::{Dpid, Version};
use tokio::time::{Instant, timeout_at};
use topologies::trace::{Map, MapHost, Start, Walk};

use super::Api;
use super::model::TraceView;
use super::trace_views::{Records, Views};
use crate::southbound::{RequestError, SwitchHandle};

/// Every switch must be read by then; of those that are not the trace says so.
const DEADLINE: Duration = Duration::from_secs(10);

/// A trace changes nothing, so that time may stand still.
const NOW: Duration = Duration::ZERO;

/// Reads what is needed, and says what becomes of the packet.
pub(super) async fn follow(api: &Api, snapshot: &Snapshot, start: Start) -> TraceView {
    let deadline = Instant::now() + DEADLINE;
    // It is never closed.
    let _turn = timeout_at(deadline, api.traces.acquire()).await;
    let map = map(snapshot);
    let asked = start.clone();
    let mut read: HashMap<Dpid, Option<Switch>> = HashMap::new();
    let mut records = Records::default();
    let mut walk = Walk::begin(&map, start);
    while let Some(dpid) = walk.needs() {
        if let std::collections::hash_map::Entry::Vacant(place) = read.entry(dpid) {
            let switch = timeout_at(deadline, switch(api, snapshot, dpid)).await;
            place.insert(switch.ok().flatten());
            records.add(dpid, &api.rules.flows_known(dpid).await);
        }
        walk.visit(read.get(&dpid).and_then(Option::as_ref), NOW);
    }
    let owner = |cookie| api.rules.owner(cookie).map(|owner| owner.to_string());
    let journey = walk.finish(&owner);
    let views = Views {
        snapshot,
        map: &map,
        records: &records,
        owner_of: &owner,
    };
    views.journey(&asked, &journey)
}

/// As it is now; `None`: it is not connected or does not answer.
async fn switch(api: &Api, snapshot: &Snapshot, dpid: Dpid) -> Option<Switch> {
    let known = snapshot.switches.get(&dpid)?;
    if known.state != SwitchState::Up {
        return None;
    }
    let handle = api.switches.switch(dpid)?;
    let (ports, read) = match tables(&handle, known).await {
        Ok(read) => read,
        Err(error) => {
            tracing::warn!(%dpid, %error, "switch cannot be read for a trace");
            return None;
        }
    };
    let mut config = SwitchConfig::new(dpid, handle.version(), ports);
    config.n_tables = known.n_tables;
    // Large tables take a while to sort.
    let made = tokio::task::spawn_blocking(move || Switch::from_read(config, &read, NOW));
    made.await.ok()
}

async fn tables(
    handle: &SwitchHandle,
    known: &Known,
) -> Result<(Vec<PortDesc>, Read), RequestError> {
    let entries = handle.flow_entries(FlowStatsRequest::all()).await?;
    if handle.version() == Version::V1_0 {
        // Ports are told when they change; groups and meters there are none.
        let ports = known.ports.values().map(|port| port.desc.clone()).collect();
        let read = Read {
            entries,
            ..Read::default()
        };
        return Ok((ports, read));
    }
    let ports = handle.ports().await?;
    let groups = handle.groups().await?;
    let groups = groups.into_iter().map(|(group, stats)| GroupEntry {
        stats: stats.unwrap_or_else(|| GroupStats {
            id: group.id,
            references: 0,
            packets: 0,
            bytes: 0,
            age: Duration::ZERO,
            buckets: Vec::new(),
        }),
        group,
    });
    let meters = match handle.meters().await {
        Ok(meters) => meters,
        // Switches without meters refuse the question.
        Err(RequestError::Refused(_) | RequestError::Unsupported(_)) => Vec::new(),
        Err(error) => return Err(error),
    };
    let read = Read {
        groups: groups.collect(),
        entries,
        meters,
    };
    Ok((ports, read))
}

/// Cables, hosts and names.
fn map(snapshot: &Snapshot) -> Map {
    let mut map = Map::default();
    for dpid in snapshot.switches.keys() {
        map.name_switch(*dpid, snapshot.switch_label(*dpid));
    }
    for link in snapshot.links.values() {
        map.add_cable(link.id.src, link.id.dst, link.state == LinkState::Up);
    }
    for host in snapshot.hosts.values().map(Arc::as_ref) {
        map.add_host(MapHost {
            id: host.id.to_string(),
            name: snapshot.host_label(host),
            mac: host.id.mac,
            at: host.at,
        });
    }
    map
}
