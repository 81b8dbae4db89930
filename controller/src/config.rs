//! The configuration file.
//!
//! ```toml
//! [openflow]
//! listen = ["0.0.0.0:6653"]     # default: 127.0.0.1:6653 and 127.0.0.1:6633
//!
//! [http]
//! listen = "127.0.0.1:8080"
//! token = "…"                   # all of /api then needs it
//! origins = ["*"]               # whose web pages may read (`*`), or use (`https://…`) the API
//! hosts = ["lab.example"]       # names of this machine from which the dashboard may be used
//!
//! [apps]
//! run = ["routing", "load-balancer"]    # the first one's rules win
//!
//! [[apps.load-balancer.pools]]
//! name = "web"
//! vip = "10.0.0.100"
//! port = 80
//! servers = [{ address = "10.0.0.1" }, { address = "10.0.0.2", weight = 2 }]
//! ```
//! Flags come before the file. A key that does not exist is refused, with the nearest right one:
//! a typo that is silently skipped is a setting its author believes in.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::words::explain;

/// Everything a file can say; absent keys are decided elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct FileConfig {
    pub openflow: OpenflowSection,
    pub http: HttpSection,
    pub apps: AppsSection,
    pub network: NetworkSection,
    pub data: DataSection,
    pub log: LogSection,
}

/// Switches.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct OpenflowSection {
    /// Where to listen for them.
    pub listen: Option<Vec<SocketAddr>>,
    /// Seconds from a connection's start to the end of its handshake.
    pub handshake_s: Option<u16>,
    /// Seconds of silence after which a switch is asked whether it is alive.
    pub echo_after_s: Option<u16>,
    /// Seconds of silence after which it is taken for dead.
    pub dead_after_s: Option<u16>,
    /// Connections at once.
    pub max_connections: Option<u16>,
}

/// REST, events, metrics, dashboard.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct HttpSection {
    /// Where to listen.
    pub listen: Option<SocketAddr>,
    /// Bearer token that all of `/api` then needs.
    pub token: Option<String>,
    /// Origins whose web pages may use the API; `*`: all may read.
    pub origins: Vec<String>,
    /// Names of this machine from which the dashboard may be used.
    pub hosts: Vec<String>,
}

/// Apps.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AppsSection {
    /// Which run, the first one's rules win.
    pub run: Option<Vec<String>>,
    /// Settings by name of the app. Names and settings are checked when the apps are known.
    #[serde(flatten)]
    pub settings: BTreeMap<String, Value>,
}

/// The network state.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct NetworkSection {
    /// Seconds of silence after which a host is probed.
    pub host_idle_s: Option<u16>,
    /// Milliseconds between reads of port counters.
    pub counters_every_ms: Option<u32>,
}

/// What survives a restart.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct DataSection {
    /// Where it is kept.
    pub dir: Option<PathBuf>,
}

/// The log.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct LogSection {
    /// As `info` or `info,pointsman::rules=debug`.
    pub filter: Option<String>,
    pub format: Option<LogFormat>,
}

/// How lines of the log look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFileError {
    /// It is not there, or not readable.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    /// It says something it cannot say.
    #[error("{}:{line}: {problem}", path.display())]
    Content {
        path: PathBuf,
        /// From 1.
        line: usize,
        problem: String,
    },
}

impl FileConfig {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, is not TOML, or a key or value is wrong; says where and what would be
    /// right.
    pub fn load(path: &Path) -> Result<Self, ConfigFileError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigFileError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text).map_err(|(line, problem)| ConfigFileError::Content {
            path: path.to_owned(),
            line,
            problem,
        })
    }

    /// On an error its line and words.
    fn parse(text: &str) -> Result<Self, (usize, String)> {
        let line = |error: &toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start);
            1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
        };
        let document = toml::Deserializer::parse(text)
            .map_err(|error| (line(&error), error.message().to_owned()))?;
        let config: Self = serde_path_to_error::deserialize(document).map_err(|error| {
            let path = error.path().to_string();
            let inner = error.inner();
            (line(inner), explain(&path, inner.message()).text)
        })?;
        config.check().map_err(|(key, problem)| {
            let at = text
                .lines()
                .position(|line| line.trim_start().starts_with(key));
            (at.map_or(1, |index| index + 1), problem)
        })?;
        Ok(config)
    }

    /// What types cannot say; the key at fault and words.
    fn check(&self) -> Result<(), (&'static str, String)> {
        let seconds = [
            ("handshake_s", self.openflow.handshake_s),
            ("echo_after_s", self.openflow.echo_after_s),
            ("dead_after_s", self.openflow.dead_after_s),
            ("host_idle_s", self.network.host_idle_s),
        ];
        if let Some((key, _)) = seconds.iter().find(|(_, value)| *value == Some(0)) {
            return Err((key, format!("`{key}` must be 1 or more")));
        }
        let echo = self.openflow.echo_after_s.unwrap_or(5);
        if self.openflow.dead_after_s.is_some_and(|dead| dead <= echo) {
            let problem = format!("`openflow.dead_after_s` must be more than echo_after_s, {echo}");
            return Err(("dead_after_s", problem));
        }
        if self.openflow.listen.as_ref().is_some_and(Vec::is_empty) {
            return Err(("listen", "`openflow.listen` must have an address".into()));
        }
        if self
            .network
            .counters_every_ms
            .is_some_and(|every| every < 100)
        {
            let problem = "`network.counters_every_ms` must be 100 or more";
            return Err(("counters_every_ms", problem.into()));
        }
        if self.http.token.as_ref().is_some_and(String::is_empty) {
            return Err(("token", "`http.token` must not be empty".into()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn error(text: &str) -> String {
        let (line, problem) = FileConfig::parse(text).unwrap_err();
        format!("{line}: {problem}")
    }

    #[test]
    fn a_typo_in_a_key_is_named_with_its_line_and_the_right_key() {
        let said = [
            error("[http]\nlisen = \"127.0.0.1:80\""),
            error("# comment\n\n[opnflow]\nlisten = []"),
            error("[openflow]\nlisten = [\"127.0.0.1:6653\"]\necho_after = 3"),
            error("[log]\nformat = \"jsn\""),
        ];
        insta::assert_snapshot!(said.join("\n"));
    }

    #[test]
    fn a_wrong_value_says_what_would_be_right() {
        let said = [
            error("[http]\nlisten = \"localhost\""),
            error("[http]\nlisten = 8080"),
            error("[openflow]\nhandshake_s = 70000"),
            error("[openflow]\nhandshake_s = 0"),
            error("[openflow]\n\ndead_after_s = 4"),
            error("[apps]\nrun = \"routing\""),
            error("http = 3"),
            error("[http\nlisten = 1"),
            error("[http]\ntoken = \"a\"\ntoken = \"b\""),
        ];
        insta::assert_snapshot!(said.join("\n"));
    }

    #[test]
    fn settings_of_apps_are_kept_as_they_are() {
        let config = FileConfig::parse(
            "[apps]\nrun = [\"routing\"]\n[[apps.load-balancer.pools]]\nname = \"web\"\nport = 80\n",
        )
        .unwrap();
        assert_eq!(config.apps.run, Some(vec!["routing".to_owned()]));
        let pools = json!({"pools": [{"name": "web", "port": 80}]});
        assert_eq!(config.apps.settings["load-balancer"], pools);
        assert_eq!(FileConfig::parse(""), Ok(FileConfig::default()));
    }
}
