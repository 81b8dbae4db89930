//! What meters the switch can do.

use serde::Serialize;

use crate::Version;
use crate::wire::{DecodeError, Reader, Wire, Writer};

/// What meters the switch can do (OF 1.3.5 §7.3.5.14, OF 1.5.1 §7.3.5.16,
/// `ofp_meter_features`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct MeterFeatures {
    /// How many.
    pub max_meter: u32,
    /// With which bands.
    pub band_types: MeterBandTypes,
    /// How they count.
    pub capabilities: MeterCapabilities,
    /// Bands of one meter.
    pub max_bands: u8,
    /// Highest colour.
    pub max_color: u8,
    /// Where they can be used; 1.5, where Open vSwitch leaves it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<MeterFeatureFlags>,
}

wire_flags! {
    /// Bands by the number of their type (OF 1.3.5 §7.3.4.4, `ofp_meter_band_type`).
    MeterBandTypes: u32 {
        /// Drop.
        DROP = 1 << 1;
        /// Raise the drop precedence in the DSCP.
        DSCP_REMARK = 1 << 2;
    }
}

wire_flags! {
    /// Flags that a meter can be made with (OF 1.3.5 §7.3.4.4, `ofp_meter_flags`).
    MeterCapabilities: u32 {
        /// Rates are kbit/s.
        KBPS = 1 << 0;
        /// Rates are packets/s.
        PKTPS = 1 << 1;
        /// Bursts count.
        BURST = 1 << 2;
        /// Collects statistics.
        STATS = 1 << 3;
    }
}

wire_flags! {
    /// Where meters can be used (OF 1.5.1 §7.3.5.16, `ofp_meter_feature_flags`).
    MeterFeatureFlags: u32 {
        /// In action sets.
        ACTION_SET = 1 << 0;
        /// Anywhere in an action list.
        ANY_POSITION = 1 << 1;
        /// More than once in an action list.
        MULTI_LIST = 1 << 2;
    }
}

impl Wire for MeterFeatures {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut features = Self {
            max_meter: r.field("max_meter")?,
            band_types: r.field("band_types")?,
            capabilities: r.field("capabilities")?,
            max_bands: r.field("max_bands")?,
            max_color: r.field_before_pad("max_color", 2)?,
            features: None,
        };
        if r.version() >= Version::V1_5 && !r.is_empty() {
            features.features = Some(r.field_before_pad("features", 4)?);
        }
        Ok(features)
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u32(self.max_meter);
        self.band_types.encode(w);
        self.capabilities.encode(w);
        w.u8(self.max_bands);
        w.u8(self.max_color);
        w.pad(2);
        if let Some(features) = self.features {
            if w.version() < Version::V1_5 {
                w.lacks("features of meters beyond their capabilities");
            }
            features.encode(w);
            w.pad(4);
        }
    }
}
