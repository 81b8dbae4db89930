//! What bundles the switch can do.

use serde::Serialize;

use crate::v13::{BundleFlags, BundleTime, ExperimenterProperty, UnknownProperty, property};
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// What bundles the switch can do, asked; 1.5 (OF 1.5.1 §7.3.5.20,
/// `ofp_bundle_features_request`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct BundleFeaturesRequest {
    /// What properties are for.
    pub feature_request_flags: BundleFeatureFlags,
    /// Clock of the controller, and how the switch shall plan.
    pub properties: Vec<BundleFeaturesProperty>,
}

/// What bundles the switch can do; 1.5 (OF 1.5.1 §7.3.5.20, `ofp_bundle_features`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct BundleFeatures {
    /// Flags that a bundle can be made with.
    pub capabilities: BundleFlags,
    /// Clock of the switch, and how it plans.
    pub properties: Vec<BundleFeaturesProperty>,
}

wire_flags! {
    /// What the properties of a request are for (OF 1.5.1 §7.3.5.20,
    /// `ofp_bundle_feature_flags`).
    BundleFeatureFlags: u32 {
        /// The controller's clock is in them.
        TIMESTAMP = 1 << 0;
        /// The switch shall plan like this.
        TIME_SET_SCHED = 1 << 1;
    }
}

/// Property of what bundles can do; 1.5 (OF 1.5.1 §7.3.5.20, `ofp_bundle_features_prop_type`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum BundleFeaturesProperty {
    /// How exactly, and how far ahead and back, a bundle can be planned.
    TimeCapability {
        /// How exactly.
        sched_accuracy: BundleTime,
        /// How far ahead.
        sched_max_future: BundleTime,
        /// How late.
        sched_max_past: BundleTime,
        /// The clock of who sends it.
        timestamp: BundleTime,
    },
    /// An experimenter's own.
    Experimenter(ExperimenterProperty),
    /// Another one, kept.
    Unknown(UnknownProperty),
}

impl Wire for BundleFeaturesRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            feature_request_flags: r.field_before_pad("feature_request_flags", 4)?,
            properties: property::decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.feature_request_flags.encode(w);
        w.pad(4);
        w.list(&self.properties);
    }
}

impl Wire for BundleFeatures {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            capabilities: r.field_before_pad("capabilities", 6)?,
            properties: property::decode_rest(r)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.capabilities.encode(w);
        w.pad(6);
        w.list(&self.properties);
    }
}

/// Numbers of properties.
mod kind {
    pub(super) const TIME_CAPABILITY: u16 = 1;
}

impl Wire for BundleFeaturesProperty {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        property::decode(r, |kind, r| {
            Ok(match kind {
                kind::TIME_CAPABILITY => Self::TimeCapability {
                    sched_accuracy: r.field_after_pad(4, "sched_accuracy")?,
                    sched_max_future: r.field("sched_max_future")?,
                    sched_max_past: r.field("sched_max_past")?,
                    timestamp: r.field("timestamp")?,
                },
                ExperimenterProperty::KIND => Self::Experimenter(Wire::decode(r)?),
                kind => Self::Unknown(UnknownProperty::decode(kind, r)),
            })
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        let what = "bundle_features.properties";
        match self {
            Self::TimeCapability {
                sched_accuracy,
                sched_max_future,
                sched_max_past,
                timestamp,
            } => property::encode(kind::TIME_CAPABILITY, what, w, |w| {
                w.pad(4);
                w.list([sched_accuracy, sched_max_future, sched_max_past, timestamp]);
            }),
            Self::Experimenter(body) => {
                property::encode(ExperimenterProperty::KIND, what, w, |w| body.encode(w));
            }
            Self::Unknown(property) => property.encode(w, what),
        }
    }
}
