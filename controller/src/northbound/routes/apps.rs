//! Apps: list, start, stop, configure.

use axum::Json;
use axum::extract::State;

use super::Shared;
use crate::northbound::extract::{JsonBody, Segment};
use crate::northbound::model::{AppChange, AppView, Problem};
use crate::northbound::problem::Answer;

/// Apps in the order in which their rules win
#[utoipa::path(get, path = "/api/v1/apps", tag = "apps",
    responses((status = 200, body = [AppView])))]
pub(super) async fn apps(State(api): Shared) -> Json<Vec<AppView>> {
    Json(api.apps.views().await)
}

/// One app
#[utoipa::path(get, path = "/api/v1/apps/{name}", tag = "apps",
    params(("name" = String, Path, description = "Name of the app")),
    responses(
        (status = 200, body = AppView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn app(State(api): Shared, Segment(name): Segment) -> Answer<AppView> {
    Ok(Json(api.apps.view(&name).await?))
}

/// Starts, stops or configures an app
///
/// Settings are checked first: where they are refused, nothing changes. The change outlives a
/// restart of the controller.
#[utoipa::path(patch, path = "/api/v1/apps/{name}", tag = "apps",
    params(("name" = String, Path, description = "Name of the app")),
    request_body = AppChange,
    responses(
        (status = 200, body = AppView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "It does not take these settings",
            body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "It does not answer",
            body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn change_app(
    State(api): Shared,
    Segment(name): Segment,
    JsonBody(change): JsonBody<AppChange>,
) -> Answer<AppView> {
    Ok(Json(api.apps.change(&name, change).await?))
}
