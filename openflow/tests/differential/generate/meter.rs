//! Meters. The clock stands still, so that it is the same packets that are too many.

use openflow::MeterId;
use openflow::flow::{Band, BandKind, Meter, MeterCommand, MeterFlags, MeterMod};

use crate::random::Random;

pub(crate) fn added(random: &mut Random, id: u32) -> MeterMod {
    let mut flags = *random.of(&[MeterFlags::KBPS, MeterFlags::PKTPS]);
    flags.set(MeterFlags::BURST, random.one_in(2));
    flags.set(MeterFlags::STATS, random.one_in(2));
    let band = |random: &mut Random| Band {
        kind: BandKind::Drop,
        rate: 1 + u32::from(random.byte() % 4),
        burst_size: match flags.contains(MeterFlags::BURST) {
            true => u32::from(random.byte() % 4),
            false => 0,
        },
    };
    let bands = (0..*random.of(&[0, 1, 1, 1, 2]))
        .map(|_| band(random))
        .collect();
    MeterMod {
        command: MeterCommand::Add,
        meter: Meter {
            id: MeterId(id),
            flags,
            bands,
        },
    }
}

/// Changes one of the meters there are, or one there is not.
pub(crate) fn changed(random: &mut Random) -> MeterMod {
    let id = 1 + u32::from(random.byte() % 3);
    let mut change = added(random, id);
    change.command = *random.of(&[
        MeterCommand::Add,
        MeterCommand::Modify,
        MeterCommand::Modify,
        MeterCommand::Delete,
    ]);
    change
}
