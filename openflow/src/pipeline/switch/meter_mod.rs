//! Changes of the meters (OF 1.3.5 §6.6).

use std::time::Duration;

use super::{Effects, Refusal, Refused, Switch};
use crate::MeterId;
use crate::flow::{
    BandKind, FlowRemovedReason, Instructions, Meter, MeterCommand, MeterFlags, MeterMod,
};
use crate::pipeline::meter::MeterState;

/// Meters at most.
pub(super) const MAX_METERS: u32 = 1 << 16;
/// Last number of a meter (`OFPM_MAX`).
const MAX_NUMBER: u32 = 0xffff_0000;

impl Switch {
    /// Carries out a change of the meters. With a meter go the entries that use it.
    pub fn meter_mod(&mut self, change: &MeterMod, now: Duration) -> Result<Effects, Refusal> {
        let id = change.meter.id;
        let known = self.meters.contains_key(&id);
        match change.command {
            MeterCommand::Delete => return Ok(self.delete_meters(id, now)),
            MeterCommand::Add if known => return Err(self.refuse(Refused::MeterExists(id))),
            MeterCommand::Add if self.meters.len() >= MAX_METERS as usize => {
                return Err(self.refuse(Refused::MetersFull));
            }
            MeterCommand::Modify if !known => return Err(self.refuse(Refused::NoMeter(id))),
            MeterCommand::Add | MeterCommand::Modify => {}
        }
        check(&change.meter).map_err(|why| self.refuse(why))?;
        self.meters
            .insert(id, MeterState::new(change.meter.clone(), now));
        Ok(Effects::default())
    }

    fn delete_meters(&mut self, id: MeterId, now: Duration) -> Effects {
        let all = id == MeterId::ALL;
        let goes = |meter: MeterId| all || meter == id;
        self.meters.retain(|meter, _| !goes(*meter));
        let entries = self.entries_that(|instructions| meters(instructions).any(goes));
        self.remove_all(entries, FlowRemovedReason::MeterDelete, now)
    }
}

/// The meter that an entry belongs to: Open vSwitch takes no notice of those in the middle of a
/// list.
pub(super) fn meters(instructions: &Instructions) -> impl Iterator<Item = MeterId> {
    instructions.meter.into_iter()
}

fn check(meter: &Meter) -> Result<(), Refused> {
    let id = meter.id;
    if !(1..=MAX_NUMBER).contains(&id.0) {
        return Err(Refused::MeterNumber(id));
    }
    let units = MeterFlags::KBPS | MeterFlags::PKTPS;
    if meter.flags.contains(units) {
        return Err(Refused::MeterUnit(id));
    }
    if meter.bands.is_empty() {
        return Err(Refused::MeterWithoutBands(id));
    }
    let known = |kind| matches!(kind, BandKind::Drop | BandKind::DscpRemark(_));
    if !meter.bands.iter().all(|band| known(band.kind)) {
        return Err(Refused::MeterBand(id));
    }
    Ok(())
}
