//! Choosing among links and ports by a hash of the packet.

use serde::Serialize;

use super::OfsNbits;
use crate::oxm::NxmHeader;
use crate::v10::PortNo;
use crate::wire::{DecodeError, Reader, Wire, Writer, json};

wire_enum! {
    /// What of a packet is hashed (`enum nx_hash_fields`).
    HashFields: u16 {
        /// Ethernet source.
        EthSrc = 0 "eth_src";
        /// Addresses and ports, the same both ways.
        SymmetricL4 = 1 "symmetric_l4";
        /// The same, without the UDP ports.
        SymmetricL3L4 = 2 "symmetric_l3l4";
        /// With the UDP ports.
        SymmetricL3L4Udp = 3 "symmetric_l3l4+udp";
        /// IP source.
        NwSrc = 4 "nw_src";
        /// IP destination.
        NwDst = 5 "nw_dst";
        /// Addresses, the same both ways.
        SymmetricL3 = 6 "symmetric_l3";
    }
}

wire_enum! {
    /// From a hash to a link (`enum nx_mp_algorithm`).
    MultipathAlgorithm: u16 {
        /// Hash modulo the number of links.
        ModuloN = 0 "modulo_n";
        /// By thresholds.
        HashThreshold = 1 "hash_threshold";
        /// Highest random weight.
        Hrw = 2 "hrw";
        /// By iterated hashing.
        IterHash = 3 "iter_hash";
    }
}

wire_enum! {
    /// From a hash to a port (`enum nx_bd_algorithm`).
    BundleAlgorithm: u16 {
        /// The first that is up.
        ActiveBackup = 0 "active_backup";
        /// Highest random weight.
        Hrw = 1 "hrw";
    }
}

wire_fields! {
    /// A link number from a hash, written to bits of a field.
    Multipath {
        /// What is hashed.
        fields: HashFields;
        /// Where the hash begins.
        basis: u16;
        /// From hash to link.
        [2] algorithm: MultipathAlgorithm;
        /// Number of links, less one.
        max_link: u16;
        /// For the algorithm.
        arg: u32;
        /// Where the link is written.
        [2] ofs_nbits: OfsNbits;
        /// And into which field.
        dst: NxmHeader;
    }
}

/// One of several ports: sent to, or written to bits of a field.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Bundle {
    /// From hash to port.
    pub algorithm: BundleAlgorithm,
    /// What is hashed.
    pub fields: HashFields,
    /// Where the hash begins.
    pub basis: u16,
    /// What the members are: 0x0002, ports, as the header of the field.
    #[serde(serialize_with = "json::hex32")]
    pub slave_type: u32,
    /// Where a port is written; zero where it is sent to.
    pub ofs_nbits: OfsNbits,
    /// And into which field; zero likewise.
    pub dst: NxmHeader,
    /// The ports.
    pub slaves: Vec<PortNo>,
}

impl Wire for Bundle {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let algorithm = r.field("algorithm")?;
        let fields = r.field("fields")?;
        let basis = r.field("basis")?;
        let slave_type = r.field("slave_type")?;
        let n_slaves = r.u16()?;
        let ofs_nbits = r.field("ofs_nbits")?;
        let dst = r.field_before_pad("dst", 4)?;
        let mut members = r
            .child(2 * usize::from(n_slaves))
            .map_err(|error| error.in_field("slaves"))?;
        Ok(Self {
            algorithm,
            fields,
            basis,
            slave_type,
            ofs_nbits,
            dst,
            slaves: members.list("slaves")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        self.algorithm.encode(w);
        self.fields.encode(w);
        w.u16(self.basis);
        w.u32(self.slave_type);
        // More members than that make the action longer than its length can say.
        w.u16(u16::try_from(self.slaves.len()).unwrap_or(u16::MAX));
        self.ofs_nbits.encode(w);
        self.dst.encode(w);
        w.pad(4);
        w.list(&self.slaves);
    }
}
