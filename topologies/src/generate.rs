//! Networks by name and arguments: `fat-tree,4`, `tree,depth=2,fanout=3`.

use crate::dice::Dice;
use crate::topology::{Builder, Invalid, SwitchNo, TooLarge, Topology};

/// What `NAME,ARGS` could not be made of.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SpecError {
    #[error("there is no topology `{spec}`; there are {}", usages())]
    UnknownName { spec: String },
    #[error("`{spec}`: {problem}; expected {usage}")]
    Arguments {
        spec: String,
        usage: &'static str,
        problem: String,
    },
    #[error("`{spec}`: {source}")]
    Invalid { spec: String, source: Invalid },
}

impl Topology {
    /// Makes a network from a name and arguments, by position or as `key=value`.
    ///
    /// | spec | switches | hosts | links |
    /// |---|---|---|---|
    /// | `single,HOSTS` | 1 | HOSTS | 0 |
    /// | `linear,SWITCHES[,HOSTS]` | n | HOSTS (1) each | n − 1 |
    /// | `ring,SWITCHES` | n | 1 each | n |
    /// | `tree,DEPTH,FANOUT` | every node above the leaves | FANOUT^DEPTH | all but one switch's |
    /// | `torus,X,Y` | X·Y | 1 each | 2·X·Y |
    /// | `mesh,SWITCHES` | n | 1 each | n·(n − 1)/2 |
    /// | `leaf-spine,SPINES,LEAVES[,HOSTS]` | both | HOSTS (2) a leaf | SPINES·LEAVES |
    /// | `fat-tree,K` | 5·K²/4 | K³/4 | K³/2 |
    /// | `parallel,[SWITCHES,]LINKS` | n (2) in a row | 1 each | LINKS between neighbours |
    /// | `random,SWITCHES,LINKS[,SEED]` | n | 1 each | LINKS, connected, no two parallel |
    ///
    /// # Errors
    /// When the name is unknown, an argument is missing, left over, not a number or out of range, or
    /// the network would be larger than the limits allow; the message shows what is expected.
    pub fn parse(spec: &str) -> Result<Self, SpecError> {
        let unknown = || SpecError::UnknownName {
            spec: spec.to_owned(),
        };
        let kind = Kind::of(spec).ok_or_else(unknown)?;
        let refuse = |problem| SpecError::Arguments {
            spec: spec.to_owned(),
            usage: kind.usage,
            problem,
        };
        let arguments: Vec<&str> = spec.split(',').skip(1).map(str::trim).collect();
        let values = kind.values(&arguments).map_err(refuse)?;
        let mut builder = Builder::default();
        (kind.build)(&mut builder, &values).map_err(|problem| refuse(problem.to_string()))?;
        builder.build(spec).map_err(|source| SpecError::Invalid {
            spec: spec.to_owned(),
            source,
        })
    }
}

/// Whether a text begins with the name of a generator.
pub(crate) fn names_generator(spec: &str) -> bool {
    Kind::of(spec).is_some()
}

/// Every generator with its arguments, for messages.
pub(crate) fn usages() -> String {
    KINDS
        .iter()
        .map(|kind| kind.usage)
        .collect::<Vec<_>>()
        .join("; ")
}

/// A generator: a row of the table below.
struct Kind {
    /// Its name and arguments.
    usage: &'static str,
    parameters: &'static [Parameter],
    build: fn(&mut Builder, &[u64]) -> Result<(), BuildError>,
}

struct Parameter {
    name: &'static str,
    least: u64,
    default: Option<u64>,
}

