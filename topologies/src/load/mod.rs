//! Networks from files: our own JSON, networkx node-link JSON (as the Python package `topohub`
//! ships the Internet Topology Zoo and SNDlib) and GraphML (as the Topology Zoo publishes it).
//!
//! A file may come from anyone: its size, its nodes and its links are limited, and what is wrong is
//! told with file, place and key. Our own JSON is taken as it is written. In the other formats a
//! node becomes a switch with one host, its name the switch's label; a link becomes a cable, also
//! when it is one of several between two nodes; a link from a node to itself is left out, since the
//! drawings have them for what is no cable. Lengths and speeds are not taken over: a lab at
//! 10 Gbit/s would be none.

mod graphml;
mod names;
mod node_link;

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::topology::{
    Builder, Coordinates, INTERFACE_NAME_MAX, Invalid, MAX_LINKS, MAX_NODES, TooLarge, Topology,
};

/// The largest file of topohub is 1.1 MB.
const MAX_BYTES: u64 = 16 << 20;
/// Each gets a host; the largest network of topohub has far fewer.
const MAX_FOREIGN_NODES: usize = 5_000;

/// A file that is not a network, and why.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct LoadError {
    pub path: PathBuf,
    #[source]
    pub problem: FileProblem,
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileProblem {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("larger than {} MiB", MAX_BYTES >> 20)]
    TooLong,
    #[error("not UTF-8 text")]
    NotText,
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error("{0}")]
    Xml(#[from] roxmltree::Error),
    #[error("{0}")]
    Invalid(#[from] Invalid),
    #[error("neither a topology of ours (`switches`) nor node-link data (`nodes`)")]
    NotATopology,
    #[error("{at}: {problem}")]
    Content { at: String, problem: String },
}

impl FileProblem {
    fn content(at: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Content {
            at: at.into(),
            problem: problem.into(),
        }
    }
}

impl From<TooLarge> for FileProblem {
    fn from(error: TooLarge) -> Self {
        Self::content("nodes", error.to_string())
    }
}

impl Topology {
    /// Reads a network from a file: GraphML when it is XML, otherwise JSON, ours or node-link.
    ///
    /// # Errors
    /// When the file cannot be read, is too large, or does not hold a network; the message names
    /// the file and the place in it.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let path = path.as_ref();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        read(path)
            .and_then(|text| from_text(&stem, &text))
            .map_err(|problem| LoadError {
                path: path.to_owned(),
                problem,
            })
    }
}

fn read(path: &Path) -> Result<String, FileProblem> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(FileProblem::TooLong);
    }
    String::from_utf8(bytes).map_err(|_| FileProblem::NotText)
}

/// `name` is for files that do not say one.
pub(crate) fn from_text(name: &str, text: &str) -> Result<Topology, FileProblem> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('<') {
        return graphml::read(text)?.build(name);
    }
    let value: serde_json::Value = serde_json::from_str(text)?;
    if value.get("switches").is_some() {
        // From the text, not from the value: then the error has line and column.
        return Ok(serde_json::from_str(text)?);
    }
    if value.get("nodes").is_some() {
        return node_link::read(&value)?.build(name);
    }
    Err(FileProblem::NotATopology)
}

/// What both foreign formats come down to.
#[derive(Debug, Default)]
struct Drawing {
    name: Option<String>,
    /// Both directions of a link may be written as two.
    directed: bool,
    nodes: Vec<Node>,
    /// Places in `nodes`.
    links: Vec<(usize, usize)>,
    places: HashMap<String, usize>,
}

#[derive(Debug)]
struct Node {
    label: Option<String>,
    /// As (longitude, latitude), or as (x, y) of a drawing that is no map.
    position: Option<(f64, f64)>,
}

impl Drawing {
    fn node(&mut self, at: &str, id: &str, node: Node) -> Result<(), FileProblem> {
        if self.nodes.len() == MAX_FOREIGN_NODES {
            let problem = format!("more than {MAX_FOREIGN_NODES} nodes");
            return Err(FileProblem::content(at, problem));
        }
        if let Some(earlier) = self.places.insert(id.to_owned(), self.nodes.len()) {
            let problem = format!("id: `{id}` is already that of nodes[{earlier}]");
            return Err(FileProblem::content(at, problem));
        }
        self.nodes.push(node);
        Ok(())
    }

    fn link(&mut self, at: &str, source: &str, target: &str) -> Result<(), FileProblem> {
        if self.links.len() == MAX_LINKS {
            return Err(FileProblem::content(
                at,
                format!("more than {MAX_LINKS} links"),
            ));
        }
        let place = |key: &str, id: &str| {
            let unknown = || FileProblem::content(at, format!("{key}: there is no node `{id}`"));
            self.places.get(id).copied().ok_or_else(unknown)
        };
        let link = (place("source", source)?, place("target", target)?);
        if link.0 != link.1 {
            self.links.push(link);
        }
        Ok(())
    }

    fn build(mut self, name: &str) -> Result<Topology, FileProblem> {
        if self.directed {
            self.links = cables(&self.links);
        }
        let geographic = self.is_map();
        let labels: Vec<Option<&str>> = self.nodes.iter().map(|n| n.label.as_deref()).collect();
        let names = names::short(&labels, self.longest_name());
        let mut network = Builder::default();
        let mut switches = Vec::with_capacity(self.nodes.len());
        for (node, name) in self.nodes.into_iter().zip(names) {
            let number = network.switch()?;
            network.host(number)?;
            let switch = network.edit(number);
            switch.name = name;
            switch.label = node.label;
            switch.coordinates = node
                .position
                .filter(|_| geographic)
                .map(|(lon, lat)| Coordinates { lat, lon });
            switches.push(number);
        }
        for (a, b) in self.links {
            network.link(switches[a], switches[b])?;
        }
        Ok(network.build(self.name.as_deref().unwrap_or(name))?)
    }

    /// What leaves room for `-eth` and the highest port number in the name of an interface, without
    /// becoming unwieldy.
    fn longest_name(&self) -> usize {
        let mut ports = vec![1usize; self.nodes.len()]; // one for the host
        for &(a, b) in &self.links {
            ports[a] += 1;
            ports[b] += 1;
        }
        let digits = ports.into_iter().max().unwrap_or(0).to_string().len();
        (INTERFACE_NAME_MAX - "-eth".len() - digits).min(9)
    }

    /// Whether the positions are on the globe. Some drawings have the pixels of a picture instead;
    /// one value out of range gives them away.
    fn is_map(&self) -> bool {
        let on_globe = |(x, y): (f64, f64)| x.abs() <= 180.0 && y.abs() <= 90.0;
        self.nodes
            .iter()
            .filter_map(|node| node.position)
            .all(on_globe)
    }
}

/// The cables behind directed links: two in opposite directions are one cable, two in the same
/// direction are two.
fn cables(links: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut unmatched: HashMap<(usize, usize), usize> = HashMap::new();
    let mut cables = Vec::new();
    for &(a, b) in links {
        match unmatched.get_mut(&(b, a)) {
            Some(count) if *count > 0 => *count -= 1,
            _ => {
                *unmatched.entry((a, b)).or_default() += 1;
                cables.push((a, b));
            }
        }
    }
    cables
}

#[cfg(test)]
mod tests;
