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
