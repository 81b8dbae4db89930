use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::*;
use crate::northbound::model::{PathsView, TopologyView, TraceView, VerdictKind};

#[tokio::test]
async fn the_topology_is_whole_and_says_where_events_go_on() {
    let server = Server::start().await;
    let mut topology = server.get("/api/v1/topology").await;
    assert!(topology["seq"].as_u64().unwrap() > 0);
    topology["seq"] = json!("…");
    insta::assert_json_snapshot!(topology);
    let read: TopologyView = serde_json::from_value({
        topology["seq"] = json!(1);
        topology
    })
    .unwrap();
    assert_eq!(read.switches.len(), 3);
    server.shut_down().await;
}

#[tokio::test]
async fn things_are_found_by_id_name_and_address() {
    let server = Server::start().await;
    for path in ["switches/0000000000000002", "switches/s2"] {
        let switch = server.get(&format!("/api/v1/{path}")).await;
        assert_eq!(switch["dpid"], "0000000000000002", "{path}");
    }
    for name in ["00:00:00:00:00:02", "10.0.0.2", "h2", "0:0:0:0:0:2"] {
        let host = server.get(&format!("/api/v1/hosts/{name}")).await;
        assert_eq!(host["id"], "00:00:00:00:00:02", "{name}");
    }
    for port in ["2", "s1-eth2"] {
        let port = server
            .get(&format!("/api/v1/switches/s1/ports/{port}"))
            .await;
        assert_eq!((&port["port"], &port["role"]), (&json!(2), &json!("link")));
    }
    let ports = server.get("/api/v1/switches/s1/ports").await;
    assert_eq!(ports.as_array().unwrap().len(), 2);
    server.shut_down().await;
}

#[tokio::test]
async fn two_with_one_name_are_told_apart_by_id() {
    let server = Server::start().await;
    server.change(|snapshot| {
        let mut annotations = Annotations::clone(&snapshot.annotations);
        annotations.switch_names.insert(Dpid(3), "s2".into());
        snapshot.annotations = Arc::new(annotations);
    });
    let request = server.request(Method::GET, "/api/v1/switches/s2");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::CONFLICT);
    let problem: Value = response.json().await.unwrap();
    assert_eq!(problem["code"], "ambiguous_name");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("0000000000000002, 0000000000000003"),
        "{detail}"
    );
    server.get("/api/v1/switches/0000000000000003").await;
    server.shut_down().await;
}

#[tokio::test]
async fn a_link_with_one_direction_is_one_way() {
    let server = Server::start().await;
    let there = LinkId::new(at(1, 2), at(2, 2));
    server.change(|snapshot| {
        snapshot
            .links
            .insert(there.src, Arc::new(link(there, LinkState::Down)));
    });
    let state = |links: Value| links[0]["state"].clone();
    assert_eq!(state(server.get("/api/v1/links").await), "one_way");
    server.change(|snapshot| {
        snapshot.links.remove(&there.src);
    });
    assert_eq!(state(server.get("/api/v1/links").await), "one_way");
    server.change(|snapshot| {
        let back = there.reversed();
        snapshot
            .links
            .insert(back.src, Arc::new(link(back, LinkState::Down)));
    });
    assert_eq!(state(server.get("/api/v1/links").await), "down");
    server.shut_down().await;
}

#[tokio::test]
async fn paths_between_hosts_have_their_ports() {
    let server = Server::start().await;
    let paths = server.get("/api/v1/paths?from=h1&to=10.0.0.2&k=3").await;
    insta::assert_json_snapshot!(paths);
    let between = server.get("/api/v1/paths?from=s1&to=s2").await;
    let between: PathsView = serde_json::from_value(between).unwrap();
    assert_eq!(between.paths[0].hops[0].in_port, None);
    assert_eq!(between.paths[0].hops[0].out_port, Some(2));
    let none: PathsView =
        serde_json::from_value(server.get("/api/v1/paths?from=s1&to=s3").await).unwrap();
    assert!(none.paths.is_empty());
    server.shut_down().await;
}

