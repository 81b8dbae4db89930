//! A cable: delay, loss, rate with a bounded queue, and whether it is whole.
//!
//! Each way has its own transmitter. A frame waits until those before it have been sent, takes its
//! length over the rate to be sent, and arrives a delay later; what finds the queue full is dropped
//! at once. The queue needs no events: what waits is the time until the transmitter is free, times
//! the rate.

use std::time::Duration;

use openflow::PortNo;

use crate::dice::Dice;

/// How a cable carries frames, the same both ways.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct CableSettings {
    /// From the last bit sent to its arrival; at least [`CableSettings::MIN_DELAY`].
    pub delay: Duration,
    /// Bits sent in a second, from 1. The length of a frame is that of its bytes from the Ethernet
    /// header on, as Linux's traffic control counts.
    pub rate_bps: u64,
    /// Bytes that may wait to be sent; a frame that would make it more is dropped.
    pub queue_bytes: u64,
    /// Share of the frames that are lost, from 0 to 1.
    pub loss: f64,
}

impl CableSettings {
    /// A frame that goes in a circle has to spend time on it, or no other would ever get on.
    pub const MIN_DELAY: Duration = Duration::from_micros(1);

    /// Within what is possible: whoever sets a loss of 2 means all.
    pub(super) fn checked(self) -> Self {
        Self {
            delay: self.delay.max(Self::MIN_DELAY),
            rate_bps: self.rate_bps.max(1),
            queue_bytes: self.queue_bytes,
            loss: if self.loss.is_nan() {
                0.0
            } else {
                self.loss.clamp(0.0, 1.0)
            },
        }
    }

    fn time_to_send(&self, bytes: usize) -> Duration {
        let nanos = bytes as u128 * 8 * 1_000_000_000 / u128::from(self.rate_bps);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// Bytes not sent yet by a transmitter that is busy for this long.
    fn waiting(&self, busy: Duration) -> u64 {
        let bytes = busy.as_nanos() * u128::from(self.rate_bps) / 8_000_000_000;
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

impl Default for CableSettings {
    /// Ten gigabits, 50 microseconds and a queue of 512 KiB: a pair of virtual interfaces in Linux.
    fn default() -> Self {
        Self {
            delay: Duration::from_micros(50),
            rate_bps: 10_000_000_000,
            queue_bytes: 512 * 1024,
            loss: 0.0,
        }
    }
}

/// What became of the frames that were sent into a cable, both ways. Those not counted as lost in
/// one of the four ways arrived or are on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CableCounts {
    /// Frames that a switch or a host sent.
    pub sent: u64,
    /// Reached the other end.
    pub arrived: u64,
    /// By the share that is set.
    pub lost: u64,
    /// The queue, or the whole network, was full.
    pub overflowed: u64,
    /// Sent while it was down, or on their way when it was cut.
    pub cut: u64,
}

/// Why a frame does not get to the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Undelivered {
    Lost,
    Overflowed,
    Cut,
}

/// Where the ends of a cable are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Index of the switch, and its port.
    Switch { switch: u32, port: PortNo },
    /// Index of the host.
    Host { host: u32 },
}

#[derive(Debug, Clone)]
pub(super) struct Cable {
    pub(super) ends: [End; 2],
    pub(super) settings: CableSettings,
    /// Connected, whatever its ends do.
    pub(super) whole: bool,
    /// What each end is set to.
    on: [bool; 2],
    /// Counts the cuts: what was sent before one does not arrive after it.
    pub(super) cuts: u32,
    pub(super) counts: CableCounts,
    /// When the transmitter at each end has sent what it has.
    free_at: [Duration; 2],
}

impl Cable {
    pub(super) fn new(ends: [End; 2], settings: CableSettings) -> Self {
        Self {
            ends,
            settings: settings.checked(),
            whole: true,
            on: [true; 2],
            cuts: 0,
            counts: CableCounts::default(),
            free_at: [Duration::ZERO; 2],
        }
    }

    /// A frame of so many bytes is sent at end 0 or 1: when it arrives at the other.
    pub(super) fn send(
        &mut self,
        end: usize,
        bytes: usize,
        now: Duration,
        dice: &mut Dice,
    ) -> Result<Duration, Undelivered> {
        self.counts.sent += 1;
        self.arrival(end, bytes, now, dice)
            .inspect_err(|&why| self.count(why))
    }

    fn arrival(
        &mut self,
        end: usize,
        bytes: usize,
        now: Duration,
        dice: &mut Dice,
    ) -> Result<Duration, Undelivered> {
        if !self.is_up() {
            return Err(Undelivered::Cut);
        }
        let settings = self.settings;
        let start = self.free_at[end].max(now);
        let waiting = settings.waiting(start - now);
        // One frame always fits: a queue shorter than a frame is one that holds none, not a cut.
        if waiting > 0 && waiting.saturating_add(bytes as u64) > settings.queue_bytes {
            return Err(Undelivered::Overflowed);
        }
        let sent = start.saturating_add(settings.time_to_send(bytes));
        self.free_at[end] = sent;
        // It took its time on the cable before it was lost.
        if settings.loss > 0.0 && dice.share() < settings.loss {
            return Err(Undelivered::Lost);
        }
        Ok(sent.saturating_add(settings.delay))
    }

