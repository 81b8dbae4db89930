//! Rules for one host sending to another.

use std::fmt;

use app_api::{HostId, Location, Priority, Route};
use openflow::flow::{Action, FlowEntry, Match, VlanMatch};
use openflow::oxm::Field;
use openflow::{Dpid, MacAddr, PortNo};
use topologies::paths::{Hop, flow_key};

/// A host that sends and the one it sends to, in one VLAN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Pair {
    pub(crate) src: HostId,
    pub(crate) dst: HostId,
}

impl Pair {
    /// `None` where packets of one cannot be for the other.
    pub(crate) fn new(src: HostId, dst: HostId) -> Option<Self> {
        let sensible = src.mac.is_unicast() && dst.mac.is_unicast() && src.mac != dst.mac;
        (sensible && src.vlan == dst.vlan).then_some(Self { src, dst })
    }

    pub(crate) fn reversed(self) -> Self {
        Self {
            src: self.dst,
            dst: self.src,
        }
    }

    pub(crate) fn route(self, from: Location, to: Location, idle_timeout_s: u16) -> Route {
        let vlan = self.src.vlan.map_or(VlanMatch::Untagged, VlanMatch::Id);
        let matching = Match::any()
            .eth_src(self.src.mac)
            .eth_dst(self.dst.mac)
            .vlan(vlan);
        let mut route = Route::new(from, to, PRIORITY, matching);
        route.ecmp = flow_key([bits(self.src.mac), bits(self.dst.mac)]);
        route.idle_timeout_s = idle_timeout_s;
        route
    }

    /// Whose rule an entry is, and what it does; `None` for entries of other kinds.
    pub(crate) fn of_entry(dpid: Dpid, entry: &FlowEntry) -> Option<(Self, Hop)> {
        if entry.priority != PRIORITY.number() || entry.unknown.is_some() {
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

    /// The pair and ingress port a match of ours was made for.
    pub(crate) fn of_match(matching: &Match) -> Option<(Self, PortNo)> {
        let value = |field| matching.get(field).map(|part| part.value);
        let vlan = match value(Field::VlanVid)? {
            0 => None,
            tag => Some(u16::try_from(tag & 0xfff).ok()?),
        };
        let host = |field| {
            let mac = mac(value(field)?);
            Some(HostId { mac, vlan })
        };
        let pair = Self::new(host(Field::EthSrc)?, host(Field::EthDst)?)?;
        let in_port = PortNo(u32::try_from(value(Field::InPort)?).ok()?);
        (matching.fields().len() == 4).then_some((pair, in_port))
    }
}

impl fmt::Display for Pair {
    /// Names the set of its rules.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pair {} > {}", self.src, self.dst)
    }
}

fn bits(mac: MacAddr) -> u64 {
    mac.0
        .iter()
        .fold(0, |bits, byte| bits << 8 | u64::from(*byte))
}

fn mac(bits: u128) -> MacAddr {
    let [.., a, b, c, d, e, f] = bits.to_be_bytes();
    MacAddr([a, b, c, d, e, f])
}

/// Above flooding, since a host's address is more than any group's; below the rules of apps that
/// care for single connections.
const PRIORITY: Priority = Priority::new(10_000);

#[cfg(test)]
mod tests {
    use app_api::testing::TestHost;

    use super::*;

    #[test]
    fn a_pair_is_read_back_from_its_match() {
        for vlan in [None, Some(10)] {
            let host = |n: u16| HostId {
                vlan,
                ..TestHost(n).id()
            };
            let pair = Pair::new(host(1), host(2)).unwrap();
            let at = Location::new(Dpid(1), PortNo(7));
            let matching = pair.route(at, at, 0).matching.in_port(at.port);
            assert_eq!(Pair::of_match(&matching), Some((pair, at.port)));
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
        assert_eq!(Pair::new(h1, tagged), None);
        assert_eq!(Pair::new(h1, group), None);
        assert_eq!(Pair::new(h1, h1), None);
    }
}
