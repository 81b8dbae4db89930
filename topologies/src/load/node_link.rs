//! networkx node-link JSON: `nodes` with `id`, `links` (or, in newer versions, `edges`) with
//! `source` and `target`. Attributes in use: `name` or `label`; `pos` as [longitude, latitude] with
//! topohub, or `Longitude` and `Latitude` as the Topology Zoo has them.

use serde_json::Value;

use super::{Drawing, FileProblem, Node};

pub(super) fn read(value: &Value) -> Result<Drawing, FileProblem> {
    let mut drawing = Drawing {
        name: value
            .pointer("/graph/name")
            .and_then(Value::as_str)
            .map(str::to_owned),
        directed: value
            .get("directed")
            .and_then(Value::as_bool)
            .unwrap_or(false),
        ..Drawing::default()
    };
    for (number, node) in list(value, "nodes")?.iter().enumerate() {
        let at = format!("nodes[{number}]");
        let (id, attributes) = (identity(&at, node, "id")?, attributes(&at, node)?);
        drawing.node(&at, &id, attributes)?;
    }
    let key = if value.get("edges").is_some() {
        "edges"
    } else {
        "links"
    };
    for (number, link) in list(value, key)?.iter().enumerate() {
        let at = format!("{key}[{number}]");
        let (source, target) = (
            identity(&at, link, "source")?,
            identity(&at, link, "target")?,
        );
        drawing.link(&at, &source, &target)?;
    }
    Ok(drawing)
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a [Value], FileProblem> {
    let list = value.get(key).and_then(Value::as_array);
    list.map(Vec::as_slice)
        .ok_or_else(|| FileProblem::content(key, "expected a list"))
}

/// The id of a node: text or a number, which are the same to us (`7` and `"7"`).
fn identity(at: &str, value: &Value, key: &str) -> Result<String, FileProblem> {
    match value.get(key) {
        Some(Value::String(id)) => Ok(id.clone()),
        Some(Value::Number(id)) => Ok(id.to_string()),
        None => Err(FileProblem::content(at, format!("{key}: missing"))),
        Some(_) => Err(FileProblem::content(
            at,
            format!("{key}: expected text or a number"),
        )),
    }
}

fn attributes(at: &str, node: &Value) -> Result<Node, FileProblem> {
    let label = ["name", "label"]
        .iter()
        .find_map(|&key| node.get(key).and_then(Value::as_str));
    Ok(Node {
        label: label.map(str::to_owned),
        position: position(at, node)?,
    })
}

fn position(at: &str, node: &Value) -> Result<Option<(f64, f64)>, FileProblem> {
    let number = |value: &Value| value.as_f64().filter(|number| number.is_finite());
    match node.get("pos") {
        None | Some(Value::Null) => {}
        Some(pos) => {
            let pair = match pos.as_array().map(Vec::as_slice) {
                Some([lon, lat]) => number(lon).zip(number(lat)),
                _ => None,
            };
            let wrong = || FileProblem::content(at, "pos: expected [longitude, latitude]");
            return pair.map(Some).ok_or_else(wrong);
        }
    }
    let coordinate = |key: &str| match node.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let wrong = || FileProblem::content(at, format!("{key}: expected a number"));
            number(value).map(Some).ok_or_else(wrong)
        }
    };
    Ok(coordinate("Longitude")?.zip(coordinate("Latitude")?))
}
