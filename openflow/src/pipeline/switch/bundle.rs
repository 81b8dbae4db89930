//! Bundles: changes that are carried out together or not at all (OF 1.4.1 §6.8).

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Effects, Refusal, Refused, Switch};
use crate::Xid;
use crate::flow::{BundleDone, BundleFlags, BundleRequest, BundleStep, ToSwitch};

/// Bundles open at once, and messages in one.
const MAX_BUNDLES: usize = 64;
const MAX_MESSAGES: usize = 1 << 20;

/// What is in preparation.
pub(super) type Bundles = BTreeMap<u32, Bundle>;

#[derive(Debug, Clone)]
pub(super) struct Bundle {
    flags: BundleFlags,
    closed: bool,
    /// With the transactions that brought them.
    changes: Vec<(Xid, ToSwitch)>,
}

impl Switch {
    /// Carries out a step of a bundle. What it answers is `None` for a change that was put in.
    ///
    /// A commit that is refused leaves the switch as it was, whether or not it was to be atomic,
    /// as in Open vSwitch; the bundle is gone then too. It costs a copy of the tables.
    pub fn bundle(
        &mut self,
        request: &BundleRequest,
        now: Duration,
    ) -> Result<(Option<BundleDone>, Effects), Refusal> {
        let done = |done| Ok((Some(done), Effects::default()));
        match &request.step {
            BundleStep::Open => {
                self.open(request)?;
                done(BundleDone::Opened)
            }
            BundleStep::Add(change) => {
                self.put(request, change)?;
                Ok((None, Effects::default()))
            }
            BundleStep::Close => {
                let bundle = self.opened(request)?;
                if std::mem::replace(&mut bundle.closed, true) {
                    self.bundles.remove(&request.id);
                    return Err(self.refuse(Refused::BundleClosed(request.id)));
                }
                done(BundleDone::Closed)
            }
            BundleStep::Commit => {
                self.opened(request)?;
                let bundle = self.bundles.remove(&request.id);
                let changes = bundle.map_or_else(Vec::new, |bundle| bundle.changes);
                let effects = self.commit(request.id, &changes, now)?;
                Ok((Some(BundleDone::Committed), effects))
            }
            BundleStep::Discard => {
                if self.bundles.remove(&request.id).is_none() {
                    return Err(self.refuse(Refused::NoBundle(request.id)));
                }
                done(BundleDone::Discarded)
            }
        }
    }

    fn open(&mut self, request: &BundleRequest) -> Result<(), Refusal> {
        let id = request.id;
        if self.bundles.remove(&id).is_some() {
            // Open vSwitch forgets the old one too.
            return Err(self.refuse(Refused::BundleExists(id)));
        }
        if self.bundles.len() >= MAX_BUNDLES {
            return Err(self.refuse(Refused::BundleFull(id)));
        }
        self.bundles.insert(
            id,
            Bundle {
                flags: request.flags,
                closed: false,
                changes: Vec::new(),
            },
        );
        Ok(())
    }

    /// A change for a bundle that is not open opens it; one that makes no sense in itself is refused
    /// and leaves the bundle as it is.
    fn put(&mut self, request: &BundleRequest, change: &ToSwitch) -> Result<(), Refusal> {
        let id = request.id;
        match change {
            ToSwitch::FlowMod(change) => self.check_flow(change)?,
            ToSwitch::GroupMod(change) => self.check_group_mod(change)?,
            ToSwitch::PacketOut(packet) => self.check_packet_out(packet)?,
            ToSwitch::PortMod(_) => {}
            _ => return Err(self.refuse(Refused::BundleMessage(id))),
        }
        if !self.bundles.contains_key(&id) {
            self.open(request)?;
        }
        let xid = self.transaction;
        if self.bundles.get(&id).is_some_and(|bundle| bundle.closed) {
            self.bundles.remove(&id);
            return Err(self.refuse(Refused::BundleClosed(id)));
        }
        let bundle = self.opened(request)?;
        if bundle.changes.len() >= MAX_MESSAGES {
            return Err(self.refuse(Refused::BundleFull(id)));
        }
        bundle.changes.push((xid, change.clone()));
        Ok(())
    }

    fn opened(&mut self, request: &BundleRequest) -> Result<&mut Bundle, Refusal> {
        let (id, version) = (request.id, self.config.version);
        let Some(bundle) = self.bundles.get(&id) else {
            return Err(Refused::NoBundle(id).by(version));
        };
        if bundle.flags != request.flags {
            self.bundles.remove(&id);
            return Err(Refused::BundleFlags(id).by(version));
        }
        let bundle = self.bundles.get_mut(&id);
        bundle.ok_or_else(|| Refused::NoBundle(id).by(version))
    }

    fn commit(
        &mut self,
        id: u32,
        changes: &[(Xid, ToSwitch)],
        now: Duration,
    ) -> Result<Effects, Refusal> {
        let before = self.clone();
        let mut effects = Effects::default();
        for (xid, change) in changes {
            self.transaction = *xid;
            let done = match change {
                ToSwitch::FlowMod(change) => self.flow_mod(change, now),
                ToSwitch::GroupMod(change) => self.group_mod(change, now),
                ToSwitch::PortMod(change) => self.port_mod(change),
                ToSwitch::PacketOut(packet) => self.packet_out(packet, now),
                _ => Err(self.refuse(Refused::BundleMessage(id))),
            };
            match done {
                Ok(done) => effects.append(done),
                Err(refusal) => {
                    *self = before;
                    return Err(refusal);
                }
            }
        }
        Ok(effects)
    }
}
