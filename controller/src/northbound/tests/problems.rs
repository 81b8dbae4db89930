use std::fmt::Write as _;

use axum::body::Bytes;
use futures_util::stream;
use reqwest::{Body, Method, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

const GET: Method = Method::GET;
const PUT: Method = Method::PUT;
const PATCH: Method = Method::PATCH;
const POST: Method = Method::POST;
const TRACE: &str = "/api/v1/trace";

/// Every kind of wrong request, and the answer to each: what programs rely on.
#[tokio::test]
async fn wrong_requests_are_told_what_is_wrong_and_where() {
    let server = Server::start().await;
    let json = "application/json";
    let cases: &[(Method, &str, &str, &str)] = &[
        (GET, "/api/v1/switches/s9", "", ""),
        (GET, "/api/v1/switches/0000000000000009", "", ""),
        (GET, "/api/v1/switches/000000000000000A", "", ""),
        (GET, "/api/v1/switches/%ff", "", ""),
        (GET, "/api/v1/switches/s1/ports/9", "", ""),
        (GET, "/api/v1/hosts/h3", "", ""),
        (GET, "/api/v1/apps/rooting", "", ""),
        (GET, "/api/v1/nothing", "", ""),
        (GET, "/api/v2", "", ""),
        (POST, "/nothing", "", ""),
        (Method::DELETE, "/api/v1/switches", "", ""),
        (GET, "/api/v1/paths?from=h1", "", ""),
        (GET, "/api/v1/paths?from=h1&to=h9", "", ""),
        (GET, "/api/v1/paths?from=h1&to=h2&k=99", "", ""),
        (GET, "/api/v1/paths?from=h1&to=h2&k=many", "", ""),
        (GET, "/api/v1/paths?from=h1&to=h2&via=s1", "", ""),
        (GET, "/api/v1/paths?from=h1&from=h1&to=h2", "", ""),
        (GET, "/api/v1/flows?status=bad", "", ""),
        (GET, "/api/v1/flows?dpid=s9", "", ""),
        (GET, "/api/v1/events?since=yesterday", "", ""),
        (GET, "/api/v1/pools", "", ""),
        (PATCH, "/api/v1/apps/routing", json, r#"{"runing":true}"#),
        (PATCH, "/api/v1/apps/routing", json, r#"{"running":"yes"}"#),
        (
            PATCH,
            "/api/v1/apps/routing",
            json,
            r#"{"running":true,"running":true}"#,
        ),
        (
            PATCH,
            "/api/v1/apps/routing",
            json,
            r#"{"settings":{"idle":1}}"#,
        ),
        (PATCH, "/api/v1/apps/routing", json, "[]"),
        (PATCH, "/api/v1/apps/routing", json, "{\n\"running\": tru}"),
        (
            PATCH,
            "/api/v1/apps/routing",
            json,
            r#"{"running":true} and more"#,
        ),
        (PATCH, "/api/v1/apps/routing", json, ""),
        (PATCH, "/api/v1/apps/routing", json, "\u{0}\u{1}"),
        (
            PATCH,
            "/api/v1/apps/routing",
            "text/plain",
            r#"{"running":true}"#,
        ),
        (PATCH, "/api/v1/apps/routing", "", r#"{"running":true}"#),
        (
            PATCH,
            "/api/v1/switches/s1/ports/1",
            json,
            r#"{"state":"off"}"#,
        ),
        (PATCH, "/api/v1/switches/s1/ports/1", json, r#"{}"#),
        (
            PATCH,
            "/api/v1/switches/s1/ports/1",
            json,
            r#"{"state":"down"}"#,
        ),
        (PUT, "/api/v1/annotations", json, r#"{"hosts":{"h1":"a"}}"#),
        (
            PUT,
            "/api/v1/annotations",
            json,
            r#"{"hosts":{"00:00:00:00:00:01":""}}"#,
        ),
        (
            PUT,
            "/api/v1/annotations",
            json,
            r#"{"switches":{"0000000000000001":{"nme":"a"}}}"#,
        ),
        (
            PUT,
            "/api/v1/annotations",
            json,
            r#"{"switches":{"0000000000000001":{"place":{"latitude":91,"longitude":0}}}}"#,
        ),
        (
            PUT,
            "/api/v1/annotations",
            json,
            r#"{"switches":{"0000000000000001":{"place":{"latitude":"north"}}}}"#,
        ),
        (
            POST,
            "/api/v1/pools",
            json,
            r#"{"name":"web","vip":"10.0.0"}"#,
        ),
        (
            PATCH,
            "/api/v1/pools/web/servers/h1",
            json,
            r#"{"weight":1}"#,
        ),
        (POST, TRACE, json, "{}"),
        (POST, TRACE, json, r#"{"from":"h1","to":"h9"}"#),
        (POST, TRACE, json, r#"{"from":"h9"}"#),
        (POST, TRACE, json, r#"{"from":"h1","via":"s1"}"#),
        (
            POST,
            TRACE,
            json,
            r#"{"from":"h1","to":"h2","fields":"dst=80"}"#,
        ),
        (
            POST,
            TRACE,
            json,
            r#"{"from":"h1","to":"h2","fields":"ipv6"}"#,
        ),
        (
            POST,
            TRACE,
            json,
            r#"{"from":"h1","to":"h2","fields":{"tcp":[1]}}"#,
        ),
        (POST, TRACE, json, r#"{"from":"h1","to":"h2","fields":7}"#),
        (POST, TRACE, json, r#"{"switch":"s1"}"#),
        (POST, TRACE, json, r#"{"port":1}"#),
        (POST, TRACE, json, r#"{"switch":"s1","port":9}"#),
        (POST, TRACE, json, r#"{"from":"h1","frame":"0102"}"#),
        (POST, TRACE, json, r#"{"from":"h1","frame":"010"}"#),
        (POST, TRACE, json, r#"{"from":"h1","frame":"xy"}"#),
        (
            POST,
            TRACE,
            json,
            r#"{"from":"h1","frame":"00","fields":"tcp"}"#,
        ),
    ];
    let mut seen = String::new();
    for (method, path, kind, body) in cases {
        let mut request = server.request(method.clone(), path);
        if !kind.is_empty() {
            request = request.header("content-type", *kind);
        }
        if !body.is_empty() {
            request = request.body(*body);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let content_type = response.headers()["content-type"].clone();
        let text = response.text().await.unwrap();
        assert_eq!(
            content_type, "application/problem+json",
            "{method} {path} {body}: {text}"
        );
        let problem: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(problem["status"], status);
        let field = problem["field"]
            .as_str()
            .map_or_else(String::new, |f| format!(" at {f}"));
        let (code, detail) = (&problem["code"], problem["detail"].as_str().unwrap());
        let code = code.as_str().unwrap();
        writeln!(
            seen,
            "{method} {path} {body:?}\n  {status} {code}{field}: {detail}"
        )
        .unwrap();
    }
    insta::assert_snapshot!(seen);
    server.shut_down().await;
}

#[tokio::test]
async fn a_wrong_method_says_which_are_right() {
    let server = Server::start().await;
    let request = server.request(Method::DELETE, "/api/v1/annotations");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    let allowed = response.headers()["allow"].to_str().unwrap();
    assert!(
        allowed.contains("GET") && allowed.contains("PUT"),
        "{allowed}"
    );
    server.shut_down().await;
}

#[tokio::test]
async fn a_body_of_100_mb_is_refused_and_nobody_else_disturbed() {
    const MEGABYTE: usize = 1 << 20;
    let server = Server::start().await;
    let chunk = Bytes::from(vec![b'['; MEGABYTE]);
    let chunked = stream::iter((0..100).map({
        let chunk = chunk.clone();
        move |_| Ok::<_, std::io::Error>(chunk.clone())
    }));
    let announced = stream::iter((0..100).map(move |_| Ok::<_, std::io::Error>(chunk.clone())));
    let bodies = [
        (Body::wrap_stream(chunked), None),
        (Body::wrap_stream(announced), Some(100 * MEGABYTE)),
    ];
    for (body, length) in bodies {
        let mut request = server
            .request(PUT, "/api/v1/annotations")
            .header("content-type", "application/json")
            .body(body);
        if let Some(length) = length {
            request = request.header("content-length", length);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["code"], "body_too_large");
    }
    server.get("/api/v1/topology").await;
    server.shut_down().await;
}

#[tokio::test]
async fn deep_nesting_is_refused() {
    let server = Server::start().await;
    let body = format!("{{\"settings\":{}", "[".repeat(500_000));
    let request = server
        .request(PATCH, "/api/v1/apps/routing")
        .header("content-type", "application/json");
    let response = request.body(body).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    server.shut_down().await;
}

#[tokio::test]
async fn nonsense_on_the_wire_ends_its_own_connection_only() {
    let server = Server::start().await;
    let address = server.northbound.address;
    let mut silent = TcpStream::connect(address).await.unwrap();
    silent.write_all(b"GET /api/v1/topology HT").await.unwrap();
    for nonsense in [
        &b"\x04\x00\x00\x08\x00\x00\x00\x01"[..],
        b"\r\n\r\n\r\n",
        &[0xff; 70_000],
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // It may be closed under us.
        let _ = stream.write_all(nonsense).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let read = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
        let _ = read.expect("the connection is ended");
    }
    server.get("/api/v1/topology").await;
    server.shut_down().await;
}

#[tokio::test]
async fn with_a_token_all_of_the_api_needs_it() {
    let access = AccessConfig {
        token: Some("secret".into()),
        ..AccessConfig::default()
    };
    let server = Server::with(access).await;
    for path in ["topology", "events", "openapi.json", "nothing"] {
        let path = format!("/api/v1/{path}");
        let response = server.request(GET, &path).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
    }
    let request = server
        .request(GET, "/api/v1/topology")
        .bearer_auth("secret");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    let request = server.request(GET, "/api/v1/events?token=secret");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    for path in ["/live", "/metrics", "/"] {
        let response = server.request(GET, path).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
    }
    server.shut_down().await;
}

#[tokio::test]
async fn pages_of_other_origins_read_only_where_allowed() {
    let closed = Server::start().await;
    let from_page = |server: &Server, method: Method| {
        let request = server.request(method, "/api/v1/annotations");
        request.header("origin", "https://lab.example")
    };
    let allow = "access-control-allow-origin";
    let read = from_page(&closed, GET).send().await.unwrap();
    assert!(!read.headers().contains_key(allow));
    closed.shut_down().await;

    let open = Server::with(AccessConfig {
        origins: vec!["*".into()],
        ..AccessConfig::default()
    })
    .await;
    let read = from_page(&open, GET).send().await.unwrap();
    assert_eq!(read.headers()[allow], "*");
    let written = from_page(&open, PUT).json(&serde_json::json!({}));
    assert_eq!(
        written.send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    open.shut_down().await;

    let friend = Server::with(AccessConfig {
        origins: vec!["https://lab.example".into()],
        ..AccessConfig::default()
    })
    .await;
    let ask = from_page(&friend, Method::OPTIONS).header("access-control-request-method", "PUT");
    let may = ask.send().await.unwrap();
    assert_eq!(may.headers()[allow], "https://lab.example");
    let written = from_page(&friend, PUT).json(&serde_json::json!({}));
    assert_eq!(written.send().await.unwrap().status(), StatusCode::OK);
    friend.shut_down().await;
}
