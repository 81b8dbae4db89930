//! What will happen, by time; what was put in first comes out first where times are equal.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::time::Duration;

use bytes::Bytes;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// A frame reaches an end of a cable, unless that was cut since.
    Arrival {
        cable: u32,
        end: u8,
        cuts: u32,
        frame: Bytes,
    },
    /// Of the switch of this index.
    SwitchTimer(u32),
    /// Of the host of this index.
    HostTimer(u32),
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Entry>,
    sequence: u64,
}

#[derive(Debug, PartialEq, Eq)]
struct Entry {
    at: Duration,
    sequence: u64,
    event: Event,
}

impl Ord for Entry {
    /// The heap gives its greatest first: the earliest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.sequence).cmp(&(self.at, self.sequence))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Queue {
    pub(super) fn push(&mut self, at: Duration, event: Event) {
        self.sequence += 1;
        let sequence = self.sequence;
        self.heap.push(Entry {
            at,
            sequence,
            event,
        });
    }

    pub(super) fn next(&self) -> Option<Duration> {
        self.heap.peek().map(|entry| entry.at)
    }

    pub(super) fn pop(&mut self) -> Option<(Duration, Event)> {
        self.heap.pop().map(|entry| (entry.at, entry.event))
    }
}
