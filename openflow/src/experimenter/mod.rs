//! What Nicira and the ONF added to OpenFlow by experimenter messages and multiparts.
//!
//! Open vSwitch speaks them: in 1.0 they are how it has flexible matches, groups and roles, in 1.3
//! they bring bundles and flow monitors of 1.4. [`nicira`] and [`onf`] have a table of numbers each
//! and one type per structure; a number that is not in the table is kept with its bytes, and so is
//! everything of other experimenters.
//!
//! | where | 1.0 | 1.3 and later |
//! |---|---|---|
//! | messages | [`v10::Vendor`](crate::v10::Vendor) | [`Experimenter`] |
//! | multiparts | [`MultipartRequest`], [`MultipartReply`] | the same |

#[macro_use]
mod table;

mod actions;
mod error;
mod message;
mod multipart;
pub mod nicira;
pub mod onf;
pub(crate) mod property;
mod request;

pub use actions::Actions;
pub use error::ExperimenterError;
pub(crate) use error::Fault;
pub use message::Experimenter;
pub use multipart::{MultipartReply, MultipartRequest};
pub use request::ForwardedRequest;

use serde::Serialize;

use crate::wire::{DecodeError, Reader, Wire, Writer};

/// Nicira, later a part of VMware, whose extensions Open vSwitch has.
pub const NICIRA: u32 = 0x0000_2320;

/// The ONF, which brought parts of 1.4 to 1.3 as extensions.
pub const ONF: u32 = 0x4f4e_4600;

/// A body that is nothing but elements of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Entries<T> {
    /// In their order.
    pub entries: Vec<T>,
}

impl<T: Wire> Wire for Entries<T> {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            entries: r.list("entries")?,
        })
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.list(&self.entries);
    }
}

/// Skips `len` bytes that must be zero.
fn zeros(r: &mut Reader<'_>, len: usize) -> Result<(), DecodeError> {
    let at = r.mark();
    let bytes = r.slice(len).map_err(|error| error.in_field("zero"))?;
    match bytes.iter().find(|byte| **byte != 0) {
        None => Ok(()),
        Some(byte) => Err(Fault::NotZero
            .at(at, (*byte).into(), r.version())
            .in_field("zero")),
    }
}
