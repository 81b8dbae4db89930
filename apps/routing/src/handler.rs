//! Packets that no rule took. Does what the rules will do, so that it makes no difference to a
//! packet whether they are there yet.

use std::sync::Arc;
use std::time::{Duration, Instant};

use app_api::Location;
use app_api::{
    HostId, HostPair, Packet, PacketContext, PacketHandler, PortRole, Snapshot, Verdict,
};
use arc_swap::{ArcSwap, Cache};
use bytes::Bytes;
use openflow::Dpid;

use crate::budget::Budget;
use crate::flood::Flooding;
use crate::neighbours::Question;

/// What packet handlers tell the app.
#[derive(Debug)]
#[non_exhaustive]
pub enum Report {
    /// A host has something to say to another: make rules for both directions.
    Met {
        /// Who speaks.
        src: HostId,
        /// To whom.
        dst: HostId,
    },
    /// A frame for everybody, or for a host nobody knows, that the handler cannot send on by
    /// itself.
    Flood {
        /// Where it came in.
        at: Location,
        /// The whole frame.
        frame: Bytes,
    },
}

/// Of one switch.
pub(crate) struct Handler {
    dpid: Dpid,
    flooding: Cache<Arc<ArcSwap<Flooding>>, Arc<Flooding>>,
    /// Pairs the app was told of lately, by a hash: packets of a pair whose rules are on their way
    /// need not tell it again.
    told: Box<[Option<(HostPair, Instant)>; TOLD]>,
    floods: Budget,
}

impl Handler {
    pub(crate) fn new(dpid: Dpid, flooding: Arc<ArcSwap<Flooding>>) -> Self {
        Self {
            dpid,
            flooding: Cache::new(flooding),
            told: Box::new([None; TOLD]),
            floods: Budget::new(FLOODS_PER_S),
        }
    }

    fn group_addressed(&mut self, ctx: &mut Context<'_>, packet: &Packet<'_>) {
        if packet.ingress == PortRole::Edge {
            match Question::of(ctx.snapshot(), ctx.at(), packet.headers) {
                Question::Answered { answer, target } => {
                    let _ = ctx.send(ctx.at().port, answer);
                    self.met(ctx, HostId::source_of(packet.headers), target);
                    return;
                }
                Question::HeardAlready => return,
                Question::NotMine => {}
            }
        }
        if self.floods.take(ctx.now(), 1) {
            self.flood(ctx, packet);
        }
    }

    /// As the switch's flood rule would. What the app has not got to yet, it does itself.
    fn flood(&mut self, ctx: &mut Context<'_>, packet: &Packet<'_>) {
        let flooding = self.flooding.load();
        let port = ctx.at().port;
        let ports = flooding
            .switches
            .get(&self.dpid)
            .filter(|_| flooding.running);
        match (ports, packet.ingress) {
            (Some(ports), PortRole::Link) if ports.closed.contains(&port) => {}
            (Some(ports), PortRole::Link) if ports.tree.contains(&port) => {
                let _ = ctx.forward(packet.message, ports.outputs(port));
            }
            (Some(ports), PortRole::Edge) if ports.edge.contains(&port) => {
                let _ = ctx.forward(packet.message, ports.outputs(port));
            }
            _ => hand_over(ctx, packet),
        }
    }

    fn unicast(&mut self, ctx: &mut Context<'_>, packet: &Packet<'_>) {
        let dst = HostId::destination_of(packet.headers);
        let snapshot = ctx.snapshot();
        let known = snapshot.hosts.get(&dst);
        match known.filter(|host| snapshot.is_usable_edge(host.at)) {
            // Both are behind one port: it has the packet already.
            Some(host) if host.at == ctx.at() => {}
            // No rule will lead there either. While cables are still being found, one may.
            Some(host) if self.is_cut_off(snapshot, host.at) => {}
            Some(host) => {
                if is_whole(packet) {
                    ctx.send_at(host.at, packet.message.data.clone());
                }
                self.met(ctx, HostId::source_of(packet.headers), dst);
            }
            // Also in the middle of a path, where a rule for a host that is gone led it.
            None if self.floods.take(ctx.now(), 1) => hand_over(ctx, packet),
            None => {}
        }
    }

    fn is_cut_off(&mut self, snapshot: &Snapshot, at: Location) -> bool {
        self.flooding.load().running && !snapshot.is_joined(self.dpid, at.dpid)
    }

    fn met(&mut self, ctx: &mut Context<'_>, src: HostId, dst: HostId) {
        let Some(pair) = HostPair::new(src, dst) else {
            return;
        };
        let [.., a, b] = src.mac.0;
        let [.., c, d] = dst.mac.0;
        let slot = &mut self.told[usize::from((a ^ c).rotate_left(4) ^ b ^ d) % TOLD];
        let now = ctx.now();
        let lately = slot.is_some_and(|(told, at)| told == pair && now < at + TELL_AGAIN);
        if !lately && ctx.tell(Report::Met { src, dst }).is_ok() {
            *slot = Some((pair, now));
        }
    }
}

impl PacketHandler for Handler {
    type Message = Report;

    fn packet_in(&mut self, ctx: &mut Context<'_>, packet: &Packet<'_>) -> Verdict {
        if packet.headers.eth_dst().is_multicast() {
            self.group_addressed(ctx, packet);
        } else {
            self.unicast(ctx, packet);
        }
        Verdict::Handled
    }
}

type Context<'a> = PacketContext<'a, Report>;

/// The app's queue may be full: then the frame is lost, as in any switch that has too much to do.
fn hand_over(ctx: &mut Context<'_>, packet: &Packet<'_>) {
    if is_whole(packet) {
        let at = ctx.at();
        let frame = packet.message.data.clone();
        let _ = ctx.tell(Report::Flood { at, frame });
    }
}

/// A switch that keeps packets in buffers sends their heads only, and those cannot be sent
/// elsewhere.
fn is_whole(packet: &Packet<'_>) -> bool {
    packet.message.data.len() >= usize::from(packet.message.total_len)
}

const TOLD: usize = 256;

/// Long enough for rules to get to their switches, short enough for a host that moved.
const TELL_AGAIN: Duration = Duration::from_millis(50);

/// Frames a switch may have flooded by the controller; what is more is noise or an attack.
const FLOODS_PER_S: u32 = 1_000;