#[tokio::test]
async fn a_trace_says_where_knowledge_ends() {
    let server = Server::start().await;
    let ask = async |body: serde_json::Value| {
        let request = server.request(Method::POST, "/api/v1/trace").json(&body);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{body}");
        response.json::<TraceView>().await.unwrap()
    };
    let asked = json!({"from": "h1", "to": "10.0.0.2", "fields": {"tcp": true, "dst": 80}});
    let trace = ask(asked).await;
    assert_eq!(trace.verdict.kind, VerdictKind::Unknown);
    assert_eq!(
        trace.verdict.sentence,
        "h1 does not reach h2: the tables of s1 could not be read, so nobody knows from there."
    );
    assert_eq!((trace.hops.len(), trace.hops[0].known), (1, false));
    // TCP to port 80, SYN.
    assert_eq!(&trace.frame[72..76], "0050");
    let frame = "ffffffffffff0000000000018899";
    let trace = ask(json!({"switch": "s2", "port": 1, "frame": frame})).await;
    assert_eq!(trace.frame, frame);
    assert_eq!(trace.hops[0].switch, "s2");
    server.shut_down().await;
}

#[tokio::test]
async fn what_is_not_the_api_is_the_dashboard() {
    let server = Server::start().await;
    let page = |path: &'static str| {
        let request = server.request(Method::GET, path);
        request.header("accept", "text/html,*/*").send()
    };
    let index = page("/").await.unwrap();
    assert_eq!(index.headers()["content-type"], "text/html; charset=utf-8");
    assert!(
        index.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("'none'")
    );
    assert_eq!(index.headers()["cache-control"], "no-cache");
    let tag = index.headers()["etag"].clone();
    let body = index.text().await.unwrap();
    // A path only the page knows.
    assert_eq!(
        page("/switches/s1").await.unwrap().text().await.unwrap(),
        body
    );
    let again = server
        .request(Method::GET, "/")
        .header("if-none-match", &tag);
    assert_eq!(
        again.send().await.unwrap().status(),
        StatusCode::NOT_MODIFIED
    );
    let missing = page("/assets/none.js").await.unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    let outside = page("/..%2f..%2fetc/passwd").await.unwrap();
    assert_ne!(outside.text().await.unwrap().get(..5), Some("root:"));
    server.shut_down().await;
}

#[tokio::test]
async fn it_is_ready_when_it_is_said_to_be() {
    let server = Server::start().await;
    let status = async |path: &str| {
        let response = server.request(Method::GET, path).send().await;
        response.unwrap().status()
    };
    assert_eq!(status("/live").await, StatusCode::OK);
    assert_eq!(status("/ready").await, StatusCode::SERVICE_UNAVAILABLE);
    server.northbound.set_ready();
    assert_eq!(status("/ready").await, StatusCode::OK);
    server.shut_down().await;
}

#[tokio::test]
async fn metrics_count_what_there_is() {
    let server = Server::start().await;
    server.change(|snapshot| {
        let mut one = switch(1, SwitchState::Up);
        let read = app_api::PortCounters {
            rx_bytes: 1_234,
            ..app_api::PortCounters::default()
        };
        one.counters = Arc::new([(PortNo(1), read)].into());
        snapshot.switches.insert(one.dpid, Arc::new(one));
    });
    let response = server
        .request(Method::GET, "/metrics")
        .send()
        .await
        .unwrap();
    let text = response.text().await.unwrap();
    for line in [
        "network_switches{state=\"up\"} 2.0",
        "network_links{state=\"up\"} 1.0",
        "network_hosts{kind=\"all\"} 2.0",
        "of_port_rx_bytes{dp_id=\"0x1\",dp_name=\"s1\",port=\"1\",port_description=\"s1-eth1\"} 1234.0",
        "app_rules{app=\"routing\"} 0.0",
        "# EOF",
    ] {
        assert!(text.lines().any(|is| is == line), "{line}\n{text}");
    }
    server.shut_down().await;
}

#[tokio::test]
async fn every_path_of_the_document_is_served() {
    let server = Server::start().await;
    let document = server.get("/api/v1/openapi.json").await;
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 20);
    for (path, item) in paths {
        let real = path
            .replace("{dpid}", "s1")
            .replace("{id}", "h1")
            .replace("{port}", "1")
            .replace("{address}", "10.0.0.1")
            .replace("{name}", "routing");
        for method in item.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let response = server.request(method.clone(), &real).send().await.unwrap();
            let status = response.status();
            assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            if status == StatusCode::NOT_FOUND {
                let problem: Value = response.json().await.unwrap();
                assert!(problem["field"].is_string(), "{method} {path}: {problem}");
            }
        }
    }
    server.shut_down().await;
}
