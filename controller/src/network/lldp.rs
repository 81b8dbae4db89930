//! LLDP frames (IEEE 802.1AB §8) as discovery sends them: chassis, port, time to live, and one
//! organisationally specific TLV of ours that carries what is believed.
//!
//! The first three are there so that other equipment shows something sensible; nothing is read
//! from them.

use bytes::{BufMut, Bytes, BytesMut};
use openflow::packet::ethertype;
use openflow::{Dpid, MacAddr, PortNo};

use app_api::Location;

/// Nearest bridge: no standard bridge passes it on (IEEE 802.1AB §7.1).
const NEAREST_BRIDGE: MacAddr = MacAddr([0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e]);

/// A locally administered identifier: these TLVs have meaning to this program only.
const OUI: [u8; 3] = [0xa6, 0x50, 0x4d];
const SUBTYPE: u8 = 1;

const END: u8 = 0;
const CHASSIS_ID: u8 = 1;
const PORT_ID: u8 = 2;
const TTL: u8 = 3;
const ORGANISATION: u8 = 127;
const LOCALLY_ASSIGNED: u8 = 7;

/// Length of the authenticator of a [`Claim`].
pub(super) const SEAL: usize = 16;

/// What a frame says of itself. Believed only after its seal is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    /// Which run of which controller sent it.
    pub(super) controller: u64,
    /// Where it was sent from.
    pub(super) src: Location,
    /// When, milliseconds on the sender's clock.
    pub(super) sent_ms: u64,
    /// Different in every frame.
    pub(super) nonce: u64,
}

/// No claim in the frame: some other equipment's LLDP, or nothing sensible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Foreign;

impl Claim {
    /// Bytes the seal covers.
    pub(super) fn bytes(&self) -> [u8; 36] {
        let mut bytes = [0; 36];
        let mut into = &mut bytes[..];
        into.put_u64(self.controller);
        into.put_u64(self.src.dpid.0);
        into.put_u32(self.src.port.0);
        into.put_u64(self.sent_ms);
        into.put_u64(self.nonce);
        bytes
    }

    fn read(bytes: &[u8; 36]) -> Self {
        let u64_at = |at: usize| {
            let word = bytes[at..].first_chunk().expect("offsets are inside");
            u64::from_be_bytes(*word)
        };
        let port = bytes[16..].first_chunk().expect("offsets are inside");
        Self {
            controller: u64_at(0),
            src: Location::new(Dpid(u64_at(8)), PortNo(u32::from_be_bytes(*port))),
            sent_ms: u64_at(20),
            nonce: u64_at(28),
        }
    }
}

/// A whole frame from a port with this address.
pub(super) fn encode(from: MacAddr, ttl_s: u16, claim: &Claim, seal: [u8; SEAL]) -> Bytes {
    let mut frame = BytesMut::with_capacity(128);
    frame.put_slice(&NEAREST_BRIDGE.0);
    frame.put_slice(&from.0);
    frame.put_u16(ethertype::LLDP);
    let chassis = format!("dpid:{}", claim.src.dpid);
    let port = claim.src.port.to_string();
    tlv(
        &mut frame,
        CHASSIS_ID,
        &[&[LOCALLY_ASSIGNED], chassis.as_bytes()],
    );
    tlv(&mut frame, PORT_ID, &[&[LOCALLY_ASSIGNED], port.as_bytes()]);
    tlv(&mut frame, TTL, &[&ttl_s.to_be_bytes()]);
    tlv(
        &mut frame,
        ORGANISATION,
        &[&OUI, &[SUBTYPE], &claim.bytes(), &seal],
    );
    tlv(&mut frame, END, &[]);
    frame.freeze()
}

/// The claim in a frame's payload (what follows the Ethernet type).
pub(super) fn parse(mut payload: &[u8]) -> Result<(Claim, [u8; SEAL]), Foreign> {
    loop {
        let (&header, rest) = payload.split_first_chunk().ok_or(Foreign)?;
        let header = u16::from_be_bytes(header);
        let (kind, length) = ((header >> 9) as u8, usize::from(header & 0x1ff));
        let (value, rest) = rest.split_at_checked(length).ok_or(Foreign)?;
        match kind {
            END => return Err(Foreign),
            ORGANISATION => {
                if let Some(ours) = ours(value) {
                    return Ok(ours);
                }
            }
            _ => {}
        }
        payload = rest;
    }
}

fn ours(value: &[u8]) -> Option<(Claim, [u8; SEAL])> {
    let rest = value.strip_prefix(&OUI)?.strip_prefix(&[SUBTYPE])?;
    let (claim, seal) = rest.split_first_chunk()?;
    Some((Claim::read(claim), seal.try_into().ok()?))
}

/// Type in the upper 7 bits, length in the lower 9 (IEEE 802.1AB §8.4).
fn tlv(frame: &mut BytesMut, kind: u8, parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let length = u16::try_from(length).expect("TLVs here are tens of bytes");
    frame.put_u16(u16::from(kind) << 9 | length);
    for part in parts {
        frame.put_slice(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openflow::packet::PacketView;
    use proptest::prelude::*;

    fn claims() -> impl Strategy<Value = Claim> {
        any::<(u64, u64, u32, u64, u64)>().prop_map(|(controller, dpid, port, sent_ms, nonce)| {
            Claim {
                controller,
                src: Location::new(Dpid(dpid), PortNo(port)),
                sent_ms,
                nonce,
            }
        })
    }

    proptest! {
        #[test]
        fn what_is_encoded_parses_to_the_same(claim in claims(), seal: [u8; SEAL]) {
            let frame = encode(MacAddr([2, 0, 0, 0, 0, 1]), 10, &claim, seal);
            let view = PacketView::parse(&frame).unwrap();
            prop_assert_eq!(view.eth_type(), ethertype::LLDP);
            prop_assert_eq!(parse(view.payload()), Ok((claim, seal)));
        }

        #[test]
        fn any_bytes_parse_or_are_foreign(bytes: Vec<u8>) {
            let _ = parse(&bytes);
        }
    }

    #[test]
    fn every_prefix_of_a_frame_is_foreign() {
        let claim = Claim {
            controller: 1,
            src: Location::new(Dpid(2), PortNo(3)),
            sent_ms: 4,
            nonce: 5,
        };
        let frame = encode(MacAddr([2, 0, 0, 0, 0, 1]), 10, &claim, [6; SEAL]);
        let payload = &frame[14..];
        let without_end = payload.len() - 2;
        for cut in 0..without_end {
            assert_eq!(parse(&payload[..cut]), Err(Foreign), "{cut}");
        }
    }
}
