//! What hosts are told to do, and what came of it.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use bytes::Bytes;

use super::{Network, NetworkError};
use crate::emulate::SwitchNode;
use crate::emulate::host::{Arrival, Failure, Host, HostOutput, Outcome, Ticket};

/// Whom a host is to reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A host of the network, at its IPv4 address.
    Host(String),
    /// An address, whoever has it.
    Address(IpAddr),
}

impl From<&str> for Target {
    /// An address where it is one, else a host's name.
    fn from(text: &str) -> Self {
        text.parse()
            .map_or_else(|_| Self::Host(text.to_owned()), Self::Address)
    }
}

impl From<IpAddr> for Target {
    fn from(address: IpAddr) -> Self {
        Self::Address(address)
    }
}

impl From<Ipv4Addr> for Target {
    fn from(address: Ipv4Addr) -> Self {
        Self::Address(address.into())
    }
}

impl From<Ipv6Addr> for Target {
    fn from(address: Ipv6Addr) -> Self {
        Self::Address(address.into())
    }
}

/// Every command gives a [`Ticket`], by which [`Network::result`] has what came of it, and is an
/// error only where a name is unknown. A host with more than a thousand things to do refuses the
/// next ([`Failure::Busy`]).
impl<S: SwitchNode> Network<S> {
    /// One echo request; ends in [`Outcome::Ping`].
    ///
    /// # Errors
    /// When a host is not there.
    pub fn ping(&mut self, host: &str, to: impl Into<Target>) -> Result<Ticket, NetworkError> {
        let to = self.resolve(to)?;
        self.command(host, |host, ticket, now, out| {
            host.ping(ticket, to, now, out)
        })
    }

    /// Asks who has an IPv4 address, though it may be known; ends in [`Outcome::Arp`].
    ///
    /// # Errors
    /// When there is no such host.
    pub fn arping(&mut self, host: &str, target: Ipv4Addr) -> Result<Ticket, NetworkError> {
        self.command(host, |host, ticket, now, out| {
            host.arping(ticket, target, now, out)
        })
    }

    /// Opens a TCP connection and closes it; ends in [`Outcome::Connected`].
    ///
    /// # Errors
    /// When a host is not there.
    pub fn tcp_connect(
        &mut self,
        host: &str,
        to: impl Into<Target>,
        port: u16,
    ) -> Result<Ticket, NetworkError> {
        let to = self.resolve(to)?;
        self.command(host, |host, ticket, now, out| {
            host.connect(ticket, (to, port).into(), None, now, out);
        })
    }

    /// GETs a path; ends in [`Outcome::Http`].
    ///
    /// # Errors
    /// When a host is not there.
    pub fn http_get(
        &mut self,
        host: &str,
        to: impl Into<Target>,
        port: u16,
        path: &str,
    ) -> Result<Ticket, NetworkError> {
        let to = self.resolve(to)?;
        self.command(host, |host, ticket, now, out| {
            host.connect(ticket, (to, port).into(), Some(path), now, out);
        })
    }

    /// Sends a datagram and waits for one back; ends in [`Outcome::Udp`]. Port 7 of every host
    /// sends back what it gets. Of a payload only what fits a frame is sent.
    ///
    /// # Errors
    /// When a host is not there.
    pub fn udp(
        &mut self,
        host: &str,
        to: impl Into<Target>,
        port: u16,
        payload: &[u8],
    ) -> Result<Ticket, NetworkError> {
        const FITS: usize = 1_452;
        let to = self.resolve(to)?;
        let payload = &payload[..payload.len().min(FITS)];
        self.command(host, |host, ticket, now, out| {
            host.udp(ticket, (to, port).into(), payload, now, out);
        })
    }

    /// Measures how fast frames can be sent to a host, for so long; ends in [`Outcome::Iperf`].
    ///
    /// # Errors
    /// When a host is not there.
    pub fn iperf(
        &mut self,
        host: &str,
        to: impl Into<Target>,
        duration: Duration,
    ) -> Result<Ticket, NetworkError> {
        let to = self.resolve(to)?;
        self.command(host, |host, ticket, now, out| {
            host.iperf(ticket, to, duration, now, out);
        })
    }

