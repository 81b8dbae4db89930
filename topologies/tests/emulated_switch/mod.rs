//! A switch without a controller, for tests of what surrounds it.

use std::time::Duration;

use bytes::Bytes;
use openflow::PortNo;
use openflow::flow::{FlowMod, PortDesc};
use openflow::pipeline::Switch;
use topologies::emulate::{Output, SwitchNode};

/// A switch of the pipeline model, its entries and groups written as text.
#[derive(Debug)]
pub(crate) struct Table(pub(crate) Switch);

impl Table {
    pub(crate) fn add(&mut self, entries: &[&str]) {
        for entry in entries {
            let entry: FlowMod = entry.parse().expect("an entry");
            self.0
                .flow_mod(&entry, Duration::ZERO)
                .expect("it is taken");
        }
    }
}

impl SwitchNode for Table {
    fn receive(&mut self, port: PortNo, frame: Bytes, now: Duration, out: &mut Output) {
        let sent = self.0.receive(port, frame, now).sent;
        out.frames
            .extend(sent.into_iter().map(|sent| (sent.port, sent.frame)));
    }

    fn link(&mut self, port: PortNo, up: bool, _: Duration, _: &mut Output) {
        self.0.set_link(port, up);
    }

    fn plugged(&mut self, port: PortDesc, now: Duration, _: &mut Output) {
        self.0.put_port(port, now);
    }

    fn unplugged(&mut self, port: PortNo, _: Duration, _: &mut Output) {
        self.0.remove_port(port);
    }

    fn controller_sent(&mut self, _: &[u8], _: Duration, _: &mut Output) {}

    fn connected(&mut self, _: Duration, _: &mut Output) {}

    fn disconnected(&mut self, _: Duration) {}

    fn next_timeout(&self) -> Option<Duration> {
        self.0.next_timeout()
    }

    fn timeout(&mut self, now: Duration, _: &mut Output) {
        self.0.tick(now);
    }
}
