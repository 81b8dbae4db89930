//! The event stream.

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::HeaderMap;
use axum::response::Response;

use super::Shared;
use crate::northbound::events::{StreamQuery, respond};
use crate::northbound::extract::Params;
use crate::northbound::model::{EventView, Problem};

/// What happens: a snapshot, then one event a change
///
/// Server-sent events (event name `type`, id `seq`, the event as JSON in the data), or the same
/// JSON as WebSocket text messages where the request asks for an upgrade. A client that comes back
/// names the last `seq` it has and gets what changed since; where that is too long ago, it gets a
/// new `snapshot`. So does a client that does not keep up. Silence is filled with comments (SSE)
/// or pings (WebSocket) every 15 seconds.
#[utoipa::path(get, path = "/api/v1/events", tag = "events",
    params(StreamQuery,
        ("Last-Event-ID" = Option<u64>, Header, description = "As `since`, and before it")),
    responses(
        (status = 200, body = EventView, content_type = "text/event-stream"),
        (status = 101, description = "WebSocket"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too many clients",
            body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn events(
    State(api): Shared,
    Params(query): Params<StreamQuery>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    respond(&api, &query, &headers, upgrade)
}
