//! Frames hosts send, and who the hosts are.

use std::fmt;
use std::net::Ipv4Addr;

use bytes::{BufMut, Bytes, BytesMut};
use openflow::MacAddr;
use openflow::packet::build::{self, Ethernet};
use openflow::packet::{PacketView, TcpSegment};

use crate::snapshot::HostId;

/// A host by number: `TestHost(7)` has the addresses 00:00:00:00:00:07 and 10.0.0.7, as Mininet
/// would give them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TestHost(pub u16);

impl fmt::Display for TestHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "h{}", self.0)
    }
}

impl TestHost {
    /// Its Ethernet address.
    #[must_use]
    pub fn mac(self) -> MacAddr {
        let [high, low] = self.0.to_be_bytes();
        MacAddr([0, 0, 0, 0, high, low])
    }

    /// Its IPv4 address.
    #[must_use]
    pub fn ip(self) -> Ipv4Addr {
        let [high, low] = self.0.to_be_bytes();
        Ipv4Addr::new(10, 0, high, low)
    }

    /// What the controller knows it by.
    #[must_use]
    pub fn id(self) -> HostId {
        HostId {
            mac: self.mac(),
            vlan: None,
        }
    }
}

/// A frame of a local experimental type (IEEE 802 ethertype 0x88b5).
#[must_use]
pub fn raw(from: MacAddr, to: MacAddr) -> Bytes {
    let mut frame = BytesMut::with_capacity(64);
    frame.put_slice(&to.0);
    frame.put_slice(&from.0);
    frame.put_u16(0x88b5);
    frame.put_bytes(0xa5, 46);
    frame.freeze()
}

/// A broadcast frame that no controller answers.
#[must_use]
pub fn broadcast(from: TestHost) -> Bytes {
    raw(from.mac(), MacAddr::BROADCAST)
}

/// A frame from host to host.
#[must_use]
pub fn unicast(from: TestHost, to: TestHost) -> Bytes {
    raw(from.mac(), to.mac())
}

/// Who has `target`?
#[must_use]
pub fn arp_request(from: TestHost, target: Ipv4Addr) -> Bytes {
    build::arp_request((from.mac(), from.ip()), target, None)
}

/// The same frame in a VLAN.
#[must_use]
pub fn tagged(frame: &Bytes, vlan: u16) -> Bytes {
    let mut with_tag = BytesMut::with_capacity(frame.len() + 4);
    with_tag.put_slice(&frame[..12]);
    with_tag.put_u16(0x8100);
    with_tag.put_u16(vlan);
    with_tag.put_slice(&frame[12..]);
    with_tag.freeze()
}

/// A TCP segment without data between two sockets, sent to an Ethernet address.
#[must_use]
pub fn tcp(from: (TestHost, u16), to: (MacAddr, Ipv4Addr, u16), flags: u8) -> Bytes {
    build::tcp_segment(
        Ethernet::untagged(from.0.mac(), to.0),
        std::net::SocketAddrV4::new(from.0.ip(), from.1),
        std::net::SocketAddrV4::new(to.1, to.2),
        TcpSegment {
            seq: 1,
            ack: 0,
            flags,
        },
    )
}

/// Reads a frame that is known to be whole.
///
/// # Panics
/// On one that is not.
#[must_use]
pub fn view(frame: &Bytes) -> PacketView<'_> {
    PacketView::parse(frame).expect("test frames are whole")
}
