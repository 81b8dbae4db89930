//! What the simulator needs of a switch.

use std::time::Duration;

use bytes::Bytes;
use openflow::PortNo;
use openflow::flow::PortDesc;

/// A switch with its side of the control channel, sans-IO. `now` counts from the start of the
/// network and never goes back; everything that leaves the switch is put into `out`.
pub trait SwitchNode {
    /// A frame came in from a cable.
    fn receive(&mut self, port: PortNo, frame: Bytes, now: Duration, out: &mut Output);

    /// A port got its link or lost it: the cable was connected or cut, or an end of it was set up
    /// or down.
    fn link(&mut self, port: PortNo, up: bool, now: Duration, out: &mut Output);

    /// There is a port more; nothing to a switch whose ports never change.
    fn plugged(&mut self, _port: PortDesc, _now: Duration, _out: &mut Output) {}

    /// A port is gone.
    fn unplugged(&mut self, _port: PortNo, _now: Duration, _out: &mut Output) {}

    /// A piece of the controller's byte stream, not cut at messages.
    fn controller_sent(&mut self, bytes: &[u8], now: Duration, out: &mut Output);

    /// The control channel was opened: the switch greets.
    fn connected(&mut self, now: Duration, out: &mut Output);

    /// The control channel was lost, and with it what was not read whole.
    fn disconnected(&mut self, now: Duration);

    /// When [`SwitchNode::timeout`] is to be called next; asked after every call, so it is cheap.
    fn next_timeout(&self) -> Option<Duration>;

    /// Time has passed: entries end, meters fill.
    fn timeout(&mut self, now: Duration, out: &mut Output);
}

/// What a switch sends.
#[derive(Debug, Default)]
pub struct Output {
    /// In this order, each out of a port.
    pub frames: Vec<(PortNo, Bytes)>,
    /// Whole OpenFlow messages, in this order.
    pub to_controller: Vec<Bytes>,
    /// Ports that were set up (`true`) or down by configuration, from up at the start. What a
    /// switch sets down is dark at both ends of the cable, which [`SwitchNode::link`] says.
    pub switched: Vec<(PortNo, bool)>,
}
