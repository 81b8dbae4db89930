//! One connection of a client to a virtual address, and its two rules.
//!
//! Both are on the client's edge switch: there packets get the server's addresses, and the
//! server's answers get the virtual ones. In between they are packets between two hosts like any
//! others. A rule per connection, not per client, is what lets a drained server finish what it has
//! while the same client's next connection goes elsewhere, and keeps a client's direct
//! connections to a server out of it.

use std::fmt;
use std::net::Ipv4Addr;

use app_api::{HostId, HostPair, Location, Priority, Rule};
use openflow::flow::{Action, Actions, FlowEntry, Instructions, Match, VlanMatch};
use openflow::oxm::Field;
use openflow::packet::{PacketView, ip_proto};
use openflow::{Dpid, MacAddr, PortNo};

use crate::pool::{Endpoint, mac_of};
use crate::spec::Protocol;

/// Which connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(crate) client: Endpoint,
    pub(crate) service: Service,
}

/// What clients connect to.
pub(crate) type Service = (Ipv4Addr, Protocol, u16);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Connection {
    /// Who serves it.
    pub(crate) server: Endpoint,
    /// The client, or the router it is behind.
    pub(crate) client_host: HostId,
    pub(crate) client_at: Location,
    pub(crate) server_host: HostId,
    /// Whether packets of the client came within the idle timeout.
    pub(crate) forward: bool,
    /// Whether packets of the server did.
    pub(crate) backward: bool,
}

impl Key {
    /// Of a packet from a client.
    pub(crate) fn of_packet(view: &PacketView<'_>) -> Option<Self> {
        let ip = view.ipv4()?;
        let protocol = match ip.protocol() {
            ip_proto::TCP => Protocol::Tcp,
            ip_proto::UDP => Protocol::Udp,
            _ => return None,
        };
        let (src, dst) = ip.transport()?.ports()?;
        Some(Self {
            client: (ip.src(), src),
            service: (ip.dst(), protocol, dst),
        })
    }
}

impl Connection {
    /// Whose packets travel between the client's and the server's switch; `None` where they
    /// cannot.
    pub(crate) fn pair(&self) -> Option<HostPair> {
        HostPair::new(self.client_host, self.server_host)
    }

    /// What makes the client's packets the server's; `out` is where they leave the client's
    /// switch.
    pub(crate) fn rewrite(&self, key: Key, out: PortNo) -> Actions {
        let (_, dst) = port_fields(key.service.1);
        Actions::from_iter([
            Action::set_field(Field::EthDst, bits(self.server_host.mac)),
            Action::set_field(Field::Ipv4Dst, u32::from(self.server.0).into()),
            Action::set_field(dst, self.server.1.into()),
            Action::output(out),
        ])
    }

    /// Its rules; `out` as for [`Connection::rewrite`]. The one that sends the client's packets on
    /// is in `stage`, the answers' in the first.
    pub(crate) fn rules(&self, key: Key, out: PortNo, stage: u16) -> Vec<Rule> {
        let (vip, protocol, vip_port) = key.service;
        let (src, dst) = port_fields(protocol);
        let vlan = self.client_host.vlan;
        let vlan = vlan.map_or(VlanMatch::Untagged, VlanMatch::Id);
        let to_vip = Match::any()
            .in_port(self.client_at.port)
            .eth_src(self.client_host.mac)
            .eth_dst(mac_of(vip))
            .vlan(vlan)
            .ip_proto(number(protocol))
            .ipv4_src(key.client.0, 32)
            .ipv4_dst(vip, 32)
            .with(src, key.client.1.into())
            .with(dst, vip_port.into());
        let from_server = Match::any()
            .eth_src(self.server_host.mac)
            .eth_dst(self.client_host.mac)
            .vlan(vlan)
            .ip_proto(number(protocol))
            .ipv4_src(self.server.0, 32)
            .ipv4_dst(key.client.0, 32)
            .with(src, self.server.1.into())
            .with(dst, key.client.1.into());
        let to_client = [
            Action::set_field(Field::EthSrc, bits(mac_of(vip))),
            Action::set_field(Field::Ipv4Src, u32::from(vip).into()),
            Action::set_field(src, vip_port.into()),
            Action::output(self.client_at.port),
        ];
        let rule = |matching, actions: Actions, idle| {
            let instructions = Instructions::apply(actions);
            let mut rule = Rule::new(self.client_at.dpid, PRIORITY, matching, instructions);
            rule.idle_timeout_s = idle;
            rule
        };
        let mut rules = Vec::new();
        if self.backward {
            rules.push(rule(
                from_server,
                to_client.into_iter().collect(),
                SERVER_IDLE_S,
            ));
        }
        if self.forward {
            rules.push(rule(to_vip, self.rewrite(key, out), CLIENT_IDLE_S).in_stage(stage));
        }
        rules
    }