#[derive(Debug, thiserror::Error)]
enum BuildError {
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    #[error("{0}")]
    Argument(&'static str),
}

const fn needed(name: &'static str, least: u64) -> Parameter {
    Parameter {
        name,
        least,
        default: None,
    }
}

const fn optional(name: &'static str, default: u64) -> Parameter {
    Parameter {
        name,
        least: 1,
        default: Some(default),
    }
}

const KINDS: &[Kind] = &[
    Kind {
        usage: "single,HOSTS",
        parameters: &[needed("hosts", 1)],
        build: single,
    },
    Kind {
        usage: "linear,SWITCHES[,HOSTS]",
        parameters: &[needed("switches", 1), optional("hosts", 1)],
        build: linear,
    },
    Kind {
        usage: "ring,SWITCHES",
        parameters: &[needed("switches", 3)],
        build: ring,
    },
    Kind {
        usage: "tree,DEPTH,FANOUT",
        parameters: &[needed("depth", 1), needed("fanout", 1)],
        build: tree,
    },
    Kind {
        usage: "torus,X,Y",
        parameters: &[needed("x", 3), needed("y", 3)],
        build: torus,
    },
    Kind {
        usage: "mesh,SWITCHES",
        parameters: &[needed("switches", 1)],
        build: mesh,
    },
    Kind {
        usage: "leaf-spine,SPINES,LEAVES[,HOSTS]",
        parameters: &[
            needed("spines", 1),
            needed("leaves", 1),
            optional("hosts", 2),
        ],
        build: leaf_spine,
    },
    Kind {
        usage: "fat-tree,K",
        parameters: &[needed("k", 2)],
        build: fat_tree,
    },
    Kind {
        usage: "parallel,[SWITCHES,]LINKS",
        parameters: &[optional("switches", 2), needed("links", 1)],
        build: parallel,
    },
    Kind {
        usage: "random,SWITCHES,LINKS[,SEED]",
        parameters: &[
            needed("switches", 1),
            needed("links", 0),
            optional("seed", 1),
        ],
        build: random,
    },
];

impl Kind {
    fn of(spec: &str) -> Option<&'static Self> {
        let name = spec.split(',').next()?.trim();
        KINDS
            .iter()
            .find(|kind| kind.usage.split(',').next() == Some(name))
    }

    /// One value for each parameter. By position, the ones that must be given come first: as many
    /// arguments as those leave every optional one at its default, wherever it stands.
    fn values(&self, arguments: &[&str]) -> Result<Vec<u64>, String> {
        let mut values: Vec<Option<u64>> = vec![None; self.parameters.len()];
        let (keyed, placed): (Vec<&str>, Vec<&str>) =
            arguments.iter().partition(|a| a.contains('='));
        let needed = self
            .parameters
            .iter()
            .filter(|p| p.default.is_none())
            .count();
        let mut places = (0..values.len())
            .filter(|&at| placed.len() > needed || self.parameters[at].default.is_none());
        for text in &placed {
            let at = places
                .next()
                .ok_or_else(|| format!("`{text}` is one argument too many"))?;
            values[at] = Some(self.number(at, text)?);
        }
        for argument in keyed {
            let (key, text) = argument.split_once('=').unwrap_or((argument, ""));
            let at = self.parameters.iter().position(|p| p.name == key);
            let at = at.ok_or_else(|| format!("there is no argument `{key}`"))?;
            if values[at].replace(self.number(at, text)?).is_some() {
                return Err(format!("`{key}` is given twice"));
            }
        }
        let missing = |p: &Parameter| format!("{} is missing", p.name.to_uppercase());
        let value =
            |(value, p): (Option<u64>, &Parameter)| value.or(p.default).ok_or_else(|| missing(p));
        values.into_iter().zip(self.parameters).map(value).collect()
    }

    fn number(&self, at: usize, text: &str) -> Result<u64, String> {
        let Parameter { name, least, .. } = self.parameters[at];
        let name = name.to_uppercase();
        let number: u64 = text
            .parse()
            .map_err(|_| format!("{name} is a number, not `{text}`"))?;
        if number < least {
            return Err(format!("{name} is at least {least}, not {number}"));
        }
        Ok(number)
    }
}

fn single(network: &mut Builder, args: &[u64]) -> Result<(), BuildError> {
    let switch = network.switch()?;
    Ok(network.hosts(switch, args[0])?)
}

/// Switches in a row or a ring, each with hosts.
fn row(network: &mut Builder, count: u64, hosts: u64) -> Result<Vec<SwitchNo>, BuildError> {
    let switches = network.switches(count)?;
    for &switch in &switches {
        network.hosts(switch, hosts)?;
    }
    for pair in switches.windows(2) {
        network.link(pair[0], pair[1])?;
    }
    Ok(switches)
}

fn linear(network: &mut Builder, args: &[u64]) -> Result<(), BuildError> {
    row(network, args[0], args[1]).map(drop)
}

fn ring(network: &mut Builder, args: &[u64]) -> Result<(), BuildError> {
    let switches = row(network, args[0], 1)?;
    Ok(network.link(switches[switches.len() - 1], switches[0])?)
}

