//! Packets for virtual addresses: questions about them are answered here, everything else is the
//! app's, which knows the servers.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use app_api::{Location, Packet, PacketContext, PacketHandler, Verdict};
use arc_swap::{ArcSwap, Cache};
use bytes::Bytes;
use openflow::MacAddr;
use openflow::packet::{Arp, build};

use crate::message::LbMessage;

/// Virtual addresses and their Ethernet addresses; replaced by the app as a whole.
pub(crate) type Vips = HashMap<Ipv4Addr, MacAddr>;

/// What a packet handler saw.
#[derive(Debug)]
pub struct Seen {
    pub(crate) at: Location,
    pub(crate) frame: Bytes,
}

/// Of any switch.
#[derive(Debug)]
pub(crate) struct Handler {
    vips: Cache<Arc<ArcSwap<Vips>>, Arc<Vips>>,
}

impl Handler {
    pub(crate) fn new(vips: Arc<ArcSwap<Vips>>) -> Self {
        Self {
            vips: Cache::new(vips),
        }
    }

    fn arp(&mut self, ctx: &mut Context<'_>, packet: &Packet<'_>, arp: Arp) -> Verdict {
        let asked = self.vips.load().get(&arp.tpa).copied();
        match asked {
            // A probe by somebody who wants the address is answered too: it is taken.
            Some(mac) if arp.op == Arp::REQUEST => {
                let vlan = packet.headers.vlan().map(|tag| tag.id);
                let answer = build::arp_reply((mac, arp.tpa), (arp.sha, arp.spa), vlan);
                let _ = ctx.send(ctx.at().port, answer);
                Verdict::Handled
            }
            Some(mac) if arp.op == Arp::REPLY && packet.headers.eth_dst() == mac => {
                hand_over(ctx, packet)
            }
            _ => Verdict::Pass,
        }
    }
}

impl PacketHandler for Handler {
    type Message = LbMessage;

    fn packet_in(&mut self, ctx: &mut Context<'_>, packet: &Packet<'_>) -> Verdict {
        if self.vips.load().is_empty() {
            return Verdict::Pass;
        }
        if let Some(arp) = packet.headers.arp() {
            return self.arp(ctx, packet, arp);
        }
        let Some(ip) = packet.headers.ipv4() else {
            return Verdict::Pass;
        };
        let for_vip = self.vips.load().get(&ip.dst()) == Some(&packet.headers.eth_dst());
        if for_vip {
            hand_over(ctx, packet)
        } else {
            Verdict::Pass
        }
    }
}

type Context<'a> = PacketContext<'a, LbMessage>;

/// A packet of which the switch sent only the head cannot be sent on, and one that finds the app's
/// queue full is lost: its sender tries again.
fn hand_over(ctx: &mut Context<'_>, packet: &Packet<'_>) -> Verdict {
    if packet.message.data.len() >= usize::from(packet.message.total_len) {
        let at = ctx.at();
        let frame = packet.message.data.clone();
        let _ = ctx.tell(LbMessage::Seen(Seen { at, frame }));
    }
    Verdict::Handled
}
