//! Whether actions make sense on the packets of a match, before a switch is asked.
//!
//! Values are looked at first, then the lists are walked with what is known of a packet at each
//! place in them ([`packet::Packet`]): what Open vSwitch refuses is refused, with its error. Of
//! several it answers the first of the values, then the first of the places, then the first of the
//! fields, and only then that of a header that need not be there.

mod error;
mod nicira;
mod packet;
mod parts;
mod place;
mod value;
mod walk;

#[cfg(test)]
mod tests;

pub use error::ActionError;

use super::{Instructions, Match};
use crate::{MeterId, TableId, Version};
use walk::{Strictness, Walk};

impl Instructions {
    /// Whether every action makes sense by itself: fields that may be set, values they can have,
    /// places they can be in.
    pub(crate) fn check_alone(&self) -> Result<(), ActionError> {
        let mut all = self.apply.iter().chain(&self.write);
        all.try_for_each(value::check)?;
        self.write.iter().try_for_each(value::check_in_set)?;
        place::check(self)
    }

    /// Whether every action makes sense on the packets of `matching`, as far as the specification
    /// and Open vSwitch say: fields that may be set, values they can have, headers that are there.
    ///
    /// In 1.0 an action on a header that is not there does nothing, and is no error.
    pub fn check(
        &self,
        version: Version,
        table: TableId,
        matching: &Match,
    ) -> Result<(), ActionError> {
        self.check_alone()?;
        if let Some(meter) = self.meter {
            check_meter(meter)?;
        }
        let mut walk = Walk::new(version, matching);
        walk.list(&self.apply)?;
        let doubt = walk.take_doubt();
        // The action set is carried out on what is there at the end: what is known is that fields
        // have been there, not that headers still are.
        walk.strictness = Strictness::Fields;
        walk.list(&self.write)?;
        if let Some(to) = self.goto
            && to <= table
        {
            return Err(ActionError::Goto { from: table, to });
        }
        doubt.map_or(Ok(()), Err)
    }
}

fn check_meter(meter: MeterId) -> Result<(), ActionError> {
    if (1..=MeterId::MAX.0).contains(&meter.0) {
        Ok(())
    } else {
        Err(ActionError::Meter { meter })
    }
}
