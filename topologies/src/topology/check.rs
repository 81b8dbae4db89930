//! What makes a description a network that can be brought up.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use openflow::{Dpid, PortNo};

use super::{Cable, CableEnd, Coordinates, Description, Host, MAX_LINKS, MAX_NODES, Switch};

/// Longest name of a network interface in Linux (`IFNAMSIZ` less the closing zero).
pub(crate) const INTERFACE_NAME_MAX: usize = 15;
/// Highest port that OpenFlow 1.0 can name as well (`OFPP_MAX` there is 0xff00, exclusive in OVS).
pub(crate) const PORT_MAX: PortNo = PortNo(0xfeff);

/// What is wrong with a description, and where.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{at}: {problem}")]
pub struct Invalid {
    /// As `links[3].b` or `hosts[0] (h1)`.
    pub at: String,
    pub problem: Problem,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    #[error("{count} is more than the {limit} there may be")]
    TooMany { count: usize, limit: usize },
    #[error("there must be at least one switch")]
    NoSwitch,
    #[error("the name `{0}` is not plain: letters, digits, `-`, `_`, `.`, beginning with a letter")]
    Name(String),
    #[error("the interface name `{0}` would be longer than {INTERFACE_NAME_MAX} characters")]
    InterfaceName(String),
    #[error("{what} {value} is already that of {owner}")]
    Taken {
        what: &'static str,
        value: String,
        owner: String,
    },
    #[error("no switch is named `{0}`")]
    NoSuchSwitch(String),
    #[error("both ends are at {0}")]
    ToItself(String),
    #[error("{what} {value} is not usable: {expected}")]
    Value {
        what: &'static str,
        value: String,
        expected: &'static str,
    },
}

pub(super) fn check(description: &Description) -> Result<(), Invalid> {
    let Description {
        switches,
        hosts,
        links,
        ..
    } = description;
    if switches.is_empty() {
        return Err(invalid("switches", Problem::NoSwitch));
    }
    at_most(
        "switches and hosts",
        switches.len() + hosts.len(),
        MAX_NODES,
    )?;
    at_most("links", links.len(), MAX_LINKS)?;
    let mut seen = Seen::default();
    for (number, switch) in switches.iter().enumerate() {
        seen.switch(format!("switches[{number}] ({})", switch.name), switch)?;
    }
    for (number, host) in hosts.iter().enumerate() {
        seen.host(format!("hosts[{number}] ({})", host.name), host)?;
    }
    for (number, cable) in links.iter().enumerate() {
        seen.cable(&format!("links[{number}]"), cable)?;
    }
    Ok(())
}

fn at_most(at: &str, count: usize, limit: usize) -> Result<(), Invalid> {
    if count > limit {
        return Err(invalid(at, Problem::TooMany { count, limit }));
    }
    Ok(())
}

fn invalid(at: impl Into<String>, problem: Problem) -> Invalid {
    Invalid {
        at: at.into(),
        problem,
    }
}

/// What can belong to one owner only, with its owner.
#[derive(Default)]
struct Seen {
    names: HashMap<String, String>,
    dpids: HashMap<u64, String>,
    macs: HashMap<[u8; 6], String>,
    ips: HashMap<std::net::Ipv4Addr, String>,
    ports: HashMap<CableEnd, String>,
    switches: HashSet<String>,
}

impl Seen {
    fn switch(&mut self, at: String, switch: &Switch) -> Result<(), Invalid> {
        let Switch {
            dpid,
            name,
            coordinates,
            ..
        } = switch;
        plain(&at, name)?;
        if *dpid == Dpid(0) {
            let (what, value) = ("datapath id", dpid.to_string());
            let expected = "0 is what switches without one have";
            return Err(invalid(
                at,
                Problem::Value {
                    what,
                    value,
                    expected,
                },
            ));
        }
        if let Some(Coordinates { lat, lon }) = coordinates {
            let on_earth = lat.abs() <= 90.0 && lon.abs() <= 180.0;
            number(
                &at,
                "position",
                *lat,
                on_earth,
                "latitude is within 90, longitude within 180",
            )?;
        }
        take(&mut self.names, &at, "name", name.clone(), name.clone())?;
        take(
            &mut self.dpids,
            &at,
            "datapath id",
            dpid.0,
            dpid.to_string(),
        )?;
        self.switches.insert(name.clone());
        Ok(())
    }

