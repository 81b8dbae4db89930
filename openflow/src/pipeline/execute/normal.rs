//! `NORMAL`: a switch that learns where addresses are, as Open vSwitch is by itself.

use std::collections::HashMap;
use std::time::Duration;

use super::{Credit, Run};
use crate::flow::PortConfig;
use crate::oxm::Field;
use crate::pipeline::packet::is_tag;
use crate::{MacAddr, PortNo};

/// How long an address is remembered that is not seen, and how many of them are.
const AGE: Duration = Duration::from_secs(300);
const MAX_STATIONS: usize = 8192;

/// Where addresses were seen last, per VLAN; untagged is VLAN 0.
#[derive(Debug, Clone, Default)]
pub(in crate::pipeline) struct Stations {
    at: HashMap<(u16, MacAddr), (PortNo, Duration)>,
}

impl Stations {
    pub(super) fn see(&mut self, vlan: u16, address: MacAddr, port: PortNo, now: Duration) {
        let key = (vlan, address);
        if self.at.len() >= MAX_STATIONS && !self.at.contains_key(&key) {
            self.at
                .retain(|_, (_, seen)| now.saturating_sub(*seen) < AGE);
            let oldest = self.at.iter().min_by_key(|(key, (_, seen))| (*seen, **key));
            if let (true, Some((&oldest, _))) = (self.at.len() >= MAX_STATIONS, oldest) {
                self.at.remove(&oldest);
            }
        }
        self.at.insert(key, (port, now));
    }

    fn find(&self, vlan: u16, address: MacAddr, now: Duration) -> Option<PortNo> {
        let (port, seen) = self.at.get(&(vlan, address))?;
        (now.saturating_sub(*seen) < AGE).then_some(*port)
    }

    /// What was seen at a port that went down is not there any more.
    pub(in crate::pipeline) fn forget_port(&mut self, gone: PortNo) {
        self.at.retain(|_, (port, _)| *port != gone);
    }
}

impl Run<'_> {
    /// To where the destination was seen last, or to all ports.
    pub(super) fn normal(&mut self) {
        let in_port = self.in_port();
        // A packet-out may come from nowhere: it is forwarded, and nothing learnt of it.
        let known_port = self.switch.ports.contains_key(&in_port);
        if !known_port && ![PortNo::ANY, PortNo::CONTROLLER].contains(&in_port) {
            return self.remark("normal: it came by a port that is none");
        }
        let (src, dst) = (self.mac(Field::EthSrc), self.mac(Field::EthDst));
        if is_reserved(dst) {
            return self.remark("normal: its destination is for switches alone");
        }
        let tag = self.packet.key().get(Field::VlanVid);
        let eth_type = u16::try_from(self.packet.key().get(Field::EthType)).unwrap_or_default();
        if tag == 0 && is_tag(eth_type) {
            return self.remark("normal: its tag is cut off");
        }
        let tag = tag & 0x0fff;
        let vlan = u16::try_from(tag).unwrap_or_default();
        if known_port && !src.is_multicast() {
            self.credits.push(Credit::Seen(vlan, src, in_port));
        }
        let to = match dst.is_multicast() {
            true => None,
            false => self.station(vlan, dst),
        };
        match to {
            Some(port) if port == in_port => {
                self.remark("normal: its destination is where it came from");
            }
            Some(port) => {
                self.remark("normal: its destination was seen");
                self.leave_in_vlan(port);
            }
            None => {
                self.remark("normal: its destination was not seen, it is flooded");
                let switch = self.switch;
                for (&no, port) in &switch.ports {
                    if no != in_port && !port.desc.config.contains(PortConfig::NO_FLOOD) {
                        self.leave_in_vlan(no);
                    }
                }
            }
        }
    }

    /// Where an address was seen, by this packet too.
    fn station(&self, vlan: u16, address: MacAddr) -> Option<PortNo> {
        if self.is_packet_out {
            // Nothing is learnt before all of it is done.
            return self.switch.stations.find(vlan, address, self.now);
        }
        let newest = self.credits.iter().rev().find_map(|credit| match credit {
            Credit::Seen(in_vlan, seen, port) if (*in_vlan, *seen) == (vlan, address) => {
                Some(*port)
            }
            _ => None,
        });
        newest.or_else(|| self.switch.stations.find(vlan, address, self.now))
    }

    /// A tag that says nothing is taken away, and with it those within.
    fn leave_in_vlan(&mut self, port: PortNo) {
        if self.packet.key().get(Field::VlanTci) != 0x1000 {
            return self.leave_by(port);
        }
        let before = self.packet.headers();
        while self.packet.key().get(Field::VlanVid) != 0 {
            self.packet.pop_vlan();
        }
        self.leave_by(port);
        self.packet.restore(*before);
    }

    fn mac(&self, field: Field) -> MacAddr {
        let [.., a, b, c, d, e, f] = self.packet.key().get(field).to_be_bytes();
        MacAddr([a, b, c, d, e, f])
    }
}

/// 01:80:c2:00:00:0X: no bridge forwards these (IEEE 802.1D table 7-10).
fn is_reserved(address: MacAddr) -> bool {
    let MacAddr([a, b, c, d, e, last]) = address;
    [a, b, c, d, e] == [0x01, 0x80, 0xc2, 0, 0] && last <= 0x0f
}
