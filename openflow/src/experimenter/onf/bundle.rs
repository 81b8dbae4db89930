//! Bundles: messages that take effect together.

use serde::Serialize;

use crate::experimenter::{BundledRequest, property};
use crate::v13::{ExperimenterProperty, UnknownProperty};
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Open, close, commit or discard a bundle (`ofp14_bundle_ctrl_msg`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct BundleControl {
    /// Which bundle.
    pub bundle_id: u32,
    /// What to do, or what was done.
    #[serde(rename = "type")]
    pub kind: BundleControlType,
    /// How the bundle behaves.
    pub flags: BundleFlags,
    /// In their order.
    pub properties: Vec<BundleProperty>,
}

/// A message for a bundle (`ofp14_bundle_ctrl_msg` with a message after it).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BundleAddMessage {
    /// Which bundle.
    pub bundle_id: u32,
    /// As those it was opened with.
    pub flags: BundleFlags,
    /// The message, with the transaction of this one.
    pub message: BundledRequest,
    /// In their order.
    pub properties: Vec<BundleProperty>,
}

wire_enum! {
    /// What to do with a bundle (OF 1.4.1 §7.3.9.3, `ofp_bundle_ctrl_type`).
    BundleControlType: u16 {
        /// Open.
        OpenRequest = 0 "open_request";
        /// It is open.
        OpenReply = 1 "open_reply";
        /// Let nothing be added any more.
        CloseRequest = 2 "close_request";
        /// It is closed.
        CloseReply = 3 "close_reply";
        /// Do all that is in it.
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
    /// How a bundle behaves (OF 1.4.1 §7.3.9.4, `ofp_bundle_flags`).
    BundleFlags: u16 {
        /// All or nothing, also for packets.
        ATOMIC = 1 << 0;
        /// In the order of the messages.
        ORDERED = 1 << 1;
    }
}

/// Property of a bundle or of a role-status: 1.4 knows an experimenter's only.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum BundleProperty {
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
            properties: property::decode_rest(r)?,
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
        let bundle_id = r.field_before_pad("bundle_id", 2)?;
        let flags = r.field("flags")?;
        let start = r.offset();
        let message = r.field("message")?;
        // Without properties there is no padding before them.
        if !r.is_empty() {
            r.pad_to_8(start)
                .map_err(|error| error.in_field("properties"))?;
            if r.is_empty() {
                let padding = r.mark().bad_length(0, "a property after the padding");
                return Err(padding.in_field("properties"));
            }
        }
        Ok(Self {
            bundle_id,
            flags,
            message,
            properties: property::decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.bundle_id.encode(w);
        w.pad(2);
        self.flags.encode(w);
        let start = w.position();
        self.message.encode(w);
        if !self.properties.is_empty() {
            w.pad_to_8(start);
            w.list(&self.properties);
        }
    }
}

impl Wire for BundleProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        property::decode(r, |kind, r| {
            Ok(match kind {
                ExperimenterProperty::KIND => Self::Experimenter(Wire::decode(r)?),
                kind => Self::Unknown(UnknownProperty::decode(kind, r)),
            })
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::Experimenter(body) => {
                property::encode(ExperimenterProperty::KIND, w, |w| body.encode(w));
            }
            Self::Unknown(property) => property.encode(w, "property"),
        }
    }
}
