//! TCP (RFC 9293) as far as a short exchange takes it: handshake, data in order both ways,
//! retransmission with a doubling timer, and a clean close. No options, no congestion control:
//! what is lost is sent again from there on.

use std::collections::VecDeque;
use std::time::Duration;

use super::Failure;

/// Bytes of a segment; what a frame of 1,500 bytes holds under IPv6 as well.
const SEGMENT_MAX: usize = 1_440;
/// Bytes on their way at once.
const WINDOW: u16 = u16::MAX;
/// Until a segment is first sent again; it doubles.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(1);
const DATA_TIMEOUT: Duration = Duration::from_millis(200);
/// Times a segment is sent again; then the peer counts as gone.
const RETRIES: u32 = 8;
/// Bytes taken from a peer at most; one that sends more is cut off.
const RECEIVED_MAX: usize = 1 << 20;
/// How long an ended connection still answers a peer that missed the last acknowledgement.
const TIME_WAIT: Duration = Duration::from_secs(1);

/// A segment, the ports apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) seq: u32,
    pub(super) ack: u32,
    pub(super) flags: Flags,
    pub(super) payload: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Flags {
    pub(super) syn: bool,
    pub(super) ack: bool,
    pub(super) fin: bool,
    pub(super) rst: bool,
}

impl Flags {
    const SYN: Self = Self {
        syn: true,
        ack: false,
        fin: false,
        rst: false,
    };
    const ACK: Self = Self {
        syn: false,
        ack: true,
        fin: false,
        rst: false,
    };
    const SYN_ACK: Self = Self {
        syn: true,
        ack: true,
        fin: false,
        rst: false,
    };
    const FIN_ACK: Self = Self {
        syn: false,
        ack: true,
        fin: true,
        rst: false,
    };
}

/// One end of a connection.
#[derive(Debug)]
pub(super) struct Connection {
    /// Who opened it: its first segment is not an answer.
    opener: bool,
    established: bool,
    failure: Option<Failure>,
    /// First sequence number the peer has not acknowledged, next one to send, and the next one
    /// ever: after a timeout, `next` goes back and `highest` does not.
    unacknowledged: u32,
    next: u32,
    highest: u32,
    /// Data from `unacknowledged` on.
    data: VecDeque<u8>,
    /// A FIN follows the data.
    closing: bool,
    close_acknowledged: bool,
    peer_next: u32,
    peer_closed: bool,
    received: Vec<u8>,
    retries: u32,
    again_at: Option<Duration>,
    gone_at: Option<Duration>,
    outgoing: Vec<Segment>,
}

impl Connection {
    /// Asks for a connection; `first` is the sequence number it begins with.
    pub(super) fn open(first: u32, now: Duration) -> Self {
        Self::begin(true, first, 0, now)
    }

    /// Answers who asks for one with the sequence number `peer_first`.
    pub(super) fn accept(first: u32, peer_first: u32, now: Duration) -> Self {
        Self::begin(false, first, peer_first.wrapping_add(1), now)
    }

    fn begin(opener: bool, first: u32, peer_next: u32, now: Duration) -> Self {
        let mut connection = Self {
            opener,
            established: false,
            failure: None,
            unacknowledged: first,
            next: first,
            highest: first,
            data: VecDeque::new(),
            closing: false,
            close_acknowledged: false,
            peer_next,
            peer_closed: false,
            received: Vec::new(),
            retries: 0,
            again_at: None,
            gone_at: None,
            outgoing: Vec::new(),
        };
        connection.greet();
        connection.again_at = Some(now + HANDSHAKE_TIMEOUT);
        connection
    }

    pub(super) fn is_established(&self) -> bool {
        self.established
    }

    pub(super) fn failure(&self) -> Option<Failure> {
        self.failure
    }

    /// The peer sends no more.
    pub(super) fn peer_closed(&self) -> bool {
        self.peer_closed
    }

    pub(super) fn received(&self) -> &[u8] {
        &self.received
    }

