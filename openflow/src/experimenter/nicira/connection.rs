//! Settings of a connection, and other messages of one number.

use serde::Serialize;

use crate::wire::{DecodeError, Reader, Wire, Writer};

/// How the switch tells flows on this connection (`nx_set_flow_format`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct SetFlowFormat {
    /// In which messages.
    pub format: FlowFormat,
}

wire_enum! {
    /// In which messages flows are told (`nx_flow_format`).
    FlowFormat: u32 {
        /// Those of 1.0.
        Openflow10 = 0 "openflow10";
        /// Those with a flexible match.
        Nxm = 2 "nxm";
    }
}

/// Whether commands of flow-mods hold a table in their upper half (`nx_flow_mod_table_id`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct FlowModTableId {
    /// Any number but 0: they do.
    pub set: u8,
}

/// How the switch sends packets on this connection (`nx_set_packet_in_format`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct SetPacketInFormat {
    /// In which messages.
    pub format: PacketInFormat,
}

wire_enum! {
    /// In which messages packets are sent (`nx_packet_in_format`).
    PacketInFormat: u32 {
        /// That of the version.
        Standard = 0 "standard";
        /// [`PacketIn`](super::PacketIn).
        NxtPacketIn = 1 "nxt_packet_in";
        /// [`PacketIn2`](super::PacketIn2).
        NxtPacketIn2 = 2 "nxt_packet_in2";
    }
}

/// The number of this connection, for actions that send to one (`nx_controller_id`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct SetControllerId {
    /// 0 at first; several may have the same.
    pub controller_id: u16,
}

/// Forget the connections of a zone (`nx_zone_id`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct CtFlushZone {
    /// Which.
    pub zone_id: u16,
}

impl Wire for SetFlowFormat {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            format: r.field("format")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.format.encode(w);
    }
}

impl Wire for FlowModTableId {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            set: r.field_before_pad("set", 7)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(self.set);
        w.pad(7);
    }
}

impl Wire for SetPacketInFormat {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            format: r.field("format")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.format.encode(w);
    }
}

impl Wire for SetControllerId {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            controller_id: r.field_after_pad(6, "controller_id")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.pad(6);
        w.u16(self.controller_id);
    }
}

impl Wire for CtFlushZone {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            zone_id: r.field_after_pad(6, "zone_id")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.pad(6);
        w.u16(self.zone_id);
    }
}
