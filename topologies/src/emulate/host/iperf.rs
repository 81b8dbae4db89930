//! Throughput, modelled: instead of filling a path for seconds, trains of packets are sent back to
//! back. What is slowest on the path pulls a train apart, and how far apart its packets arrive is
//! the rate (packet dispersion, Dovrolis, Ramanathan and Moore 2001). Traffic beside it pulls too.
//! A meter lets the burst it allows pass at full rate: what it drops is in the counts, not in the
//! rate.

use std::time::Duration;

use bytes::{BufMut, Bytes};

/// UDP port of the receiver, as iperf has it.
pub(super) const PORT: u16 = 5_001;
/// Bytes of a packet's payload, as iperf has it.
const PAYLOAD: usize = 1_470;
/// What Ethernet, IP and UDP add under IPv4; under IPv6 it is 20 more.
const HEADERS: usize = 14 + 20 + 8;
/// Packets of a train: below 100 KB, which the queue of any cable should hold.
const TRAIN: u32 = 64;
/// Between the beginnings of two trains.
const INTERVAL: Duration = Duration::from_millis(100);
/// Between two requests for the report.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// Marks our packets.
const MAGIC: u32 = 0x706d_6970;
const DATA: u8 = 0;
const REPORT_WANTED: u8 = 1;
const REPORT: u8 = 2;

/// What a measurement found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Throughput {
    /// Frames sent.
    pub sent: u64,
    /// Frames that arrived.
    pub received: u64,
    /// Bits of frames in a second at which trains arrived; `None` where fewer than two frames of
    /// each did.
    pub rate_bps: Option<u64>,
}

/// What is in a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packet {
    Data {
        train: u32,
    },
    /// The sender is done.
    ReportWanted,
    Report {
        received: u64,
        rate_bps: u64,
    },
}

impl Packet {
    pub(super) fn encode(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(PAYLOAD);
        bytes.put_u32(MAGIC);
        match self {
            Self::Data { train } => {
                bytes.put_u8(DATA);
                bytes.put_u32(train);
                bytes.resize(PAYLOAD, 0);
            }
            Self::ReportWanted => bytes.put_u8(REPORT_WANTED),
            Self::Report { received, rate_bps } => {
                bytes.put_u8(REPORT);
                bytes.put_u64(received);
                bytes.put_u64(rate_bps);
            }
        }
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(&MAGIC.to_be_bytes())?;
        let (&kind, rest) = rest.split_first()?;
        match kind {
            DATA => Some(Self::Data {
                train: u32::from_be_bytes(*rest.first_chunk()?),
            }),
            REPORT_WANTED => Some(Self::ReportWanted),
            REPORT => {
                let (received, rest) = rest.split_first_chunk()?;
                Some(Self::Report {
                    received: u64::from_be_bytes(*received),
                    rate_bps: u64::from_be_bytes(*rest.first_chunk()?),
                })
            }
            _ => None,
        }
    }
}

/// One train.
pub(super) fn train(number: u32) -> impl Iterator<Item = Bytes> {
    let packet = Bytes::from(Packet::Data { train: number }.encode());
    (0..TRAIN).map(move |_| packet.clone())
}

/// What a receiver has seen of one sender.
#[derive(Debug, Clone, Default)]
pub(super) struct Sink {
    pub(super) heard_at: Duration,
    train: Option<u32>,
    received: u64,
    /// Packets behind the first of their train, and the time they took.
    behind: u64,
    took: Duration,
}

impl Sink {
    pub(super) fn data(&mut self, train: u32, now: Duration) {
        self.received += 1;
        if self.train == Some(train) {
            self.behind += 1;
            self.took += now - self.heard_at;
        }
        self.train = Some(train);
        self.heard_at = now;
    }

    pub(super) fn report(&self) -> Packet {
        let bits = u128::from(self.behind) * (PAYLOAD + HEADERS) as u128 * 8;
        let rate = (bits * 1_000_000_000).checked_div(self.took.as_nanos());
        Packet::Report {
            received: self.received,
            rate_bps: rate.map_or(0, |rate| u64::try_from(rate).unwrap_or(u64::MAX)),
        }
    }
}

/// A measurement at its sender.
#[derive(Debug, Clone)]
pub(super) struct Source {
    until: Duration,
    pub(super) next_at: Duration,
    trains: u32,
    /// Requests for the report.
    asked: u32,
}

impl Source {
    /// Requests for the report before the receiver counts as gone.
    const ASKED_MAX: u32 = 5;

    /// A measurement of at least one train.
    pub(super) fn new(duration: Duration, now: Duration) -> Self {
        Self {
            until: now.saturating_add(duration),
            next_at: now,
            trains: 0,
            asked: 0,
        }
    }

    /// What to send now; none when there has been no report in time.
    pub(super) fn turn(&mut self, now: Duration) -> Option<Turn> {
        if self.trains == 0 || now < self.until {
            self.next_at = now + INTERVAL;
            self.trains += 1;
            return Some(Turn::Train(self.trains));
        }
        self.next_at = now + REPORT_INTERVAL;
        self.asked += 1;
        (self.asked <= Self::ASKED_MAX).then_some(Turn::ReportWanted)
    }

    pub(super) fn outcome(&self, received: u64, rate_bps: u64) -> Throughput {
        Throughput {
            sent: u64::from(self.trains) * u64::from(TRAIN),
            received,
            rate_bps: (rate_bps > 0).then_some(rate_bps),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Train(u32),
    ReportWanted,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_read_as_written() {
        let report = Packet::Report {
            received: 3,
            rate_bps: 4,
        };
        for packet in [Packet::Data { train: 7 }, Packet::ReportWanted, report] {
            assert_eq!(Packet::decode(&packet.encode()), Some(packet));
            assert_eq!(Packet::decode(&packet.encode()[..4]), None);
        }
    }

    #[test]
    fn packets_a_millisecond_apart_are_twelve_megabits() {
        let mut sink = Sink::default();
        for n in 0..10 {
            sink.data(1, Duration::from_millis(n));
        }
        for n in 0..10 {
            sink.data(2, Duration::from_millis(100 + n));
        }
        let rate_bps = 1_512 * 8 * 1_000;
        assert_eq!(
            sink.report(),
            Packet::Report {
                received: 20,
                rate_bps
            }
        );
    }
}
