//! Where the headers of a frame are.

/// Offsets into a frame. What is `None` is not there, or cut off.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Layers {
    /// VLAN tags that are looked at.
    pub(super) tags: usize,
    /// The Ethernet type behind them; in an 802.3 frame the length.
    pub(super) ethertype: Option<usize>,
    /// What follows it and LLC: MPLS entries, ARP, IP.
    pub(super) payload: Option<usize>,
    /// MPLS entries that are looked at.
    pub(super) mpls: usize,
    /// Whether the last of these is the bottom of the stack.
    pub(super) mpls_ends: bool,
    /// ARP or RARP for IPv4 over Ethernet.
    pub(super) arp: Option<usize>,
    pub(super) ip: Option<IpHeader>,
    /// A transport header that is wholly there; where it begins, and where the packet ends.
    pub(super) transport: Option<(Transport, usize, usize)>,
    /// What Open vSwitch takes for such a header when an address is set, and corrects a checksum in:
    /// a later fragment of IPv4 may have it, and a TCP header with a wrong length.
    pub(super) taken_for_transport: Option<(Transport, usize, usize)>,
    /// It is a neighbour solicitation or advertisement.
    pub(super) nd: bool,
}

impl Layers {
    /// With one tag more in front.
    pub(super) fn after_insertion(self, bytes: usize) -> Self {
        Self {
            tags: self.tags + 1,
            ..self.moved(|at| at + bytes)
        }
    }

    /// With one tag less.
    pub(super) fn after_removal(self, bytes: usize) -> Self {
        Self {
            tags: self.tags - 1,
            ..self.moved(|at| at - bytes)
        }
    }

    /// Everything behind the tags.
    fn moved(self, to: impl Fn(usize) -> usize) -> Self {
        let transport = |it: Option<(Transport, usize, usize)>| {
            it.map(|(kind, at, end)| (kind, to(at), to(end)))
        };
        Self {
            ethertype: self.ethertype.map(&to),
            payload: self.payload.map(&to),
            arp: self.arp.map(&to),
            ip: self.ip.map(|ip| match ip {
                IpHeader::V4(at) => IpHeader::V4(to(at)),
                IpHeader::V6 { at, covered } => IpHeader::V6 {
                    at: to(at),
                    covered,
                },
            }),
            transport: transport(self.transport),
            taken_for_transport: transport(self.taken_for_transport),
            ..self
        }
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