/// Switches are numbered from the root down the first branch first, as in Mininet.
fn tree(network: &mut Builder, args: &[u64]) -> Result<(), BuildError> {
    let (depth, fanout) = (args[0], args[1]);
    let mut branches = vec![(network.switch()?, depth, fanout)];
    while let Some((switch, levels, left)) = branches.last_mut() {
        if *levels == 1 {
            network.hosts(*switch, fanout)?;
        } else if *left > 0 {
            *left -= 1;
            let child = network.switch()?;
            network.link(*switch, child)?;
            let branch = (child, *levels - 1, fanout);
            branches.push(branch);
            continue;
        }
        branches.pop();
    }
    Ok(())
}

fn torus(network: &mut Builder, args: &[u64]) -> Result<(), BuildError> {
    let (columns, rows) = (args[0], args[1]);
    let count = columns.saturating_mul(rows);
    let switches = network.switches(count)?;
    let at = |x: u64, y: u64| switches[((x % columns) * rows + y % rows) as usize];
    for x in 0..columns {
        for y in 0..rows {
            network.host(at(x, y))?;
            network.link(at(x, y), at(x, y + 1))?;
            network.link(at(x, y), at(x + 1, y))?;
        }
    }
    Ok(())
}

fn mesh(network: &mut Builder, args: &[u64]) -> Result<(), BuildError> {
    let switches = network.switches(args[0])?;
    for (number, &switch) in switches.iter().enumerate() {
        network.host(switch)?;
        for &other in &switches[number + 1..] {
            network.link(switch, other)?;
        }
    }
    Ok(())
}

/// Spines are numbered first.
fn leaf_spine(network: &mut Builder, args: &[u64]) -> Result<(), BuildError> {
    let (spines, leaves, hosts) = (args[0], args[1], args[2]);
    let spines = network.switches(spines)?;
    for leaf in network.switches(leaves)? {
        network.hosts(leaf, hosts)?;
        for &spine in &spines {
            network.link(spine, leaf)?;
        }
    }
    Ok(())
}

/// Al-Fares, Loukissas, Vahdat 2008: K pods of K/2 aggregation and K/2 edge switches, each with K
/// ports. Numbered core, then aggregation, then edge, pod by pod.
fn fat_tree(network: &mut Builder, args: &[u64]) -> Result<(), BuildError> {
    let pods = args[0];
    if pods % 2 == 1 {
        return Err(BuildError::Argument(
            "K is even: half of the ports lead up, half down",
        ));
    }
    let half = pods / 2;
    let cores = network.switches(half.saturating_mul(half))?;
    let aggregations = network.switches(pods.saturating_mul(half))?;
    let edges = network.switches(pods.saturating_mul(half))?;
    let half = half as usize;
    for (aggregation, edges) in aggregations.chunks(half).zip(edges.chunks(half)) {
        for (&switch, cores) in aggregation.iter().zip(cores.chunks(half)) {
            for &core in cores {
                network.link(core, switch)?;
            }
        }
        for &edge in edges {
            network.hosts(edge, half as u64)?;
            for &switch in aggregation {
                network.link(switch, edge)?;
            }
        }
    }
    Ok(())
}

fn parallel(network: &mut Builder, args: &[u64]) -> Result<(), BuildError> {
    let (switches, links) = (args[0], args[1]);
    if switches < 2 {
        return Err(BuildError::Argument("SWITCHES is at least 2"));
    }
    let switches = row(network, switches, 1)?;
    for pair in switches.windows(2) {
        for _ in 1..links {
            network.link(pair[0], pair[1])?;
        }
    }
    Ok(())
}

/// A random tree, so that all are connected, then random pairs not yet joined.
fn random(network: &mut Builder, args: &[u64]) -> Result<(), BuildError> {
    let (count, links, seed) = (args[0], args[1], args[2]);
    let most = u128::from(count) * u128::from(count - 1) / 2;
    if links.saturating_add(1) < count || u128::from(links) > most {
        let problem = "LINKS is from SWITCHES - 1, which connects all, to one for each pair";
        return Err(BuildError::Argument(problem));
    }
    let switches = network.switches(count)?;
    let mut dice = Dice::new(seed);
    let mut joined = std::collections::BTreeSet::new();
    for upper in 1..count {
        joined.insert((dice.below(upper), upper));
    }
    while (joined.len() as u64) < links {
        let (a, b) = (dice.below(count), dice.below(count));
        if a != b {
            joined.insert((a.min(b), a.max(b)));
        }
        if joined.len() > crate::topology::MAX_LINKS {
            break; // refused below, link by link
        }
    }
    for &switch in &switches {
        network.host(switch)?;
    }
    for (a, b) in joined {
        network.link(switches[a as usize], switches[b as usize])?;
    }
    Ok(())
}
