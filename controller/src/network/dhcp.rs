//! The two DHCP messages that tie an IPv4 address to a host (RFC 2131): its request and the
//! server's acknowledgement. Of everything else nothing is read.

use std::net::Ipv4Addr;

use openflow::MacAddr;
use openflow::packet::{PacketView, Transport};

const SERVER: u16 = 67;
const CLIENT: u16 = 68;
const MAGIC: [u8; 4] = [99, 130, 83, 99];
/// Fixed fields up to the options.
const FIXED: usize = 236;

const PAD: u8 = 0;
const REQUESTED_ADDRESS: u8 = 50;
const MESSAGE_TYPE: u8 = 53;
const END: u8 = 255;
const REQUEST: u8 = 3;
const ACK: u8 = 5;

/// A lease, as far as one message tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dhcp {
    /// The sender asks to have, or keep, this address. It may be refused.
    Request { client: MacAddr, address: Ipv4Addr },
    /// A server gives this address.
    Ack { client: MacAddr, address: Ipv4Addr },
}

pub(super) fn read(packet: &PacketView<'_>) -> Option<Dhcp> {
    let Transport::Udp { src, dst, payload } = packet.transport()? else {
        return None;
    };
    if !matches!((src, dst), (CLIENT, SERVER) | (SERVER, CLIENT | SERVER)) {
        return None;
    }
    let (fixed, options) = payload.split_first_chunk::<FIXED>()?;
    // Ethernet, six bytes of address (RFC 2131 §2).
    if fixed[1..3] != [1, 6] {
        return None;
    }
    let client = MacAddr(*fixed[28..].first_chunk()?);
    let options = options.strip_prefix(&MAGIC)?;
    let (kind, requested) = read_options(options);
    match kind? {
        REQUEST => {
            let renewing = ipv4(&fixed[12..16]);
            let address = requested.or(renewing)?;
            Some(Dhcp::Request { client, address })
        }
        ACK => Some(Dhcp::Ack {
            client,
            address: ipv4(&fixed[16..20])?,
        }),
        _ => None,
    }
}

/// Message type and requested address. Every option takes a byte at least, so this ends.
fn read_options(mut options: &[u8]) -> (Option<u8>, Option<Ipv4Addr>) {
    let (mut kind, mut requested) = (None, None);
    while let [code, rest @ ..] = options {
        if *code == PAD {
            options = rest;
            continue;
        }
        let Some((&length, rest)) = rest.split_first().filter(|_| *code != END) else {
            break;
        };
        let Some((value, rest)) = rest.split_at_checked(length.into()) else {
            break;
        };
        match *code {
            MESSAGE_TYPE => kind = value.first().copied(),
            REQUESTED_ADDRESS => requested = ipv4(value),
            _ => {}
        }
        options = rest;
    }
    (kind, requested)
}

fn ipv4(bytes: &[u8]) -> Option<Ipv4Addr> {
    let address = Ipv4Addr::from(*bytes.first_chunk()?);
    (!address.is_unspecified()).then_some(address)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use etherparse::PacketBuilder;

    pub(in crate::network) const CLIENT_MAC: MacAddr = MacAddr([2, 0, 0, 0, 0, 9]);

    /// A DHCP message from `src`, with the client's address fields and options given.
    pub(in crate::network) fn message(
        src: MacAddr,
        (ciaddr, yiaddr): ([u8; 4], [u8; 4]),
        from_server: bool,
        options: &[u8],
    ) -> Vec<u8> {
        let mut body = vec![0; FIXED];
        body[..3].copy_from_slice(&[1, 1, 6]);
        body[12..16].copy_from_slice(&ciaddr);
        body[16..20].copy_from_slice(&yiaddr);
        body[28..34].copy_from_slice(&CLIENT_MAC.0);
        body.extend(MAGIC);
        body.extend(options);
        let ports = if from_server {
            (SERVER, CLIENT)
        } else {
            (CLIENT, SERVER)
        };
        let mut frame = Vec::new();
        PacketBuilder::ethernet2(src.0, [0xff; 6])
            .ipv4([0, 0, 0, 0], [255, 255, 255, 255], 64)
            .udp(ports.0, ports.1)
            .write(&mut frame, &body)
            .unwrap();
        frame
    }

    fn read_frame(frame: &[u8]) -> Option<Dhcp> {
        read(&PacketView::parse(frame)?)
    }

    #[test]
    fn reads_what_is_asked_for_and_what_is_given() {
        let asks = message(
            CLIENT_MAC,
            ([0; 4], [0; 4]),
            false,
            &[
                PAD,
                MESSAGE_TYPE,
                1,
                REQUEST,
                REQUESTED_ADDRESS,
                4,
                10,
                0,
                0,
                7,
                END,
            ],
        );
        let renews = message(
            CLIENT_MAC,
            ([10, 0, 0, 8], [0; 4]),
            false,
            &[MESSAGE_TYPE, 1, REQUEST],
        );
        let gives = message(
            MacAddr([2, 0, 0, 0, 0, 1]),
            ([0; 4], [10, 0, 0, 9]),
            true,
            &[MESSAGE_TYPE, 1, ACK, END],
        );
        let client = CLIENT_MAC;
        let address = |last| Ipv4Addr::new(10, 0, 0, last);
        for (frame, expected) in [
            (
                asks,
                Dhcp::Request {
                    client,
                    address: address(7),
                },
            ),
            (
                renews,
                Dhcp::Request {
                    client,
                    address: address(8),
                },
            ),
            (
                gives,
                Dhcp::Ack {
                    client,
                    address: address(9),
                },
            ),
        ] {
            assert_eq!(read_frame(&frame), Some(expected));
        }
    }

    #[test]
    fn every_prefix_and_lying_lengths_are_harmless() {
        let options = [MESSAGE_TYPE, 1, ACK, REQUESTED_ADDRESS, 200, 1, 2];
        let frame = message(CLIENT_MAC, ([0; 4], [10, 0, 0, 9]), true, &options);
        for cut in 0..frame.len() {
            let _ = read_frame(&frame[..cut]);
        }
        assert!(matches!(read_frame(&frame), Some(Dhcp::Ack { .. })));
        let no_type = message(CLIENT_MAC, ([0; 4], [10, 0, 0, 9]), true, &[END]);
        assert_eq!(read_frame(&no_type), None);
    }
}
