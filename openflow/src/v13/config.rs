//! Switch configuration.

use serde::Serialize;

use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// Configuration of a switch, set or told (OF 1.3.5 §7.3.2, `ofp_switch_config`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct SwitchConfig {
    /// What happens to fragments.
    pub flags: ConfigFlags,
    /// Bytes of a missed packet sent to the controller, 0xffff for the whole (`OFPCML_NO_BUFFER`).
    #[serde(serialize_with = "json::max_len")]
    pub miss_send_len: u16,
}

impl Wire for SwitchConfig {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            flags: r.field("flags")?,
            miss_send_len: r.field("miss_send_len")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.flags.encode(w);
        self.miss_send_len.encode(w);
    }
}

wire_flags! {
    /// What happens to IP fragments; none: nothing special (OF 1.3.5 §7.3.2). The lower two bits
    /// are one number.
    ConfigFlags: u16 {
        /// Drop them.
        FRAG_DROP = 1 << 0;
        /// Put them together.
        FRAG_REASM = 1 << 1;
    }
}
