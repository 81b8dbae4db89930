use reqwest::Method;
use serde_json::json;

use super::*;

#[tokio::test]
async fn annotations_name_what_is_shown() {
    let server = Server::start().await;
    let given = json!({
        "hosts": {"00:00:00:00:00:02": "printer"},
        "switches": {"0000000000000001": {
            "name": "Denver", "place": {"latitude": 39.74, "longitude": -104.98},
        }},
    });
    let mut events = events::Follower::new(&server, "").await;
    assert_eq!(events.next().await["type"], "snapshot");
    let request = server
        .request(Method::PUT, "/api/v1/annotations")
        .json(&given);
    assert_eq!(
        request.send().await.unwrap().json::<Value>().await.unwrap(),
        given
    );
    // The switch, its link and both hosts show new names.
    let mut changed = Vec::new();
    for _ in 0..4 {
        changed.push(events.next().await["type"].as_str().unwrap().to_owned());
    }
    assert_eq!(changed, ["switch", "link", "host", "host"]);
    assert_eq!(server.get("/api/v1/annotations").await, given);
    let switch = server.get("/api/v1/switches/Denver").await;
    assert_eq!(switch["place"]["latitude"], 39.74);
    assert_eq!(
        server.get("/api/v1/hosts/printer").await["at"]["switch"],
        "s2"
    );
    server.shut_down().await;
}

#[tokio::test]
async fn apps_are_stopped_started_and_configured() {
    let server = Server::start().await;
    let mut events = events::Follower::new(&server, "").await;
    assert_eq!(events.next().await["type"], "snapshot");
    let change = async |body: Value| {
        let request = server
            .request(Method::PATCH, "/api/v1/apps/routing")
            .json(&body);
        let response = request.send().await.unwrap();
        assert!(response.status().is_success());
        response.json::<Value>().await.unwrap()
    };
    assert_eq!(change(json!({"running": false})).await["state"], "stopped");
    let event = events.next().await;
    assert_eq!(
        (&event["type"], &event["data"]["state"]),
        (&json!("app"), &json!("stopped"))
    );
    let settings = json!({"idle_timeout_s": 60});
    let stopped = change(json!({"settings": settings})).await;
    assert_eq!(
        (&stopped["state"], &stopped["settings"]),
        (&json!("stopped"), &settings)
    );
    let running = change(json!({"running": true})).await;
    assert_eq!(
        (&running["state"], &running["settings"]),
        (&json!("running"), &settings)
    );
    let apps = server.get("/api/v1/apps").await;
    assert_eq!(apps[0]["name"], "routing");
    server.shut_down().await;
}

#[tokio::test]
async fn what_people_should_know_is_listed() {
    let server = Server::start().await;
    server.notices.tell(
        crate::notices::Severity::Warning,
        "dpid_in_use",
        "s1 is claimed twice",
    );
    let notices = server.get("/api/v1/notices").await;
    assert_eq!(notices[0]["code"], "dpid_in_use");
    assert_eq!(notices[0]["severity"], "warning");
    server.shut_down().await;
}

#[tokio::test]
async fn pools_are_made_changed_drained_and_deleted() {
    let server = Server::start().await;
    let ask = async |method: Method, path: &str, body: Value| {
        let request = server.request(method, &format!("/api/v1{path}"));
        let request = if body.is_null() {
            request
        } else {
            request.json(&body)
        };
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json::<Value>().await.unwrap_or_default())
    };
    ask(
        Method::PATCH,
        "/apps/load-balancer",
        json!({"running": true}),
    )
    .await;
    let pool = json!({
        "name": "web", "vip": "10.0.0.100", "port": 80,
        "servers": [{"address": "10.0.0.1"}, {"address": "10.0.0.2", "weight": 2}],
    });
    let (status, made) = ask(Method::POST, "/pools", pool.clone()).await;
    assert_eq!(
        (status, &made["algorithm"]),
        (201, &json!("round_robin")),
        "{made}"
    );
    let (status, again) = ask(Method::POST, "/pools", pool.clone()).await;
    assert_eq!(
        (status, &again["code"], &again["field"]),
        (409, &json!("pool_exists"), &json!("name"))
    );
    let (_, all) = ask(Method::GET, "/pools", Value::Null).await;
    assert_eq!(all.as_array().map(Vec::len), Some(1));

    let server_path = "/pools/web/servers/10.0.0.2";
    let (status, drained) = ask(Method::PATCH, server_path, json!({"draining": true})).await;
    assert_eq!(
        (status, &drained["status"][1]["state"]),
        (200, &json!("draining"))
    );
    let (status, heavy) = ask(Method::PATCH, server_path, json!({"weight": 0})).await;
    assert_eq!(
        (status, &heavy["field"]),
        (422, &json!("weight")),
        "{heavy}"
    );
    let (status, _) = ask(
        Method::PATCH,
        "/pools/web/servers/10.0.0.9",
        json!({"weight": 1}),
    )
    .await;
    assert_eq!(status, 404);

    let mut other = pool.clone();
    other["servers"][0]["adress"] = json!("10.0.0.3");
    let (status, typo) = ask(Method::PUT, "/pools/web", other).await;
    assert_eq!((status, &typo["field"]), (422, &json!("servers[0].adress")));
    let (status, renamed) = ask(Method::PUT, "/pools/other", pool.clone()).await;
    assert_eq!((status, &renamed["field"]), (422, &json!("name")));
    assert_eq!(ask(Method::PUT, "/pools/web", pool).await.0, 200);

    // They are the app's settings.
    let (_, app) = ask(Method::GET, "/apps/load-balancer", Value::Null).await;
    assert_eq!(app["settings"]["pools"][0]["name"], "web");
    assert_eq!(ask(Method::DELETE, "/pools/web", Value::Null).await.0, 204);
    assert_eq!(ask(Method::GET, "/pools/web", Value::Null).await.0, 404);
    server.shut_down().await;
}