    /// Reads a connection from one of its entries.
    pub(crate) fn of_entry(dpid: Dpid, entry: &FlowEntry) -> Option<(Key, Self)> {
        if entry.priority != PRIORITY.number() || entry.unknown.is_some() {
            return None;
        }
        let seen = Side::of_match(&entry.matching)?;
        let set = Side::of_actions(&entry.instructions.apply, seen.protocol);
        let output = entry
            .instructions
            .apply
            .iter()
            .find_map(|action| match action {
                Action::Output { port, .. } => Some(*port),
                _ => None,
            })?;
        let mut connection = Self {
            server: (seen.ip_src, seen.src),
            client_host: HostId {
                mac: seen.eth_dst,
                vlan: seen.vlan,
            },
            client_at: Location::new(dpid, output),
            server_host: HostId {
                mac: seen.eth_src,
                vlan: seen.vlan,
            },
            forward: false,
            backward: true,
        };
        let Some(in_port) = seen.in_port else {
            let service = (set.ip_src?, seen.protocol, set.src?);
            let client = (seen.ip_dst, seen.dst);
            return Some((Key { client, service }, connection));
        };
        connection.server = (set.ip_dst?, set.dst?);
        connection.client_host.mac = seen.eth_src;
        connection.client_at.port = in_port;
        connection.server_host.mac = set.eth_dst?;
        (connection.forward, connection.backward) = (true, false);
        let service = (seen.ip_dst, seen.protocol, seen.dst);
        let client = (seen.ip_src, seen.src);
        Some((Key { client, service }, connection))
    }

    /// Which way a rule's packets go, by its match: from the client, or to it. The match says
    /// everything that names the connection on that way.
    pub(crate) fn of_match(matching: &Match) -> Option<Direction> {
        let seen = Side::of_match(matching)?;
        Some(match seen.in_port {
            Some(_) => Direction::FromClient(Key {
                client: (seen.ip_src, seen.src),
                service: (seen.ip_dst, seen.protocol, seen.dst),
            }),
            None => Direction::ToClient(Return {
                client: (seen.ip_dst, seen.dst),
                server: (seen.ip_src, seen.src),
                protocol: seen.protocol,
            }),
        })
    }
}

/// Which of a connection's two rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    FromClient(Key),
    ToClient(Return),
}

/// A connection as its server sees it. No two connections may be the same to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Return {
    pub(crate) client: Endpoint,
    pub(crate) server: Endpoint,
    pub(crate) protocol: Protocol,
}

impl Return {
    pub(crate) fn of(key: Key, server: Endpoint) -> Self {
        Self {
            client: key.client,
            server,
            protocol: key.service.1,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((client, port), (vip, protocol, vip_port)) = (self.client, self.service);
        let protocol = match protocol {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
        };
        write!(f, "{protocol} {client}:{port} > {vip}:{vip_port}")
    }
}

/// The addresses a match looks for.
struct Side {
    in_port: Option<PortNo>,
    eth_src: MacAddr,
    eth_dst: MacAddr,
    vlan: Option<u16>,
    protocol: Protocol,
    ip_src: Ipv4Addr,
    ip_dst: Ipv4Addr,
    src: u16,
    dst: u16,
}

/// The addresses actions set.
#[derive(Default)]
struct Set {
    eth_dst: Option<MacAddr>,
    ip_src: Option<Ipv4Addr>,
    ip_dst: Option<Ipv4Addr>,
    src: Option<u16>,
    dst: Option<u16>,
}

impl Side {
    fn of_match(matching: &Match) -> Option<Self> {
        let value = |field| matching.get(field).map(|part| part.value);
        let protocol = match u8::try_from(value(Field::IpProto)?).ok()? {
            ip_proto::TCP => Protocol::Tcp,
            ip_proto::UDP => Protocol::Udp,
            _ => return None,
        };
        let (src, dst) = port_fields(protocol);
        Some(Self {
            in_port: value(Field::InPort).and_then(number_of).map(PortNo),
            eth_src: mac(value(Field::EthSrc)?),
            eth_dst: mac(value(Field::EthDst)?),
            vlan: match value(Field::VlanVid)? {
                0 => None,
                tag => Some(number_of(tag & 0xfff)?),
            },
            protocol,
            ip_src: number_of::<u32>(value(Field::Ipv4Src)?)?.into(),
            ip_dst: number_of::<u32>(value(Field::Ipv4Dst)?)?.into(),
            src: number_of(value(src)?)?,
            dst: number_of(value(dst)?)?,
        })
    }

