//! An Open vSwitch of the test's own, whose clock stands still but for what a case lets go by.

mod bridge;
mod capture;
mod control;

pub(crate) use bridge::Bridge;
use control::Control;

use crate::own_ovs;

/// Ports of the bridge, beside its own.
pub(crate) const PORTS: u32 = 4;

pub(crate) struct OpenVSwitch(own_ovs::OpenVSwitch);

impl OpenVSwitch {
    pub(crate) fn start() -> Self {
        let capture = |name: &str| format!("options:tx_pcap={name}.pcap");
        let switch = Self(own_ovs::OpenVSwitch::start(PORTS, capture));
        let mut control = switch.control();
        control.call("netdev-dummy/set-admin-state", &["br0", "up"]);
        control.call("time/stop", &[]);
        switch
    }

    pub(crate) fn bridge(&self) -> Bridge {
        Bridge::new(&self.0, self.control())
    }

    fn control(&self) -> Control {
        Control::connect(&self.0.path("vs.ctl"))
    }
}
