//! The routes, one file per noun.

mod annotations;
mod apps;
mod controller;
mod events;
mod flows;
mod paths;
mod pools;
mod switches;
mod topology;
mod trace;

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::{DefaultOnFailure, TraceLayer};
use tracing::Level;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::guard::{cors, guard};
use super::model::Problem;
use super::{Api, assets, openapi};

type Shared = State<Arc<Api>>;

/// REST v1 with its description.
pub(super) fn v1() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(openapi::frame())
        .routes(routes!(controller::controller))
        .routes(routes!(controller::notices))
        .routes(routes!(topology::topology))
        .routes(routes!(topology::links))
        .routes(routes!(topology::hosts))
        .routes(routes!(topology::host))
        .routes(routes!(switches::switches))
        .routes(routes!(switches::switch))
        .routes(routes!(switches::ports))
        .routes(routes!(switches::port, switches::change_port))
        .routes(routes!(flows::switch_flows))
        .routes(routes!(flows::switch_groups))
        .routes(routes!(flows::flows))
        .routes(routes!(paths::paths))
        .routes(routes!(trace::trace))
        .routes(routes!(apps::apps))
        .routes(routes!(apps::app, apps::change_app))
        .routes(routes!(pools::pools, pools::create_pool))
        .routes(routes!(
            pools::pool,
            pools::replace_pool,
            pools::delete_pool
        ))
        .routes(routes!(pools::change_server))
        .routes(routes!(annotations::annotations, annotations::annotate))
        .routes(routes!(events::events))
}

/// Everything the controller answers over HTTP.
pub(super) fn router(api: Arc<Api>) -> Router {
    let access = Arc::clone(&api.access);
    let (v1, document) = v1().split_for_parts();
    let document = openapi::text(&document);
    let guarded = v1
        .route("/api/v1/openapi.json", get(move || openapi_json(document)))
        .route("/api", any(no_route))
        .route("/api/{*rest}", any(no_route))
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(Arc::clone(&access), guard))
        // Before the guard: browsers ask for permission without a token.
        .layer(cors(&access));
    guarded
        .route("/metrics", get(metrics))
        .route("/live", get(live))
        .route("/ready", get(ready))
        .fallback(assets::serve)
        // Bodies are limited where they are read, with an answer of our own.
        .layer(DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(panicked))
        // Not an error for the log: a 503 is an answer, and a panic is there already.
        .layer(TraceLayer::new_for_http().on_failure(DefaultOnFailure::new().level(Level::DEBUG)))
        .with_state(api)
}

async fn openapi_json(document: String) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], document)
}

async fn no_route(request: Request) -> Problem {
    let path = request.uri().path();
    Problem::not_found(format!(
        "there is no `{path}`; what there is says /api/v1/openapi.json"
    ))
}

async fn wrong_method(request: Request) -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        format!(
            "`{}` does not take {}",
            request.uri().path(),
            request.method()
        ),
    )
}

async fn metrics(State(api): Shared) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, kind)], api.metrics.encode())
}

async fn live() -> &'static str {
    "alive\n"
}

async fn ready(State(api): Shared) -> Response {
    if api.ready.load(Ordering::Acquire) {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, "starting\n").into_response()
}

/// What it panicked with is in the log already, by the panic hook; it is not for clients.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal_error",
        "something in the controller broke while it answered; its log says what",
    )
    .into_response()
}