    pub(super) fn count(&mut self, why: Undelivered) {
        let counter = match why {
            Undelivered::Lost => &mut self.counts.lost,
            Undelivered::Overflowed => &mut self.counts.overflowed,
            Undelivered::Cut => &mut self.counts.cut,
        };
        *counter += 1;
    }

    /// Carries frames, and shows a link at both ends.
    pub(super) fn is_up(&self) -> bool {
        self.whole && self.on == [true; 2]
    }

    /// One end is somewhere else now. What is under way is lost.
    pub(super) fn move_end(&mut self, end: usize, to: End) {
        self.ends[end] = to;
        self.on[end] = true;
        self.lose();
    }

    /// Connects or cuts it; whether that changed the link.
    pub(super) fn set_whole(&mut self, whole: bool) -> bool {
        let before = self.is_up();
        self.whole = whole;
        self.changed(before)
    }

    /// Sets an end up or down; whether that changed the link.
    pub(super) fn set_on(&mut self, end: usize, on: bool) -> bool {
        let before = self.is_up();
        self.on[end] = on;
        self.changed(before)
    }

    /// What was sent before the link was lost does not arrive.
    fn changed(&mut self, before: bool) -> bool {
        let changed = self.is_up() != before;
        if changed && before {
            self.lose();
        }
        changed
    }

    fn lose(&mut self) {
        self.cuts = self.cuts.wrapping_add(1);
        self.free_at = [Duration::ZERO; 2];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn cable(settings: CableSettings) -> Cable {
        Cable::new([End::Host { host: 0 }, End::Host { host: 1 }], settings)
    }

    /// 1,000 bytes take 1 ms.
    fn eight_megabits() -> CableSettings {
        CableSettings {
            delay: 5 * MS,
            rate_bps: 8_000_000,
            queue_bytes: 2_000,
            loss: 0.0,
        }
    }

    #[test]
    fn frames_are_sent_one_after_the_other_and_arrive_a_delay_later() {
        let (mut cable, mut dice) = (cable(eight_megabits()), Dice::new(1));
        assert_eq!(cable.send(0, 1_000, MS, &mut dice), Ok(7 * MS));
        assert_eq!(cable.send(0, 1_000, MS, &mut dice), Ok(8 * MS));
        assert_eq!(
            cable.send(1, 1_000, MS, &mut dice),
            Ok(7 * MS),
            "each way is its own"
        );
        assert_eq!(cable.send(0, 1_000, 10 * MS, &mut dice), Ok(16 * MS));
    }

    #[test]
    fn what_finds_the_queue_full_is_dropped() {
        let (mut cable, mut dice) = (cable(eight_megabits()), Dice::new(1));
        assert_eq!(cable.send(0, 1_000, MS, &mut dice), Ok(7 * MS));
        assert_eq!(cable.send(0, 1_000, MS, &mut dice), Ok(8 * MS));
        assert_eq!(
            cable.send(0, 1_000, MS, &mut dice),
            Err(Undelivered::Overflowed)
        );
        assert_eq!(cable.send(0, 1_000, 2 * MS, &mut dice), Ok(9 * MS));
        assert_eq!((cable.counts.sent, cable.counts.overflowed), (4, 1));
    }

    #[test]
    fn a_frame_longer_than_the_queue_passes_when_nothing_waits() {
        let (mut cable, mut dice) = (cable(eight_megabits()), Dice::new(1));
        assert_eq!(cable.send(0, 9_000, MS, &mut dice), Ok(15 * MS));
        assert_eq!(
            cable.send(0, 9_000, MS, &mut dice),
            Err(Undelivered::Overflowed)
        );
    }

    #[test]
    fn loss_is_the_share_that_was_set() {
        let settings = CableSettings {
            loss: 0.25,
            ..CableSettings::default()
        };
        let (mut cable, mut dice) = (cable(settings), Dice::new(1));
        for ms in 0..10_000 {
            let _ = cable.send(0, 100, ms * MS, &mut dice);
        }
        assert!(
            (2_300..2_700).contains(&cable.counts.lost),
            "{:?}",
            cable.counts
        );
    }

    #[test]
    fn impossible_settings_are_taken_for_the_nearest_possible() {
        let settings = CableSettings {
            delay: Duration::ZERO,
            rate_bps: 0,
            queue_bytes: 0,
            loss: f64::NAN,
        };
        let checked = cable(settings).settings;
        assert_eq!(checked.delay, CableSettings::MIN_DELAY);
        assert_eq!((checked.rate_bps, checked.loss), (1, 0.0));
    }
}
