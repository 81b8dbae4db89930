//! Actions.

use std::net::Ipv4Addr;

use bytes::Bytes;
use serde::Serialize;
use smallvec::SmallVec;

use super::PortNo;
use crate::wire::{DecodeError, ErrorCode, Reader, Wire, Writer, json};
use crate::{MacAddr, nicira};

/// Actions in order; up to two without heap allocation.
pub type Actions = SmallVec<[Action; 2]>;

/// One action (OF 1.0 §5.2.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Action {
    /// Send out of a port.
    Output {
        /// Where to.
        port: PortNo,
        /// Bytes for the controller; no meaning for other ports.
        max_len: u16,
    },
    /// Set the VLAN id, adding a tag where there is none.
    SetVlanVid {
        /// Twelve bits.
        vlan_vid: u16,
    },
    /// Set the VLAN priority, adding a tag where there is none.
    SetVlanPcp {
        /// Three bits.
        vlan_pcp: u8,
    },
    /// Take the VLAN tag away.
    StripVlan,
    /// Set the Ethernet source.
    SetDlSrc {
        /// New address.
        dl_addr: MacAddr,
    },
    /// Set the Ethernet destination.
    SetDlDst {
        /// New address.
        dl_addr: MacAddr,
    },
    /// Set the IPv4 source.
    SetNwSrc {
        /// New address.
        nw_addr: Ipv4Addr,
    },
    /// Set the IPv4 destination.
    SetNwDst {
        /// New address.
        nw_addr: Ipv4Addr,
    },
    /// Set the DSCP.
    SetNwTos {
        /// In the upper six bits.
        nw_tos: u8,
    },
    /// Set the TCP or UDP source port.
    SetTpSrc {
        /// New port.
        tp_port: u16,
    },
    /// Set the TCP or UDP destination port.
    SetTpDst {
        /// New port.
        tp_port: u16,
    },
    /// Send through a queue of a port.
    Enqueue {
        /// Where to.
        port: PortNo,
        /// Which queue.
        queue_id: u32,
    },
    /// A vendor's own, kept.
    Vendor {
        /// Who defined it.
        #[serde(serialize_with = "json::hex32")]
        vendor: u32,
        /// The rest, padding included.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
    /// A number without a meaning in 1.0, kept.
    Unknown {
        /// The number.
        #[serde(rename = "number")]
        kind: u16,
        /// The rest, padding included.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
    /// One of Nicira's.
    #[serde(untagged)]
    Nicira(Box<nicira::Action<Self>>),
}

/// Numbers of actions (OF 1.0 §5.2.4, `ofp_action_type`).
mod kind {
    pub(super) const OUTPUT: u16 = 0;
    pub(super) const SET_VLAN_VID: u16 = 1;
    pub(super) const SET_VLAN_PCP: u16 = 2;
    pub(super) const STRIP_VLAN: u16 = 3;
    pub(super) const SET_DL_SRC: u16 = 4;
    pub(super) const SET_DL_DST: u16 = 5;
    pub(super) const SET_NW_SRC: u16 = 6;
    pub(super) const SET_NW_DST: u16 = 7;
    pub(super) const SET_NW_TOS: u16 = 8;
    pub(super) const SET_TP_SRC: u16 = 9;
    pub(super) const SET_TP_DST: u16 = 10;
    pub(super) const ENQUEUE: u16 = 11;
    pub(super) const VENDOR: u16 = 0xffff;
}

/// Every action left in `r`.
pub(crate) fn decode_rest(r: &mut Reader<'_>) -> Result<Actions, DecodeError> {
    r.blaming(ErrorCode::BAD_ACTION_BAD_LEN, |r| r.small_list("actions"))
}

impl Wire for Action {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let start = r.offset();
        let (kind, mut r) = r.tlv_of_8()?;
        let action = match kind {
            kind::OUTPUT => Self::Output {
                port: r.field("port")?,
                max_len: r.field("max_len")?,
            },
            kind::SET_VLAN_VID => Self::SetVlanVid {
                vlan_vid: r.field_before_pad("vlan_vid", 2)?,
            },
            kind::SET_VLAN_PCP => Self::SetVlanPcp {
                vlan_pcp: r.field_before_pad("vlan_pcp", 3)?,
            },
            kind::STRIP_VLAN => {
                r.pad(4)?;
                Self::StripVlan
            }
            kind::SET_DL_SRC => Self::SetDlSrc {
                dl_addr: r.field_before_pad("dl_addr", 6)?,
            },
            kind::SET_DL_DST => Self::SetDlDst {
                dl_addr: r.field_before_pad("dl_addr", 6)?,
            },
            kind::SET_NW_SRC => Self::SetNwSrc {
                nw_addr: r.field("nw_addr")?,
            },
            kind::SET_NW_DST => Self::SetNwDst {
                nw_addr: r.field("nw_addr")?,
            },
            kind::SET_NW_TOS => Self::SetNwTos {
                nw_tos: r.field_before_pad("nw_tos", 3)?,
            },
            kind::SET_TP_SRC => Self::SetTpSrc {
                tp_port: r.field_before_pad("tp_port", 2)?,
            },
            kind::SET_TP_DST => Self::SetTpDst {
                tp_port: r.field_before_pad("tp_port", 2)?,
            },
            kind::ENQUEUE => {
                let port = r.field_before_pad("port", 6)?;
                Self::Enqueue {
                    port,
                    queue_id: r.field("queue_id")?,
                }
            }
            kind::VENDOR => vendor(&mut r, start)?,
            kind => Self::Unknown {
                kind,
                data: r.rest(),
            },
        };
        r.finish()?;
        Ok(action)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.tlv_of_8(self.kind(), "actions", |w| match self {
            Self::Output { port, max_len } => {
                port.encode(w);
                w.u16(*max_len);
            }
            Self::SetVlanVid { vlan_vid } => w.u16(*vlan_vid),
            Self::SetVlanPcp { vlan_pcp } => w.u8(*vlan_pcp),
            Self::StripVlan => {}
            Self::SetDlSrc { dl_addr } | Self::SetDlDst { dl_addr } => dl_addr.encode(w),
            Self::SetNwSrc { nw_addr } | Self::SetNwDst { nw_addr } => nw_addr.encode(w),
            Self::SetNwTos { nw_tos } => w.u8(*nw_tos),
            Self::SetTpSrc { tp_port } | Self::SetTpDst { tp_port } => w.u16(*tp_port),
            Self::Enqueue { port, queue_id } => {
                port.encode(w);
                w.pad(6);
                w.u32(*queue_id);
            }
            Self::Nicira(action) => {
                w.u32(nicira::EXPERIMENTER);
                action.encode(w);
            }
            Self::Vendor { vendor, data } => {
                w.u32(*vendor);
                w.bytes(data);
            }
            Self::Unknown { data, .. } => w.bytes(data),
        });
    }
}

