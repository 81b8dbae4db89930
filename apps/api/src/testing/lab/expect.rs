//! Assertions about what arrived, and what they say when it did not.

use std::fmt::Write as _;

use bytes::Bytes;
use openflow::PortNo;
use openflow::flow::Match;
use openflow::packet::PacketView;
use openflow::pipeline::Packet;

use super::super::frames::TestHost;
use super::Lab;
use crate::snapshot::Location;

/// What should arrive.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Expected {
    /// This very frame.
    Frame(Bytes),
    /// Any frame with these fields.
    Fields(Match),
}

impl From<Bytes> for Expected {
    fn from(frame: Bytes) -> Self {
        Self::Frame(frame)
    }
}

impl From<&Bytes> for Expected {
    fn from(frame: &Bytes) -> Self {
        Self::Frame(frame.clone())
    }
}

impl From<Match> for Expected {
    fn from(fields: Match) -> Self {
        Self::Fields(fields)
    }
}

/// What became of what was sent since somebody looked.
#[derive(Debug, Default)]
pub(super) struct Since {
    pub(super) sent: Vec<(TestHost, Bytes)>,
    /// Where packets came in that the controller got.
    pub(super) punted: Vec<Location>,
}

/// What arrived of the last [`Lab::send`], or since the last [`Lab::take_arrived`]. What was
/// expected is taken out, so that [`Lab::expect_nothing`] at the end says that there was no more.
impl Lab {
    /// A frame arrived at a host: this one, or one with these fields.
    ///
    /// # Panics
    /// When none did. Says what arrived instead, and where what was sent gets lost.
    #[track_caller]
    pub fn expect(&mut self, host: TestHost, expected: impl Into<Expected>) {
        let expected = expected.into();
        let wanted = |frame: &Bytes| match &expected {
            Expected::Frame(wanted) => frame == wanted,
            Expected::Fields(fields) => {
                let packet = Packet::parse(frame.clone(), PortNo(1));
                packet.key().matches(fields)
            }
        };
        let words = match &expected {
            Expected::Frame(frame) => words(frame),
            Expected::Fields(fields) => fields.to_string(),
        };
        self.take(host, &words, &wanted);
    }

    /// A frame of which this is true arrived at a host.
    ///
    /// # Panics
    /// As [`Lab::expect`].
    #[track_caller]
    pub fn expect_such(&mut self, host: TestHost, such: impl Fn(&PacketView<'_>) -> bool) {
        let wanted = |frame: &Bytes| PacketView::parse(frame).is_some_and(|view| such(&view));
        self.take(host, "such a frame", &wanted);
    }

    /// Nothing arrived, or nothing but what was expected before.
    ///
    /// # Panics
    /// When something did; says what.
    #[track_caller]
    pub fn expect_nothing(&mut self) {
        assert!(
            self.arrived.is_empty(),
            "nothing more should have arrived anywhere{}",
            self.report(None)
        );
    }

    /// The same of one host.
    ///
    /// # Panics
    /// As [`Lab::expect_nothing`].
    #[track_caller]
    pub fn expect_nothing_at(&mut self, host: TestHost) {
        assert!(
            self.arrived.iter().all(|(at, _)| *at != host),
            "nothing more should have arrived at {host}{}",
            self.report(None)
        );
    }

    #[track_caller]
    fn take(&mut self, host: TestHost, words: &str, wanted: &dyn Fn(&Bytes) -> bool) {
        let mut arrived = self.arrived.iter();
        let place = arrived.position(|(at, frame)| *at == host && wanted(frame));
        let Some(place) = place else {
            panic!("{host} did not get {words}{}", self.report(Some(host)));
        };
        self.arrived.remove(place);
    }

    /// What arrived, what the controller got and where what was sent goes now. `to`: whom it
    /// should have reached.
    fn report(&self, to: Option<TestHost>) -> String {
        let mut report = String::new();
        for (host, frame) in &self.arrived {
            let _ = write!(report, "\n  {host} got {}", words(frame));
        }
        if self.arrived.is_empty() {
            report.push_str("\n  nothing arrived anywhere, or nothing more");
        }
        for at in &self.since.punted {
            let (switch, port) = (at.dpid.0, at.port);
            let _ = write!(
                report,
                "\n  the controller got one from s{switch} port {port}"
            );
        }
        for (from, frame) in &self.since.sent {
            let _ = write!(report, "\n  sent: {}", words(frame));
            let sentence = self.journey(*from, frame, to).verdict.sentence;
            let _ = write!(report, "\n    by the tables as they are now: {sentence}");
        }
        report
    }
}

/// A frame for people.
fn words(frame: &Bytes) -> String {
    let Some(view) = PacketView::parse(frame) else {
        return format!("{} bytes that are no frame", frame.len());
    };
    let (src, dst, kind) = (view.eth_src(), view.eth_dst(), view.eth_type());
    let mut words = format!("{src} > {dst} type {kind:#06x}");
    if let Some(tag) = view.vlan() {
        let _ = write!(words, " vlan {}", tag.id);
    }
    if let Some(arp) = view.arp() {
        let _ = write!(words, " arp {} {} > {}", arp.op, arp.spa, arp.tpa);
    }
    if let Some((src, dst)) = view.ip_addresses() {
        let _ = write!(words, " ip {src} > {dst}");
    }
    if let Some((src, dst)) = view.transport().and_then(|transport| transport.ports()) {
        let _ = write!(words, " ports {src} > {dst}");
    }
    let _ = write!(words, ", {} bytes", frame.len());
    words
}
