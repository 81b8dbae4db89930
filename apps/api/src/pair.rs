//! One host sending to another.

use std::fmt;

use openflow::flow::{Action, FlowEntry, Match, VlanMatch};
use openflow::oxm::Field;
use openflow::{Dpid, MacAddr, PortNo};
use topologies::paths::{Hop, flow_key};

use crate::routes::{Ends, Route};
use crate::rule::Priority;
use crate::snapshot::HostId;

/// A host that sends and the one it sends to, in one VLAN: a key for [`crate::Routes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostPair {
    src: HostId,
    dst: HostId,
}

impl HostPair {
    /// `None` where packets of one cannot be for the other.
    #[must_use]
    pub fn new(src: HostId, dst: HostId) -> Option<Self> {
        let sensible = src.mac.is_unicast() && dst.mac.is_unicast() && src.mac != dst.mac;
        (sensible && src.vlan == dst.vlan).then_some(Self { src, dst })
    }

    /// Who sends.
    #[must_use]
    pub fn src(&self) -> HostId {
        self.src
    }

    /// To whom.
    #[must_use]
    pub fn dst(&self) -> HostId {
        self.dst
    }

    /// The other direction.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self {
            src: self.dst,
            dst: self.src,
        }
    }

    /// A route for its packets, which shares out the pairs among equal paths.
    #[must_use]
    pub fn route(self, (from, to): Ends, priority: Priority) -> Route {
        let vlan = self.src.vlan.map_or(VlanMatch::Untagged, VlanMatch::Id);
        let matching = Match::any()
            .eth_src(self.src.mac)
            .eth_dst(self.dst.mac)
            .vlan(vlan);
        let mut route = Route::new(from, to, priority, matching);
        route.ecmp = flow_key([bits(self.src.mac), bits(self.dst.mac)]);
        route
    }

    /// Whose rule of such a route an entry is, and which hop; `None` for other entries.
    #[must_use]
    pub fn of_entry(dpid: Dpid, entry: &FlowEntry, priority: Priority) -> Option<(Self, Hop)> {
        if entry.priority != priority.number() || entry.unknown.is_some() {
            return None;
        }
        let (pair, in_port) = Self::of_match(&entry.matching)?;
        let out_port = match entry.instructions.apply[..] {
            [Action::Output { port, .. }] => port,
            [] => in_port,
            _ => return None,
        };
        let hop = Hop {
            dpid,
            in_port,
            out_port,
        };
        Some((pair, hop))
    }

    /// The pair and the ingress port a match of such a route was made for.
    #[must_use]
    pub fn of_match(matching: &Match) -> Option<(Self, PortNo)> {
        let value = |field| matching.get(field).map(|part| part.value);
        let vlan = match value(Field::VlanVid)? {
            0 => None,
            tag => Some(u16::try_from(tag & 0xfff).ok()?),
        };
        let host = |field| {
            let [.., a, b, c, d, e, f] = value(field)?.to_be_bytes();
            let mac = MacAddr([a, b, c, d, e, f]);
            Some(HostId { mac, vlan })
        };
        let pair = Self::new(host(Field::EthSrc)?, host(Field::EthDst)?)?;
        let in_port = PortNo(u32::try_from(value(Field::InPort)?).ok()?);
        (matching.fields().len() == 4).then_some((pair, in_port))
    }
}

impl fmt::Display for HostPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} > {}", self.src, self.dst)
    }
}

fn bits(mac: MacAddr) -> u64 {
    mac.0
        .iter()
        .fold(0, |bits, byte| bits << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Location;
    use crate::testing::TestHost;

    #[test]
    fn a_pair_is_read_back_from_its_match() {
        for vlan in [None, Some(10)] {
            let host = |n: u16| HostId {
                vlan,
                ..TestHost(n).id()
            };
            let pair = HostPair::new(host(1), host(2)).unwrap();
            let at = Location::new(Dpid(1), PortNo(7));
            let route = pair.route((at, at), Priority::new(1));
            let matching = route.matching.in_port(at.port);
            assert_eq!(HostPair::of_match(&matching), Some((pair, at.port)));
        }
    }

    #[test]
    fn hosts_of_different_vlans_and_groups_are_no_pair() {
        let (h1, h2) = (TestHost(1).id(), TestHost(2).id());
        let tagged = HostId {
            vlan: Some(1),
            ..h2
        };
        let group = HostId {
            mac: MacAddr::BROADCAST,
            ..h2
        };
        assert_eq!(HostPair::new(h1, tagged), None);
        assert_eq!(HostPair::new(h1, group), None);
        assert_eq!(HostPair::new(h1, h1), None);
    }
}
