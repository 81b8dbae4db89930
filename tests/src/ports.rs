//! Ports for controllers that are stopped and started again.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// An address of this machine on which nothing listens, never the same twice in one program.
///
/// Below the ports the kernel gives to outgoing connections: a switch that tries to reach a
/// controller that is down could be given the very port it tries to reach, and keep it.
#[must_use]
pub fn free() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = std::process::id() % u32::from(COUNT);
    for _ in 0..COUNT {
        let step = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let offset = u16::try_from((begin + step) % u32::from(COUNT));
        let port = FIRST + offset.expect("below COUNT");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
    panic!("no port from {FIRST} to {} is free", FIRST + COUNT - 1);
}

const FIRST: u16 = 12_000;
const COUNT: u16 = 20_000;
