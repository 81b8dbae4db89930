//! What a pool is to be, as people write it: in the configuration file and over REST.

use std::collections::BTreeSet;
use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use app_api::ConfigError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The app's settings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Pools; their names are unique, and so are their virtual address and port.
    pub pools: Vec<PoolSpec>,
}

/// A virtual address and port, and the servers behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PoolSpec {
    /// Names it: letters, digits, `-`, `_` and `.`, at most 64.
    pub name: String,
    /// Virtual address clients connect to; no host has it.
    #[schema(value_type = String, format = Ipv4)]
    pub vip: Ipv4Addr,
    /// Port clients connect to.
    pub port: u16,
    #[serde(default)]
    pub protocol: Protocol,
    #[serde(default)]
    pub algorithm: Algorithm,
    #[serde(default)]
    pub affinity: Affinity,
    /// At least one.
    pub servers: Vec<ServerSpec>,
    #[serde(default)]
    pub health: HealthSpec,
}

/// What is balanced.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    #[default]
    Tcp,
    Udp,
}

/// How a server is chosen for a new client or connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// One after the other; weights do not count.
    #[default]
    RoundRobin,
    /// In proportion to weights, evenly interleaved.
    Weighted,
    /// The one with the fewest active connections for its weight.
    LeastConnections,
}

/// What is kept on one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Affinity {
    /// All connections of a client's address.
    #[default]
    Client,
    /// Each connection by itself.
    Connection,
}

/// A server of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServerSpec {
    #[schema(value_type = String, format = Ipv4)]
    pub address: Ipv4Addr,
    /// The pool's own port when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Share of the clients, 1 to 100.
    #[serde(default = "default_weight")]
    #[schema(minimum = 1, maximum = 100, default = 1)]
    pub weight: u8,
    /// Takes no new clients or connections; those it has finish.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draining: bool,
}

/// How servers are watched: with TCP by opening a connection, with UDP by ARP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HealthSpec {
    /// Milliseconds between checks, 100 to 60,000.
    #[schema(minimum = 100, maximum = 60_000)]
    pub interval_ms: u32,
    /// Unanswered checks in a row after which a server is unhealthy, 1 to 10.
    #[schema(minimum = 1, maximum = 10)]
    pub failures: u8,
}

impl Default for HealthSpec {
    fn default() -> Self {
        Self {
            interval_ms: 500,
            failures: 3,
        }
    }
}

/// A change of one server; absent fields stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ServerChange {
    /// Share of the clients, 1 to 100.
    #[schema(minimum = 1, maximum = 100)]
    pub weight: Option<u8>,
    /// Whether it takes no new clients or connections.
    pub draining: Option<bool>,
}

/// Names a server of a pool: its address, with the port where that alone is ambiguous.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerRef {
    pub address: Ipv4Addr,
    pub port: Option<u16>,
}

impl FromStr for ServerRef {
    type Err = ConfigError;

    /// `10.0.0.1` or `10.0.0.1:8080`.
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let wrong = || ConfigError::new("address", "expected an IPv4 address, or address:port");
        let (address, port) = match text.split_once(':') {
            Some((address, port)) => (address, Some(port.parse().map_err(|_| wrong())?)),
            None => (text, None),
        };
        Ok(Self {
            address: address.parse().map_err(|_| wrong())?,
            port,
        })
    }
}

