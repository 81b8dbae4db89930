//! Which switches are connected now.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use imbl::HashMap;
use openflow::Dpid;

use super::SwitchHandle;

/// The connected switches. Cheap to clone; all clones are one. Reading takes no lock.
#[derive(Debug, Clone, Default)]
pub struct Switches {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    map: ArcSwap<HashMap<Dpid, SwitchHandle>>,
    /// Held for one insert or removal, so that two connections do not overwrite each other's.
    writing: Mutex<()>,
}

impl Switches {
    /// The connection of a switch, if it is connected.
    #[must_use]
    pub fn switch(&self, dpid: Dpid) -> Option<SwitchHandle> {
        self.shared.map.load().get(&dpid).cloned()
    }

    /// All connected switches, in no particular order.
    #[must_use]
    pub fn all(&self) -> Vec<SwitchHandle> {
        self.shared.map.load().values().cloned().collect()
    }

    /// Takes a datapath id for a connection; answers with the one that has it, if there is one.
    pub(crate) fn claim(&self, switch: SwitchHandle) -> Result<(), SwitchHandle> {
        let _writing = self.lock();
        let now = self.shared.map.load();
        if let Some(holder) = now.get(&switch.dpid()) {
            return Err(holder.clone());
        }
        let next = now.update(switch.dpid(), switch);
        self.shared.map.store(Arc::new(next));
        Ok(())
    }

    /// Gives it back. A later connection of the same switch stays.
    pub(crate) fn release(&self, dpid: Dpid, epoch: u64) {
        let _writing = self.lock();
        let now = self.shared.map.load();
        if now.get(&dpid).is_some_and(|holder| holder.epoch() == epoch) {
            self.shared.map.store(Arc::new(now.without(&dpid)));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, ()> {
        self.shared
            .writing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
