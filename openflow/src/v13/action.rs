//! Actions.

use bytes::Bytes;
use serde::Serialize;
use smallvec::SmallVec;

use super::CopyField;
use crate::oxm::OxmField;
use crate::wire::{DecodeError, ErrorCode, Reader, Wire, Writer, json};
use crate::{GroupId, MeterId, PortNo, Version, nicira};

/// Actions in order; up to two without heap allocation.
pub type Actions = SmallVec<[Action; 2]>;

/// One action (OF 1.3.5 §7.2.5).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Action {
    /// Send out of a port.
    Output {
        /// Where to.
        port: PortNo,
        /// Bytes for the controller, 0xffff for the whole packet (`OFPCML_NO_BUFFER`).
        #[serde(serialize_with = "json::max_len")]
        max_len: u16,
    },
    /// Copy the TTL from next-to-outermost to outermost.
    CopyTtlOut,
    /// Copy the TTL from outermost to next-to-outermost.
    CopyTtlIn,
    /// Set the MPLS TTL.
    SetMplsTtl {
        /// New TTL.
        mpls_ttl: u8,
    },
    /// Decrement the MPLS TTL.
    DecMplsTtl,
    /// Push a VLAN tag.
    PushVlan {
        /// Of the tag.
        #[serde(serialize_with = "json::hex16")]
        ethertype: u16,
    },
    /// Pop the outer VLAN tag.
    PopVlan,
    /// Push an MPLS entry.
    PushMpls {
        /// Of the entry.
        #[serde(serialize_with = "json::hex16")]
        ethertype: u16,
    },
    /// Pop the outer MPLS entry.
    PopMpls {
        /// Of what is below.
        #[serde(serialize_with = "json::hex16")]
        ethertype: u16,
    },
    /// Choose the queue for a later output.
    SetQueue {
        /// Which.
        queue_id: u32,
    },
    /// Hand to a group.
    Group {
        /// Which.
        #[serde(serialize_with = "json::group_id")]
        group_id: GroupId,
    },
    /// Set the IP TTL.
    SetNwTtl {
        /// New TTL.
        nw_ttl: u8,
    },
    /// Decrement the IP TTL.
    DecNwTtl,
    /// Overwrite a field.
    SetField {
        /// Which, and with what.
        field: OxmField,
    },
    /// Push a provider backbone bridge header.
    PushPbb {
        /// Of the header.
        #[serde(serialize_with = "json::hex16")]
        ethertype: u16,
    },
    /// Pop it.
    PopPbb,
    /// Copy bits of a field to another; 1.5 and later.
    CopyField(Box<CopyField>),
    /// Pass through a meter; 1.5 and later.
    Meter {
        /// Which.
        #[serde(serialize_with = "json::meter_id")]
        meter_id: MeterId,
    },
    /// Copy bits of a field to another, as the ONF has it for 1.3 and 1.4.
    OnfCopyField(Box<CopyField>),
    /// An experimenter's own, kept.
    Experimenter {
        /// Who defined it.
        #[serde(serialize_with = "json::hex32")]
        experimenter: u32,
        /// The rest, padding included.
        #[serde(serialize_with = "json::hex")]
        data: Bytes,
    },
    /// A number without a meaning in this version, kept.
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

/// Numbers of actions (OF 1.3.5 §7.2.5, `ofp_action_type`).
pub(super) mod kind {
    pub(in crate::v13) const OUTPUT: u16 = 0;
    pub(super) const COPY_TTL_OUT: u16 = 11;
    pub(super) const COPY_TTL_IN: u16 = 12;
    pub(super) const SET_MPLS_TTL: u16 = 15;
    pub(super) const DEC_MPLS_TTL: u16 = 16;
    pub(super) const PUSH_VLAN: u16 = 17;
    pub(super) const POP_VLAN: u16 = 18;
    pub(super) const PUSH_MPLS: u16 = 19;
    pub(super) const POP_MPLS: u16 = 20;
    pub(super) const SET_QUEUE: u16 = 21;
    pub(super) const GROUP: u16 = 22;
    pub(super) const SET_NW_TTL: u16 = 23;
    pub(super) const DEC_NW_TTL: u16 = 24;
    pub(super) const SET_FIELD: u16 = 25;
    pub(super) const PUSH_PBB: u16 = 26;
    pub(super) const POP_PBB: u16 = 27;
    pub(super) const COPY_FIELD: u16 = 28;
    pub(super) const METER: u16 = 29;
    pub(super) const EXPERIMENTER: u16 = 0xffff;
}

