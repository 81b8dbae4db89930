//! Paths between two hosts or switches.

use app_api::Snapshot;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use openflow::{Dpid, PortNo};
use serde::Deserialize;
use topologies::Path;
use topologies::paths::k_shortest;

use super::Shared;
use crate::northbound::extract::Params;
use crate::northbound::model::{HopView, PathView, PathsView, Problem};
use crate::northbound::names::{self, Node};
use crate::northbound::problem::Answer;
use crate::northbound::trace::path_in_use;
use crate::northbound::views;

/// Most paths that can be asked for: each costs a search of the whole network.
const MOST_PATHS: usize = 16;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PathsQuery {
    /// A host's id, name or IP address, or a switch's datapath id or name.
    from: String,
    /// The same.
    to: String,
    /// How many paths to list, 1 to 16.
    #[serde(default = "one")]
    #[param(minimum = 1, maximum = 16, default = 1)]
    k: usize,
}

fn one() -> usize {
    1
}

/// Paths between two hosts or switches
///
/// Between hosts, the one their packets take now comes first, as the flow entries on the switches
/// say; the others by cost. Where there are no such entries yet, all by cost.
#[utoipa::path(get, path = "/api/v1/paths", tag = "topology",
    params(PathsQuery),
    responses(
        (status = 200, body = PathsView),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn paths(
    State(api): Shared,
    Params(query): Params<PathsQuery>,
) -> Answer<PathsView> {
    if !(1..=MOST_PATHS).contains(&query.k) {
        let detail = format!("`k` must be a whole number from 1 to {MOST_PATHS}");
        return Err(Problem::new(StatusCode::BAD_REQUEST, "bad_parameter", detail).at("k"));
    }
    let snapshot = api.network.snapshot();
    let ends = (
        names::node(&snapshot, &query.from, "from")?,
        names::node(&snapshot, &query.to, "to")?,
    );
    let (from, to) = (End::of(&ends.0), End::of(&ends.1));
    let mut paths = k_shortest(snapshot.graph(), from.dpid, to.dpid, query.k);
    if let (Node::Host(a), Node::Host(b)) = &ends
        && let Some(used) = path_in_use(&api.rules, &snapshot, a, b).await
    {
        paths.retain(|path| *path != used);
        paths.insert(0, used);
        paths.truncate(query.k);
    }
    Ok(Json(PathsView {
        paths: paths
            .iter()
            .map(|path| view(&snapshot, path, &from, &to))
            .collect(),
        from: from.id,
        to: to.id,
    }))
}

/// A switch, and the port of the host behind it.
struct End {
    id: String,
    dpid: Dpid,
    port: Option<PortNo>,
}

impl End {
    fn of(node: &Node) -> Self {
        match node {
            Node::Switch(switch) => Self {
                id: switch.dpid.to_string(),
                dpid: switch.dpid,
                port: None,
            },
            Node::Host(host) => Self {
                id: host.id.to_string(),
                dpid: host.at.dpid,
                port: Some(host.at.port),
            },
        }
    }
}

fn view(snapshot: &Snapshot, path: &Path, from: &End, to: &End) -> PathView {
    // Ports that no host is at are taken out again.
    let nowhere = PortNo::ANY;
    let hops = path.hops(from.port.unwrap_or(nowhere), to.port.unwrap_or(nowhere));
    let known = |port: PortNo| (port != nowhere).then_some(port.0);
    PathView {
        cost: u32::try_from(path.cost).unwrap_or(u32::MAX),
        hops: hops
            .into_iter()
            .map(|hop| HopView {
                dpid: hop.dpid.to_string(),
                switch: snapshot.switch_label(hop.dpid),
                in_port: known(hop.in_port),
                out_port: known(hop.out_port),
            })
            .collect(),
        links: path
            .links
            .iter()
            .map(|link| views::cable_id(*link))
            .collect(),
    }
}