    /// Sends a gratuitous ARP for every IPv4 address of a host.
    ///
    /// # Errors
    /// When there is no such host.
    pub fn announce(&mut self, host: &str) -> Result<(), NetworkError> {
        let host = self.host_index(host)?;
        self.drive_host(host, |host, _, out| host.announce(out));
        Ok(())
    }

    /// Sends any frame, as it is.
    ///
    /// # Errors
    /// When there is no such host.
    pub fn send(&mut self, host: &str, frame: impl Into<Bytes>) -> Result<(), NetworkError> {
        let host = self.host_index(host)?;
        let frame = frame.into();
        self.drive_host(host, |_, _, out| out.frames.push(frame));
        Ok(())
    }

    /// Runs until a command has an outcome, or so long; the outcome is fetched.
    pub fn run_until_done(&mut self, ticket: Ticket, limit: Duration) -> Option<Outcome> {
        let end = self.now.saturating_add(limit);
        while !self.outcomes.contains_key(&ticket) {
            if self.next_event().is_none_or(|at| at > end) {
                self.run_until(end);
                break;
            }
            self.step();
        }
        self.result(ticket)
    }

    fn resolve(&self, target: impl Into<Target>) -> Result<IpAddr, NetworkError> {
        match target.into() {
            Target::Address(address) => Ok(address),
            Target::Host(name) => {
                let host = self.host_index(&name)?;
                Ok(self.hosts[host as usize].host.ipv4().into())
            }
        }
    }

    fn command(
        &mut self,
        host: &str,
        act: impl FnOnce(&mut Host, Ticket, Duration, &mut HostOutput),
    ) -> Result<Ticket, NetworkError> {
        let host = self.host_index(host)?;
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.drive_host(host, |host, now, out| {
            if host.is_busy() {
                out.done.push((ticket, Outcome::Failed(Failure::Busy)));
            } else {
                act(host, ticket, now, out);
            }
        });
        Ok(ticket)
    }
}

impl<S> Network<S> {
    /// What came of a command; `None` while it is under way and when it was fetched.
    pub fn result(&mut self, ticket: Ticket) -> Option<Outcome> {
        self.outcomes.remove(&ticket)
    }

    /// All outcomes that were not fetched yet, in the order of their commands.
    pub fn take_results(&mut self) -> impl Iterator<Item = (Ticket, Outcome)> + use<S> {
        std::mem::take(&mut self.outcomes).into_iter()
    }

    /// Serves a body by HTTP, whatever the path; `None` serves no more at this port.
    ///
    /// # Errors
    /// When there is no such host.
    pub fn serve(
        &mut self,
        host: &str,
        port: u16,
        body: Option<Bytes>,
    ) -> Result<(), NetworkError> {
        let host = self.host_index(host)?;
        self.hosts[host as usize].host.serve(port, body);
        Ok(())
    }

    /// Gives a host one more address, which others may have too: one of a balanced service.
    ///
    /// # Errors
    /// When there is no such host.
    pub fn add_address(&mut self, host: &str, address: IpAddr) -> Result<(), NetworkError> {
        let host = self.host_index(host)?;
        self.hosts[host as usize].host.add_alias(address);
        Ok(())
    }

    /// The newest frames that arrived at a host, the oldest first, whoever they were for.
    ///
    /// # Errors
    /// When there is no such host.
    pub fn arrivals(&self, host: &str) -> Result<&VecDeque<Arrival>, NetworkError> {
        Ok(self.hosts[self.host_index(host)? as usize].host.arrivals())
    }

    /// [`Network::arrivals`], which are forgotten.
    ///
    /// # Errors
    /// When there is no such host.
    pub fn take_arrivals(&mut self, host: &str) -> Result<Vec<Arrival>, NetworkError> {
        let host = self.host_index(host)?;
        Ok(self.hosts[host as usize].host.take_arrivals())
    }

    /// Frames a host received and sent since the start.
    ///
    /// # Errors
    /// When there is no such host.
    pub fn host_counts(&self, host: &str) -> Result<(u64, u64), NetworkError> {
        let host = &self.hosts[self.host_index(host)? as usize].host;
        Ok((host.received, host.sent))
    }
}
