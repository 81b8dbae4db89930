//! Meters: token buckets, one for every band.

use std::cmp::Reverse;
use std::time::Duration;

use crate::flow::{Band, BandKind, Meter, MeterFlags, MeterStats};

/// A meter with the state of its bands.
#[derive(Debug, Clone)]
pub(super) struct MeterState {
    pub(super) meter: Meter,
    since: Duration,
    /// When the buckets were last filled.
    filled: Duration,
    packets: u64,
    bytes: u64,
    bands: Vec<BandState>,
}

#[derive(Debug, Clone)]
struct BandState {
    /// What is left: bits, or thousandths of packets.
    tokens: u64,
    packets: u64,
    bytes: u64,
}

/// What a meter does with a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Pass,
    Drop,
    /// Raise the drop precedence by so many levels.
    Remark(u8),
}

/// Most tokens of a band: its burst, or what it lets through in a second, as Open vSwitch has it.
fn capacity(band: &Band) -> u64 {
    let burst = if band.burst_size == 0 {
        band.rate
    } else {
        band.burst_size
    };
    u64::from(burst) * 1000
}

impl MeterState {
    pub(super) fn new(meter: Meter, now: Duration) -> Self {
        let bands = meter.bands.iter().map(|band| BandState {
            tokens: capacity(band),
            packets: 0,
            bytes: 0,
        });
        Self {
            bands: bands.collect(),
            meter,
            since: now,
            filled: now,
            packets: 0,
            bytes: 0,
        }
    }

    /// What would happen to a packet of so many bytes, and at which band; changes nothing.
    pub(super) fn judge(&self, bytes: u64, now: Duration) -> (Verdict, Option<usize>) {
        let cost = self.cost(bytes);
        let elapsed_ms = self.filling_ms(now);
        let exceeded = self.meter.bands.iter().zip(&self.bands).enumerate();
        let hit = exceeded
            .filter(|(_, (band, state))| refilled(band, state, elapsed_ms) < cost)
            .max_by_key(|(at, (band, _))| (band.rate, Reverse(*at)));
        let Some((at, (band, _))) = hit else {
            return (Verdict::Pass, None);
        };
        let verdict = match band.kind {
            BandKind::Drop => Verdict::Drop,
            BandKind::DscpRemark(levels) => Verdict::Remark(levels),
            BandKind::Experimenter(_) | BandKind::Other(_) => Verdict::Pass,
        };
        (verdict, Some(at))
    }

    /// Takes the tokens of a packet, and counts it.
    pub(super) fn take(&mut self, bytes: u64, now: Duration) {
        let hit = self.judge(bytes, now).1;
        let (cost, elapsed_ms) = (self.cost(bytes), self.filling_ms(now));
        self.packets += 1;
        self.bytes += bytes;
        self.filled += Duration::from_millis(self.elapsed_ms(now));
        for (at, (band, state)) in self.meter.bands.iter().zip(&mut self.bands).enumerate() {
            state.tokens = refilled(band, state, elapsed_ms);
            if state.tokens >= cost {
                state.tokens -= cost;
            }
            if hit == Some(at) {
                state.packets += 1;
                state.bytes += bytes;
            }
        }
    }

    pub(super) fn told(&self, flows: u32, now: Duration) -> MeterStats {
        MeterStats {
            id: self.meter.id,
            flows,
            packets_in: self.packets,
            bytes_in: self.bytes,
            age: now.saturating_sub(self.since),
            bands: self
                .bands
                .iter()
                .map(|band| (band.packets, band.bytes))
                .collect(),
        }
    }

    /// Bits, or thousandths of packets.
    fn cost(&self, bytes: u64) -> u64 {
        if self.meter.flags.contains(MeterFlags::PKTPS) {
            1000
        } else {
            bytes.saturating_mul(8)
        }
    }

    /// Whole milliseconds: what is left over counts the next time.
    fn elapsed_ms(&self, now: Duration) -> u64 {
        u64::try_from(now.saturating_sub(self.filled).as_millis()).unwrap_or(u64::MAX)
    }

    /// As many of them as fill the bucket that takes longest, rounded down: so does Open vSwitch,
    /// in which a bucket may therefore stay short of full.
    fn filling_ms(&self, now: Duration) -> u64 {
        let longest = self.meter.bands.iter();
        let longest = longest.map(|band| capacity(band) / u64::from(band.rate.max(1)));
        self.elapsed_ms(now).min(longest.max().unwrap_or(0))
    }
}

/// Tokens of a band after so long. A rate in kbit/s is one in bits per millisecond, a rate in
/// packets per second one in thousandths of packets per millisecond.
fn refilled(band: &Band, state: &BandState, elapsed_ms: u64) -> u64 {
    let gained = u64::from(band.rate).saturating_mul(elapsed_ms);
    state.tokens.saturating_add(gained).min(capacity(band))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MeterId;

    fn meter(flags: MeterFlags, bands: &[(BandKind, u32, u32)]) -> MeterState {
        let bands = bands.iter().map(|&(kind, rate, burst_size)| Band {
            kind,
            rate,
            burst_size,
        });
        let id = MeterId(1);
        let bands = bands.collect();
        MeterState::new(Meter { id, flags, bands }, Duration::ZERO)
    }

    fn pass(meter: &mut MeterState, bytes: u64, now_ms: u64) -> Verdict {
        let now = Duration::from_millis(now_ms);
        let verdict = meter.judge(bytes, now).0;
        meter.take(bytes, now);
        verdict
    }

    #[test]
    fn packets_above_the_rate_are_dropped_and_counted() {
        let mut meter = meter(MeterFlags::PKTPS, &[(BandKind::Drop, 10, 0)]);
        let dropped = (0..15).filter(|_| pass(&mut meter, 100, 0) == Verdict::Drop);
        assert_eq!(dropped.count(), 5);
        assert_eq!(pass(&mut meter, 100, 99), Verdict::Drop);
        assert_eq!(pass(&mut meter, 100, 100), Verdict::Pass);
        let told = meter.told(1, Duration::from_secs(1));
        assert_eq!((told.packets_in, told.bytes_in), (17, 1700));
        assert_eq!(told.bands, [(6, 600)]);
    }

    #[test]
    fn bytes_count_as_bits_and_the_burst_is_what_is_saved_up() {
        let flags = MeterFlags::KBPS | MeterFlags::BURST;
        let mut meter = meter(flags, &[(BandKind::Drop, 8, 16)]);
        assert_eq!(pass(&mut meter, 2000, 0), Verdict::Pass);
        assert_eq!(pass(&mut meter, 1, 0), Verdict::Drop);
        assert_eq!(pass(&mut meter, 1000, 1000), Verdict::Pass);
        // However long nothing came.
        assert_eq!(pass(&mut meter, 2001, 100_000), Verdict::Drop);
    }

    #[test]
    fn of_the_bands_exceeded_that_with_the_highest_rate_counts() {
        let bands = [(BandKind::DscpRemark(1), 1, 0), (BandKind::Drop, 2, 0)];
        let mut meter = meter(MeterFlags::PKTPS, &bands);
        let verdicts = [0; 3].map(|now| pass(&mut meter, 60, now));
        assert_eq!(verdicts, [Verdict::Pass, Verdict::Remark(1), Verdict::Drop]);
    }
}
