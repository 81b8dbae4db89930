//! Pools of the load balancer. They are its settings: what changes here is remembered with them.

use std::time::Duration;

use app_load_balancer::{LbMessage, PoolError, PoolSpec, PoolView, Reply, ServerChange, ServerRef};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use tokio::sync::oneshot;

use super::Shared;
use crate::northbound::Api;
use crate::northbound::apps::send_problem;
use crate::northbound::extract::{JsonBody, Segment};
use crate::northbound::model::Problem;
use crate::northbound::problem::Answer;
use crate::runtime::SendError;
use crate::words::explain;

/// Name of the app in the registry.
const APP: &str = "load-balancer";

/// What the app has to answer.
const ANSWER_DEADLINE: Duration = Duration::from_secs(5);

/// Pools with the state of their servers
#[utoipa::path(get, path = "/api/v1/pools", tag = "pools",
    responses(
        (status = 200, body = [PoolView]),
        (status = 409, description = "The load balancer does not run",
            body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn pools(State(api): Shared) -> Answer<Vec<PoolView>> {
    ask(&api, LbMessage::List).await.map(Json)
}

/// Makes a pool
#[utoipa::path(post, path = "/api/v1/pools", tag = "pools",
    request_body = PoolSpec,
    responses(
        (status = 201, body = PoolView),
        (status = 409, description = "The load balancer does not run, or another pool has the \
            name or the address",
            body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn create_pool(
    State(api): Shared,
    JsonBody(spec): JsonBody<PoolSpec>,
) -> Result<impl IntoResponse, Problem> {
    let view = change(&api, |reply| LbMessage::Create(spec, reply)).await?;
    let location = [(LOCATION, format!("/api/v1/pools/{}", view.spec.name))];
    Ok((StatusCode::CREATED, location, Json(view)))
}

/// One pool
#[utoipa::path(get, path = "/api/v1/pools/{name}", tag = "pools",
    params(("name" = String, Path, description = "Name of the pool")),
    responses(
        (status = 200, body = PoolView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The load balancer does not run",
            body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn pool(State(api): Shared, Segment(name): Segment) -> Answer<PoolView> {
    ask(&api, |reply| LbMessage::Show(name, reply))
        .await
        .map(Json)
}

/// Replaces a pool; servers that stay keep their clients
#[utoipa::path(put, path = "/api/v1/pools/{name}", tag = "pools",
    params(("name" = String, Path, description = "Name of the pool")),
    request_body = PoolSpec,
    responses(
        (status = 200, body = PoolView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The load balancer does not run, or another pool has the \
            address",
            body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn replace_pool(
    State(api): Shared,
    Segment(name): Segment,
    JsonBody(spec): JsonBody<PoolSpec>,
) -> Answer<PoolView> {
    if spec.name != name {
        let detail = format!("`name` must be `{name}`, as in the address");
        return Err(Problem::bad_field("name", detail));
    }
    change(&api, |reply| LbMessage::Replace(spec, reply))
        .await
        .map(Json)
}

/// Deletes a pool
#[utoipa::path(delete, path = "/api/v1/pools/{name}", tag = "pools",
    params(("name" = String, Path, description = "Name of the pool")),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The load balancer does not run",
            body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn delete_pool(
    State(api): Shared,
    Segment(name): Segment,
) -> Result<StatusCode, Problem> {
    change(&api, |reply| LbMessage::Delete(name, reply)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes a server's weight, drains it, or takes it back
#[utoipa::path(patch, path = "/api/v1/pools/{name}/servers/{address}", tag = "pools",
    params(
        ("name" = String, Path, description = "Name of the pool"),
        ("address" = String, Path, description = "IPv4 address, with `:port` where several \
            servers of the pool have it"),
    ),
    request_body = ServerChange,
    responses(
        (status = 200, body = PoolView),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The load balancer does not run, or the address is ambiguous",
            body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn change_server(
    State(api): Shared,
    Path((pool, address)): Path<(String, String)>,
    JsonBody(server_change): JsonBody<ServerChange>,
) -> Answer<PoolView> {
    let server: ServerRef = address.parse().map_err(|_| {
        let detail = format!("`{address}` is not a server: give an IPv4 address, or address:port");
        Problem::new(StatusCode::BAD_REQUEST, "bad_parameter", detail).at("address")
    })?;
    let message = |reply| LbMessage::ChangeServer {
        pool,
        server,
        change: server_change,
        reply,
    };
    change(&api, message).await.map(Json)
}

/// Asks, and remembers the pools as they are afterwards.
async fn change<T: Send + 'static>(
    api: &Api,
    message: impl FnOnce(Reply<T>) -> LbMessage,
) -> Result<T, Problem> {
    let answer = ask(api, message).await?;
    api.apps.remember(APP).await;
    Ok(answer)
}

async fn ask<T: Send + 'static>(
    api: &Api,
    message: impl FnOnce(Reply<T>) -> LbMessage,
) -> Result<T, Problem> {
    let (sender, answer) = oneshot::channel();
    let reply = Reply::new(move |answer| {
        // Who asked may be gone: then nobody waits for it.
        let _ = sender.send(answer);
    });
    api.pools
        .send(message(reply))
        .await
        .map_err(|error| send_problem(APP, &error))?;
    match tokio::time::timeout(ANSWER_DEADLINE, answer).await {
        Ok(Ok(answer)) => answer.map_err(problem),
        // It was stopped with the question in its queue.
        Ok(Err(_)) => Err(send_problem(APP, &SendError::NotRunning)),
        Err(_) => Err(send_problem(APP, &SendError::Busy)),
    }
}

fn problem(error: PoolError) -> Problem {
    let text = error.to_string();
    match error {
        PoolError::Invalid(wrong) => Problem::from_body(explain(&wrong.field, &wrong.problem)),
        PoolError::Conflict { field, .. } => Problem::conflict("pool_exists", text).at(field),
        PoolError::NoPool(_) => Problem::not_found(text).at("name"),
        PoolError::NoServer { .. } => Problem::not_found(text).at("address"),
        PoolError::AmbiguousServer { .. } => {
            Problem::conflict("ambiguous_name", text).at("address")
        }
        other => Problem::conflict("refused", other.to_string()),
    }
}
