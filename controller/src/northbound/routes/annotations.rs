//! Names and places given by people.

use app_api::Annotations;
use axum::Json;
use axum::extract::State;
use openflow::{Dpid, MacAddr};

use super::Shared;
use crate::northbound::extract::JsonBody;
use crate::northbound::model::{AnnotationsView, Place, Problem};
use crate::northbound::problem::Answer;
use crate::northbound::views;

/// Longest name: what a label on the map can show.
const LONGEST_NAME: usize = 64;

/// Names and places of hosts and switches
#[utoipa::path(get, path = "/api/v1/annotations", tag = "annotations",
    responses((status = 200, body = AnnotationsView)))]
pub(super) async fn annotations(State(api): Shared) -> Json<AnnotationsView> {
    Json(views::annotations(&api.network.snapshot().annotations))
}

/// Gives names and places; they replace all given before
#[utoipa::path(put, path = "/api/v1/annotations", tag = "annotations",
    request_body = AnnotationsView,
    responses(
        (status = 200, body = AnnotationsView),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn annotate(
    State(api): Shared,
    JsonBody(given): JsonBody<AnnotationsView>,
) -> Answer<AnnotationsView> {
    let annotations = checked(given)?;
    let view = views::annotations(&annotations);
    api.network.annotate(annotations).await;
    Ok(Json(view))
}

fn checked(given: AnnotationsView) -> Result<Annotations, Problem> {
    let mut annotations = Annotations::default();
    for (text, name) in given.hosts {
        let field = format!("hosts.{text}");
        let mac: MacAddr = text
            .parse()
            .map_err(|error| Problem::bad_field(&field, format!("{error}")))?;
        annotations
            .host_names
            .insert(mac, checked_name(field, name)?);
    }
    for (text, switch) in given.switches {
        let field = format!("switches.{text}");
        let dpid: Dpid = text
            .parse()
            .map_err(|error| Problem::bad_field(&field, format!("{error}")))?;
        if let Some(name) = switch.name {
            let name = checked_name(format!("{field}.name"), name)?;
            annotations.switch_names.insert(dpid, name);
        }
        if let Some(place) = switch.place {
            annotations
                .places
                .insert(dpid, checked_place(&field, place)?);
        }
    }
    Ok(annotations)
}

fn checked_name(field: String, name: String) -> Result<String, Problem> {
    let length = name.chars().count();
    if (1..=LONGEST_NAME).contains(&length) && !name.chars().any(char::is_control) {
        return Ok(name);
    }
    let detail = format!("`{field}` must be 1 to {LONGEST_NAME} printable characters");
    Err(Problem::bad_field(field, detail))
}

fn checked_place(field: &str, place: Place) -> Result<(f64, f64), Problem> {
    let Place {
        latitude,
        longitude,
    } = place;
    for (name, value, limit) in [
        ("latitude", latitude, 90.0),
        ("longitude", longitude, 180.0),
    ] {
        if !(-limit..=limit).contains(&value) {
            let field = format!("{field}.place.{name}");
            let detail = format!("`{field}` must be from -{limit} to {limit} degrees");
            return Err(Problem::bad_field(field, detail));
        }
    }
    Ok((latitude, longitude))
}
