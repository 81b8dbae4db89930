//! What a connection needs of the rest of the controller, as traits: the app runtime and the rule
//! service implement them, tests have their own.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use app_api::{HandlerBackend, Location, Packet, Snapshot, Verdict};
use openflow::flow::FlowRemoved;
use openflow::{Cookie, Dpid, PortNo};

use super::SwitchHandle;

/// An app panicked while it handled a packet. Its runtime knows already, and the handler does
/// nothing any more until it is taken out of the connection's feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panicked;

/// One app's packet handler on one connection: [`app_api::PacketHandler`] with its message type,
/// its queue and its panics taken care of.
pub trait ConnectionHandler: Send {
    /// What flow-mods of this handler carry, whatever it puts there.
    fn cookie(&self) -> Cookie;

    /// A packet came in. Runs on the connection's task: nothing else of this switch goes on
    /// meanwhile.
    ///
    /// # Errors
    /// The app panicked.
    fn packet_in(
        &mut self,
        at: Location,
        snapshot: &Arc<Snapshot>,
        now: Instant,
        backend: &mut dyn HandlerBackend,
        packet: &Packet<'_>,
    ) -> Result<Verdict, Panicked>;

    /// A port of this switch went down or away.
    ///
    /// # Errors
    /// The app panicked.
    fn port_down(&mut self, port: PortNo) -> Result<(), Panicked>;
}

impl fmt::Debug for dyn ConnectionHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionHandler")
            .field("cookie", &self.cookie())
            .finish_non_exhaustive()
    }
}

/// Where connections get their packet handlers from: the app runtime.
pub trait HandlerSource: Send + Sync {
    /// A switch has shaken hands: its handlers will come through the feed. An app makes its
    /// handler on its own task, so the first ones are there a moment later.
    fn connect(&self, dpid: Dpid) -> Box<dyn HandlerFeed>;
}

/// The packet handlers of one connection; dropped with it.
pub trait HandlerFeed: Send {
    /// Those of the apps that run now, in the order of the apps. A handler stays the same, with
    /// its state, until its app stops. Asked before every batch of packets: as cheap as an atomic
    /// load while no app starts or stops.
    fn handlers(&mut self) -> &mut [Box<dyn ConnectionHandler>];
}

/// Who hears of switches before the rest of the controller does: the rule service. Called on the
/// connection's task, so none of these may wait.
pub trait SwitchListener: Send + Sync {
    /// A switch has shaken hands. The listener makes it ready (controller's rules, comparison of
    /// tables) and then calls [`crate::network::NetworkHandle::switch_ready`].
    fn switch_connected(&self, switch: SwitchHandle);

    /// The connection of that epoch is gone. Heard once for every `switch_connected`.
    fn switch_gone(&self, dpid: Dpid, epoch: u64);

    /// An entry is gone. A listener that does not keep up may forget this, if it reads the
    /// switch's table afresh later.
    fn flow_removed(&self, dpid: Dpid, epoch: u64, removed: Box<FlowRemoved>);
}