impl Action {
    fn kind(&self) -> u16 {
        match self {
            Self::Output { .. } => kind::OUTPUT,
            Self::SetVlanVid { .. } => kind::SET_VLAN_VID,
            Self::SetVlanPcp { .. } => kind::SET_VLAN_PCP,
            Self::StripVlan => kind::STRIP_VLAN,
            Self::SetDlSrc { .. } => kind::SET_DL_SRC,
            Self::SetDlDst { .. } => kind::SET_DL_DST,
            Self::SetNwSrc { .. } => kind::SET_NW_SRC,
            Self::SetNwDst { .. } => kind::SET_NW_DST,
            Self::SetNwTos { .. } => kind::SET_NW_TOS,
            Self::SetTpSrc { .. } => kind::SET_TP_SRC,
            Self::SetTpDst { .. } => kind::SET_TP_DST,
            Self::Enqueue { .. } => kind::ENQUEUE,
            Self::Nicira(_) | Self::Vendor { .. } => kind::VENDOR,
            Self::Unknown { kind, .. } => *kind,
        }
    }
}

/// A vendor's action that began at `start`: one of Nicira's that we know, or its bytes.
fn vendor(r: &mut Reader<'_>, start: usize) -> Result<Action, DecodeError> {
    let vendor = r.field("vendor")?;
    if vendor == nicira::EXPERIMENTER
        && let Some(action) = nicira::Action::decode(r, start)?
    {
        return Ok(Action::Nicira(Box::new(action)));
    }
    let data = r.rest();
    Ok(Action::Vendor { vendor, data })
}
