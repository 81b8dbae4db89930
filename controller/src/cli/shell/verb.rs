//! What can be typed, and what it means.

use std::fmt;

/// Most pings one line can ask for.
const MOST_PINGS: u16 = 1000;

/// One line, understood. Names are as typed: whether there is such a host or switch is for whoever
/// carries it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Every host pings every other.
    PingAll,
    /// One host pings another, or an address.
    Ping {
        from: String,
        to: String,
        count: u16,
    },
    /// A host says who it is, or asks who has an address.
    Arping { from: String, to: Option<String> },
    /// A host asks a web server.
    Get { from: String, to: String, port: u16 },
    /// The cables between two switches, or of a host, are cut or mended.
    Link { a: String, b: String, up: bool },
    /// How fast one host can send to another.
    Iperf { from: String, to: String },
    /// A subcommand of the program, asked of the running controller.
    Ask(Vec<String>),
    /// All commands, or one of them.
    Help(Option<String>),
    /// Ends it.
    Exit,
}

/// A command as `help` shows it.
pub(crate) struct Command {
    /// How it is typed, the command's own word included.
    pub(crate) usage: &'static str,
    /// The word that names it.
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
}

/// What there is, in the order in which a newcomer would try it.
pub(crate) const COMMANDS: &[Command] = &[
    command("pingall", "pingall", "every host pings every other"),
    command(
        "ping",
        "h1 ping [-c COUNT] h2",
        "one host pings another, or an address",
    ),
    command(
        "arping",
        "h1 arping [h2]",
        "a host says who it is, or asks for another",
    ),
    command(
        "get",
        "h1 get h2[:PORT]",
        "a host asks a web server (VIPs too)",
    ),
    command(
        "iperf",
        "iperf h1 h2",
        "how fast one host can send to another",
    ),
    command("link", "link s1 s2 up|down", "mend or cut a cable"),
    command(
        "trace",
        "trace h1 h2 [tcp dst=80]",
        "what the switches do with a packet, and why",
    ),
    command("dump", "dump s1", "the flow entries of a switch"),
    command("path", "path h1 h2", "the way traffic takes"),
    command(
        "switches",
        "switches",
        "the switches, as the controller sees them",
    ),
    command("links", "links", "the links"),
    command("hosts", "hosts", "the hosts"),
    command("groups", "groups s1", "the groups of a switch"),
    command("apps", "apps", "the apps; `apps start|stop NAME`"),
    command("pools", "pools", "the load balancer's pools"),
    command("notices", "notices", "what the controller has to say"),
    command("help", "help [COMMAND]", "this"),
    command("exit", "exit", "the end; Ctrl-D too"),
];

const fn command(name: &'static str, usage: &'static str, what: &'static str) -> Command {
    Command { usage, name, what }
}

/// Why a line is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unclear(String);

impl fmt::Display for Unclear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Verb {
    /// `None` for a line that says nothing (blank, or a comment after `#`).
    pub(crate) fn parse(line: &str) -> Result<Option<Self>, Unclear> {
        let line = line.split('#').next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        let [first, rest @ ..] = &words[..] else {
            return Ok(None);
        };
        let verb = match *first {
            "pingall" => alone("pingall", rest, Self::PingAll),
            "exit" | "quit" => alone("exit", rest, Self::Exit),
            "help" | "?" => help(rest),
            "link" => link(rest),
            "iperf" => match rest {
                [from, to] => Ok(Self::Iperf {
                    from: (*from).to_owned(),
                    to: (*to).to_owned(),
                }),
                _ => Err(usage("iperf")),
            },
            "dump" => match rest {
                [switch] => Ok(ask(&["flows", switch])),
                _ => Err(usage("dump")),
            },
            "trace" | "path" | "switches" | "links" | "hosts" | "flows" | "groups" | "apps"
            | "pools" | "notices" => Ok(ask(&words)),
            host => by_host(host, rest),
        };
        verb.map(Some)
    }
}

fn ask(words: &[&str]) -> Verb {
    Verb::Ask(words.iter().map(|&word| word.to_owned()).collect())
}

fn alone(name: &str, rest: &[&str], verb: Verb) -> Result<Verb, Unclear> {
    if rest.is_empty() {
        Ok(verb)
    } else {
        Err(usage(name))
    }
}

fn help(rest: &[&str]) -> Result<Verb, Unclear> {
    match rest {
        [] => Ok(Verb::Help(None)),
        [name] if about(name).is_some() => Ok(Verb::Help(Some((*name).to_owned()))),
        [name, ..] => Err(unknown(name)),
    }
}

fn link(rest: &[&str]) -> Result<Verb, Unclear> {
    let [a, b, state] = rest else {
        return Err(usage("link"));
    };
    let up = match *state {
        "up" => true,
        "down" => false,
        _ => return Err(usage("link")),
    };
    Ok(Verb::Link {
        a: (*a).to_owned(),
        b: (*b).to_owned(),
        up,
    })
}

