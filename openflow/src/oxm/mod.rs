//! OXM: OpenFlow extensible match fields (OF 1.3.5 §7.2.3), as one table.
//!
//! [`Field`] is made from that table; decode, encode, text, JSON, prerequisite checks and matching
//! all read the same rows.

mod fields;
mod json;
mod list;

pub use fields::{Class, Field, FieldInfo, Notation, Prerequisite};
pub use list::{Oxm, OxmField, OxmList};
