//! The controller itself, and what it has to say.

use axum::Json;
use axum::extract::State;

use super::Shared;
use crate::northbound::model::{ControllerView, LinkStateView, NoticeView};
use crate::northbound::views;

/// The controller: version, addresses, how much it sees
#[utoipa::path(get, path = "/api/v1/controller", tag = "controller",
    responses((status = 200, body = ControllerView)))]
pub(super) async fn controller(State(api): Shared) -> Json<ControllerView> {
    let snapshot = api.network.snapshot();
    let up = snapshot
        .switches
        .keys()
        .filter(|dpid| snapshot.switch_up(**dpid).is_some());
    let links = views::links(&snapshot);
    let links_up = links.iter().filter(|link| link.state == LinkStateView::Up);
    Json(ControllerView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started: views::time(api.started),
        openflow: api.openflow.iter().map(ToString::to_string).collect(),
        http: api.http.to_string(),
        switches: up.count() as u64,
        links: links_up.count() as u64,
        hosts: snapshot.hosts.len() as u64,
    })
}

/// What people should know: refused rules, stolen datapath ids, failed apps; oldest first
#[utoipa::path(get, path = "/api/v1/notices", tag = "controller",
    responses((status = 200, body = [NoticeView])))]
pub(super) async fn notices(State(api): Shared) -> Json<Vec<NoticeView>> {
    Json(api.notices.after(0).iter().map(NoticeView::from).collect())
}
