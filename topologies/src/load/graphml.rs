//! GraphML as the Topology Zoo publishes it: data keys `label`, `Latitude`, `Longitude` for nodes
//! and `Network` for the graph. Document type declarations are refused by the parser, and with them
//! entities that expand.

use std::collections::HashMap;

use roxmltree::{Document, ParsingOptions};

use super::{Drawing, FileProblem, MAX_LINKS, MAX_NODES, Node};

/// XML nodes, of which a network's node has a dozen (elements, texts and the space between).
const XML_NODES_MAX: u32 = 40 * (MAX_NODES as u32 + MAX_LINKS as u32);

type Element<'a> = roxmltree::Node<'a, 'a>;

pub(super) fn read(text: &str) -> Result<Drawing, FileProblem> {
    let options = ParsingOptions {
        nodes_limit: XML_NODES_MAX,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options)?;
    let root = document.root_element();
    let missing = || FileProblem::content("graphml", "expected a <graph> in a <graphml>");
    let graph = child(root, "graph").filter(|_| root.has_tag_name_local("graphml"));
    let graph = graph.ok_or_else(missing)?;
    let keys = Keys::of(root);
    let mut drawing = Drawing {
        name: keys.value(graph, "Network").map(str::to_owned),
        directed: graph.attribute("edgedefault") == Some("directed"),
        ..Drawing::default()
    };
    for (number, node) in children(graph, "node").enumerate() {
        let at = format!("node[{number}]");
        let id = attribute(&at, node, "id")?;
        let place = |key| coordinate(&format!("{at} ({id})"), key, keys.value(node, key));
        let position = place("Longitude")?.zip(place("Latitude")?);
        let label = keys.value(node, "label").map(str::to_owned);
        drawing.node(&at, id, Node { label, position })?;
    }
    for (number, edge) in children(graph, "edge").enumerate() {
        let at = format!("edge[{number}]");
        drawing.link(
            &at,
            attribute(&at, edge, "source")?,
            attribute(&at, edge, "target")?,
        )?;
    }
    Ok(drawing)
}

fn attribute<'a>(at: &str, element: Element<'a>, key: &str) -> Result<&'a str, FileProblem> {
    element
        .attribute(key)
        .ok_or_else(|| FileProblem::content(at, format!("{key}: missing")))
}

fn coordinate(at: &str, key: &str, text: Option<&str>) -> Result<Option<f64>, FileProblem> {
    let Some(text) = text else { return Ok(None) };
    let number: Option<f64> = text
        .trim()
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite());
    let wrong = || FileProblem::content(at, format!("{key}: expected a number, not `{text}`"));
    number.map(Some).ok_or_else(wrong)
}

/// The file's own ids for data keys (`d29`), by the name and what they are for.
struct Keys<'a>(HashMap<(&'a str, &'a str), &'a str>);

impl<'a> Keys<'a> {
    fn of(root: Element<'a>) -> Self {
        let key = |element: Element<'a>| {
            let subject = element.attribute("for").unwrap_or("all");
            Some((
                (subject, element.attribute("attr.name")?),
                element.attribute("id")?,
            ))
        };
        Self(children(root, "key").filter_map(key).collect())
    }

    fn value(&self, element: Element<'a>, name: &str) -> Option<&'a str> {
        let subject = element.tag_name().name();
        let id = self
            .0
            .get(&(subject, name))
            .or_else(|| self.0.get(&("all", name)))?;
        children(element, "data")
            .find(|data| data.attribute("key") == Some(id))?
            .text()
    }
}

/// Children by local name: files disagree on whether the namespace is declared.
fn children<'a>(element: Element<'a>, name: &'static str) -> impl Iterator<Item = Element<'a>> {
    element
        .children()
        .filter(move |child| child.has_tag_name_local(name))
}

fn child<'a>(element: Element<'a>, name: &'static str) -> Option<Element<'a>> {
    children(element, name).next()
}

trait LocalName {
    fn has_tag_name_local(&self, name: &str) -> bool;
}

impl LocalName for Element<'_> {
    fn has_tag_name_local(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}
