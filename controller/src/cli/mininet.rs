//! Being started as Mininet starts `controller` and `ovs-testcontroller`.
//!
//! `controller -v ptcp:6653`, `ovs-testcontroller ptcp:6653`: a place to listen in Open vSwitch's
//! words, and options for its log. Those two listen on every address of the machine where none is
//! given. We do not: nobody on the network should be able to become a switch of a controller that
//! was started for a lab on this machine, and Mininet's switches connect to 127.0.0.1.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Where Open vSwitch's tools listen if `ptcp:` gives no port (OpenFlow's, by IANA).
const DEFAULT_PORT: u16 = 6653;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MininetArgs {
    pub(super) listen: Vec<SocketAddr>,
    pub(super) verbose: bool,
}

/// Arguments that are none of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Wrong {
    #[error("`{0}` is not a place to listen: give ptcp:PORT or ptcp:PORT:ADDRESS")]
    Place(String),
    #[error("`{0}`: connections over TLS are not supported")]
    Tls(String),
    #[error("`{0}` is not known beside ptcp:PORT; `pointsman run --help` says what `run` takes")]
    Option(String),
}

/// `None`: these arguments are not of that kind, but our own.
pub(super) fn controller_args(arguments: &[OsString]) -> Option<Result<MininetArgs, Wrong>> {
    let texts: Option<Vec<&str>> = arguments.iter().map(|a| a.to_str()).collect();
    let texts = texts?;
    let a_place = |text: &str| text.starts_with("ptcp:") || text.starts_with("pssl:");
    let own = texts
        .first()
        .is_none_or(|first| !first.starts_with('-') && !a_place(first));
    if own || !texts.iter().any(|text| a_place(text)) {
        return None;
    }
    Some(read(&texts))
}

fn read(texts: &[&str]) -> Result<MininetArgs, Wrong> {
    let mut args = MininetArgs {
        listen: Vec::new(),
        verbose: false,
    };
    for text in texts {
        if let Some(place) = text.strip_prefix("ptcp:") {
            let place = listen(place).ok_or_else(|| Wrong::Place((*text).to_owned()))?;
            args.listen.push(place);
        } else if text.starts_with("pssl:") {
            return Err(Wrong::Tls((*text).to_owned()));
        } else if text.starts_with("-v") || text.starts_with("--verbose") {
            args.verbose = true;
        } else {
            return Err(Wrong::Option((*text).to_owned()));
        }
    }
    Ok(args)
}

/// `[PORT][:ADDRESS]`.
fn listen(place: &str) -> Option<SocketAddr> {
    let (port, address) = match place.split_once(':') {
        Some((port, address)) => {
            let address = address.trim_start_matches('[').trim_end_matches(']');
            (port, address.parse().ok()?)
        }
        None => (place, IpAddr::V4(Ipv4Addr::LOCALHOST)),
    };
    let port = match port {
        "" => DEFAULT_PORT,
        port => port.parse().ok()?,
    };
    Some(SocketAddr::new(address, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Option<Result<MininetArgs, Wrong>> {
        let words: Vec<OsString> = line.split_whitespace().map(Into::into).collect();
        controller_args(&words)
    }

    fn listening(listen: &[&str], verbose: bool) -> Option<Result<MininetArgs, Wrong>> {
        let listen = listen.iter().map(|text| text.parse().unwrap()).collect();
        Some(Ok(MininetArgs { listen, verbose }))
    }

    #[test]
    fn reads_what_mininet_says() {
        assert_eq!(parsed("-v ptcp:6653"), listening(&["127.0.0.1:6653"], true));
        assert_eq!(parsed("ptcp:6633"), listening(&["127.0.0.1:6633"], false));
        assert_eq!(parsed("ptcp:"), listening(&["127.0.0.1:6653"], false));
        assert_eq!(
            parsed("--verbose=vconn:dbg ptcp:1:0.0.0.0 ptcp:2:[::1]"),
            listening(&["0.0.0.0:1", "[::1]:2"], true)
        );
    }

    #[test]
    fn other_command_lines_are_not_its_business() {
        for line in [
            "",
            "run",
            "run --openflow ptcp:1",
            "--help",
            "-v",
            "path ptcp: x",
        ] {
            assert_eq!(parsed(line), None, "{line}");
        }
    }

    #[test]
    fn what_cannot_be_is_said() {
        for line in [
            "ptcp:http",
            "ptcp:70000",
            "ptcp:1:nowhere",
            "pssl:6653",
            "ptcp:1 --detach",
        ] {
            assert!(matches!(parsed(line), Some(Err(_))), "{line}");
        }
    }
}
