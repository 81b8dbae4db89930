//! An Open vSwitch of a test's own, and what tests ask of it.

use std::collections::BTreeMap;

use openflow::flow::{FlowEntry, FlowStatsRequest, FromSwitch, SwitchError, ToSwitch};
use openflow::{Version, Xid};

use crate::own_ovs;

/// A bridge `br0` with ports 1 to 3, and the processes behind it.
pub(crate) struct OpenVSwitch(own_ovs::OpenVSwitch);

impl OpenVSwitch {
    pub(crate) fn start() -> Self {
        Self(own_ovs::OpenVSwitch::start(3, |_| String::new()))
    }

    /// What `ovs-ofctl` prints when it does this to the bridge.
    pub(crate) fn ofctl(&self, version: &str, command: &str, argument: &[&str]) -> String {
        let bridge = format!("unix:{}", self.0.management().display());
        let begin = ["-O", version, command, &bridge];
        self.0.run("ovs-ofctl", &[&begin, argument].concat())
    }

    pub(crate) fn connect(&self, version: Version) -> Connection {
        Connection(own_ovs::Connection::open(&self.0.management(), version))
    }
}

pub(crate) struct Connection(own_ovs::Connection);

impl Connection {
    pub(crate) fn version(&self) -> Version {
        self.0.version
    }

    /// The transaction ids say the places in the list, from 1 on.
    pub(crate) fn send(&mut self, messages: &[ToSwitch]) {
        let numbered = (1..).map(Xid).zip(messages.iter().cloned());
        self.0.send(&numbered.collect::<Vec<_>>());
    }

    pub(crate) fn next(&mut self) -> (Xid, FromSwitch) {
        self.0.next()
    }

    /// Sends, and waits until the switch is done; what it refused, by place in the list.
    pub(crate) fn carry_out(&mut self, messages: &[ToSwitch]) -> BTreeMap<usize, SwitchError> {
        let mut refused = BTreeMap::new();
        self.send(&[messages, &[ToSwitch::BarrierRequest]].concat());
        loop {
            match self.next() {
                (_, FromSwitch::BarrierReply) => return refused,
                (Xid(xid), FromSwitch::Error(error)) => {
                    refused.insert(xid as usize - 1, error);
                }
                _ => {}
            }
        }
    }

    pub(crate) fn flows(&mut self) -> BTreeMap<u16, FlowEntry> {
        let mut all = BTreeMap::new();
        self.send(&[ToSwitch::FlowStatsRequest(FlowStatsRequest::all())]);
        loop {
            let FromSwitch::FlowStats { entries, more } = self.next().1 else {
                continue;
            };
            all.extend(entries.into_iter().map(|entry| (entry.priority, entry)));
            if !more {
                return all;
            }
        }
    }
}
