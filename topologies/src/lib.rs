//! The network as a value: graphs of switches, paths through them, and descriptions of networks
//! that can be brought up: emulated in this process or in Mininet, each a feature. No I/O but
//! reading a topology file and driving Mininet.

pub mod catalog;
pub mod dice;
#[cfg(feature = "emulate")]
pub mod emulate;
pub mod generate;
pub mod graph;
pub mod load;
#[cfg(feature = "mininet")]
pub mod mininet;
pub mod paths;
pub mod spanning;
pub mod topology;
#[cfg(feature = "trace")]
pub mod trace;

pub use graph::{Graph, Link, LinkEnd, LinkId};
pub use paths::{Hop, Path, ShortestDag};
pub use spanning::SpanningForest;
pub use topology::Topology;