/// Every action left in `r`.
pub(crate) fn decode_rest(r: &mut Reader<'_>) -> Result<Actions, DecodeError> {
    r.blaming(ErrorCode::BAD_ACTION_BAD_LEN, |r| r.small_list("actions"))
}

impl Wire for Action {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let start = r.offset();
        let (kind, mut r) = r.tlv_of_8()?;
        let r = &mut r;
        let action = match kind {
            kind::OUTPUT => {
                let (port, max_len) = (r.field("port")?, r.field("max_len")?);
                r.pad(6)?;
                Self::Output { port, max_len }
            }
            kind::COPY_TTL_OUT => plain(r, Self::CopyTtlOut)?,
            kind::COPY_TTL_IN => plain(r, Self::CopyTtlIn)?,
            kind::SET_MPLS_TTL => Self::SetMplsTtl {
                mpls_ttl: r.field_before_pad("mpls_ttl", 3)?,
            },
            kind::DEC_MPLS_TTL => plain(r, Self::DecMplsTtl)?,
            kind::PUSH_VLAN => Self::PushVlan {
                ethertype: r.field_before_pad("ethertype", 2)?,
            },
            kind::POP_VLAN => plain(r, Self::PopVlan)?,
            kind::PUSH_MPLS => Self::PushMpls {
                ethertype: r.field_before_pad("ethertype", 2)?,
            },
            kind::POP_MPLS => Self::PopMpls {
                ethertype: r.field_before_pad("ethertype", 2)?,
            },
            kind::SET_QUEUE => Self::SetQueue {
                queue_id: r.field("queue_id")?,
            },
            kind::GROUP => Self::Group {
                group_id: r.field("group_id")?,
            },
            kind::SET_NW_TTL => Self::SetNwTtl {
                nw_ttl: r.field_before_pad("nw_ttl", 3)?,
            },
            kind::DEC_NW_TTL => plain(r, Self::DecNwTtl)?,
            kind::SET_FIELD => Self::SetField {
                field: set_field(r)?,
            },
            kind::PUSH_PBB => Self::PushPbb {
                ethertype: r.field_before_pad("ethertype", 2)?,
            },
            kind::POP_PBB => plain(r, Self::PopPbb)?,
            kind::COPY_FIELD if r.version() >= Version::V1_5 => {
                let copy = r.field("copy_field")?;
                r.pad_to_8(start)?;
                Self::CopyField(Box::new(copy))
            }
            kind::METER if r.version() >= Version::V1_5 => Self::Meter {
                meter_id: r.field("meter_id")?,
            },
            kind::EXPERIMENTER => experimenter(r, start)?,
            kind => Self::Unknown {
                kind,
                data: r.rest(),
            },
        };
        r.finish()?;
        Ok(action)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        if let Self::Output { port, max_len } = self {
            return w.block::<16>(|b| {
                b.u16(kind::OUTPUT);
                b.u16(16);
                b.u32(port.0);
                b.u16(*max_len);
                b.pad(6);
            });
        }
        w.tlv_of_8(self.kind(), "actions", |w| match self {
            Self::Output { .. }
            | Self::CopyTtlOut
            | Self::CopyTtlIn
            | Self::DecMplsTtl
            | Self::PopVlan
            | Self::DecNwTtl
            | Self::PopPbb => {}
            Self::SetMplsTtl { mpls_ttl: ttl } | Self::SetNwTtl { nw_ttl: ttl } => w.u8(*ttl),
            Self::PushVlan { ethertype }
            | Self::PushMpls { ethertype }
            | Self::PopMpls { ethertype }
            | Self::PushPbb { ethertype } => w.u16(*ethertype),
            Self::SetQueue { queue_id } => w.u32(*queue_id),
            Self::Group { group_id } => group_id.encode(w),
            Self::SetField { field } => field.encode(w),
            Self::CopyField(copy) => {
                if w.version() < Version::V1_5 {
                    w.lacks("copy_field action");
                }
                copy.encode(w);
            }
            Self::Meter { meter_id } => {
                if w.version() < Version::V1_5 {
                    w.lacks("meter action");
                }
                meter_id.encode(w);
            }
            Self::OnfCopyField(copy) => {
                w.u32(ONF);
                w.u16(ONF_COPY_FIELD);
                w.pad(2);
                copy.encode(w);
            }
            Self::Nicira(action) => {
                w.u32(nicira::EXPERIMENTER);
                action.encode(w);
            }
            Self::Experimenter { experimenter, data } => {
                w.u32(*experimenter);
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
            Self::CopyTtlOut => kind::COPY_TTL_OUT,
            Self::CopyTtlIn => kind::COPY_TTL_IN,
            Self::SetMplsTtl { .. } => kind::SET_MPLS_TTL,
            Self::DecMplsTtl => kind::DEC_MPLS_TTL,
            Self::PushVlan { .. } => kind::PUSH_VLAN,
            Self::PopVlan => kind::POP_VLAN,
            Self::PushMpls { .. } => kind::PUSH_MPLS,
            Self::PopMpls { .. } => kind::POP_MPLS,
            Self::SetQueue { .. } => kind::SET_QUEUE,
            Self::Group { .. } => kind::GROUP,
            Self::SetNwTtl { .. } => kind::SET_NW_TTL,
            Self::DecNwTtl => kind::DEC_NW_TTL,
            Self::SetField { .. } => kind::SET_FIELD,
            Self::PushPbb { .. } => kind::PUSH_PBB,
            Self::PopPbb => kind::POP_PBB,
            Self::CopyField(_) => kind::COPY_FIELD,
            Self::Meter { .. } => kind::METER,
            Self::OnfCopyField(_) | Self::Nicira(_) | Self::Experimenter { .. } => {
                kind::EXPERIMENTER
            }
            Self::Unknown { kind, .. } => *kind,
        }
    }
}

/// The ONF as an experimenter.
const ONF: u32 = 0x4f4e_4600;
/// Its only action.
const ONF_COPY_FIELD: u16 = 3200;

/// An experimenter's action that began at `start`: one of those we know, or its bytes.
fn experimenter(r: &mut Reader<'_>, start: usize) -> Result<Action, DecodeError> {
    let experimenter = r.field("experimenter")?;
    if experimenter == nicira::EXPERIMENTER
        && let Some(action) = nicira::Action::decode(r, start)?
    {
        return Ok(Action::Nicira(Box::new(action)));
    }
    if experimenter == ONF && r.peek().starts_with(&ONF_COPY_FIELD.to_be_bytes()) {
        r.pad(4)?;
        let copy = r.field("onf_copy_field")?;
        r.pad_to_8(start)?;
        return Ok(Action::OnfCopyField(Box::new(copy)));
    }
    let data = r.rest();
    Ok(Action::Experimenter { experimenter, data })
}

/// An action without arguments.
fn plain(r: &mut Reader<'_>, action: Action) -> Result<Action, DecodeError> {
    r.pad(4)?;
    Ok(action)
}

/// The field of a set-field action: one OXM and padding of less than eight bytes.
fn set_field(r: &mut Reader<'_>) -> Result<OxmField, DecodeError> {
    r.blaming(ErrorCode::BAD_ACTION_BAD_SET_LEN, |r| {
        let start = r.offset() - 4;
        let field = OxmField::decode(r).map_err(|error| error.in_field("field"))?;
        r.pad_to_8(start)?;
        Ok(field)
    })
}