    /// Nothing is left to send or to wait for.
    pub(super) fn is_gone(&self, now: Duration) -> bool {
        self.failure.is_some() || self.gone_at.is_some_and(|at| at <= now)
    }

    /// Sends data, as soon as it can be sent.
    pub(super) fn write(&mut self, data: &[u8], now: Duration) {
        if !self.closing {
            self.data.extend(data);
            self.pump(now);
        }
    }

    /// Says after the data that there is no more.
    pub(super) fn close(&mut self, now: Duration) {
        self.closing = true;
        self.pump(now);
    }

    pub(super) fn take_outgoing(&mut self) -> Vec<Segment> {
        std::mem::take(&mut self.outgoing)
    }

    pub(super) fn next_timeout(&self) -> Option<Duration> {
        self.again_at.or(self.gone_at)
    }

    pub(super) fn timeout(&mut self, now: Duration) {
        if self.again_at.is_none_or(|at| at > now) {
            return;
        }
        self.retries += 1;
        if self.retries > RETRIES {
            self.failure = Some(Failure::TimedOut);
            return;
        }
        self.next = self.unacknowledged;
        self.again_at = None;
        if self.established {
            self.pump(now);
        } else {
            self.greet();
        }
        let first = if self.established {
            DATA_TIMEOUT
        } else {
            HANDSHAKE_TIMEOUT
        };
        self.again_at = Some(now + first * (1 << self.retries));
    }

    pub(super) fn receive(&mut self, segment: &Segment, now: Duration) {
        if segment.flags.rst {
            return self.reset(segment);
        }
        if !self.established && !self.greeted(segment) {
            return;
        }
        if segment.flags.syn && self.established {
            return self.send(Flags::ACK, Vec::new()); // it missed our acknowledgement
        }
        if segment.flags.ack {
            self.acknowledged(segment.ack, now);
        }
        if !segment.payload.is_empty() || segment.flags.fin || segment.flags.syn {
            self.take(segment);
            self.send(Flags::ACK, Vec::new());
        }
        self.pump(now);
        if self.close_acknowledged && self.peer_closed && self.gone_at.is_none() {
            self.gone_at = Some(now + TIME_WAIT);
        }
    }

    /// Only from the peer that has the sequence numbers (RFC 9293 §3.5.3).
    fn reset(&mut self, segment: &Segment) {
        if self.established {
            if segment.seq == self.peer_next {
                self.failure = Some(Failure::Reset);
            }
        } else if segment.ack == self.next || !self.opener {
            self.failure = Some(Failure::Refused);
        }
    }

    /// Whether the handshake lets the segment through.
    fn greeted(&mut self, segment: &Segment) -> bool {
        let Flags { syn, ack, .. } = segment.flags;
        let ours = ack && segment.ack == self.highest;
        if self.opener {
            if syn && ours {
                self.peer_next = segment.seq.wrapping_add(1);
            }
            return syn && ours;
        }
        if syn && segment.seq.wrapping_add(1) == self.peer_next {
            self.next = self.unacknowledged; // our answer was lost
            self.greet();
            return false;
        }
        ours
    }

    fn greet(&mut self) {
        let flags = if self.opener {
            Flags::SYN
        } else {
            Flags::SYN_ACK
        };
        self.send(flags, Vec::new());
    }

    fn acknowledged(&mut self, ack: u32, now: Duration) {
        let mut acknowledged = ack.wrapping_sub(self.unacknowledged);
        let sent = self.highest.wrapping_sub(self.unacknowledged);
        if acknowledged == 0 || acknowledged > sent {
            return; // nothing new, or of another time
        }
        // A SYN and a FIN each take a number.
        if !self.established {
            self.established = true;
            acknowledged -= 1;
        }
        let data = self.data.len().min(acknowledged as usize);
        self.data.drain(..data);
        self.close_acknowledged |= self.closing && acknowledged as usize > data;
        self.unacknowledged = ack;
        if self.next.wrapping_sub(ack) > sent {
            self.next = ack; // what was to be sent again had arrived
        }
        self.retries = 0;
        self.again_at = (self.next != ack).then_some(now + DATA_TIMEOUT);
    }

