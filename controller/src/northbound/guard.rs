//! Who may use the API: the token, and web pages of other origins.
//!
//! Without a token anybody who reaches the address may, which by default is this machine. A web
//! page open in a browser on this machine is such a somebody too, and so is a page whose name was
//! pointed at this address after it was loaded (DNS rebinding). Browsers say where a page is from
//! whenever it could change something, so that is what is looked at.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, HeaderValue, ORIGIN, UPGRADE, WWW_AUTHENTICATE};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::model::Problem;

/// What is allowed beside this controller's own dashboard.
#[derive(Debug, Clone, Default)]
pub struct AccessConfig {
    /// All of `/api` needs it, as `Authorization: Bearer TOKEN`.
    pub token: Option<String>,
    /// Origins whose pages may use the API (`https://lab.example`); `*`: any page may read.
    pub origins: Vec<String>,
    /// Names under which the controller is reached, beside IP addresses and `localhost`: pages
    /// loaded from there may change things.
    pub hosts: Vec<String>,
}

impl AccessConfig {
    fn any_may_read(&self) -> bool {
        self.origins.iter().any(|origin| origin == "*")
    }
}

/// Answers browsers that ask whether a page of another origin may.
pub(super) fn cors(access: &AccessConfig) -> CorsLayer {
    let headers = ["authorization", "content-type", "last-event-id"];
    let layer = CorsLayer::new().allow_headers(headers.map(HeaderName::from_static));
    if access.any_may_read() {
        return layer
            .allow_origin(AllowOrigin::any())
            .allow_methods([Method::GET]);
    }
    let origins: Vec<HeaderValue> = access
        .origins
        .iter()
        .filter_map(|origin| origin.parse().ok())
        .collect();
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ];
    layer.allow_origin(origins).allow_methods(methods)
}

/// In front of everything under `/api`.
pub(super) async fn guard(
    State(access): State<Arc<AccessConfig>>,
    request: Request,
    next: Next,
) -> Response {
    match check(&access, request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => refuse(problem),
    }
}

fn refuse(problem: Problem) -> Response {
    let unauthorized = problem.status == StatusCode::UNAUTHORIZED.as_u16();
    let mut response = problem.into_response();
    if unauthorized {
        let scheme = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
    }
    response
}

fn check(
    access: &AccessConfig,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    if let Some(token) = &access.token {
        return check_token(token, uri, headers);
    }
    let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    // What a page of another origin may read, the browser enforces by CORS, but for WebSockets it
    // does not.
    if reads && (access.any_may_read() || !headers.contains_key(UPGRADE)) {
        return Ok(());
    }
    check_origin(access, headers)
}

fn check_token(token: &str, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    let right = match given {
        Some(given) => same(given, token.as_bytes()),
        None => stream_token(uri).is_some_and(|given| same(given.as_bytes(), token.as_bytes())),
    };
    if right {
        return Ok(());
    }
    let detail = match given {
        Some(_) => "the token is not the right one",
        None => "this controller wants a token: send `Authorization: Bearer TOKEN`",
    };
    Err(Problem::new(
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        detail,
    ))
}

/// Addresses end up in logs, so a token in one is taken only where there is no other way: browsers
/// cannot set headers on event streams.
fn stream_token(uri: &Uri) -> Option<String> {
    if !uri.path().ends_with("/events") {
        return None;
    }
    let query = uri.query().unwrap_or_default();
    let mut given = form_urlencoded::parse(query.as_bytes());
    given
        .find(|(name, _)| name == "token")
        .map(|(_, value)| value.into_owned())
}

/// Takes the same time wherever the first difference is.
fn same(a: &[u8], b: &[u8]) -> bool {
    let differences = a.iter().zip(b).fold(0, |seen, (a, b)| seen | (a ^ b));
    a.len() == b.len() && differences == 0
}

