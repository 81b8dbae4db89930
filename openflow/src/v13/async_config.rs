//! Which asynchronous messages a controller wants.

use bytes::Bytes;
use serde::Serialize;

use super::{ExperimenterProperty, property};
use crate::Version;
use crate::wire::{DecodeError, ErrorCode, Reader, Wire, Writer, json};

/// Asynchronous messages wanted, as bits by their reasons (OF 1.3.5 §7.3.10, OF 1.4.1 §7.3.10,
/// `ofp_async_config`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum AsyncConfig {
    /// In 1.3: first as master or equal, then as slave.
    Masks {
        /// Bits of packet-in reasons.
        packet_in_mask: [u32; 2],
        /// Bits of port-status reasons.
        port_status_mask: [u32; 2],
        /// Bits of flow-removed reasons.
        flow_removed_mask: [u32; 2],
    },
    /// From 1.4 on: what is not here stays as it is.
    Properties {
        /// In their order.
        properties: Vec<AsyncProperty>,
    },
}

/// Asynchronous messages wanted in a role; 1.4 and later (OF 1.4.1 §7.3.10,
/// `ofp_async_config_prop_header`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct AsyncProperty {
    /// Which messages in which role; that of master is that of equal.
    #[serde(rename = "type")]
    pub kind: AsyncPropertyType,
    /// Which of them.
    #[serde(flatten)]
    pub body: AsyncPropertyBody,
}

/// Which asynchronous messages are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum AsyncPropertyBody {
    /// Of all types that the specification has.
    Reasons {
        /// Bits of their reasons.
        mask: u32,
    },
    /// Of both experimenter types.
    Experimenter(ExperimenterProperty),
    /// Of a type that the version does not have, kept.
    Unknown {
        /// The rest, without the padding after it.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
}

wire_enum! {
    /// Which messages in which role (OF 1.4.1 §7.3.10, OF 1.5.1 §7.3.10,
    /// `ofp_async_config_prop_type`).
    AsyncPropertyType: u16 {
        /// Packet-ins as slave.
        PacketInSlave = 0 "packet_in_slave";
        /// Packet-ins as master.
        PacketInMaster = 1 "packet_in_master";
        /// Port-statuses as slave.
        PortStatusSlave = 2 "port_status_slave";
        /// Port-statuses as master.
        PortStatusMaster = 3 "port_status_master";
        /// Flow-removeds as slave.
        FlowRemovedSlave = 4 "flow_removed_slave";
        /// Flow-removeds as master.
        FlowRemovedMaster = 5 "flow_removed_master";
        /// Role-statuses as slave.
        RoleStatusSlave = 6 "role_status_slave";
        /// Role-statuses as master.
        RoleStatusMaster = 7 "role_status_master";
        /// Table-statuses as slave.
        TableStatusSlave = 8 "table_status_slave";
        /// Table-statuses as master.
        TableStatusMaster = 9 "table_status_master";
        /// Forwarded requests as slave.
        RequestforwardSlave = 10 "requestforward_slave";
        /// Forwarded requests as master.
        RequestforwardMaster = 11 "requestforward_master";
        /// Flow statistics as slave; 1.5.
        FlowStatsSlave = 12 "flow_stats_slave";
        /// Flow statistics as master; 1.5.
        FlowStatsMaster = 13 "flow_stats_master";
        /// Controller-statuses as slave; 1.5.
        ContStatusSlave = 14 "cont_status_slave";
        /// Controller-statuses as master; 1.5.
        ContStatusMaster = 15 "cont_status_master";
        /// An experimenter's as slave.
        ExperimenterSlave = 0xfffe "experimenter_slave";
        /// An experimenter's as master.
        ExperimenterMaster = 0xffff "experimenter_master";
    }
}

