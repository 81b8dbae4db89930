//! Who made the switch.

use serde::Serialize;

use crate::wire::{DecodeError, FixedText, Reader, Wire, Writer};

/// Who made the switch (OF 1.3.5 §7.3.5.1, `ofp_desc`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct DescStats {
    /// Manufacturer.
    pub mfr_desc: FixedText<256>,
    /// Hardware.
    pub hw_desc: FixedText<256>,
    /// Software.
    pub sw_desc: FixedText<256>,
    /// Serial number.
    pub serial_num: FixedText<32>,
    /// Name for people.
    pub dp_desc: FixedText<256>,
}

impl Wire for DescStats {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            mfr_desc: r.field("mfr_desc")?,
            hw_desc: r.field("hw_desc")?,
            sw_desc: r.field("sw_desc")?,
            serial_num: r.field("serial_num")?,
            dp_desc: r.field("dp_desc")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.mfr_desc.encode(w);
        self.hw_desc.encode(w);
        self.sw_desc.encode(w);
        self.serial_num.encode(w);
        self.dp_desc.encode(w);
    }
}
