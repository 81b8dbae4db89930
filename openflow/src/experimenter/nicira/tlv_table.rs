//! Tunnel options as match fields.

use serde::Serialize;

use crate::wire::{DecodeError, Reader, Wire, Writer, json};

/// Map tunnel options to match fields (`nx_tlv_table_mod`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct TlvTableMod {
    /// What to do.
    pub command: TlvTableCommand,
    /// With which options.
    pub mappings: Vec<TlvMap>,
}

wire_enum! {
    /// What to do to the mappings (`nx_tlv_table_mod_command`).
    TlvTableCommand: u16 {
        /// Add; fails where an option has one.
        Add = 0 "add";
        /// Delete, those that are there.
        Delete = 1 "delete";
        /// Delete all.
        Clear = 2 "clear";
    }
}

/// How tunnel options are mapped (`nx_tlv_table_reply`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct TlvTableReply {
    /// Bytes that all options may have together.
    pub max_option_space: u32,
    /// Match fields there are for them.
    pub max_fields: u16,
    /// Those that have one.
    pub mappings: Vec<TlvMap>,
}

/// Match field of a tunnel option (`nx_tlv_map`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct TlvMap {
    /// Class of the option.
    #[serde(serialize_with = "json::hex16")]
    pub option_class: u16,
    /// Its type.
    pub option_type: u8,
    /// Its bytes, a multiple of four.
    pub option_len: u8,
    /// The field: *n* of `tun_metadata`*n*.
    pub index: u16,
}

impl Wire for TlvTableMod {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            command: r.field_before_pad("command", 6)?,
            mappings: r.list("mappings")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.command.encode(w);
        w.pad(6);
        w.list(&self.mappings);
    }
}

impl Wire for TlvTableReply {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            max_option_space: r.field("max_option_space")?,
            max_fields: r.field_before_pad("max_fields", 10)?,
            mappings: r.list("mappings")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.max_option_space.encode(w);
        self.max_fields.encode(w);
        w.pad(10);
        w.list(&self.mappings);
    }
}

impl Wire for TlvMap {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            option_class: r.field("option_class")?,
            option_type: r.field("option_type")?,
            option_len: r.field("option_len")?,
            index: r.field_before_pad("index", 2)?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.option_class.encode(w);
        self.option_type.encode(w);
        self.option_len.encode(w);
        self.index.encode(w);
        w.pad(2);
    }
}
