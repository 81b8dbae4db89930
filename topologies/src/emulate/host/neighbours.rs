//! Which station has an IP address: what ARP and neighbour discovery found, and the packets that
//! wait for it. The same for both families, as in Linux.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use openflow::MacAddr;

/// How long an answer is believed. Linux asks again from 15 to 45 seconds after the last sign of
/// life, by a random number.
const BELIEVED: Duration = Duration::from_secs(30);
/// Between two requests.
const INTERVAL: Duration = Duration::from_secs(1);
/// Requests without an answer before it is given up.
const TRIES: u32 = 3;
/// Packets that wait for one address; more are dropped, the oldest first.
const WAITING_MAX: usize = 64;
/// Addresses known or asked for, as `gc_thresh3` in Linux; the one that is believed least long
/// goes.
const NEIGHBOURS_MAX: usize = 1_024;

#[derive(Debug, Default)]
pub(super) struct Neighbours {
    resolved: BTreeMap<IpAddr, Resolved>,
    /// Few, as each is for seconds only; in no other map.
    asked: BTreeMap<IpAddr, Asked>,
}

#[derive(Debug)]
struct Resolved {
    mac: MacAddr,
    until: Duration,
}

#[derive(Debug)]
struct Asked {
    again_at: Duration,
    tries: u32,
    waiting: Vec<Vec<u8>>,
}

/// What to do at a time that was waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Due {
    Ask(IpAddr),
    GivenUp(IpAddr),
}

impl Neighbours {
    /// Who has the address, if that is known.
    pub(super) fn mac(&self, address: IpAddr, now: Duration) -> Option<MacAddr> {
        let resolved = self.resolved.get(&address)?;
        (resolved.until > now).then_some(resolved.mac)
    }

    /// Keeps a frame until the address is resolved; whether it has to be asked for. More than
    /// [`NEIGHBOURS_MAX`] are not asked for at once, and the frame is lost.
    pub(super) fn wait(&mut self, address: IpAddr, frame: Vec<u8>, now: Duration) -> bool {
        if let Some(Asked { waiting, .. }) = self.asked.get_mut(&address) {
            if waiting.len() == WAITING_MAX {
                waiting.remove(0);
            }
            waiting.push(frame);
            return false;
        }
        if self.asked.len() == NEIGHBOURS_MAX {
            return false;
        }
        self.resolved.remove(&address);
        let asked = Asked {
            again_at: now + INTERVAL,
            tries: 1,
            waiting: vec![frame],
        };
        self.asked.insert(address, asked);
        true
    }

    /// An answer: the frames that waited for it, their destination filled in. An address nobody
    /// asked for is learned only where the sender means us (`solicits_us`); otherwise only what is
    /// known is changed (`arp_accept` is off in Linux).
    pub(super) fn heard(
        &mut self,
        address: IpAddr,
        mac: MacAddr,
        solicits_us: bool,
        now: Duration,
    ) -> Vec<Vec<u8>> {
        let known = self.resolved.contains_key(&address);
        let wanted = solicits_us || known || self.asked.contains_key(&address);
        if !mac.is_unicast() || !wanted {
            return Vec::new();
        }
        if !known {
            self.room();
        }
        let until = now + BELIEVED;
        self.resolved.insert(address, Resolved { mac, until });
        let asked = self.asked.remove(&address);
        let mut waiting = asked.map(|asked| asked.waiting).unwrap_or_default();
        for frame in &mut waiting {
            address_to(frame, mac);
        }
        waiting
    }

    /// An answer came over this address in both directions: it is believed for longer.
    pub(super) fn confirm(&mut self, address: IpAddr, now: Duration) {
        if let Some(resolved) = self.resolved.get_mut(&address)
            && resolved.until > now
        {
            resolved.until = now + BELIEVED;
        }
    }

    pub(super) fn next_timeout(&self) -> Option<Duration> {
        self.asked.values().map(|asked| asked.again_at).min()
    }

