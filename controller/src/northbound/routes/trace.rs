//! What a packet would meet on its way.

use std::fmt::Write as _;

use app_api::{Host, Location, Snapshot};
use axum::Json;
use axum::extract::State;
use bytes::Bytes;
use openflow::PortNo;
use serde_json::Value;
use topologies::trace::{Parties, Party, Start, packet};

use super::Shared;
use crate::northbound::extract::JsonBody;
use crate::northbound::model::{Problem, TraceFields, TraceRequest, TraceView};
use crate::northbound::problem::Answer;
use crate::northbound::{journey, names};

/// An Ethernet header is the least there can be, and no switch takes more than a jumbo frame.
const FRAME_BYTES: std::ops::RangeInclusive<usize> = 14..=16_384;

/// Traces a packet through the network, from the tables as they are on the switches
///
/// Each switch on the way is read anew: ports, flow entries, groups, meters. Nothing is sent.
/// Without fields it is a ping.
#[utoipa::path(post, path = "/api/v1/trace", tag = "topology",
    request_body = TraceRequest,
    responses(
        (status = 200, body = TraceView),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "More than one thing has that name",
            body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn trace(
    State(api): Shared,
    JsonBody(asked): JsonBody<TraceRequest>,
) -> Answer<TraceView> {
    let snapshot = api.network.snapshot();
    let start = start(&snapshot, &asked)?;
    Ok(Json(journey::follow(&api, &snapshot, start).await))
}

fn start(snapshot: &Snapshot, asked: &TraceRequest) -> Result<Start, Problem> {
    let host = |text: &Option<String>, field| {
        let text = text.as_deref();
        text.map(|text| names::host(snapshot, text, field))
            .transpose()
    };
    let from = host(&asked.from, "from")?;
    let to = host(&asked.to, "to")?;
    let at = ingress(snapshot, asked, from.as_deref())?;
    let frame = match &asked.frame {
        Some(_) if asked.fields.is_some() => {
            let detail = "either `frame` or `fields`: a frame has all of its fields";
            return Err(Problem::bad_field("fields", detail));
        }
        Some(hex) => frame(hex)?,
        None => {
            let parties = Parties {
                from: from.as_deref().map_or_else(Party::default, party),
                to: to.as_deref().map_or_else(Party::default, party),
                vlan: from.as_deref().and_then(|host| host.id.vlan),
            };
            let said = said(asked.fields.as_ref())?;
            packet(&parties, &said)
                .map_err(|error| Problem::bad_field("fields", error.to_string()))?
        }
    };
    Ok(Start {
        at,
        frame,
        from: from.map(|host| host.id.to_string()),
        to: to.map(|host| host.id.to_string()),
    })
}

/// Where it comes in: where it is said, or else where the host is.
fn ingress(
    snapshot: &Snapshot,
    asked: &TraceRequest,
    from: Option<&Host>,
) -> Result<Location, Problem> {
    match (&asked.switch, asked.port, from) {
        (Some(switch), Some(port), _) => {
            let switch = names::switch(snapshot, switch, "switch")?;
            if !switch.ports.contains_key(&PortNo(port)) {
                let name = snapshot.switch_label(switch.dpid);
                let detail = format!("{name} has no port {port}");
                return Err(Problem::not_found(detail).at("port"));
            }
            Ok(Location::new(switch.dpid, PortNo(port)))
        }
        (Some(_), None, _) => Err(missing("port", "`switch` needs the `port` it comes in by")),
        (None, Some(_), _) => Err(missing("switch", "`port` needs the `switch` it is of")),
        (None, None, Some(host)) => Ok(host.at),
        (None, None, None) => {
            let detail = "say where it starts: `from` a host, or at a `port` of a `switch`";
            Err(missing("from", detail))
        }
    }
}

fn missing(field: &str, detail: &str) -> Problem {
    let mut problem = Problem::bad_field(field, detail);
    "missing_field".clone_into(&mut problem.code);
    problem
}

fn party(host: &Host) -> Party {
    Party {
        mac: host.id.mac,
        addresses: host.addresses.clone(),
    }
}

/// As one text.
fn said(fields: Option<&TraceFields>) -> Result<String, Problem> {
    let each = match fields {
        None => return Ok(String::new()),
        Some(TraceFields::Text(text)) => return Ok(text.clone()),
        Some(TraceFields::Each(each)) => each,
    };
    let mut said = String::new();
    for (name, value) in each {
        // A string cannot fail to be written to.
        let _ = match value {
            Value::Bool(true) => write!(said, "{name},"),
            Value::Number(number) => write!(said, "{name}={number},"),
            Value::String(text) => write!(said, "{name}={text},"),
            _ => {
                let detail = format!("`{name}` must be a number, a text, or true");
                return Err(Problem::bad_field(format!("fields.{name}"), detail));
            }
        };
    }
    Ok(said)
}

fn frame(hex: &str) -> Result<Bytes, Problem> {
    let wrong = |detail: String| Err(Problem::bad_field("frame", detail));
    let digits: Option<Vec<u8>> = hex
        .chars()
        .filter(|c| !c.is_ascii_whitespace() && *c != ':')
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let Some(digits) = digits else {
        return wrong("`frame` must be hex digits".to_owned());
    };
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return wrong("`frame` has half a byte at its end".to_owned());
    }
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    if !FRAME_BYTES.contains(&bytes.len()) {
        let (least, most) = (FRAME_BYTES.start(), FRAME_BYTES.end());
        return wrong(format!(
            "`frame` has {} bytes: a frame has {least} to {most}",
            bytes.len()
        ));
    }
    Ok(bytes.into())
}
