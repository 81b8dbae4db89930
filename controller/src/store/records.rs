//! Records as they are on the disk. Unknown fields are skipped, so that an older controller can
//! read what a newer one wrote.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use app_api::{Annotations, Host, HostId, Location};
use openflow::{Dpid, MacAddr};
use serde::{Deserialize, Serialize};

use crate::network::RestoredHost;

/// Seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
struct UnixSeconds(u64);

impl From<SystemTime> for UnixSeconds {
    fn from(time: SystemTime) -> Self {
        let since = time.duration_since(SystemTime::UNIX_EPOCH);
        Self(since.map_or(0, |since| since.as_secs()))
    }
}

impl UnixSeconds {
    fn time(self) -> Option<SystemTime> {
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(self.0))
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct HostRecord {
    mac: MacAddr,
    vlan: Option<u16>,
    at: Location,
    addresses: Vec<IpAddr>,
    first_seen: UnixSeconds,
    last_seen: UnixSeconds,
}

pub(super) fn host_key(id: HostId) -> String {
    id.to_string()
}

pub(super) fn host_bytes(host: &Host) -> Vec<u8> {
    bytes(&HostRecord {
        mac: host.id.mac,
        vlan: host.id.vlan,
        at: host.at,
        addresses: host.addresses.clone(),
        first_seen: host.first_seen.into(),
        last_seen: host.last_seen.into(),
    })
}

/// With when it was last seen; `None` for what is not a record of that host.
pub(super) fn host(key: &str, value: &[u8]) -> Option<(RestoredHost, SystemTime)> {
    let record: HostRecord = serde_json::from_slice(value).ok()?;
    let id = HostId {
        mac: record.mac,
        vlan: record.vlan,
    };
    if host_key(id) != key {
        return None;
    }
    let host = RestoredHost {
        id,
        at: record.at,
        addresses: record.addresses,
        first_seen: record.first_seen.time()?,
    };
    Some((host, record.last_seen.time()?))
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct AnnotationsRecord {
    host_names: BTreeMap<MacAddr, String>,
    switch_names: BTreeMap<Dpid, String>,
    places: BTreeMap<Dpid, (f64, f64)>,
}

pub(super) fn annotations_bytes(given: &Annotations) -> Vec<u8> {
    bytes(&AnnotationsRecord {
        host_names: given.host_names.clone(),
        switch_names: given.switch_names.clone(),
        places: given.places.clone(),
    })
}

pub(super) fn annotations(value: &[u8]) -> Option<Annotations> {
    let record: AnnotationsRecord = serde_json::from_slice(value).ok()?;
    Some(Annotations {
        host_names: record.host_names,
        switch_names: record.switch_names,
        places: record.places,
    })
}

pub(super) fn bytes(record: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(record).expect("records have keys that are text and no failing types")
}