impl fmt::Display for ServerRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl Settings {
    /// Reads and checks settings.
    ///
    /// # Errors
    /// The first field that is wrong, by its path.
    pub fn parse(settings: &serde_json::Value) -> Result<Self, ConfigError> {
        let settings: Self = serde_path_to_error::deserialize(settings).map_err(|error| {
            let path = error.path().to_string();
            let field = if path == "." { String::new() } else { path };
            ConfigError::new(field, error.inner().to_string())
        })?;
        let (mut names, mut endpoints) = (BTreeSet::new(), BTreeSet::new());
        for (index, pool) in settings.pools.iter().enumerate() {
            let at = |field: &str| format!("pools[{index}].{field}");
            pool.validate()
                .map_err(|error| ConfigError::new(at(&error.field), error.problem))?;
            if !names.insert(&pool.name) {
                return Err(ConfigError::new(at("name"), "another pool has this name"));
            }
            if !endpoints.insert(pool.endpoint()) {
                return Err(ConfigError::new(at("port"), OTHER_POOL_LISTENS));
            }
        }
        Ok(settings)
    }
}

impl PoolSpec {
    /// What clients connect to: unique among pools.
    #[must_use]
    pub fn endpoint(&self) -> (Ipv4Addr, Protocol, u16) {
        (self.vip, self.protocol, self.port)
    }

    /// The server at an address and port.
    pub(crate) fn server_at_mut(
        &mut self,
        (address, port): (Ipv4Addr, u16),
    ) -> Option<&mut ServerSpec> {
        let default = self.port;
        let mut servers = self.servers.iter_mut();
        servers.find(|s| s.address == address && s.port.unwrap_or(default) == port)
    }

    /// The port a server listens on.
    #[must_use]
    pub fn server_port(&self, server: &ServerSpec) -> u16 {
        server.port.unwrap_or(self.port)
    }

    /// Checks what types cannot.
    ///
    /// # Errors
    /// The first field that is wrong, by its path within the pool.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_name(&self.name)?;
        check_host_address("vip", self.vip)?;
        check_port("port", self.port)?;
        if !(100..=60_000).contains(&self.health.interval_ms) {
            return wrong("health.interval_ms", "expected 100 to 60000");
        }
        if !(1..=10).contains(&self.health.failures) {
            return wrong("health.failures", "expected 1 to 10");
        }
        if self.servers.is_empty() || self.servers.len() > MAX_SERVERS {
            return wrong("servers", "expected 1 to 256 servers");
        }
        let mut seen = BTreeSet::new();
        for (index, server) in self.servers.iter().enumerate() {
            let at = |field: &str| format!("servers[{index}].{field}");
            check_host_address(&at("address"), server.address)?;
            if server.address == self.vip {
                return wrong(at("address"), "a server cannot have the virtual address");
            }
            check_port(&at("port"), self.server_port(server))?;
            check_weight(&at("weight"), server.weight)?;
            if !seen.insert((server.address, self.server_port(server))) {
                return wrong(at("address"), "this server is in the pool already");
            }
        }
        Ok(())
    }
}

impl ServerChange {
    /// Checks what types cannot.
    ///
    /// # Errors
    /// The field that is wrong.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.weight
            .map_or(Ok(()), |weight| check_weight("weight", weight))
    }
}

fn check_name(name: &str) -> Result<(), ConfigError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
        return wrong("name", "expected 1 to 64 letters, digits, `-`, `_` or `.`");
    }
    Ok(())
}

fn check_host_address(field: &str, address: Ipv4Addr) -> Result<(), ConfigError> {
    let not_a_host = address.is_unspecified()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_loopback();
    if not_a_host {
        return wrong(field, "expected the address of a host");
    }
    Ok(())
}

fn check_port(field: &str, port: u16) -> Result<(), ConfigError> {
    if port == 0 {
        return wrong(field, "expected 1 to 65535");
    }
    Ok(())
}

fn check_weight(field: &str, weight: u8) -> Result<(), ConfigError> {
    if !(1..=100).contains(&weight) {
        return wrong(field, "expected 1 to 100");
    }
    Ok(())
}

fn wrong<T>(field: impl Into<String>, problem: &str) -> Result<T, ConfigError> {
    Err(ConfigError::new(field, problem))
}

fn default_weight() -> u8 {
    1
}

/// Said of a pool whose address, protocol and port are taken.
pub(crate) const OTHER_POOL_LISTENS: &str = "another pool has this vip, protocol and port";

