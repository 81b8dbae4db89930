//! The dashboard's files, inside the binary.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::model::Problem;

/// What the build script found: the built dashboard, or a page that says it is not there.
#[derive(RustEmbed)]
#[folder = "$POINTSMAN_DASHBOARD"]
struct Dashboard;

/// Nothing from elsewhere runs, loads or frames the dashboard. Styles may be set inline: the map's
/// labels and the panels' sizes are.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; \
     worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// Serves a file, or the page itself for paths that only it knows.
pub(super) async fn serve(request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return not_here(&request).into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    let page = if path.is_empty() { "index.html" } else { path };
    match Dashboard::get(page) {
        Some(file) => answer(page, &file, request.headers()),
        None if wants_page(path, request.headers()) => match Dashboard::get("index.html") {
            Some(file) => answer("index.html", &file, request.headers()),
            None => not_here(&request).into_response(),
        },
        None => not_here(&request).into_response(),
    }
}

/// A browser going to an address, not a page looking for a file.
fn wants_page(path: &str, headers: &HeaderMap) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    let accepts = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    !last.contains('.') && accepts.is_some_and(|accept| accept.contains("text/html"))
}

fn not_here(request: &Request) -> Problem {
    let path = request.uri().path();
    Problem::not_found(format!(
        "there is nothing at `{path}`; the API is at /api/v1, its description at \
         /api/v1/openapi.json"
    ))
}

fn answer(name: &str, file: &EmbeddedFile, asked: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    // Vite puts a hash into the names under assets/: those never change, everything else may.
    let caching = if name.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers: [(HeaderName, &str); 6] = [
        (CONTENT_TYPE, media_type(name)),
        (CACHE_CONTROL, caching),
        (ETAG, &tag),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    let known = asked.get(IF_NONE_MATCH);
    if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let body = Body::from(file.data.clone());
    (headers, body).into_response()
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