/// `h1 ping h2`: the host comes first, as in Mininet.
fn by_host(host: &str, rest: &[&str]) -> Result<Verb, Unclear> {
    let from = host.to_owned();
    match rest {
        ["ping", arguments @ ..] => ping(from, arguments),
        ["arping"] => Ok(Verb::Arping { from, to: None }),
        ["arping", to] => Ok(Verb::Arping {
            from,
            to: Some((*to).to_owned()),
        }),
        ["get", target] => get(from, target),
        [known @ ("arping" | "get"), ..] => Err(usage(known)),
        [what, ..] if host.starts_with('h') => Err(Unclear(format!(
            "a host can `ping`, `arping` and `get`, not `{what}`"
        ))),
        _ => Err(unknown(host)),
    }
}

fn ping(from: String, arguments: &[&str]) -> Result<Verb, Unclear> {
    let (count, to) = match arguments {
        [to] => (1, to),
        ["-c", count, to] | [to, "-c", count] => {
            let number = count.parse().ok().filter(|n| (1..=MOST_PINGS).contains(n));
            let wrong = || {
                Unclear(format!(
                    "`{count}` is not a number of pings, 1 to {MOST_PINGS}"
                ))
            };
            (number.ok_or_else(wrong)?, to)
        }
        _ => return Err(usage("ping")),
    };
    let to = (*to).to_owned();
    Ok(Verb::Ping { from, to, count })
}

fn get(from: String, target: &str) -> Result<Verb, Unclear> {
    let (to, port) = match target.rsplit_once(':') {
        Some((to, port)) => {
            let wrong = |_| Unclear(format!("`{port}` is not a TCP port, 1 to 65535"));
            (
                to,
                port.parse::<std::num::NonZeroU16>().map_err(wrong)?.get(),
            )
        }
        None => (target, 80),
    };
    let to = to.to_owned();
    Ok(Verb::Get { from, to, port })
}

/// The command of this name.
pub(crate) fn about(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name)
}

fn usage(name: &str) -> Unclear {
    let usage = about(name).map_or(name, |command| command.usage);
    Unclear(format!("it is typed `{usage}`"))
}

fn unknown(word: &str) -> Unclear {
    let near = COMMANDS
        .iter()
        .map(|command| (strsim::jaro_winkler(word, command.name), command.name))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness > 0.8);
    let hint = match near {
        Some((_, name)) => format!("did you mean `{name}`?"),
        None => "`help` shows all".to_owned(),
    };
    Unclear(format!("there is no command `{word}`; {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Verb {
        Verb::parse(line).unwrap().unwrap()
    }

    fn refused(line: &str) -> String {
        Verb::parse(line).unwrap_err().to_string()
    }

    #[test]
    fn a_host_acts_by_its_name() {
        let ping = |count| Verb::Ping {
            from: "h1".to_owned(),
            to: "h2".to_owned(),
            count,
        };
        assert_eq!(parsed("h1 ping h2"), ping(1));
        assert_eq!(parsed("  h1 ping -c 3 h2 # thrice"), ping(3));
        assert_eq!(parsed("h1 ping h2 -c 3"), ping(3));
        assert_eq!(
            parsed("h1 get 10.0.0.100:8080"),
            Verb::Get {
                from: "h1".to_owned(),
                to: "10.0.0.100".to_owned(),
                port: 8080
            }
        );
    }

    #[test]
    fn a_cable_is_cut_and_mended() {
        let link = |up| Verb::Link {
            a: "s1".to_owned(),
            b: "s2".to_owned(),
            up,
        };
        assert_eq!(parsed("link s1 s2 down"), link(false));
        assert_eq!(parsed("link s1 s2 up"), link(true));
        assert_eq!(refused("link s1 s2"), "it is typed `link s1 s2 up|down`");
    }

    #[test]
    fn what_the_program_can_be_asked_is_asked() {
        assert_eq!(parsed("dump s1"), ask(&["flows", "s1"]));
        assert_eq!(
            parsed("trace h1 h2 tcp dst=80"),
            ask(&["trace", "h1", "h2", "tcp", "dst=80"])
        );
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(Verb::parse("   ").unwrap(), None);
        assert_eq!(Verb::parse("# pingall").unwrap(), None);
    }

    #[test]
    fn what_is_wrong_is_told_with_what_would_be_right() {
        assert_eq!(
            refused("pingal"),
            "there is no command `pingal`; did you mean `pingall`?"
        );
        assert_eq!(
            refused("xyzzy"),
            "there is no command `xyzzy`; `help` shows all"
        );
        assert_eq!(refused("h1 ping"), "it is typed `h1 ping [-c COUNT] h2`");
        assert_eq!(
            refused("h1 ping -c 0 h2"),
            "`0` is not a number of pings, 1 to 1000"
        );
        assert_eq!(
            refused("h1 dance"),
            "a host can `ping`, `arping` and `get`, not `dance`"
        );
        assert_eq!(refused("h1 get h2:0"), "`0` is not a TCP port, 1 to 65535");
    }

    #[test]
    fn every_command_has_help() {
        for command in COMMANDS {
            assert_eq!(
                parsed(&format!("help {}", command.name)),
                Verb::Help(Some(command.name.to_owned()))
            );
            assert!(command.usage.contains(command.name));
        }
    }
}
