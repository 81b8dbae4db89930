//! What a worker needs of a switch; tests have a simulated one.

use openflow::flow::{FlowEntry, FlowStatsRequest, Group, GroupStats};
use openflow::{Dpid, Version};

use crate::southbound::{Applied, Change, RequestError, SwitchHandle};

/// The part of [`SwitchHandle`] that the rule service uses; see there.
pub(super) trait SwitchPort: Clone + Send + Sync + 'static {
    fn dpid(&self) -> Dpid;
    fn version(&self) -> Version;
    fn epoch(&self) -> u64;
    fn apply(
        &self,
        changes: Vec<Change>,
    ) -> impl Future<Output = Result<Applied, RequestError>> + Send;
    fn flow_entries(
        &self,
        request: FlowStatsRequest,
    ) -> impl Future<Output = Result<Vec<FlowEntry>, RequestError>> + Send;
    fn groups(
        &self,
    ) -> impl Future<Output = Result<Vec<(Group, Option<GroupStats>)>, RequestError>> + Send;
}

impl SwitchPort for SwitchHandle {
    fn dpid(&self) -> Dpid {
        self.dpid()
    }

    fn version(&self) -> Version {
        self.version()
    }

    fn epoch(&self) -> u64 {
        self.epoch()
    }

    async fn apply(&self, changes: Vec<Change>) -> Result<Applied, RequestError> {
        self.apply(changes).await
    }

    async fn flow_entries(
        &self,
        request: FlowStatsRequest,
    ) -> Result<Vec<FlowEntry>, RequestError> {
        self.flow_entries(request).await
    }

    async fn groups(&self) -> Result<Vec<(Group, Option<GroupStats>)>, RequestError> {
        self.groups().await
    }
}