    fn of_actions(actions: &[Action], protocol: Protocol) -> Set {
        let (src, dst) = port_fields(protocol);
        let mut set = Set::default();
        for action in actions {
            let Action::SetField { field, value, .. } = action else {
                continue;
            };
            match *field {
                Field::EthDst => set.eth_dst = Some(mac(*value)),
                Field::Ipv4Src => set.ip_src = number_of::<u32>(*value).map(Ipv4Addr::from),
                Field::Ipv4Dst => set.ip_dst = number_of::<u32>(*value).map(Ipv4Addr::from),
                field if field == src => set.src = number_of(*value),
                field if field == dst => set.dst = number_of(*value),
                _ => {}
            }
        }
        set
    }
}

fn number_of<T: TryFrom<u128>>(value: u128) -> Option<T> {
    T::try_from(value).ok()
}

fn number(protocol: Protocol) -> u8 {
    match protocol {
        Protocol::Tcp => ip_proto::TCP,
        Protocol::Udp => ip_proto::UDP,
    }
}

fn port_fields(protocol: Protocol) -> (Field, Field) {
    match protocol {
        Protocol::Tcp => (Field::TcpSrc, Field::TcpDst),
        Protocol::Udp => (Field::UdpSrc, Field::UdpDst),
    }
}

fn bits(mac: MacAddr) -> u128 {
    mac.0
        .iter()
        .fold(0, |bits, byte| bits << 8 | u128::from(*byte))
}

fn mac(bits: u128) -> MacAddr {
    let [.., a, b, c, d, e, f] = bits.to_be_bytes();
    MacAddr([a, b, c, d, e, f])
}

/// Above the rule that sends what is for a virtual address to the controller.
const PRIORITY: Priority = Priority::new(41_000);

/// A connection is active while its client sends something this often.
const CLIENT_IDLE_S: u16 = 30;

/// And it is forgotten when its server has not sent for so long either. Longer, because a server's
/// packet without its rule would reach the client from the wrong address, while a client's packet
/// without its rule comes here.
const SERVER_IDLE_S: u16 = 300;

#[cfg(test)]
mod tests {
    use app_api::testing::TestHost;
    use openflow::flow::FlowFlags;
    use openflow::{Cookie, TableId};

    use super::*;

    #[test]
    fn a_connection_is_read_back_from_either_of_its_entries() {
        for (protocol, vlan) in [(Protocol::Tcp, None), (Protocol::Udp, Some(10))] {
            let host = |n: u16| HostId {
                vlan,
                ..TestHost(n).id()
            };
            let key = Key {
                client: (TestHost(1).ip(), 40_000),
                service: (Ipv4Addr::new(10, 0, 0, 100), protocol, 80),
            };
            let connection = Connection {
                server: (TestHost(2).ip(), 8080),
                client_host: host(1),
                client_at: Location::new(Dpid(1), PortNo(3)),
                server_host: host(2),
                forward: true,
                backward: true,
            };
            let rules = connection.rules(key, PortNo(9), 0);
            let [backward, forward] = &rules[..] else {
                panic!("two rules")
            };
            for (rule, is_forward) in [(backward, false), (forward, true)] {
                let (read, found) = Connection::of_entry(rule.dpid, &entry(rule)).unwrap();
                let expected = Connection {
                    forward: is_forward,
                    backward: !is_forward,
                    ..connection.clone()
                };
                assert_eq!((read, found), (key, expected));
            }
            let returned = Return::of(key, connection.server);
            let direction = |rule: &Rule| Connection::of_match(&rule.matching);
            assert_eq!(direction(forward), Some(Direction::FromClient(key)));
            assert_eq!(direction(backward), Some(Direction::ToClient(returned)));
        }
    }

    fn entry(rule: &Rule) -> FlowEntry {
        FlowEntry {
            table: TableId(0),
            priority: rule.priority.number(),
            cookie: Cookie(0),
            matching: rule.matching.clone(),
            instructions: rule.instructions.clone(),
            idle_timeout_s: rule.idle_timeout_s,
            hard_timeout_s: 0,
            flags: FlowFlags::empty(),
            importance: 0,
            age: std::time::Duration::ZERO,
            packets: 0,
            bytes: 0,
            unknown: None,
        }
    }
}
