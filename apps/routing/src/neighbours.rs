//! Who has this address? Answered by the controller where it knows.

use std::net::IpAddr;

use app_api::{Host, HostId, Location, Snapshot};
use bytes::Bytes;
use openflow::packet::{Arp, Neighbour, PacketView, build};

/// What to do with a group-addressed packet from a host.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// Send this back; it says where `target` is.
    Answered { answer: Bytes, target: HostId },
    /// Whoever is asked for is behind the port the question came from, and heard it.
    HeardAlready,
    /// No question, or nobody knows.
    NotMine,
}

impl Question {
    /// Probes for one's own address (a sender address of zero; RFC 5227, RFC 4862 §5.4) and
    /// announcements are never answered here: what the controller remembers must not keep a host
    /// from taking an address whose holder is gone. They are flooded, and the holder answers.
    pub(crate) fn of(snapshot: &Snapshot, at: Location, headers: &PacketView<'_>) -> Self {
        let asker = HostId::source_of(headers);
        if let Some(arp) = headers.arp() {
            if arp.op != Arp::REQUEST || arp.spa.is_unspecified() || arp.spa == arp.tpa {
                return Self::NotMine;
            }
            return Self::about(snapshot, at, asker, arp.tpa.into(), |target| {
                build::arp_reply((target.mac, arp.tpa), (asker.mac, arp.spa), asker.vlan)
            });
        }
        let (Some(Neighbour::Solicitation { target, .. }), Some(ip)) =
            (headers.neighbour(), headers.ipv6())
        else {
            return Self::NotMine;
        };
        if ip.src().is_unspecified() {
            return Self::NotMine;
        }
        Self::about(snapshot, at, asker, target.into(), |host| {
            build::neighbour_advertisement((host.mac, target), (asker.mac, ip.src()), asker.vlan)
        })
    }

    fn about(
        snapshot: &Snapshot,
        at: Location,
        asker: HostId,
        address: IpAddr,
        answer: impl FnOnce(HostId) -> Bytes,
    ) -> Self {
        let known =
            |host: &&std::sync::Arc<Host>| host.id != asker && snapshot.is_usable_edge(host.at);
        match snapshot.host_by_address(asker.vlan, address).filter(known) {
            None => Self::NotMine,
            Some(host) if host.at == at => Self::HeardAlready,
            Some(host) => Self::Answered {
                answer: answer(host.id),
                target: host.id,
            },
        }
    }
}
