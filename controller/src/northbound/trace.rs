//! The way packets between two hosts take now, read from the flow entries on the switches.
//!
//! Not asked of the app that made them: any app may have, and what counts is what is there. An
//! entry that looks at more than is known of the packets (a TCP port) is passed over.

use std::net::IpAddr;
use std::time::Duration;

use app_api::{Host, LinkState, Location, Snapshot};
use openflow::PortNo;
use openflow::flow::{Action, Match};
use openflow::oxm::Field;
use tokio::time::timeout;
use topologies::Path;

use crate::rules::{CORE, FlowRecord, RulesHandle};

/// Tables that are read anew for it must come by then.
const DEADLINE: Duration = Duration::from_secs(1);

/// `None`: no entries lead all the way, or not in a way that is understood here.
pub(super) async fn path_in_use(
    rules: &RulesHandle,
    snapshot: &Snapshot,
    from: &Host,
    to: &Host,
) -> Option<Path> {
    timeout(DEADLINE, follow(rules, snapshot, from, to))
        .await
        .ok()?
}

async fn follow(rules: &RulesHandle, snapshot: &Snapshot, from: &Host, to: &Host) -> Option<Path> {
    let mut path = Path {
        from: from.at.dpid,
        links: Vec::new(),
        cost: 0,
    };
    let mut at = from.at;
    // Entries may lead round in a circle; no way is longer than there are switches.
    for _ in 0..snapshot.switches.len() {
        let packet = packet(from, to, at.port);
        let port = out_port(&rules.flows(at.dpid).await, &packet)?;
        let leaves = Location::new(at.dpid, port);
        if leaves == to.at {
            return Some(path);
        }
        let link = snapshot.links.get(&leaves)?;
        if link.state != LinkState::Up {
            return None;
        }
        path.links.push(link.id);
        path.cost += u64::from(link.cost);
        at = link.id.dst;
    }
    None
}

/// What is known of a packet from one host to the other that comes in by a port.
fn packet(from: &Host, to: &Host, in_port: PortNo) -> Match {
    let vlan = from.id.vlan.map_or(0, |vlan| 0x1000 | u128::from(vlan));
    let packet = Match::any()
        .in_port(in_port)
        .eth_src(from.id.mac)
        .eth_dst(to.id.mac)
        .with(Field::VlanVid, vlan);
    let v4 = |host: &Host| {
        let mut addresses = host.addresses.iter();
        addresses.find_map(|address| match address {
            IpAddr::V4(address) => Some(*address),
            IpAddr::V6(_) => None,
        })
    };
    match (v4(from), v4(to)) {
        (Some(src), Some(dst)) => packet.ipv4_src(src, 32).ipv4_dst(dst, 32),
        _ => packet,
    }
}

/// Where the first entry that takes the packet sends it; records are in the order of a lookup.
fn out_port(flows: &[FlowRecord], packet: &Match) -> Option<PortNo> {
    let there = |flow: &&FlowRecord| flow.counted.is_some() && flow.owner.as_deref() != Some(CORE);
    let taken = flows
        .iter()
        .filter(there)
        .find(|flow| flow.table.0 == 0 && takes(&flow.matching, packet))?;
    match &taken.instructions.apply[..] {
        [.., Action::Output { port, .. }] => Some(*port),
        _ => None,
    }
}

fn takes(matching: &Match, packet: &Match) -> bool {
    matching.fields().iter().all(|wanted| {
        let found = packet.get(wanted.field);
        found.is_some_and(|found| found.value & wanted.mask == wanted.value)
    })
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::sync::Arc;
    use std::time::SystemTime;

    use app_api::HostId;
    use openflow::flow::{Instructions, VlanMatch};
    use openflow::{Cookie, Dpid, MacAddr, TableId};

    use super::*;
    use crate::rules::{Counted, Status};

    fn host(n: u8, port: u32) -> Host {
        Host {
            id: HostId {
                mac: MacAddr([0, 0, 0, 0, 0, n]),
                vlan: None,
            },
            at: Location::new(Dpid(n.into()), PortNo(port)),
            addresses: vec![IpAddr::from([10, 0, 0, n])],
            first_seen: SystemTime::UNIX_EPOCH,
            last_seen: SystemTime::UNIX_EPOCH,
        }
    }

    fn flow(owner: &str, matching: Match, port: u32, there: bool) -> FlowRecord {
        let counted = Counted {
            age: Duration::ZERO,
            packets: 0,
            bytes: 0,
        };
        FlowRecord {
            table: TableId(0),
            priority: 1,
            matching,
            instructions: Instructions::apply([Action::output(PortNo(port))]),
            cookie: Cookie(0),
            owner: Some(Arc::from(owner)),
            status: Status::Installed,
            set: None,
            reason: None,
            wanted_since: None,
            problem: None,
            idle_timeout_s: 0,
            hard_timeout_s: 0,
            counted: there.then_some(counted),
        }
    }

    #[test]
    fn the_first_entry_that_takes_what_is_known_decides() {
        let (a, b) = (host(1, 1), host(2, 1));
        let packet = packet(&a, &b, PortNo(1));
        let pair = Match::any().eth_src(a.id.mac).eth_dst(b.id.mac);
        let flows = [
            flow("core", Match::any(), 99, true),
            flow("balancer", Match::any().tcp_dst(80), 98, true),
            flow("routing", pair.clone().in_port(PortNo(2)), 97, true),
            flow("routing", pair.clone(), 96, false),
            flow("routing", pair.clone().vlan(VlanMatch::Id(3)), 95, true),
            flow("routing", pair.vlan(VlanMatch::Untagged), 3, true),
            flow("routing", Match::any(), 94, true),
        ];
        assert_eq!(out_port(&flows, &packet), Some(PortNo(3)));
        assert_eq!(out_port(&flows[..5], &packet), None);
        let network = Match::any().ipv4_dst(Ipv4Addr::new(10, 0, 0, 0), 8);
        let by_network = [flow("routing", network, 4, true)];
        assert_eq!(out_port(&by_network, &packet), Some(PortNo(4)));
    }
}
