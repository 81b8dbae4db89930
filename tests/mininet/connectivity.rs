//! Every host reaches every other on every kind of network and version, and broadcast arrives once.

use std::time::{Duration, Instant};

use topologies::mininet::OpenFlow;

use crate::support::Scene;

/// Nothing arrives twice at any time, and from the first second after the last switch's connect
/// everything arrives once; pings get through from the first one on.
fn connects(topology: &str, openflow: OpenFlow) {
    let scene = Scene::started(topology, openflow, &[]);
    scene.wait_until_connected(Duration::from_secs(10));
    let connected = Instant::now();
    if scene.has_loop() {
        while connected.elapsed() < Duration::from_secs(1) {
            let arrived = scene
                .lab
                .broadcast("h1", Duration::from_millis(100))
                .unwrap();
            assert!(arrived.values().all(|&count| count <= 1), "{arrived:?}");
        }
        scene.lab.assert_broadcast_once("h1");
    }
    scene.wait_until_known(Duration::from_secs(10));
    scene.lab.assert_pingall();
    if scene.has_loop() {
        let last = &scene.lab.topology().hosts().last().unwrap().name;
        scene.lab.assert_broadcast_once(last);
    }
}

macro_rules! networks {
    ($($name:ident: $topology:literal;)+) => { $(
        mod $name {
            use super::{OpenFlow, connects};

            #[test]
            fn on_1_3() {
                connects($topology, OpenFlow::V1_3);
            }

            #[test]
            fn on_1_0() {
                connects($topology, OpenFlow::V1_0);
            }

            #[test]
            fn on_both_mixed() {
                connects($topology, OpenFlow::Mixed);
            }
        }
    )+ };
}

networks! {
    single: "single,4";
    linear: "linear,4";
    tree: "tree,2,3";
    ring: "ring,6";
    torus: "torus,3,3";
    fat_tree: "fat-tree,4";
    mesh: "mesh,5";
    parallel: "parallel,3";
    abilene: "abilene";
}

#[test]
fn a_fat_tree_is_known_within_3_s_and_pinged_within_30_s() {
    let scene = Scene::started("fat-tree,4", OpenFlow::V1_3, &[]);
    let begin = Instant::now();
    let known = scene.wait_until_known(Duration::from_secs(10));
    assert_eq!(scene.wanted_links().len(), 32);
    assert!(known < Duration::from_secs(3), "{known:?}");
    scene.lab.assert_pingall();
    assert!(
        begin.elapsed() < Duration::from_secs(30),
        "{:?}",
        begin.elapsed()
    );
    // 32 between switches and 16 to hosts.
    let map = scene.controller.get("/api/v1/topology");
    assert_eq!(map["hosts"].as_array().unwrap().len(), 16);
}