impl AsyncPropertyType {
    /// Bits of the reasons that a version has for these messages; `None` where it has no such
    /// property or it is an experimenter's.
    fn reasons(self, version: Version) -> Option<u32> {
        Some(match self {
            Self::PacketInSlave | Self::PacketInMaster => 0x3f,
            Self::PortStatusSlave | Self::PortStatusMaster => 0x7,
            Self::FlowRemovedSlave | Self::FlowRemovedMaster => 0x3f,
            Self::RoleStatusSlave | Self::RoleStatusMaster => 0x7,
            Self::TableStatusSlave | Self::TableStatusMaster => 0x18,
            Self::RequestforwardSlave | Self::RequestforwardMaster => 0x3,
            _ if version < Version::V1_5 => return None,
            Self::FlowStatsSlave | Self::FlowStatsMaster => 0x3,
            Self::ContStatusSlave | Self::ContStatusMaster => 0x7f,
            Self::ExperimenterSlave | Self::ExperimenterMaster | Self::Unknown(_) => return None,
        })
    }
}

impl Wire for AsyncConfig {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.version() >= Version::V1_4 {
            let properties = property::decode_rest(r)?;
            return Ok(Self::Properties { properties });
        }
        Ok(Self::Masks {
            packet_in_mask: masks(r, "packet_in_mask")?,
            port_status_mask: masks(r, "port_status_mask")?,
            flow_removed_mask: masks(r, "flow_removed_mask")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::Masks {
                packet_in_mask,
                port_status_mask,
                flow_removed_mask,
            } => {
                if w.version() >= Version::V1_4 {
                    w.lacks("masks of asynchronous messages other than as properties");
                }
                w.list(packet_in_mask);
                w.list(port_status_mask);
                w.list(flow_removed_mask);
            }
            Self::Properties { properties } => {
                if w.version() < Version::V1_4 {
                    w.lacks("properties of the asynchronous configuration");
                }
                w.list(properties);
            }
        }
    }
}

fn masks(r: &mut Reader<'_>, name: &'static str) -> Result<[u32; 2], DecodeError> {
    Ok([r.field(name)?, r.field(name)?])
}

/// Type of the message that sets what others only tell.
const SET_ASYNC: u8 = 28;

impl Wire for AsyncProperty {
    /// What a controller sets has to exist (OF 1.4.1 §7.5.4.16); what a switch tells may be newer
    /// than what we know.
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (at, version) = (r.mark(), r.version());
        let sets = r.frame_kind() == Some(SET_ASYNC);
        property::decode(r, |number, r| {
            let kind = AsyncPropertyType::from(number);
            let body = match (kind, kind.reasons(version)) {
                (_, Some(reasons)) => {
                    let at = r.mark();
                    let mask: u32 = r.field("mask")?;
                    if sets && mask & !reasons != 0 {
                        let error = at.bad_value(mask.into(), ErrorCode::ASYNC_CONFIG_INVALID);
                        return Err(error.in_field("mask"));
                    }
                    AsyncPropertyBody::Reasons { mask }
                }
                (
                    AsyncPropertyType::ExperimenterSlave | AsyncPropertyType::ExperimenterMaster,
                    None,
                ) => AsyncPropertyBody::Experimenter(Wire::decode(r)?),
                (_, None) if sets => {
                    let error = at.bad_value(number.into(), ErrorCode::ASYNC_CONFIG_UNSUPPORTED);
                    return Err(error.in_field("type"));
                }
                (_, None) => AsyncPropertyBody::Unknown { data: r.rest() },
            };
            Ok(Self { kind, body })
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        property::encode(
            self.kind.into(),
            "async_config.properties",
            w,
            |w| match &self.body {
                AsyncPropertyBody::Reasons { mask } => {
                    if self.kind.reasons(w.version()).is_none() {
                        w.lacks("these asynchronous messages");
                    }
                    w.u32(*mask);
                }
                AsyncPropertyBody::Experimenter(body) => body.encode(w),
                AsyncPropertyBody::Unknown { data } => w.bytes(data),
            },
        );
    }
}
