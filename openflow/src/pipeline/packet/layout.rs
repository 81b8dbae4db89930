//! Where the headers of a frame are.

/// Offsets into a frame. What is `None` is not there, or cut off.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Layers {
    /// Whether there is an Ethernet header.
    pub(super) is_ethernet: bool,
    /// The first MPLS entry.
    pub(super) labels: Option<usize>,
    /// What follows the Ethernet type, LLC and MPLS entries: ARP, IP.
    pub(super) network: Option<usize>,
    pub(super) ip: Option<IpHeader>,
    /// A transport header that is wholly there; where it begins, and where the packet ends.
    pub(super) transport: Option<(Transport, usize, usize)>,
    /// What Open vSwitch takes for such a header when an address is set, and corrects a checksum in:
    /// a later fragment of IPv4 may have it, and a TCP header with a wrong length.
    pub(super) taken_for_transport: Option<(Transport, usize, usize)>,
}

impl Layers {
    /// After a tag was put in or taken away.
    pub(super) fn moved(&mut self, to: impl Fn(usize) -> usize) {
        self.labels = self.labels.map(&to);
        self.network_moved(to);
    }

    /// After an MPLS entry was put in or taken away.
    pub(super) fn network_moved(&mut self, to: impl Fn(usize) -> usize) {
        let transport = |it: Option<(Transport, usize, usize)>| {
            it.map(|(kind, at, end)| (kind, to(at), to(end)))
        };
        self.network = self.network.map(&to);
        self.ip = self.ip.map(|ip| match ip {
            IpHeader::V4(at) => IpHeader::V4(to(at)),
            IpHeader::V6 { at, covered } => IpHeader::V6 {
                at: to(at),
                covered,
            },
        });
        self.transport = transport(self.transport);
        self.taken_for_transport = transport(self.taken_for_transport);
    }

    /// Where the Ethernet type of what follows the tags is written in a tagged frame: in one of
    /// 802.3 that is the SNAP header's, as Open vSwitch has it.
    pub(super) fn inner_type(&self) -> Option<usize> {
        self.labels.or(self.network)?.checked_sub(2)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IpHeader {
    V4(usize),
    V6 {
        at: usize,
        /// Whether the transport's checksum follows the addresses: not behind a routing header with
        /// segments left, which has the last destination, nor, in Open vSwitch, in what has a
        /// fragment header but no further fragments.
        covered: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    Tcp,
    Udp,
    Sctp,
    Icmp,
    Icmpv6,
}