    /// What is due by now, in the order of the addresses.
    pub(super) fn due(&mut self, now: Duration) -> Vec<Due> {
        let mut due = Vec::new();
        self.asked.retain(|&address, asked| {
            if asked.again_at > now {
                return true;
            }
            if asked.tries == TRIES {
                due.push(Due::GivenUp(address));
                return false;
            }
            asked.tries += 1;
            asked.again_at = now + INTERVAL;
            due.push(Due::Ask(address));
            true
        });
        due
    }

    fn room(&mut self) {
        if self.resolved.len() < NEIGHBOURS_MAX {
            return;
        }
        let least = self
            .resolved
            .iter()
            .min_by_key(|(_, resolved)| resolved.until);
        if let Some(address) = least.map(|(address, _)| *address) {
            self.resolved.remove(&address);
        }
    }
}

/// Fills in the destination of a frame.
pub(super) fn address_to(frame: &mut [u8], mac: MacAddr) {
    if let Some(destination) = frame.first_chunk_mut() {
        *destination = mac.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MAC: MacAddr = MacAddr([2, 0, 0, 0, 0, 9]);

    fn address() -> IpAddr {
        [10, 0, 0, 9].into()
    }

    #[test]
    fn three_requests_a_second_apart_and_no_more() {
        let mut neighbours = Neighbours::default();
        assert!(neighbours.wait(address(), vec![0; 14], Duration::ZERO));
        assert!(!neighbours.wait(address(), vec![0; 14], Duration::ZERO));
        assert_eq!(neighbours.next_timeout(), Some(SECOND));
        assert_eq!(neighbours.due(SECOND), [Due::Ask(address())]);
        assert_eq!(neighbours.due(SECOND), []);
        assert_eq!(neighbours.due(2 * SECOND), [Due::Ask(address())]);
        assert_eq!(neighbours.due(3 * SECOND), [Due::GivenUp(address())]);
        assert_eq!(neighbours.next_timeout(), None);
    }

    #[test]
    fn an_answer_sends_what_waits_and_is_believed_for_a_while() {
        let mut neighbours = Neighbours::default();
        neighbours.wait(address(), vec![0; 14], Duration::ZERO);
        let sent = neighbours.heard(address(), MAC, false, SECOND);
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0][..6], MAC.0);
        assert_eq!(neighbours.mac(address(), 30 * SECOND), Some(MAC));
        assert_eq!(neighbours.mac(address(), 31 * SECOND), None);
        neighbours.heard(address(), MAC, false, 31 * SECOND);
        neighbours.confirm(address(), 40 * SECOND);
        assert_eq!(neighbours.mac(address(), 69 * SECOND), Some(MAC));
    }

    #[test]
    fn a_claim_nobody_asked_for_changes_only_what_is_known() {
        let mut neighbours = Neighbours::default();
        neighbours.heard(address(), MAC, false, SECOND);
        assert_eq!(neighbours.mac(address(), SECOND), None);
        neighbours.heard(address(), MAC, true, SECOND);
        let other = MacAddr([2, 0, 0, 0, 0, 8]);
        neighbours.heard(address(), other, false, SECOND);
        assert_eq!(neighbours.mac(address(), SECOND), Some(other));
        neighbours.heard(address(), MacAddr::BROADCAST, true, SECOND);
        assert_eq!(neighbours.mac(address(), SECOND), Some(other));
    }

    #[test]
    fn strangers_cannot_take_all_memory() {
        let mut neighbours = Neighbours::default();
        for n in 0..5_000u32 {
            neighbours.heard(IpAddr::from(n.to_be_bytes()), MAC, true, Duration::ZERO);
        }
        assert_eq!(neighbours.resolved.len(), NEIGHBOURS_MAX);
        for n in 0..5_000u32 {
            neighbours.wait(IpAddr::from(n.to_be_bytes()), vec![0; 14], 60 * SECOND);
        }
        assert_eq!(neighbours.asked.len(), NEIGHBOURS_MAX);
    }
}
