//! Where frames go by the tables alone.

use bytes::Bytes;
use openflow::pipeline::Switch;
use topologies::trace::{Journey, Map, MapHost, Start, Walk};

use super::super::frames::TestHost;
use super::super::switch::{Owner, owner};
use super::carry::{Beyond, MOST_HOPS};
use super::{Lab, Trace};
use crate::snapshot::Location;

impl Lab {
    /// Where a frame would go by the tables alone; nothing is counted and nobody is told.
    ///
    /// # Panics
    /// When it goes round in a loop.
    #[must_use]
    pub fn trace(&self, from: TestHost, frame: &Bytes) -> Trace {
        let mut trace = Trace::default();
        let mut flights = vec![(self.hosts[&from], frame.clone(), 0)];
        while let Some((at, frame, hops)) = flights.pop() {
            assert!(
                hops < MOST_HOPS,
                "a loop: {frame:?} comes by {at} again and again"
            );
            let model = self.model(at.dpid);
            let here = model.foresee(at.port, frame, self.since_start());
            trace.punted.extend(here.packet_ins.iter().map(|_| at));
            for sent in here.sent {
                match self.beyond(Location::new(at.dpid, sent.port)) {
                    Beyond::Switch(next) => flights.push((next, sent.frame, hops + 1)),
                    Beyond::Hosts(hosts) => {
                        let copies = hosts.into_iter().map(|h| (h, sent.frame.clone()));
                        trace.frames.extend(copies);
                    }
                }
            }
        }
        trace.frames.sort();
        trace.arrived = trace.frames.iter().map(|(host, _)| *host).collect();
        trace
    }

    /// The same, step by step and with a verdict, as the controller traces a packet. `to`: whom
    /// it should reach.
    #[must_use]
    pub fn journey(&self, from: TestHost, frame: &Bytes, to: Option<TestHost>) -> Journey {
        let map = self.map();
        let start = Start {
            at: self.hosts[&from],
            frame: frame.clone(),
            from: Some(from.to_string()),
            to: to.map(|host| host.to_string()),
        };
        let mut walk = Walk::begin(&map, start);
        while let Some(dpid) = walk.needs() {
            let model: Option<&Switch> = self.switches.get(&dpid).map(|switch| &switch.model);
            walk.visit(model, self.since_start());
        }
        walk.finish(&|cookie| match owner(cookie) {
            Owner::Controller => Some("the controller".to_owned()),
            Owner::Wanted(app) | Owner::Reactive(app) => {
                self.apps.get(app).map(|app| app.name().to_owned())
            }
            Owner::Other => None,
        })
    }

    /// Its cables, hosts and switches by name: `s1`, `h1`.
    #[must_use]
    pub fn map(&self) -> Map {
        let mut map = Map::default();
        for dpid in self.switches.keys() {
            map.name_switch(*dpid, format!("s{}", dpid.0));
        }
        for (from, to) in &self.cables {
            map.add_cable(*from, *to, self.has_signal(*from));
        }
        for (host, at) in &self.hosts {
            map.add_host(MapHost {
                id: host.to_string(),
                name: host.to_string(),
                mac: host.mac(),
                at: *at,
            });
        }
        map
    }
}