/// Per pool: a choice looks at every server.
const MAX_SERVERS: usize = 256;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn error_of(settings: &serde_json::Value) -> String {
        Settings::parse(settings).unwrap_err().to_string()
    }

    fn pool() -> serde_json::Value {
        json!({"name": "web", "vip": "10.0.0.100", "port": 80, "servers": [{"address": "10.0.0.1"}]})
    }

    #[test]
    fn what_is_left_out_has_the_documented_default() {
        let settings = Settings::parse(&json!({"pools": [pool()]})).unwrap();
        let [pool] = &settings.pools[..] else {
            panic!("one pool")
        };
        assert_eq!(pool.protocol, Protocol::Tcp);
        assert_eq!(pool.algorithm, Algorithm::RoundRobin);
        assert_eq!(pool.affinity, Affinity::Client);
        assert_eq!((pool.health.interval_ms, pool.health.failures), (500, 3));
        assert_eq!((pool.servers[0].weight, pool.servers[0].port), (1, None));
        assert_eq!(pool.server_port(&pool.servers[0]), 80);
    }

    #[test]
    fn settings_read_what_they_write() {
        let settings = Settings::parse(&json!({"pools": [pool()]})).unwrap();
        let written = serde_json::to_value(&settings).unwrap();
        assert_eq!(Settings::parse(&written), Ok(settings));
    }

    #[test]
    fn every_error_names_the_field_by_its_path() {
        let with = |path: &str, value: serde_json::Value| {
            let mut pools = json!({"pools": [pool()]});
            let (parent, field) = path.rsplit_once('/').unwrap();
            pools.pointer_mut(parent).unwrap()[field] = value;
            error_of(&pools)
        };
        for (path, value, field) in [
            ("/pools/0/typo", json!(1), "pools[0].typo"),
            ("/pools/0/port", json!("http"), "pools[0].port"),
            ("/pools/0/port", json!(0), "pools[0].port"),
            ("/pools/0/name", json!("a b"), "pools[0].name"),
            ("/pools/0/vip", json!("224.0.0.1"), "pools[0].vip"),
            ("/pools/0/protocol", json!("sctp"), "pools[0].protocol"),
            ("/pools/0/servers", json!([]), "pools[0].servers"),
            (
                "/pools/0/servers/0/weight",
                json!(101),
                "pools[0].servers[0].weight",
            ),
            (
                "/pools/0/servers/0/address",
                json!("10.0.0.100"),
                "pools[0].servers[0].address",
            ),
            (
                "/pools/0/health",
                json!({"failures": 0}),
                "pools[0].health.failures",
            ),
            ("/pools/1", json!(null), "pools[1]"),
        ] {
            if path == "/pools/1" {
                let error = error_of(&json!({"pools": [pool(), null]}));
                assert!(error.starts_with(field), "{error}");
                continue;
            }
            let error = with(path, value);
            assert!(error.starts_with(field), "{error}");
        }
    }

    #[test]
    fn two_pools_cannot_share_a_name_or_an_endpoint() {
        assert!(error_of(&json!({"pools": [pool(), pool()]})).starts_with("pools[1].name"));
        let mut other = pool();
        other["name"] = json!("other");
        assert!(error_of(&json!({"pools": [pool(), other]})).starts_with("pools[1].port"));
    }

    #[test]
    fn a_server_is_named_with_or_without_its_port() {
        let address = Ipv4Addr::new(10, 0, 0, 1);
        let named = |port| Ok(ServerRef { address, port });
        assert_eq!("10.0.0.1".parse(), named(None));
        assert_eq!("10.0.0.1:80".parse(), named(Some(80)));
        for wrong in ["", "10.0.0", "10.0.0.1:", "10.0.0.1:http", "::1"] {
            assert!(wrong.parse::<ServerRef>().is_err(), "{wrong}");
        }
    }
}
