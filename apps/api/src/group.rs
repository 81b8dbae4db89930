//! Groups as apps want them.

use openflow::Dpid;
use openflow::flow::{Bucket, GroupType};

/// A group an app wants a switch to have.
///
/// Its identity on the switch is its number, which is the app's own: two apps may both have a
/// group 1. Rules and other groups name it by [`crate::AppContext::group_id`]. A second group of
/// the same number replaces the first. Switches of 1.0 have no groups and reject them.
///
/// ```
/// use app_api::{AppContext, Priority, Rule, WantedGroup};
/// use openflow::flow::{Action, Bucket, GroupType, Instructions, Match};
/// use openflow::{Dpid, MacAddr, PortNo};
///
/// /// To a host by port 1; by port 2 as soon as that is down, without asking anybody.
/// fn protect(ctx: &mut AppContext<'_>, dpid: Dpid, host: MacAddr) {
///     let ways = [1, 2].map(PortNo).map(|port| Bucket::new([Action::output(port)]).while_up(port));
///     let group = WantedGroup::new(dpid, 1, GroupType::FastFailover, ways);
///     let to_group = Instructions::apply([Action::Group(ctx.group_id(1))]);
///     let rule = Rule::new(dpid, Priority::new(100), Match::any().eth_dst(host), to_group);
///     ctx.set_groups("ways", vec![group], "two ways to the host");
///     ctx.set_rules("ways", vec![rule], "two ways to the host");
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedGroup {
    /// Where.
    pub dpid: Dpid,
    /// The app's number for it.
    pub number: u16,
    /// How it treats its buckets.
    pub kind: GroupType,
    /// In order.
    pub buckets: Vec<Bucket>,
    /// Order within one change, as [`crate::Rule::stage`]: it is on its switch before the rules of
    /// the same stage are sent, and before any rule of the same change that uses it. Matters where
    /// the buckets of a group in use change.
    pub stage: u16,
}

impl WantedGroup {
    /// A group in stage 0.
    #[must_use]
    pub fn new(
        dpid: Dpid,
        number: u16,
        kind: GroupType,
        buckets: impl IntoIterator<Item = Bucket>,
    ) -> Self {
        Self {
            dpid,
            number,
            kind,
            buckets: buckets.into_iter().collect(),
            stage: 0,
        }
    }

    /// The same group in a stage.
    #[must_use]
    pub fn in_stage(mut self, stage: u16) -> Self {
        self.stage = stage;
        self
    }
}

/// A group a switch, or the controller on its behalf, refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRejection {
    /// Whose.
    pub app: String,
    /// What.
    pub group: WantedGroup,
    /// In words: `s3 rejected group-mod (group 1805516801, number 1): OpenFlow 1.0 has no
    /// group_mod`.
    pub message: String,
}
