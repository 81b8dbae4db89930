//! The ONF's messages for 1.3, which bring it parts of 1.4: `ONFT_*` and `ONFST_*`.

mod flow_monitor;
mod matching;

pub use flow_monitor::{FlowMonitor, FlowUpdate, UpdatedFlow};
pub use matching::MonitorMatch;

// Those of 1.4, as they are there.
pub use crate::v13::{BundleAddMessage, BundleControl, RoleStatus};

use super::nicira::FlowMonitorCancel;
use super::{Entries, ForwardedRequest};

experimenter_types! {
    /// A message of the ONF's.
    Message {
        /// Monitor no longer.
        1870 "onft_flow_monitor_cancel" V1_3 V1_3 FlowMonitorCancel(FlowMonitorCancel);
        /// Updates are left out from here.
        1871 "onft_flow_monitor_paused" V1_3 V1_3 FlowMonitorPaused;
        /// The updates are complete again.
        1872 "onft_flow_monitor_resumed" V1_3 V1_3 FlowMonitorResumed;
        /// The controller's role changed.
        1911 "onft_role_status" V1_3 V1_3 RoleStatus(RoleStatus);
        /// Open, close, commit or discard a bundle.
        2300 "onft_bundle_control" V1_3 V1_3 BundleControl(BundleControl);
        /// A message for a bundle.
        2301 "onft_bundle_add_message" V1_3 V1_3 BundleAddMessage(BundleAddMessage);
        /// Another controller's request.
        2350 "onft_requestforward" V1_3 V1_3 RequestForward(ForwardedRequest);
    }
}

experimenter_types! {
    /// What a multipart of the ONF's asks.
    #[derive(Eq, Hash)]
    MultipartRequest {
        /// Flow entries, now and as they change.
        1870 "onfst_flow_monitor" V1_3 V1_3 FlowMonitor(Entries<FlowMonitor>);
    }
}

experimenter_types! {
    /// What a multipart of the ONF's tells.
    #[derive(Eq, Hash)]
    MultipartReply {
        /// Flow entries, or how they changed.
        1870 "onfst_flow_monitor" V1_3 V1_3 FlowMonitor(Entries<FlowUpdate>);
    }
}
