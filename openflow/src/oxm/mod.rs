//! OXM: OpenFlow extensible match fields (OF 1.3.5 §7.2.3), as one table.
//!
//! [`Field`] is made from that table; decode, encode, text, JSON, prerequisite checks and matching
//! all read the same rows. It has the specification's fields, those of Nicira and Open vSwitch
//! (NXM and NXOXM), the ONF's, and packet registers. Where two rows say the same thing in
//! different bytes, one is [`FieldInfo::canonical`] for both.

mod fields;
mod id;
mod json;
mod list;
mod lookup;
mod named;
mod register;
mod short;
mod table;

pub use fields::{Canonical, Class, FieldInfo, Notation, Prerequisite};
pub use id::{FieldId, NxmHeader};
pub use list::{Oxm, OxmField, OxmList};
pub use named::{HeaderNamespace, HeaderType, Ipv6ExthdrFlags, OnfHeader};
pub use table::Field;

pub(crate) use list::write;

use fields::numbering;
