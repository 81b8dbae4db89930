//! Which discovery frames are believed: those this run of the controller sealed, a moment ago.
//!
//! Whether a frame was sent out of that port, and not seen already, is [`super::discovery`]'s to
//! say. Two hosts that pass a fresh frame from one to the other through a channel of their own
//! cannot be told from a cable; that needs hosts kept apart from switches by configuration.

use std::time::{Duration, Instant};

use app_api::Location;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use openflow::MacAddr;
use sha2::Sha256;

use super::lldp::{self, Claim, Foreign, SEAL};

/// Older frames are replays. A frame that needs longer from switch to switch is of no use either.
pub(super) const MAX_AGE: Duration = Duration::from_secs(2);

/// Time to live told to other equipment.
const TTL_S: u16 = 10;

/// Seals and opens discovery frames. Its key lives and dies with the process.
#[derive(Clone)]
pub(super) struct Sealer {
    keyed: Hmac<Sha256>,
    controller: u64,
    started: Instant,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealer").finish_non_exhaustive()
    }
}

/// A discovery frame of ours that arrived in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Probe {
    /// The port it was sent from.
    pub(crate) src: Location,
    /// Different in every frame.
    pub(crate) nonce: u64,
}

/// Why a discovery frame is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    /// Of other equipment, another controller, or an earlier run of this one.
    #[error("not from this controller")]
    Foreign,
    /// Says it is ours and is not.
    #[error("its seal is wrong")]
    Forged,
    /// Was ours, too long ago.
    #[error("too old")]
    Old,
}

impl Refused {
    /// For the counter.
    #[must_use]
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Foreign => "foreign",
            Self::Forged => "forged",
            Self::Old => "old",
        }
    }
}

impl Sealer {
    /// With a new key.
    ///
    /// # Panics
    /// The operating system has no randomness: discovery could be forged.
    #[must_use]
    pub(super) fn new(now: Instant) -> Self {
        let mut random = [0; 40];
        getrandom::fill(&mut random).expect("the operating system has randomness");
        let (controller, key) = random
            .split_first_chunk()
            .expect("40 bytes are more than 8");
        Self::with_key(key, u64::from_be_bytes(*controller), now)
    }

    fn with_key(key: &[u8], controller: u64, now: Instant) -> Self {
        Self {
            keyed: Hmac::new_from_slice(key).expect("HMAC takes keys of every length"),
            controller,
            started: now,
        }
    }

    /// A frame to send out of a port with this address.
    pub(super) fn seal(&self, src: Location, from: MacAddr, nonce: u64, now: Instant) -> Bytes {
        let claim = Claim {
            controller: self.controller,
            src,
            sent_ms: self.ms(now),
            nonce,
        };
        let tag = self.keyed(&claim).finalize().into_bytes();
        let seal = *tag.first_chunk().expect("SHA-256 is longer than the seal");
        lldp::encode(from, TTL_S, &claim, seal)
    }

    /// Checks what follows the Ethernet type of a frame.
    ///
    /// # Errors
    /// It is not believed.
    pub(super) fn open(&self, payload: &[u8], now: Instant) -> Result<Probe, Refused> {
        let (claim, seal): (Claim, [u8; SEAL]) =
            lldp::parse(payload).map_err(|Foreign| Refused::Foreign)?;
        if claim.controller != self.controller {
            return Err(Refused::Foreign);
        }
        if self.keyed(&claim).verify_truncated_left(&seal).is_err() {
            return Err(Refused::Forged);
        }
        let age_ms = self.ms(now).saturating_sub(claim.sent_ms);
        if Duration::from_millis(age_ms) > MAX_AGE {
            return Err(Refused::Old);
        }
        Ok(Probe {
            src: claim.src,
            nonce: claim.nonce,
        })
    }

    fn keyed(&self, claim: &Claim) -> Hmac<Sha256> {
        self.keyed.clone().chain_update(claim.bytes())
    }

    fn ms(&self, now: Instant) -> u64 {
        let since = now.saturating_duration_since(self.started);
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openflow::{Dpid, PortNo};

    const MAC: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);

    fn at() -> Location {
        Location::new(Dpid(1), PortNo(2))
    }

    #[test]
    fn a_fresh_frame_of_ours_is_believed() {
        let now = Instant::now();
        let sealer = Sealer::new(now);
        let frame = sealer.seal(at(), MAC, 7, now);
        let probe = Probe {
            src: at(),
            nonce: 7,
        };
        assert_eq!(sealer.open(&frame[14..], now + MAX_AGE), Ok(probe));
    }

    #[test]
    fn an_old_frame_is_a_replay() {
        let now = Instant::now();
        let sealer = Sealer::new(now);
        let frame = sealer.seal(at(), MAC, 7, now);
        let late = now + MAX_AGE + Duration::from_millis(1);
        assert_eq!(sealer.open(&frame[14..], late), Err(Refused::Old));
    }

    #[test]
    fn a_frame_with_any_bit_of_claim_or_seal_changed_is_not_believed() {
        let now = Instant::now();
        let sealer = Sealer::new(now);
        let frame = sealer.seal(at(), MAC, 7, now);
        let end_tlv = 2;
        let sealed = frame.len() - end_tlv - 36 - SEAL..frame.len() - end_tlv;
        for byte in sealed {
            for bit in 0..8 {
                let mut changed = frame.to_vec();
                changed[byte] ^= 1 << bit;
                assert!(sealer.open(&changed[14..], now).is_err(), "{byte} {bit}");
            }
        }
    }

    #[test]
    fn another_controllers_frame_is_foreign_and_one_with_a_guessed_key_forged() {
        let now = Instant::now();
        let (ours, other) = (Sealer::new(now), Sealer::new(now));
        let frame = other.seal(at(), MAC, 7, now);
        assert_eq!(ours.open(&frame[14..], now), Err(Refused::Foreign));
        let liar = Sealer::with_key(b"guess", ours.controller, now);
        let frame = liar.seal(at(), MAC, 7, now);
        assert_eq!(ours.open(&frame[14..], now), Err(Refused::Forged));
        assert_eq!(ours.open(b"", now), Err(Refused::Foreign));
    }
}
