use super::*;

const ZOO: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key attr.name="Network" attr.type="string" for="graph" id="d8" />
  <key attr.name="Latitude" attr.type="double" for="node" id="d29" />
  <key attr.name="label" attr.type="string" for="node" id="d33" />
  <key attr.name="Longitude" attr.type="double" for="node" id="d32" />
  <key attr.name="label" attr.type="string" for="edge" id="d40" />
  <graph edgedefault="undirected">
    <data key="d8">Testnet</data>
    <node id="0"><data key="d29">53.33</data><data key="d32">-6.25</data><data key="d33">Dublin</data></node>
    <node id="1"><data key="d33">Limerick</data></node>
    <edge source="0" target="1"><data key="d40">Lit Fibre</data></edge>
    <edge source="1" target="0" />
    <edge source="1" target="1" />
  </graph>
</graphml>"#;

fn problem(text: &str) -> String {
    from_text("file", text).expect_err(text).to_string()
}

fn sizes(topology: &Topology) -> (usize, usize, usize) {
    (
        topology.switches().len(),
        topology.hosts().len(),
        topology.links().len(),
    )
}

#[test]
fn reads_graphml_with_parallel_links() {
    let topology = from_text("file", ZOO).unwrap();
    assert_eq!((topology.name(), sizes(&topology)), ("Testnet", (2, 2, 2)));
    let dublin = topology.switch("dublin").unwrap();
    assert_eq!(dublin.label.as_deref(), Some("Dublin"));
    assert_eq!(
        dublin.coordinates,
        Some(Coordinates {
            lat: 53.33,
            lon: -6.25
        })
    );
    assert_eq!(topology.switch("limerick").unwrap().coordinates, None);
}

#[test]
fn reads_node_link_data_with_either_key() {
    for key in ["links", "edges"] {
        let text = format!(
            r#"{{"nodes": [{{"id": "a", "name": "Ulm", "pos": [9.99, 48.4]}}, {{"id": 7, "weight": 3}}],
                "{key}": [{{"source": "a", "target": "7", "key": 0}}], "multigraph": true}}"#
        );
        let topology = from_text("file", &text).unwrap();
        assert_eq!((topology.name(), sizes(&topology)), ("file", (2, 2, 1)));
        assert_eq!(
            topology.switches()[0].coordinates,
            Some(Coordinates {
                lat: 48.4,
                lon: 9.99
            })
        );
        assert_eq!(topology.switches()[1].name, "s2");
    }
}

#[test]
fn both_directions_of_a_directed_link_are_one_cable() {
    let edges = r#"{"source":0,"target":1},{"source":1,"target":0},{"source":0,"target":1}"#;
    let text = |directed| {
        format!(r#"{{"directed":{directed},"nodes":[{{"id":0}},{{"id":1}}],"edges":[{edges}]}}"#)
    };
    assert_eq!(from_text("file", &text(true)).unwrap().links().len(), 2);
    assert_eq!(from_text("file", &text(false)).unwrap().links().len(), 3);
}

#[test]
fn pixels_are_not_taken_for_coordinates() {
    let text = r#"{"nodes":[{"id":0,"pos":[243.0,574.0]},{"id":1,"pos":[20,40]}],"edges":[]}"#;
    let topology = from_text("file", text).unwrap();
    assert!(
        topology
            .switches()
            .iter()
            .all(|switch| switch.coordinates.is_none())
    );
}

#[test]
fn our_own_json_reads_what_it_writes() {
    let topology = Topology::resolve("geant").unwrap();
    let text = serde_json::to_string_pretty(&topology).unwrap();
    assert_eq!(from_text("file", &text).unwrap(), topology);
}

#[test]
fn errors_say_what_and_where() {
    let cases = [
        (
            r#"{"nodes":[{"id":0},{"name":"x"}],"edges":[]}"#,
            "nodes[1]: id: missing",
        ),
        (
            r#"{"nodes":[{"id":[]}],"edges":[]}"#,
            "nodes[0]: id: expected text or a number",
        ),
        (
            r#"{"nodes":[{"id":0},{"id":"0"}],"edges":[]}"#,
            "nodes[1]: id: `0` is already that of nodes[0]",
        ),
        (
            r#"{"nodes":[{"id":0,"pos":[1]}],"edges":[]}"#,
            "nodes[0]: pos: expected [longitude, latitude]",
        ),
        (
            r#"{"nodes":[{"id":0,"Latitude":"x"}],"links":[]}"#,
            "nodes[0]: Latitude: expected a number",
        ),
        (
            r#"{"nodes":[{"id":0}],"edges":[{"source":0,"target":9}]}"#,
            "edges[0]: target: there is no node `9`",
        ),
        (r#"{"nodes":[{"id":0}]}"#, "links: expected a list"),
        (
            r#"{"nodes":[],"edges":[]}"#,
            "switches: there must be at least one switch",
        ),
        (r#"{"nodes":3}"#, "nodes: expected a list"),
        (
            "{}",
            "neither a topology of ours (`switches`) nor node-link data (`nodes`)",
        ),
        ("[1,2", "EOF while parsing a list at line 1 column 4"),
        (
            r#"{"name":"x","switches":[],"colour":1}"#,
            "unknown field `colour`, expected one of `name`, `switches`, `hosts`, `links` at line 1 column 34",
        ),
        ("<html/>", "graphml: expected a <graph> in a <graphml>"),
        (
            "<graphml><graph><node/></graph></graphml>",
            "node[0]: id: missing",
        ),
        (
            "<graphml><graph><node id='a'/><edge source='a' target='b'/></graph></graphml>",
            "edge[0]: target: there is no node `b`",
        ),
        (
            "<graphml><key id='d' for='node' attr.name='Latitude'/><graph><node id='a'>\
             <data key='d'>north</data></node></graph></graphml>",
            "node[0] (a): Latitude: expected a number, not `north`",
        ),
        (
            "<graphml><graph>",
            "the root node was opened but never closed",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(problem(text), expected, "{text}");
    }
}

#[test]
fn a_stranger_cannot_make_it_large() {
    let nodes: Vec<String> = (0..=5000).map(|n| format!(r#"{{"id":{n}}}"#)).collect();
    let text = format!(r#"{{"nodes":[{}],"edges":[]}}"#, nodes.join(","));
    assert_eq!(problem(&text), "nodes[5000]: more than 5000 nodes");
    let link = r#"{"source":0,"target":1}"#;
    let links = [link; MAX_LINKS + 1].join(",");
    let text = format!(r#"{{"nodes":[{{"id":0}},{{"id":1}}],"edges":[{links}]}}"#);
    assert_eq!(problem(&text), "edges[50000]: more than 50000 links");
    let deep = "[".repeat(100_000);
    assert!(problem(&deep).contains("recursion limit"));
    let bomb = "<!DOCTYPE x [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]><graphml>&b;</graphml>";
    assert!(problem(bomb).contains("DTD"), "{}", problem(bomb));
}

#[test]
fn every_beginning_of_a_file_is_an_error_and_no_panic() {
    let ours = serde_json::to_string(&Topology::parse("ring,3").unwrap()).unwrap();
    for whole in [
        ZOO,
        include_str!("../../catalog/abilene.json").trim_end(),
        &ours,
    ] {
        for end in 0..whole.len() {
            assert!(from_text("file", &whole[..end]).is_err(), "{end}");
        }
    }
}

#[test]
fn a_file_is_named_in_its_errors() {
    let error = Topology::load("/nonexistent/net.json")
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("/nonexistent/net.json: "), "{error}");
}