    /// Data that is next, and the end after it; what is early is not kept and comes again.
    fn take(&mut self, segment: &Segment) {
        let known = self.peer_next.wrapping_sub(segment.seq) as usize;
        let Some(news) = segment.payload.get(known..) else {
            return;
        };
        if self.received.len() + news.len() > RECEIVED_MAX {
            self.failure = Some(Failure::Reset);
            return;
        }
        self.received.extend_from_slice(news);
        self.peer_next = self.peer_next.wrapping_add(news.len() as u32);
        if segment.flags.fin && !self.peer_closed {
            self.peer_closed = true;
            self.peer_next = self.peer_next.wrapping_add(1);
        }
    }

    /// Sends what the window allows.
    fn pump(&mut self, now: Duration) {
        if !self.established {
            return;
        }
        loop {
            let sent = self.next.wrapping_sub(self.unacknowledged) as usize;
            let left = self.data.len().saturating_sub(sent);
            let length = left.min(SEGMENT_MAX);
            if length > 0 && sent + length <= usize::from(WINDOW) {
                let payload = self.data.range(sent..sent + length).copied().collect();
                self.send(Flags::ACK, payload);
            } else if left == 0
                && self.closing
                && !self.close_acknowledged
                && sent == self.data.len()
            {
                self.send(Flags::FIN_ACK, Vec::new());
            } else {
                break;
            }
        }
        if self.next != self.unacknowledged && self.again_at.is_none() {
            self.again_at = Some(now + DATA_TIMEOUT);
        }
    }

    fn send(&mut self, flags: Flags, payload: Vec<u8>) {
        let takes = payload.len() as u32 + u32::from(flags.syn) + u32::from(flags.fin);
        let ack = if flags.ack { self.peer_next } else { 0 };
        let seq = self.next;
        self.outgoing.push(Segment {
            seq,
            ack,
            flags,
            payload,
        });
        self.next = self.next.wrapping_add(takes);
        // The later of the two, around the end of the numbers.
        if self.next.wrapping_sub(self.highest) < u32::MAX / 2 {
            self.highest = self.next;
        }
    }
}

