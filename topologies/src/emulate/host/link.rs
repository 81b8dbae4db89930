//! ARP and neighbour discovery: answers, questions, and packets sent on what they find.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use bytes::Bytes;
use openflow::MacAddr;
use openflow::packet::build;
use openflow::packet::{Arp, Neighbour, PacketView};

use super::frames::{self, Between, Datagram, Header};
use super::{Host, HostOutput, Outcome, Ticket, neighbours};

#[derive(Debug)]
pub(super) struct Arping {
    pub(super) ticket: Ticket,
    pub(super) target: Ipv4Addr,
    pub(super) since: Duration,
}

impl Host {
    /// Asks who has an address, whatever is known about it.
    pub(in crate::emulate) fn arping(
        &mut self,
        ticket: Ticket,
        target: Ipv4Addr,
        now: Duration,
        out: &mut HostOutput,
    ) {
        let since = now;
        self.arpings.push(Arping {
            ticket,
            target,
            since,
        });
        out.frames
            .push(build::arp_request((self.mac, self.ipv4), target, None));
    }

    /// Tells everybody the host's addresses: a gratuitous ARP for each of IPv4.
    pub(in crate::emulate) fn announce(&self, out: &mut HostOutput) {
        let aliases = self.aliases.iter().filter_map(|address| match address {
            IpAddr::V4(v4) => Some(*v4),
            IpAddr::V6(_) => None,
        });
        for address in std::iter::once(self.ipv4).chain(aliases) {
            out.frames
                .push(build::arp_request((self.mac, address), address, None));
        }
    }

    pub(super) fn receive_arp(&mut self, arp: &Arp, now: Duration, out: &mut HostOutput) {
        let ours = self.owns(arp.tpa.into());
        if !arp.spa.is_unspecified() && !self.owns(arp.spa.into()) {
            self.learn(arp.spa.into(), arp.sha, ours, now, out);
        }
        if arp.op == Arp::REQUEST && ours && arp.spa != arp.tpa {
            let sender = (self.mac, arp.tpa);
            out.frames
                .push(build::arp_reply(sender, (arp.sha, arp.spa), None));
        }
        if arp.op == Arp::REPLY && ours {
            self.arpings.retain(|arping| {
                let answered = arping.target == arp.spa;
                if answered {
                    let (mac, rtt) = (arp.sha, now - arping.since);
                    out.done.push((arping.ticket, Outcome::Arp { mac, rtt }));
                }
                !answered
            });
        }
    }

    pub(super) fn receive_neighbour(
        &mut self,
        view: &PacketView<'_>,
        neighbour: Neighbour,
        now: Duration,
        out: &mut HostOutput,
    ) {
        let Some(ip) = Datagram::read(view) else {
            return; // a wrong checksum
        };
        let IpAddr::V6(from) = ip.between.src else {
            return;
        };
        match neighbour {
            Neighbour::Solicitation { target, source_mac } if self.owns(target.into()) => {
                let mac = source_mac.unwrap_or_else(|| view.eth_src());
                if !from.is_unspecified() {
                    self.learn(from.into(), mac, true, now, out);
                }
                let sender = (self.mac, target);
                out.frames
                    .push(build::neighbour_advertisement(sender, (mac, from), None));
            }
            Neighbour::Advertisement { target, target_mac } => {
                let mac = target_mac.unwrap_or_else(|| view.eth_src());
                self.learn(target.into(), mac, false, now, out);
            }
            Neighbour::Solicitation { .. } => {}
        }
    }

    fn learn(
        &mut self,
        address: IpAddr,
        mac: MacAddr,
        solicits_us: bool,
        now: Duration,
        out: &mut HostOutput,
    ) {
        let waited = self.neighbours.heard(address, mac, solicits_us, now);
        for echo in self
            .echoes
            .values_mut()
            .filter(|echo| echo.target == address)
        {
            echo.sent_at.get_or_insert(now);
        }
        out.frames.extend(waited.into_iter().map(Bytes::from));
    }

    /// Sends a packet to a neighbour, whose address is found out first; to nobody where there is
    /// no route.
    pub(super) fn send_ip(
        &mut self,
        between: Between,
        header: Header,
        payload: &[u8],
        now: Duration,
        out: &mut HostOutput,
    ) {
        let Between { dst, .. } = between;
        if self.source(dst).is_none() {
            return;
        }
        let mut frame = frames::build(self.mac, between, header, payload);
        match self.neighbours.mac(dst, now) {
            Some(mac) => {
                neighbours::address_to(&mut frame, mac);
                out.frames.push(frame.into());
            }
            None => {
                if self.neighbours.wait(dst, frame, now) {
                    self.solicit(dst, out);
                }
            }
        }
    }

    pub(super) fn solicit(&self, address: IpAddr, out: &mut HostOutput) {
        out.frames.push(match (address, self.source(address)) {
            (IpAddr::V4(target), _) => build::arp_request((self.mac, self.ipv4), target, None),
            (IpAddr::V6(target), Some(IpAddr::V6(src))) => {
                build::neighbour_solicitation((self.mac, src), target, None)
            }
            (IpAddr::V6(_), _) => return,
        });
    }
}
