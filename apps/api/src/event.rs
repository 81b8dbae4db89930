//! What happens in the network, as apps hear it.

use std::sync::Arc;

use openflow::Dpid;
use openflow::flow::{FlowEntry, FlowRemoved};

use crate::group::GroupRejection;
use crate::rule::RuleRejection;
use crate::snapshot::{HostId, LinkId, Location};

/// Something changed. The snapshot already shows it when an app hears of it.
///
/// Match it without a wildcard arm: then a kind added later breaks the build where it matters
/// instead of being forgotten.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Events were lost because the app was too slow: look at the snapshot as if it were new.
    /// Also the first event of every app.
    Resync,
    /// A switch is connected and ready for rules.
    SwitchUp(Dpid),
    /// A switch is gone; its rules stay wanted and come back with it.
    SwitchDown(Dpid),
    /// A port carries packets.
    PortUp(Location),
    /// A port is down or gone.
    PortDown(Location),
    /// It is known what is behind a port, or that changed.
    PortRoleChanged(Location),
    /// One direction of a cable works.
    LinkUp(LinkId),
    /// One direction of a cable does not work any more.
    LinkDown(LinkId),
    /// A host is there.
    HostAdded(HostId),
    /// A host sent from another port.
    HostMoved {
        /// Which.
        host: HostId,
        /// Where it was.
        from: Location,
    },
    /// A host has other addresses.
    HostChanged(HostId),
    /// A host was silent and did not answer.
    HostRemoved {
        /// Which.
        host: HostId,
        /// Where it was.
        from: Location,
    },
    /// Names or places were given.
    AnnotationsChanged,
    /// Entries with this app's cookie were on a switch when it connected, from before the
    /// controller or the app started. They stay until the app says
    /// [`crate::AppContext::release_unclaimed`], except for those it wants, which then simply
    /// stay for good. Groups of this app are kept as long; where there were only groups, the list is
    /// empty.
    EntriesFound {
        /// Where.
        dpid: Dpid,
        /// Which.
        entries: Arc<[FlowEntry]>,
    },
    /// An entry of this app timed out or was deleted. A wanted one that somebody else deleted is
    /// restored without the app; one that timed out is not (see [`crate::Rule::idle_timeout_s`]).
    FlowRemoved {
        /// Where.
        dpid: Dpid,
        /// Which.
        removed: Arc<FlowRemoved>,
    },
    /// A switch refused a rule of this app.
    RuleRejected(Arc<RuleRejection>),
    /// A switch refused a group of this app.
    GroupRejected(Arc<GroupRejection>),
}
