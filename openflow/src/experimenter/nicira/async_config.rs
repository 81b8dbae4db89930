//! Which asynchronous messages a controller gets.

use serde::Serialize;

use crate::experimenter::property;
use crate::v13::UnknownProperty;
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// Which asynchronous messages a controller gets (`nx_async_config`): bit *n* of a mask is reason
/// *n*, the first mask of a pair is for roles other and primary, the second for secondary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct AsyncConfig {
    /// Packet-ins.
    pub packet_in_mask: [u32; 2],
    /// Port-statuses.
    pub port_status_mask: [u32; 2],
    /// Flow-removeds.
    pub flow_removed_mask: [u32; 2],
}

/// The same as the properties that 1.4 has for it (`NXT_SET_ASYNC_CONFIG2`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
pub struct AsyncConfig2 {
    /// What is left out stays as it is.
    pub properties: Vec<AsyncProperty>,
}

/// Which of one kind of messages (OF 1.4.1 §7.3.10, `ofp_async_config_prop_type`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum AsyncProperty {
    /// Of messages of OpenFlow.
    Reasons {
        /// Which kind, in which roles.
        #[serde(rename = "type")]
        kind: AsyncType,
        /// Bit *n* is reason *n*.
        #[serde(serialize_with = "json::hex32")]
        mask: u32,
    },
    /// Another one or an experimenter's, kept.
    Unknown(UnknownProperty),
}

wire_enum! {
    /// A kind of asynchronous messages and in which role a controller gets them.
    AsyncType: u16 {
        /// Packet-ins, as secondary.
        PacketInSlave = 0 "packet_in_slave";
        /// Packet-ins, otherwise.
        PacketInMaster = 1 "packet_in_master";
        /// Port-statuses, as secondary.
        PortStatusSlave = 2 "port_status_slave";
        /// Port-statuses, otherwise.
        PortStatusMaster = 3 "port_status_master";
        /// Flow-removeds, as secondary.
        FlowRemovedSlave = 4 "flow_removed_slave";
        /// Flow-removeds, otherwise.
        FlowRemovedMaster = 5 "flow_removed_master";
        /// Role-statuses, as secondary.
        RoleStatusSlave = 6 "role_status_slave";
        /// Role-statuses, otherwise.
        RoleStatusMaster = 7 "role_status_master";
        /// Table-statuses, as secondary.
        TableStatusSlave = 8 "table_status_slave";
        /// Table-statuses, otherwise.
        TableStatusMaster = 9 "table_status_master";
        /// Request-forwards, as secondary.
        RequestForwardSlave = 10 "requestforward_slave";
        /// Request-forwards, otherwise.
        RequestForwardMaster = 11 "requestforward_master";
    }
}

impl Wire for AsyncConfig {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            packet_in_mask: [r.field("packet_in_mask")?, r.field("packet_in_mask")?],
            port_status_mask: [r.field("port_status_mask")?, r.field("port_status_mask")?],
            flow_removed_mask: [r.field("flow_removed_mask")?, r.field("flow_removed_mask")?],
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.list(&self.packet_in_mask);
        w.list(&self.port_status_mask);
        w.list(&self.flow_removed_mask);
    }
}

impl Wire for AsyncConfig2 {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            properties: property::decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.list(&self.properties);
    }
}

impl Wire for AsyncProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        property::decode(r, |number, r| {
            Ok(match AsyncType::from(number) {
                AsyncType::Unknown(kind) => Self::Unknown(UnknownProperty::decode(kind, r)),
                kind => Self::Reasons {
                    kind,
                    mask: r.field("mask")?,
                },
            })
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::Reasons { kind, mask } => property::encode((*kind).into(), w, |w| w.u32(*mask)),
            Self::Unknown(property) => property.encode(w, "property"),
        }
    }
}
