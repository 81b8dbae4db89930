//! UDP of a host: datagrams that want an answer, echo, and measuring.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use etherparse::UdpSlice;

use super::frames::{Between, Datagram, Header, Icmp};
use super::iperf::{self, Packet, Source, Turn};
use super::sockets::Pair;
use super::{Failure, Host, HostOutput, OPEN_MAX, Outcome, PATIENCE, Ticket};

/// UDP port that sends back what it gets (RFC 862).
const ECHO_PORT: u16 = 7;
/// A receiver forgets a sender that has been silent for this long.
const SINK_IDLE: Duration = Duration::from_secs(60);

/// Something a datagram was sent for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) ticket: Ticket,
    pub(super) since: Duration,
    pub(super) what: Ask,
}

#[derive(Debug)]
pub(super) enum Ask {
    Answer,
    Iperf(Source),
}

impl Asked {
    pub(super) fn due(&self) -> Duration {
        match &self.what {
            Ask::Answer => self.since + PATIENCE,
            Ask::Iperf(source) => source.next_at,
        }
    }
}

impl Host {
    /// Sends a datagram and waits for one back.
    pub(in crate::emulate) fn udp(
        &mut self,
        ticket: Ticket,
        remote: SocketAddr,
        payload: &[u8],
        now: Duration,
        out: &mut HostOutput,
    ) {
        if let Some(pair) = self.ask(ticket, remote, Ask::Answer, now, out) {
            self.send_udp(pair, payload, now, out);
        }
    }

    /// Measures the rate to a host, for so long.
    pub(in crate::emulate) fn iperf(
        &mut self,
        ticket: Ticket,
        target: IpAddr,
        duration: Duration,
        now: Duration,
        out: &mut HostOutput,
    ) {
        let source = Source::new(duration, now);
        // The first train waits for the receiver's address, and a queue of those holds it.
        self.ask(
            ticket,
            (target, iperf::PORT).into(),
            Ask::Iperf(source),
            now,
            out,
        );
        self.sockets_timeout(now, out);
    }

    fn ask(
        &mut self,
        ticket: Ticket,
        remote: SocketAddr,
        what: Ask,
        now: Duration,
        out: &mut HostOutput,
    ) -> Option<Pair> {
        let Some(local) = self.source(remote.ip()) else {
            out.fail(ticket, Failure::NoRoute);
            return None;
        };
        let pair = self.sockets.pair(local, remote);
        let since = now;
        self.sockets.asked.insert(
            pair,
            Asked {
                ticket,
                since,
                what,
            },
        );
        Some(pair)
    }

    pub(super) fn receive_udp(&mut self, ip: Datagram<'_>, now: Duration, out: &mut HostOutput) {
        let Ok(udp) = UdpSlice::from_slice(ip.payload) else {
            return;
        };
        let pair = Pair {
            local: (ip.between.dst, udp.destination_port()).into(),
            remote: (ip.between.src, udp.source_port()).into(),
        };
        if self.sockets.asked.contains_key(&pair) {
            return self.answered(pair, udp.payload(), now, out);
        }
        match udp.destination_port() {
            ECHO_PORT => self.send_udp(pair, udp.payload(), now, out),
            iperf::PORT => self.measure(pair, udp.payload(), now, out),
            _ => {
                // As much as an error may quote without being longer than 576 bytes.
                let quoted = &ip.whole[..ip.whole.len().min(512)];
                self.send_ip(
                    ip.back(),
                    Header::Icmp(Icmp::PortUnreachable),
                    quoted,
                    now,
                    out,
                );
            }
        }
    }

    fn answered(&mut self, pair: Pair, payload: &[u8], now: Duration, out: &mut HostOutput) {
        let Some(asked) = self.sockets.asked.get(&pair) else {
            return;
        };
        let outcome = match (&asked.what, Packet::decode(payload)) {
            (Ask::Answer, _) => Outcome::Udp {
                payload: Bytes::copy_from_slice(payload),
                rtt: now - asked.since,
            },
            (Ask::Iperf(source), Some(Packet::Report { received, rate_bps })) => {
                Outcome::Iperf(source.outcome(received, rate_bps))
            }
            (Ask::Iperf(_), _) => return,
        };
        out.done.push((asked.ticket, outcome));
        self.sockets.asked.remove(&pair);
    }

    fn measure(&mut self, pair: Pair, payload: &[u8], now: Duration, out: &mut HostOutput) {
        let sinks = &mut self.sockets.sinks;
        match Packet::decode(payload) {
            Some(Packet::Data { train }) => {
                sinks.retain(|_, sink| sink.heard_at + SINK_IDLE > now);
                if sinks.len() < OPEN_MAX || sinks.contains_key(&pair) {
                    sinks.entry(pair).or_default().data(train, now);
                }
            }
            Some(Packet::ReportWanted) => {
                let report = sinks.get(&pair).cloned().unwrap_or_default().report();
                self.send_udp(pair, &report.encode(), now, out);
            }
            Some(Packet::Report { .. }) | None => {}
        }
    }

    /// Somebody answered that nobody listens at a port.
    pub(super) fn unreachable(&mut self, quoted: Between, ports: (u16, u16), out: &mut HostOutput) {
        let pair = Pair {
            local: (quoted.src, ports.0).into(),
            remote: (quoted.dst, ports.1).into(),
        };
        if let Some(asked) = self.sockets.asked.remove(&pair) {
            out.fail(asked.ticket, Failure::Refused);
        }
    }

    pub(super) fn asked_timeout(&mut self, pair: Pair, now: Duration, out: &mut HostOutput) {
        let Some(asked) = self.sockets.asked.get_mut(&pair) else {
            return;
        };
        let turn = match &mut asked.what {
            Ask::Answer => None,
            Ask::Iperf(source) => source.turn(now),
        };
        match turn {
            Some(Turn::Train(number)) => {
                for packet in iperf::train(number) {
                    self.send_udp(pair, &packet, now, out);
                }
            }
            Some(Turn::ReportWanted) => {
                self.send_udp(pair, &Packet::ReportWanted.encode(), now, out);
            }
            None => {
                out.fail(asked.ticket, Failure::TimedOut);
                self.sockets.asked.remove(&pair);
            }
        }
    }

    fn send_udp(&mut self, pair: Pair, payload: &[u8], now: Duration, out: &mut HostOutput) {
        let header = Header::Udp {
            src: pair.local.port(),
            dst: pair.remote.port(),
        };
        self.send_ip(pair.between(), header, payload, now, out);
    }
}
