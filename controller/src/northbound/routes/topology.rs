//! The topology: all at once, links, hosts.

use axum::Json;
use axum::extract::State;

use super::Shared;
use crate::northbound::extract::Segment;
use crate::northbound::model::{HostView, LinkView, Problem, TopologyView};
use crate::northbound::problem::Answer;
use crate::northbound::{names, views};

/// Everything the map draws. `seq` is where to follow `/api/v1/events` from
#[utoipa::path(get, path = "/api/v1/topology", tag = "topology",
    responses((status = 200, body = TopologyView)))]
pub(super) async fn topology(State(api): Shared) -> Json<TopologyView> {
    // In this order: what changes in between is told again by events after `seq`.
    let seq = api.events.newest();
    Json(views::topology(&api.network.snapshot(), seq))
}

/// Cables between switches, both directions in one
#[utoipa::path(get, path = "/api/v1/links", tag = "topology",
    responses((status = 200, body = [LinkView])))]
pub(super) async fn links(State(api): Shared) -> Json<Vec<LinkView>> {
    Json(views::links(&api.network.snapshot()))
}

/// Hosts
#[utoipa::path(get, path = "/api/v1/hosts", tag = "topology",
    responses((status = 200, body = [HostView])))]
pub(super) async fn hosts(State(api): Shared) -> Json<Vec<HostView>> {
    Json(views::hosts(&api.network.snapshot()))
}

/// One host
#[utoipa::path(get, path = "/api/v1/hosts/{id}", tag = "topology",
    params(("id" = String, Path, description = "MAC address (with `@vlan`), IP address or name")),
    responses(
        (status = 200, body = HostView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn host(State(api): Shared, Segment(id): Segment) -> Answer<HostView> {
    let snapshot = api.network.snapshot();
    let host = names::host(&snapshot, &id, "id")?;
    Ok(Json(views::host(&snapshot, &host)))
}
