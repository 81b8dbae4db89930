//! Flow entries and groups, wanted and actual.

use std::sync::Arc;

use app_api::{Snapshot, Switch};
use axum::Json;
use axum::extract::State;
use futures_util::StreamExt;
use futures_util::stream;
use serde::Deserialize;

use super::Shared;
use crate::northbound::extract::{Params, Segment};
use crate::northbound::model::{FlowStatus, FlowView, GroupView, Problem};
use crate::northbound::problem::Answer;
use crate::northbound::{Api, flow_views, names};

/// Switches asked at once.
const AT_ONCE: usize = 32;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FlowsQuery {
    /// Only this switch's, by datapath id or name.
    dpid: Option<String>,
    /// Only this app's; `core` is the controller itself.
    owner: Option<String>,
    /// Only those that stand so.
    #[param(inline)]
    status: Option<FlowStatus>,
}

/// Flow entries of all switches
#[utoipa::path(get, path = "/api/v1/flows", tag = "flows",
    params(FlowsQuery),
    responses(
        (status = 200, body = [FlowView]),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn flows(
    State(api): Shared,
    Params(query): Params<FlowsQuery>,
) -> Answer<Vec<FlowView>> {
    let snapshot = api.network.snapshot();
    let switches = match &query.dpid {
        Some(text) => vec![names::switch(&snapshot, text, "dpid")?],
        None => snapshot.switches.values().cloned().collect(),
    };
    let tables = stream::iter(switches)
        .map(|switch| of_switch(&api, &snapshot, switch))
        .buffered(AT_ONCE)
        .collect::<Vec<_>>()
        .await;
    let wanted = |flow: &FlowView| {
        query.status.is_none_or(|status| flow.status == status)
            && query
                .owner
                .as_ref()
                .is_none_or(|owner| flow.owner.as_ref() == Some(owner))
    };
    Ok(Json(tables.into_iter().flatten().filter(wanted).collect()))
}

/// Flow entries of a switch, in the order of a lookup
#[utoipa::path(get, path = "/api/v1/switches/{dpid}/flows", tag = "flows",
    params(("dpid" = String, Path, description = "Datapath id (16 hex digits) or name")),
    responses(
        (status = 200, body = [FlowView]),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn switch_flows(
    State(api): Shared,
    Segment(dpid): Segment,
) -> Answer<Vec<FlowView>> {
    let snapshot = api.network.snapshot();
    let switch = names::switch(&snapshot, &dpid, "dpid")?;
    Ok(Json(of_switch(&api, &snapshot, switch).await))
}

/// Groups of a switch, by number
#[utoipa::path(get, path = "/api/v1/switches/{dpid}/groups", tag = "flows",
    params(("dpid" = String, Path, description = "Datapath id (16 hex digits) or name")),
    responses(
        (status = 200, body = [GroupView]),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn switch_groups(
    State(api): Shared,
    Segment(dpid): Segment,
) -> Answer<Vec<GroupView>> {
    let snapshot = api.network.snapshot();
    let switch = names::switch(&snapshot, &dpid, "dpid")?;
    let label = snapshot.switch_label(switch.dpid);
    let groups = api.rules.groups(switch.dpid).await;
    let view = |record| flow_views::group(switch.dpid, &label, record);
    Ok(Json(groups.iter().map(view).collect()))
}

async fn of_switch(api: &Api, snapshot: &Snapshot, switch: Arc<Switch>) -> Vec<FlowView> {
    let label = snapshot.switch_label(switch.dpid);
    let flows = api.rules.flows(switch.dpid).await;
    let view = |record| flow_views::flow(switch.dpid, &label, record);
    flows.iter().map(view).collect()
}