    fn host(&mut self, at: String, host: &Host) -> Result<(), Invalid> {
        let Host {
            name,
            switch,
            port,
            mac,
            ip,
        } = host;
        plain(&at, name)?;
        interface(&at, name, PortNo(0))?;
        take(&mut self.names, &at, "name", name.clone(), name.clone())?;
        if !mac.is_unicast() {
            let (what, expected) = ("address", "a host has a unicast one");
            return Err(invalid(
                at,
                Problem::Value {
                    what,
                    value: mac.to_string(),
                    expected,
                },
            ));
        }
        take(&mut self.macs, &at, "address", mac.0, mac.to_string())?;
        take(&mut self.ips, &at, "address", *ip, ip.to_string())?;
        self.port(
            &at,
            &CableEnd {
                switch: switch.clone(),
                port: *port,
            },
        )
    }

    fn cable(&mut self, at: &str, cable: &Cable) -> Result<(), Invalid> {
        let Cable {
            a,
            b,
            bandwidth_mbps,
            delay_ms,
        } = cable;
        self.port(&format!("{at}.a"), a)?;
        self.port(&format!("{at}.b"), b)?;
        if a.switch == b.switch {
            return Err(invalid(at, Problem::ToItself(a.switch.clone())));
        }
        if let Some(mbps) = *bandwidth_mbps {
            number(at, "bandwidth_mbps", mbps, mbps > 0.0, "it is more than 0")?;
        }
        if let Some(ms) = *delay_ms {
            number(at, "delay_ms", ms, ms >= 0.0, "it is not negative")?;
        }
        Ok(())
    }

    fn port(&mut self, at: &str, end: &CableEnd) -> Result<(), Invalid> {
        let CableEnd { switch, port } = end;
        if !self.switches.contains(switch) {
            return Err(invalid(at, Problem::NoSuchSwitch(switch.clone())));
        }
        if port.0 == 0 || *port > PORT_MAX {
            let (what, expected) = ("port", "from 1 to 65279, which OpenFlow 1.0 can name too");
            return Err(invalid(
                at,
                Problem::Value {
                    what,
                    value: port.to_string(),
                    expected,
                },
            ));
        }
        interface(at, switch, *port)?;
        take(
            &mut self.ports,
            at,
            "port",
            end.clone(),
            format!("{port} of {switch}"),
        )
    }
}

fn take<K: Eq + Hash>(
    owners: &mut HashMap<K, String>,
    at: &str,
    what: &'static str,
    key: K,
    value: String,
) -> Result<(), Invalid> {
    match owners.insert(key, at.to_owned()) {
        None => Ok(()),
        Some(owner) => Err(invalid(at, Problem::Taken { what, value, owner })),
    }
}

fn plain(at: &str, name: &str) -> Result<(), Invalid> {
    let rest = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(rest) {
        return interface(at, name, PortNo(0));
    }
    Err(invalid(at, Problem::Name(name.to_owned())))
}

/// Mininet names interfaces so, and people expect it.
fn interface(at: &str, node: &str, port: PortNo) -> Result<(), Invalid> {
    let name = format!("{node}-eth{port}");
    if name.len() > INTERFACE_NAME_MAX {
        return Err(invalid(at, Problem::InterfaceName(name)));
    }
    Ok(())
}

fn number(
    at: &str,
    what: &'static str,
    value: f64,
    good: bool,
    expected: &'static str,
) -> Result<(), Invalid> {
    if value.is_finite() && good {
        return Ok(());
    }
    Err(invalid(
        at,
        Problem::Value {
            what,
            value: value.to_string(),
            expected,
        },
    ))
}
