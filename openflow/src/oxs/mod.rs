//! OXS: OpenFlow extensible statistics of 1.5 (OF 1.5.1 §7.2.4), packed like match fields.

mod json;
mod list;

pub use list::{Oxs, OxsList, OxsValue, Statistic};
