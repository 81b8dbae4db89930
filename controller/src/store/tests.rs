use std::collections::BTreeMap;
use std::net::IpAddr;

use app_api::{Host, HostId, Location, Snapshot};
use openflow::{Dpid, MacAddr, PortNo};
use serde_json::json;

use super::*;

fn host(n: u8, last_seen: SystemTime) -> Arc<Host> {
    Arc::new(Host {
        id: HostId {
            mac: MacAddr([0, 0, 0, 0, 0, n]),
            vlan: n.is_multiple_of(2).then_some(10),
        },
        at: Location::new(Dpid(1), PortNo(n.into())),
        addresses: vec![IpAddr::from([10, 0, 0, n])],
        first_seen: SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000),
        last_seen,
    })
}

fn network(hosts: impl IntoIterator<Item = Arc<Host>>) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for host in hosts {
        snapshot.hosts.insert(host.id, host);
    }
    snapshot
}

#[test]
fn hosts_and_names_are_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let now = SystemTime::now();
    let mut before = network([host(1, now), host(2, now), host(3, now)]);
    let names = Annotations {
        host_names: [(MacAddr([0; 6]), "h0".to_owned())].into(),
        switch_names: [(Dpid(1), "s1".to_owned())].into(),
        places: [(Dpid(1), (1.5, -2.5))].into(),
    };
    before.annotations = Arc::new(names.clone());
    let (store, restored) = Store::open(dir.path()).unwrap();
    assert!(restored.hosts.is_empty());
    store
        .write_difference(&Snapshot::default(), &before)
        .unwrap();
    let mut after = network([host(1, now), host(2, now)]);
    after.annotations = Arc::clone(&before.annotations);
    store.write_difference(&before, &after).unwrap();
    drop(store);

    let (_, restored) = Store::open(dir.path()).unwrap();
    let seen: Vec<_> = restored
        .hosts
        .iter()
        .map(|h| (h.id, h.at, &h.addresses[..]))
        .collect();
    let (one, two) = (host(1, now), host(2, now));
    assert_eq!(
        seen,
        [
            (one.id, one.at, &one.addresses[..]),
            (two.id, two.at, &two.addresses[..])
        ]
    );
    assert_eq!(restored.hosts[0].first_seen, one.first_seen);
    assert_eq!(restored.annotations, names);
}

#[test]
fn a_host_not_seen_for_a_week_is_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let old = SystemTime::now() - HOSTS_KEPT - Duration::from_secs(60);
    let (store, _) = Store::open(dir.path()).unwrap();
    let hosts = network([host(1, old), host(3, SystemTime::now())]);
    store
        .write_difference(&Snapshot::default(), &hosts)
        .unwrap();
    drop(store);
    let (store, restored) = Store::open(dir.path()).unwrap();
    assert_eq!(restored.hosts.len(), 1);
    assert_eq!(store.all(HOSTS).unwrap().len(), 1, "and removed");
}

#[test]
fn a_second_controller_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let _first = Store::open(dir.path()).unwrap();
    let error = Store::open(dir.path()).unwrap_err();
    assert!(matches!(error, StoreError::InUse(_)), "{error}");
}

#[test]
fn a_broken_file_is_moved_aside() {
    for content in [&b"not a database at all"[..], &[0; 4096], &[0xa5; 100_000]] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FILE), content).unwrap();
        let (_, restored) = Store::open(dir.path()).unwrap();
        assert!(restored.hosts.is_empty());
        let aside = fs::read_dir(dir.path())
            .unwrap()
            .filter(|f| {
                f.as_ref()
                    .unwrap()
                    .file_name()
                    .to_string_lossy()
                    .contains("broken")
            })
            .count();
        assert_eq!(aside, 1);
    }
}

#[test]
fn a_truncated_store_is_read_or_moved_aside() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).unwrap();
    let hosts = network((1..200).map(|n| host(n, SystemTime::now())));
    store
        .write_difference(&Snapshot::default(), &hosts)
        .unwrap();
    drop(store);
    let whole = fs::read(dir.path().join(FILE)).unwrap();
    for part in [whole.len() / 2, whole.len() - 4096, 4096, 100] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FILE), &whole[..part]).unwrap();
        Store::open(dir.path()).unwrap_or_else(|error| panic!("{part} bytes: {error}"));
    }
}

#[tokio::test]
async fn a_change_of_an_app_holds_until_the_configuration_is_edited() {
    let dir = tempfile::tempdir().unwrap();
    let plan = |running, settings: Option<serde_json::Value>| AppPlan { running, settings };
    let configured = BTreeMap::from([("lb".to_owned(), plan(true, Some(json!({"pools": []}))))]);
    let changed = plan(false, Some(json!({"pools": [1]})));
    {
        let (store, _) = Store::open(dir.path()).unwrap();
        let memory = AppMemory::new(Some(store), configured.clone());
        assert_eq!(memory.plan("lb"), configured["lb"]);
        memory.remember("lb", changed.clone()).await;
    }
    {
        let (store, _) = Store::open(dir.path()).unwrap();
        let memory = AppMemory::new(Some(store), configured);
        assert_eq!(memory.plan("lb"), changed);
    }
    let edited = BTreeMap::from([("lb".to_owned(), plan(true, None))]);
    let (store, _) = Store::open(dir.path()).unwrap();
    let memory = AppMemory::new(Some(store), edited.clone());
    assert_eq!(memory.plan("lb"), edited["lb"]);
    assert_eq!(memory.plan("unheard-of"), AppPlan::default());
}
