//! Bodies and query parameters: read, or refused with the field named.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody as _};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::model::Problem;
use crate::words::explain;

/// Longest body, bytes.
pub(super) const BODY_LIMIT: usize = 1 << 20;

/// A client that sends too much hears of it only after it has stopped sending: so that much is
/// thrown away before the answer, for so long at most.
const DISCARD_LIMIT: usize = 256 << 20;
const DISCARD_FOR: Duration = Duration::from_secs(10);

/// A body must have come by then.
const BODY_DEADLINE: Duration = Duration::from_secs(30);

/// A JSON body.
#[derive(Debug)]
pub(super) struct JsonBody<T>(pub(super) T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        // A web page can make a browser send a form, or text, to anywhere without being asked;
        // JSON it cannot. So the type is not only politeness.
        if !is_json(&request) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "the body must be JSON, with the header `Content-Type: application/json`",
            ));
        }
        parse(&read(request.into_body()).await?).map(Self)
    }
}

fn is_json(request: &Request) -> bool {
    let Some(given) = request.headers().get(CONTENT_TYPE) else {
        return false;
    };
    let essence = given.to_str().ok().and_then(|text| text.split(';').next());
    essence.is_some_and(|essence| {
        let essence = essence.trim().to_ascii_lowercase();
        essence == "application/json" || essence.ends_with("+json")
    })
}

async fn read(body: Body) -> Result<Bytes, Problem> {
    let announced = body.size_hint().lower();
    let mut chunks = body.into_data_stream();
    if announced > BODY_LIMIT as u64 {
        discard(chunks).await;
        return Err(too_large());
    }
    let Ok(read) = tokio::time::timeout(BODY_DEADLINE, collect(&mut chunks)).await else {
        let detail = format!("the body did not come within {} s", BODY_DEADLINE.as_secs());
        return Err(Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "body_timeout",
            detail,
        ));
    };
    if read.is_err() {
        discard(chunks).await;
    }
    read
}

async fn collect(chunks: &mut BodyDataStream) -> Result<Bytes, Problem> {
    let mut read = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| unreadable(&error.to_string()))?;
        if read.len() + chunk.len() > BODY_LIMIT {
            return Err(too_large());
        }
        read.extend_from_slice(&chunk);
    }
    Ok(read.into())
}

async fn discard(mut chunks: BodyDataStream) {
    let all = async {
        let mut seen = 0;
        while let Some(Ok(chunk)) = chunks.next().await {
            seen += chunk.len();
            if seen > DISCARD_LIMIT {
                break;
            }
        }
    };
    // Out of time: the connection is closed under the client, which then knows too.
    let _ = tokio::time::timeout(DISCARD_FOR, all).await;
}

fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        format!("a body may have {BODY_LIMIT} bytes"),
    )
}

fn unreadable(error: &str) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "bad_body",
        format!("the body could not be read: {error}"),
    )
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value: T = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| not_that(&error.path().to_string(), error.inner()))?;
    json.end().map_err(|error| not_that("", &error))?;
    Ok(value)
}

fn not_that(path: &str, error: &serde_json::Error) -> Problem {
    if error.is_data() {
        return Problem::from_body(explain(path, &error.to_string()));
    }
    Problem::new(
        StatusCode::BAD_REQUEST,
        "bad_json",
        format!("the body is not JSON: {error}"),
    )
}

/// Query parameters; unknown ones are refused.
#[derive(Debug)]
pub(super) struct Params<T>(pub(super) T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let given = form(query);
        serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(given))
            .map(Self)
            .map_err(|error| {
                let path = error.path().to_string();
                Problem::from_query(explain(&path, &error.inner().to_string()))
            })
    }
}

fn form(query: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(query.as_bytes())
}

/// One segment of the path, percent-decoded.
#[derive(Debug)]
pub(super) struct Segment(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::<String>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(segment)) => Ok(Self(segment)),
            Err(error) => Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "bad_path",
                error.body_text(),
            )),
        }
    }
}
