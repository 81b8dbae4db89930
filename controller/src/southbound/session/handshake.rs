//! From the agreed version to a switch we know: features, description, ports.

use std::time::{Duration, Instant};

use openflow::flow::{FromSwitch, PortChange, PortDesc, PortStatus, SwitchDesc, ToSwitch};
use openflow::{Dpid, Version, Xid};

use super::gather::{Gathering, Part};
use crate::southbound::outgoing::Outgoing;

/// How long after the features a switch may keep us waiting for its description and ports. Load
/// generators and very small switches never answer these; they are taken without.
const PATIENCE: Duration = Duration::from_secs(2);

/// A switch, as it says of itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Identity {
    pub(crate) dpid: Dpid,
    pub(crate) n_tables: u8,
    pub(crate) desc: SwitchDesc,
    pub(crate) ports: Vec<PortDesc>,
}

/// What has been answered.
#[derive(Debug)]
pub(super) struct Handshake {
    features: Option<(Dpid, u8)>,
    /// When the features came.
    since: Option<Instant>,
    desc: Asked<SwitchDesc>,
    ports: Asked<Vec<PortDesc>>,
}

#[derive(Debug)]
enum Asked<T> {
    Waiting { xid: Xid, gathering: Gathering },
    Answered(T),
}

/// The switch opens a connection beside its main one (OF 1.3.5 §6.3.5), which brings nothing here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Auxiliary(pub(super) u8);

impl Handshake {
    /// Asks for everything at once: the answers come in one round trip.
    pub(super) fn begin(out: &mut Outgoing) -> Self {
        let whole_packets = ToSwitch::SetConfig {
            miss_send_len: 0xffff,
        };
        for message in [ToSwitch::FeaturesRequest, whole_packets] {
            out.send(&message).expect("every version has these");
        }
        let ports = if out.version() == Version::V1_0 {
            Asked::Answered(Vec::new())
        } else {
            ask(&ToSwitch::PortDescRequest, out)
        };
        Self {
            features: None,
            since: None,
            desc: ask(&ToSwitch::DescRequest, out),
            ports,
        }
    }

    /// Takes a message; those that have nothing to do with the handshake do nothing.
    pub(super) fn message(
        &mut self,
        xid: Xid,
        message: FromSwitch,
        now: Instant,
    ) -> Result<(), Auxiliary> {
        match message {
            FromSwitch::Features(features) => {
                if features.auxiliary_id != 0 {
                    return Err(Auxiliary(features.auxiliary_id));
                }
                self.features = Some((features.dpid, features.n_tables));
                self.since = Some(now);
                if !features.ports.is_empty() {
                    self.ports = Asked::Answered(features.ports);
                }
            }
            FromSwitch::Error(_) => {
                self.desc.give_up_if(xid);
                self.ports.give_up_if(xid);
            }
            FromSwitch::PortStatus(status) => self.port_status(status),
            part => self.part(xid, &part),
        }
        Ok(())
    }

    /// The switch, when enough is known.
    pub(super) fn done(&mut self, now: Instant) -> Option<Identity> {
        let (dpid, n_tables) = self.features?;
        let waited = self.since.is_some_and(|since| now >= since + PATIENCE);
        let answered = self.desc.is_answered() && self.ports.is_answered();
        (answered || waited).then(|| Identity {
            dpid,
            n_tables,
            desc: self.desc.take(),
            ports: self.ports.take(),
        })
    }

    /// When [`Self::done`] may have another answer though nothing came.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.since.map(|since| since + PATIENCE)
    }

    fn part(&mut self, xid: Xid, part: &FromSwitch) {
        if let Some(FromSwitch::Desc(desc)) = self.desc.part(xid, part) {
            self.desc = Asked::Answered(desc);
        } else if let Some(FromSwitch::PortDesc { ports, .. }) = self.ports.part(xid, part) {
            self.ports = Asked::Answered(ports);
        }
    }

    /// A port that changes after the list was sent and before we are done.
    fn port_status(&mut self, status: PortStatus) {
        let Asked::Answered(ports) = &mut self.ports else {
            return;
        };
        ports.retain(|port| port.no != status.port.no);
        if status.change != PortChange::Delete {
            ports.push(status.port);
        }
    }
}

fn ask<T>(request: &ToSwitch, out: &mut Outgoing) -> Asked<T> {
    let xid = out.send(request).expect("asked of versions that have it");
    let gathering = Gathering::of(request).expect("descriptions are replies");
    Asked::Waiting { xid, gathering }
}

impl<T: Default> Asked<T> {
    fn is_answered(&self) -> bool {
        matches!(self, Self::Answered(_))
    }

    /// The whole reply, when this part was the last of it.
    fn part(&mut self, to: Xid, part: &FromSwitch) -> Option<FromSwitch> {
        match self {
            Self::Waiting { xid, gathering } if *xid == to => match gathering.part(part.clone()) {
                Part::Whole(reply) => Some(reply),
                Part::More => None,
                Part::Nonsense(_) => {
                    *self = Self::Answered(T::default());
                    None
                }
            },
            _ => None,
        }
    }

    fn give_up_if(&mut self, refused: Xid) {
        if matches!(self, Self::Waiting { xid, .. } if *xid == refused) {
            *self = Self::Answered(T::default());
        }
    }

    fn take(&mut self) -> T {
        match std::mem::replace(self, Self::Answered(T::default())) {
            Self::Answered(answer) => answer,
            Self::Waiting { .. } => T::default(),
        }
    }
}
