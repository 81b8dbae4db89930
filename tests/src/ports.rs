//! Addresses for controllers that are stopped and started again.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// A loopback address and port where nothing listens, never the same twice in one program.
///
/// The address belongs to this process alone, and nobody talks *from* it: the kernel gives outgoing
/// connections to all of 127.0.0.0/8 the source 127.0.0.1. So while a controller is down, nobody
/// can be given the port it comes back to, least of all a switch that tries to reach it.
#[must_use]
pub fn free() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(FIRST);
    loop {
        let port = NEXT.fetch_add(1, Ordering::Relaxed);
        assert!(port >= FIRST, "no port from {FIRST} on is free");
        let address = SocketAddr::from((own_address(), port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

/// Of this process, in 127.64.0.0/10; a process id has at most 22 bits.
fn own_address() -> Ipv4Addr {
    let process = std::process::id() & 0x003f_ffff;
    Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 64, 0, 0)) | process)
}

const FIRST: u16 = 12_000;