/// Programs send no `Origin`; browsers do for everything but plain reads.
fn check_origin(access: &AccessConfig, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(origin) = headers.get(ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().unwrap_or_default();
    if access.origins.iter().any(|allowed| allowed == origin) {
        return Ok(());
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let own_page = host.is_some_and(|host| {
        let from = origin.split_once("://").map(|(_, rest)| rest);
        from == Some(host) && is_own_name(access, host)
    });
    if own_page {
        return Ok(());
    }
    let detail = format!(
        "a web page from `{origin}` may not do this: allow it in the configuration, \
         `http.origins` for pages of other servers, `http.hosts` for other names of this one"
    );
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "forbidden_origin",
        detail,
    ))
}

/// A name somebody else may point at this address is not believed: that is how rebinding works.
fn is_own_name(access: &AccessConfig, host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let name = authority.host().trim_matches(['[', ']']);
    name == "localhost"
        || name.parse::<IpAddr>().is_ok()
        || access
            .hosts
            .iter()
            .any(|own| own.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(
        access: &AccessConfig,
        method: &Method,
        uri: &str,
        headers: &[(&str, &str)],
    ) -> Result<(), String> {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect::<HeaderMap>();
        check(access, method, &uri.parse().unwrap(), &headers).map_err(|p| p.code)
    }

    fn refused(code: &str) -> Result<(), String> {
        Err(code.to_owned())
    }

    #[test]
    fn a_foreign_page_can_change_nothing() {
        let open = AccessConfig::default();
        let host = ("host", "127.0.0.1:8080");
        for origin in ["http://evil.example", "null", "http://127.0.0.1:9999"] {
            let answer = asked(&open, &Method::PUT, "/x", &[host, ("origin", origin)]);
            assert_eq!(answer, refused("forbidden_origin"), "{origin}");
        }
        let own = [host, ("origin", "http://127.0.0.1:8080")];
        assert_eq!(asked(&open, &Method::PUT, "/x", &own), Ok(()));
        assert_eq!(
            asked(&open, &Method::PUT, "/x", &[host]),
            Ok(()),
            "no browser"
        );
    }

    #[test]
    fn a_rebound_name_can_change_nothing() {
        let mut access = AccessConfig::default();
        let page = [
            ("host", "lab.example:8080"),
            ("origin", "http://lab.example:8080"),
        ];
        assert_eq!(
            asked(&access, &Method::POST, "/x", &page),
            refused("forbidden_origin")
        );
        access.hosts.push("lab.example".into());
        assert_eq!(asked(&access, &Method::POST, "/x", &page), Ok(()));
    }

    #[test]
    fn a_foreign_page_reads_no_websocket_unless_any_may_read() {
        let socket = [
            ("host", "[::1]:8080"),
            ("origin", "http://evil.example"),
            ("upgrade", "websocket"),
        ];
        let mut access = AccessConfig::default();
        assert_eq!(
            asked(&access, &Method::GET, "/x", &socket),
            refused("forbidden_origin")
        );
        access.origins.push("*".into());
        assert_eq!(asked(&access, &Method::GET, "/x", &socket), Ok(()));
        assert_eq!(
            asked(&access, &Method::PUT, "/x", &socket),
            refused("forbidden_origin")
        );
    }

    #[test]
    fn with_a_token_everything_needs_it() {
        let access = AccessConfig {
            token: Some("secret".into()),
            ..AccessConfig::default()
        };
        let with = |value| [("authorization", value)];
        assert_eq!(
            asked(&access, &Method::GET, "/x", &[]),
            refused("unauthorized")
        );
        for wrong in ["Bearer secre", "Bearer secrets", "Basic secret", "secret"] {
            let answer = asked(&access, &Method::GET, "/x", &with(wrong));
            assert_eq!(answer, refused("unauthorized"), "{wrong}");
        }
        assert_eq!(
            asked(&access, &Method::PUT, "/x", &with("Bearer secret")),
            Ok(())
        );
        assert_eq!(
            asked(&access, &Method::GET, "/api/v1/events?token=secret", &[]),
            Ok(())
        );
        let elsewhere = asked(&access, &Method::GET, "/api/v1/hosts?token=secret", &[]);
        assert_eq!(elsewhere, refused("unauthorized"));
    }
}