/// The answer to a segment that belongs to no connection (RFC 9293 §3.10.7.1); none to a reset.
pub(super) fn refusal(segment: &Segment) -> Option<Segment> {
    if segment.flags.rst {
        return None;
    }
    let takes =
        segment.payload.len() as u32 + u32::from(segment.flags.syn) + u32::from(segment.flags.fin);
    Some(Segment {
        seq: if segment.flags.ack { segment.ack } else { 0 },
        ack: segment.seq.wrapping_add(takes),
        flags: Flags {
            rst: true,
            ack: true,
            ..Flags::default()
        },
        payload: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    /// Both ends, the handshake done. Sequence numbers begin just before they wrap.
    fn pair() -> (Connection, Connection) {
        let mut client = Connection::open(u32::MAX - 2, NOW);
        let syn = client.take_outgoing().remove(0);
        let mut server = Connection::accept(u32::MAX, syn.seq, NOW);
        deliver(&mut server, &mut client, |_| true);
        deliver(&mut client, &mut server, |_| true);
        assert!(client.is_established() && server.is_established());
        (client, server)
    }

    /// Brings the segments for which `passes` from one end to the other; how many there were.
    fn deliver(
        from: &mut Connection,
        to: &mut Connection,
        passes: impl Fn(usize) -> bool,
    ) -> usize {
        let segments = from.take_outgoing();
        for (at, segment) in segments.iter().enumerate() {
            if passes(at) {
                to.receive(segment, NOW);
            }
        }
        segments.len()
    }

    /// Until neither has anything to say.
    fn exchange(a: &mut Connection, b: &mut Connection) {
        while deliver(a, b, |_| true) + deliver(b, a, |_| true) > 0 {}
    }

    #[test]
    fn data_of_many_windows_arrives_and_both_close() {
        let (mut client, mut server) = pair();
        let data: Vec<u8> = (0..300_000u32).map(|n| n as u8).collect();
        client.write(&data, NOW);
        client.close(NOW);
        exchange(&mut client, &mut server);
        assert_eq!(server.received(), data);
        assert!(server.peer_closed());
        assert!(!client.is_gone(TIME_WAIT), "the server has not closed");
        server.close(NOW);
        exchange(&mut client, &mut server);
        for end in [&client, &server] {
            assert!(!end.is_gone(NOW) && end.is_gone(TIME_WAIT));
            assert_eq!((end.failure(), end.next_timeout()), (None, Some(TIME_WAIT)));
        }
    }

    #[test]
    fn every_single_loss_is_made_good() {
        // Of the 14 segments that carry 20,000 bytes, and the FIN.
        for lost in 0..15 {
            let (mut client, mut server) = pair();
            client.write(&[7; 20_000], NOW);
            client.close(NOW);
            assert_eq!(deliver(&mut client, &mut server, |at| at != lost), 15);
            deliver(&mut server, &mut client, |_| true);
            client.timeout(DATA_TIMEOUT);
            exchange(&mut client, &mut server);
            assert_eq!(server.received(), [7; 20_000], "segment {lost}");
            assert!(server.peer_closed(), "segment {lost}");
        }
    }

    #[test]
    fn lost_acknowledgements_do_no_harm() {
        let (mut client, mut server) = pair();
        client.write(&[7; 20_000], NOW);
        client.close(NOW);
        deliver(&mut client, &mut server, |_| true);
        deliver(&mut server, &mut client, |_| false);
        client.timeout(DATA_TIMEOUT);
        exchange(&mut client, &mut server);
        assert_eq!(server.received().len(), 20_000);
        server.close(NOW);
        exchange(&mut client, &mut server);
        assert!(client.is_gone(TIME_WAIT) && server.is_gone(TIME_WAIT));
    }

    #[test]
    fn a_lost_handshake_is_begun_again() {
        let mut client = Connection::open(1, NOW);
        client.take_outgoing();
        assert_eq!(client.next_timeout(), Some(HANDSHAKE_TIMEOUT));
        client.timeout(HANDSHAKE_TIMEOUT);
        assert_eq!(client.next_timeout(), Some(3 * HANDSHAKE_TIMEOUT));
        let syn = client.take_outgoing().remove(0);
        let mut server = Connection::accept(9, syn.seq, NOW);
        server.take_outgoing();
        server.receive(&syn, NOW);
        exchange(&mut server, &mut client);
        assert!(client.is_established() && server.is_established());
    }

    #[test]
    fn a_silent_peer_is_given_up() {
        let (mut client, _) = pair();
        client.write(b"hello", NOW);
        let mut times = 0;
        while client.failure().is_none() {
            times += 1;
            let at = client.next_timeout().expect("it waits");
            client.timeout(at);
        }
        assert_eq!(client.failure(), Some(Failure::TimedOut));
        assert_eq!(times, RETRIES + 1);
    }

    #[test]
    fn a_closed_port_refuses_and_a_stranger_cannot_reset() {
        let mut client = Connection::open(1, NOW);
        let syn = client.take_outgoing().remove(0);
        let refusal = refusal(&syn).expect("an answer");
        client.receive(&refusal, NOW);
        assert_eq!(client.failure(), Some(Failure::Refused));
        assert_eq!(super::refusal(&refusal), None);

        let (mut client, _) = pair();
        client.receive(
            &Segment {
                seq: 12_345,
                ..refusal
            },
            NOW,
        );
        assert_eq!(client.failure(), None);
    }

    #[test]
    fn a_peer_that_never_ends_is_cut_off() {
        let (mut client, mut server) = pair();
        client.write(&vec![0; RECEIVED_MAX + 1], NOW);
        exchange(&mut client, &mut server);
        assert_eq!(server.failure(), Some(Failure::Reset));
    }
}
