//! Bundles: messages that take effect together.

use serde::Serialize;

use super::{ExperimenterProperty, UnknownProperty, property};
use crate::Version;
use crate::experimenter::property::decode_rest;
use crate::wire::{DecodeError, Holder, Message, Reader, Wire, Writer, json};

/// A step in the life of a bundle; 1.4 and later, and in 1.3 a message of the ONF's
/// (OF 1.4.1 §7.3.9.2, `ofp_bundle_ctrl_msg`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct BundleControl {
    /// Which.
    pub bundle_id: u32,
    /// What to do, or what was done.
    #[serde(rename = "type")]
    pub kind: BundleControlType,
    /// How it takes effect.
    pub flags: BundleFlags,
    /// In their order.
    pub properties: Vec<BundleProperty>,
}

/// A message for a bundle; 1.4 and later, and in 1.3 a message of the ONF's
/// (OF 1.4.1 §7.3.9.6, `ofp_bundle_add_msg`).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BundleAddMessage {
    /// Which.
    pub bundle_id: u32,
    /// As when the bundle was opened.
    pub flags: BundleFlags,
    /// The message, with the transaction id of this one.
    #[serde(serialize_with = "json::message")]
    pub message: Box<Message>,
    /// In their order.
    pub properties: Vec<BundleProperty>,
}

wire_enum! {
    /// A step in the life of a bundle (OF 1.4.1 §7.3.9.2, `ofp_bundle_ctrl_type`).
    BundleControlType: u16 {
        /// Make it.
        OpenRequest = 0 "open_request";
        /// It is made.
        OpenReply = 1 "open_reply";
        /// Nothing more is added.
        CloseRequest = 2 "close_request";
        /// All that was added is right.
        CloseReply = 3 "close_reply";
        /// Do it.
        CommitRequest = 4 "commit_request";
        /// It is done.
        CommitReply = 5 "commit_reply";
        /// Forget it.
        DiscardRequest = 6 "discard_request";
        /// It is forgotten.
        DiscardReply = 7 "discard_reply";
    }
}

wire_flags! {
    /// How a bundle takes effect (OF 1.4.1 §7.3.9.3, `ofp_bundle_flags`).
    BundleFlags: u16 {
        /// No packet meets a part of it.
        ATOMIC = 1 << 0;
        /// In the order it was filled.
        ORDERED = 1 << 1;
        /// At a time; 1.5.
        TIME = 1 << 2;
    }
}

/// Property of a bundle; 1.4 and later (OF 1.5.1 §7.3.9.4, `ofp_bundle_prop_type`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum BundleProperty {
    /// When to do it; 1.5.
    Time {
        /// Then.
        scheduled_time: BundleTime,
    },
    /// An experimenter's own.
    Experimenter(ExperimenterProperty),
    /// Another one, kept.
    Unknown(UnknownProperty),
}

impl Wire for BundleControl {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            bundle_id: r.field("bundle_id")?,
            kind: r.field("type")?,
            flags: r.field("flags")?,
            properties: decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.bundle_id.encode(w);
        self.kind.encode(w);
        self.flags.encode(w);
        w.list(&self.properties);
    }
}

impl Wire for BundleAddMessage {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bundle_id = r.field("bundle_id")?;
        let flags = r.field_after_pad(2, "flags")?;
        let start = r.offset();
        let message = holder(r.version())
            .decode(r)
            .map_err(|e| e.in_field("message"))?;
        // Padding is there only where a property follows it.
        if !r.is_empty() {
            let (at, extra) = (r.mark(), r.remaining());
            r.pad_to_8(start).map_err(|e| e.in_field("properties"))?;
            if r.is_empty() {
                let error = at.bad_length(extra, "padding comes before a property only");
                return Err(error.in_field("properties"));
            }
        }
        Ok(Self {
            bundle_id,
            flags,
            message: Box::new(message),
            properties: decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.bundle_id.encode(w);
        w.pad(2);
        self.flags.encode(w);
        let start = w.position();
        holder(w.version()).encode(&self.message, w);
        if !self.properties.is_empty() {
            w.pad_to_8(start);
        }
        w.list(&self.properties);
    }
}

/// The ONF's bundles of 1.3 take fewer messages.
fn holder(version: Version) -> Holder {
    match version {
        Version::V1_0 | Version::V1_3 => Holder::OnfBundle,
        Version::V1_4 | Version::V1_5 => Holder::Bundle,
    }
}

/// Numbers of properties.
mod kind {
    pub(super) const TIME: u16 = 1;
}

impl Wire for BundleProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let of_15 = r.version() >= Version::V1_5;
        property::decode(r, |kind, r| {
            Ok(match kind {
                kind::TIME if of_15 => Self::Time {
                    scheduled_time: r.field_after_pad(4, "scheduled_time")?,
                },
                ExperimenterProperty::KIND => Self::Experimenter(Wire::decode(r)?),
                kind => Self::Unknown(UnknownProperty::decode(kind, r)),
            })
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let what = "bundle.properties";
        match self {
            Self::Time { scheduled_time } => {
                if w.version() < Version::V1_5 {
                    w.lacks("time of a bundle");
                }
                property::encode(kind::TIME, what, w, |w| {
                    w.pad(4);
                    scheduled_time.encode(w);
                });
            }
            Self::Experimenter(body) => {
                property::encode(ExperimenterProperty::KIND, what, w, |w| body.encode(w));
            }
            Self::Unknown(property) => property.encode(w, what),
        }
    }
}

/// A time or length of time (OF 1.5.1 §7.2.8, `ofp_time`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct BundleTime {
    /// Since 1970, or at all.
    pub seconds: u64,
    /// And nanoseconds.
    pub nanoseconds: u32,
}

impl Wire for BundleTime {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            seconds: r.field("seconds")?,
            nanoseconds: r.field_before_pad("nanoseconds", 4)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u64(self.seconds);
        w.u32(self.nanoseconds);
        w.pad(4);
    }
}
