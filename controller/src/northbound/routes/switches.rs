//! Switches and their ports.

use std::sync::Arc;

use app_api::Switch;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use openflow::PortNo;
use openflow::flow::{PortConfig, PortMod};

use super::Shared;
use crate::northbound::extract::{JsonBody, Segment};
use crate::northbound::model::{PortChange, PortView, Problem, SwitchView, UpDown};
use crate::northbound::problem::Answer;
use crate::northbound::{Api, names, views};
use crate::southbound::RequestError;

/// Switches, those that are gone included
#[utoipa::path(get, path = "/api/v1/switches", tag = "switches",
    responses((status = 200, body = [SwitchView])))]
pub(super) async fn switches(State(api): Shared) -> Json<Vec<SwitchView>> {
    Json(views::switches(&api.network.snapshot()))
}

/// One switch
#[utoipa::path(get, path = "/api/v1/switches/{dpid}", tag = "switches",
    params(("dpid" = String, Path, description = "Datapath id (16 hex digits) or name")),
    responses(
        (status = 200, body = SwitchView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn switch(State(api): Shared, Segment(dpid): Segment) -> Answer<SwitchView> {
    let snapshot = api.network.snapshot();
    let switch = names::switch(&snapshot, &dpid, "dpid")?;
    Ok(Json(views::switch(&snapshot, &switch)))
}

/// Ports of a switch with their counters
#[utoipa::path(get, path = "/api/v1/switches/{dpid}/ports", tag = "switches",
    params(("dpid" = String, Path, description = "Datapath id (16 hex digits) or name")),
    responses(
        (status = 200, body = [PortView]),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn ports(State(api): Shared, Segment(dpid): Segment) -> Answer<Vec<PortView>> {
    let switch = names::switch(&api.network.snapshot(), &dpid, "dpid")?;
    Ok(Json(views::ports(&switch)))
}

/// One port
#[utoipa::path(get, path = "/api/v1/switches/{dpid}/ports/{port}", tag = "switches",
    params(
        ("dpid" = String, Path, description = "Datapath id (16 hex digits) or name"),
        ("port" = String, Path, description = "Number, `LOCAL`, or name of the port"),
    ),
    responses(
        (status = 200, body = PortView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn port(
    State(api): Shared,
    Path((dpid, port)): Path<(String, String)>,
) -> Answer<PortView> {
    let switch = names::switch(&api.network.snapshot(), &dpid, "dpid")?;
    let number = port_called(&switch, &port)?;
    port_view(&switch, number)
}

/// Switches a port on or off
///
/// Answers when the switch has carried it out; the port's state follows as the switch tells it.
#[utoipa::path(patch, path = "/api/v1/switches/{dpid}/ports/{port}", tag = "switches",
    params(
        ("dpid" = String, Path, description = "Datapath id (16 hex digits) or name"),
        ("port" = String, Path, description = "Number, `LOCAL`, or name of the port"),
    ),
    request_body = PortChange,
    responses(
        (status = 200, body = PortView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The switch refused",
            body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The switch is not connected",
            body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn change_port(
    State(api): Shared,
    Path((dpid, port)): Path<(String, String)>,
    JsonBody(change): JsonBody<PortChange>,
) -> Answer<PortView> {
    let switch = names::switch(&api.network.snapshot(), &dpid, "dpid")?;
    let number = port_called(&switch, &port)?;
    set_port(&api, &switch, number, change.state).await?;
    let switch = names::switch(&api.network.snapshot(), &dpid, "dpid")?;
    port_view(&switch, number)
}

async fn set_port(api: &Api, switch: &Switch, port: PortNo, state: UpDown) -> Result<(), Problem> {
    let gone = || Problem::unknown("port", &port.to_string(), "port");
    let hw_addr = switch.ports.get(&port).ok_or_else(gone)?.desc.hw_addr;
    let connection = api.switches.switch(switch.dpid).ok_or_else(not_connected)?;
    let config = match state {
        UpDown::Up => PortConfig::empty(),
        UpDown::Down => PortConfig::PORT_DOWN,
    };
    let port_mod = PortMod {
        port,
        hw_addr,
        config,
        mask: PortConfig::PORT_DOWN,
    };
    connection
        .port_mod(port_mod)
        .await
        .map_err(|error| match error {
            RequestError::Disconnected => not_connected(),
            RequestError::Timeout(_) => Problem::new(
                StatusCode::GATEWAY_TIMEOUT,
                "switch_timeout",
                format!("the switch gave {error}"),
            ),
            RequestError::Refused(_) | RequestError::Unsupported(_) => {
                Problem::conflict("switch_refused", error.to_string())
            }
        })
}

fn not_connected() -> Problem {
    Problem::unavailable("switch_not_connected", "the switch is not connected")
}

fn port_view(switch: &Switch, number: PortNo) -> Answer<PortView> {
    let port = switch.ports.get(&number);
    let view = port.map(|port| views::port(port, switch.counters.get(&number)));
    view.map(Json)
        .ok_or_else(|| Problem::unknown("port", &number.to_string(), "port"))
}

fn port_called(switch: &Arc<Switch>, text: &str) -> Result<PortNo, Problem> {
    let by_number = text
        .parse()
        .ok()
        .filter(|number| switch.ports.contains_key(number));
    let by_name = || {
        let mut ports = switch.ports.iter();
        ports
            .find(|(_, port)| port.desc.name == text)
            .map(|(number, _)| *number)
    };
    by_number
        .or_else(by_name)
        .ok_or_else(|| Problem::unknown("port", text, "port"))
}
