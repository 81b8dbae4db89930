//! Ping, and errors that come back.

use std::net::IpAddr;
use std::time::Duration;

use etherparse::{IcmpEchoHeader, LaxIpSlice};
use openflow::packet::ip_proto;

use super::frames::{Between, Datagram, Header, Icmp};
use super::{Failure, Host, HostOutput, Outcome, PATIENCE, Ticket};

/// A ping under way.
#[derive(Debug)]
pub(super) struct Echo {
    pub(super) ticket: Ticket,
    pub(super) target: IpAddr,
    /// None while the target's address is being found out.
    pub(super) sent_at: Option<Duration>,
    pub(super) until: Duration,
}

impl Host {
    /// Sends one echo request.
    pub(in crate::emulate) fn ping(
        &mut self,
        ticket: Ticket,
        target: IpAddr,
        now: Duration,
        out: &mut HostOutput,
    ) {
        let Some(src) = self.source(target) else {
            return out.fail(ticket, Failure::NoRoute);
        };
        while self.echoes.contains_key(&self.counter) {
            self.counter = self.counter.wrapping_add(1);
        }
        let id = self.counter;
        self.counter = self.counter.wrapping_add(1);
        let known = self.neighbours.mac(target, now).is_some();
        let echo = Echo {
            ticket,
            target,
            sent_at: known.then_some(now),
            until: now + PATIENCE,
        };
        self.echoes.insert(id, echo);
        let header = Header::Icmp(Icmp::EchoRequest(IcmpEchoHeader { id, seq: 1 }));
        // As many bytes as ping sends.
        self.send_ip(Between { src, dst: target }, header, &[0x2a; 56], now, out);
    }

    pub(super) fn receive_icmp(&mut self, ip: Datagram<'_>, now: Duration, out: &mut HostOutput) {
        let Some((&[kind, code, _, _, id0, id1, seq0, seq1], rest)) =
            ip.payload.split_first_chunk()
        else {
            return;
        };
        let (id, seq) = (
            u16::from_be_bytes([id0, id1]),
            u16::from_be_bytes([seq0, seq1]),
        );
        match (ip.protocol, kind, code) {
            (ip_proto::ICMP, 8, 0) | (ip_proto::ICMPV6, 128, 0) => {
                let reply = Icmp::EchoReply(IcmpEchoHeader { id, seq });
                self.send_ip(ip.back(), Header::Icmp(reply), rest, now, out);
            }
            (ip_proto::ICMP, 0, 0) | (ip_proto::ICMPV6, 129, 0) => self.pong(id, ip, now, out),
            (ip_proto::ICMP, 3, 3) | (ip_proto::ICMPV6, 1, 4) => self.port_unreachable(rest, out),
            _ => {}
        }
    }

    fn pong(&mut self, id: u16, ip: Datagram<'_>, now: Duration, out: &mut HostOutput) {
        let from = ip.between.src;
        if self.echoes.get(&id).is_none_or(|echo| echo.target != from) {
            return;
        }
        if let Some(echo) = self.echoes.remove(&id) {
            self.neighbours.confirm(from, now);
            let rtt = now - echo.sent_at.unwrap_or(now);
            out.done
                .push((echo.ticket, Outcome::Ping { rtt, ttl: ip.ttl }));
        }
    }

    fn port_unreachable(&mut self, quoted: &[u8], out: &mut HostOutput) {
        // An error quotes the beginning only, so its lengths announce more than there is.
        let Ok((ip, _)) = LaxIpSlice::from_slice(quoted) else {
            return;
        };
        let between = Between {
            src: ip.source_addr(),
            dst: ip.destination_addr(),
        };
        if let Some(&[src0, src1, dst0, dst1]) = ip.payload().payload.first_chunk() {
            let ports = (
                u16::from_be_bytes([src0, src1]),
                u16::from_be_bytes([dst0, dst1]),
            );
            self.unreachable(between, ports, out);
        }
    }
}
