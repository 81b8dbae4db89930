//! A switch of 1.3 on a task of its own: shakes hands, answers, and has cables to other such
//! switches. Packets sent out of a port without a cable can be received by the test.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use openflow::packet::PacketView;
use openflow::wire::Body;
use openflow::{Version, v13};
use tokio::sync::mpsc;

use super::peer::{Peer, packet_in_13};

/// What tests and other switches put into a switch.
pub(crate) enum Inject {
    /// A packet that arrives at a port.
    Packet(u32, Bytes),
    /// Bytes for the controller as they are.
    Raw(Vec<u8>),
}

/// Where packets sent out of `(dpid, port)` arrive.
#[derive(Clone, Default)]
pub(crate) struct Cables(Arc<Mutex<HashMap<End, FarEnd>>>);

/// Switch and port.
type End = (u64, u32);
/// What takes packets there, and the port they arrive at.
type FarEnd = (mpsc::Sender<Inject>, u32);

pub(crate) struct Switch {
    pub(crate) dpid: u64,
    pub(crate) inject: mpsc::Sender<Inject>,
    /// Packets sent out of ports without a cable.
    sent: mpsc::Receiver<(u32, Bytes)>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Switch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Switch {
    pub(crate) async fn start(
        address: SocketAddr,
        dpid: u64,
        ports: &[u32],
        cables: &Cables,
    ) -> Self {
        let mut peer = Peer::connect(address, Version::V1_3).await;
        peer.handshake(dpid, ports).await;
        let (inject, injected) = mpsc::channel(10_000);
        let (sent_in, sent) = mpsc::channel(10_000);
        let run = run(
            peer,
            dpid,
            ports.to_vec(),
            cables.clone(),
            injected,
            sent_in,
        );
        Self {
            dpid,
            inject,
            sent,
            task: tokio::spawn(run),
        }
    }

    /// The next packet of this kind sent out of a port without a cable.
    pub(crate) async fn sends(&mut self, eth_type: u16) -> (u32, Bytes) {
        let find = async {
            loop {
                let (port, frame) = self.sent.recv().await.expect("the switch runs");
                if PacketView::parse(&frame).is_some_and(|view| view.eth_type() == eth_type) {
                    return (port, frame);
                }
            }
        };
        let found = tokio::time::timeout(super::PATIENCE, find).await;
        found.expect("a packet in time")
    }

    pub(crate) async fn packet_arrives(&self, port: u32, packet: impl Into<Bytes>) {
        let inject = Inject::Packet(port, packet.into());
        assert!(self.inject.send(inject).await.is_ok(), "the switch runs");
    }
}

impl Cables {
    /// Both ways.
    pub(crate) fn connect(&self, a: (&Switch, u32), b: (&Switch, u32)) {
        let mut cables = self.0.lock().unwrap();
        cables.insert((a.0.dpid, a.1), (b.0.inject.clone(), b.1));
        cables.insert((b.0.dpid, b.1), (a.0.inject.clone(), a.1));
    }

    fn other_end(&self, dpid: u64, port: u32) -> Option<FarEnd> {
        self.0.lock().unwrap().get(&(dpid, port)).cloned()
    }
}

async fn run(
    mut peer: Peer,
    dpid: u64,
    ports: Vec<u32>,
    cables: Cables,
    mut injected: mpsc::Receiver<Inject>,
    sent: mpsc::Sender<(u32, Bytes)>,
) {
    loop {
        tokio::select! {
            inject = injected.recv() => match inject {
                Some(Inject::Packet(port, packet)) => peer.write(&packet_in_13(port, &packet)).await,
                Some(Inject::Raw(bytes)) => peer.write(&bytes).await,
                None => return,
            },
            message = peer.next() => {
                let Some(message) = message else { return };
                if let Some(answer) = peer.answer(&message, &ports) {
                    peer.send(&answer).await;
                }
                if let Body::V13(v13::Body::PacketOut(out)) = message.body {
                    packet_out(dpid, &out, &cables, &sent).await;
                }
            }
        }
    }
}

async fn packet_out(
    dpid: u64,
    out: &v13::PacketOut,
    cables: &Cables,
    sent: &mpsc::Sender<(u32, Bytes)>,
) {
    for action in &out.actions {
        let v13::Action::Output { port, .. } = action else {
            continue;
        };
        match cables.other_end(dpid, port.0) {
            Some((switch, at)) => {
                let _ = switch.send(Inject::Packet(at, out.data.clone())).await;
            }
            None => {
                let _ = sent.try_send((port.0, out.data.clone()));
            }
        }
    }
}
