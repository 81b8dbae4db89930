//! The description of REST v1.
//!
//! It is made from the routes themselves and committed as `controller/openapi.json`, so that a
//! change of the API shows in review. A test fails when the two differ; it writes the new one with
//! `UPDATE_OPENAPI=1 cargo test -p pointsman openapi`.

use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

use super::routes;

#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    info(
        title = "Pointsman",
        description = "A software-defined networking controller. Datapath ids are 16 hex digits; \
            switches and hosts are also found by name. Errors are `application/problem+json` with \
            a stable `code`. Unknown fields and parameters are refused.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "controller", description = "The controller itself"),
        (name = "topology", description = "The network as a graph"),
        (name = "switches", description = "Switches and ports"),
        (name = "flows", description = "Flow entries and groups, wanted and actual, with owners"),
        (name = "apps", description = "Apps: list, start, stop, configure"),
        (name = "pools", description = "Pools of the load balancer"),
        (name = "annotations", description = "Names and places given by people"),
        (name = "events", description = "What changes, as it happens"),
    ),
)]
struct Frame;

pub(super) fn frame() -> OpenApi {
    Frame::openapi()
}

/// OpenAPI 3.1 for all of REST v1.
#[must_use]
pub fn document() -> OpenApi {
    routes::v1().into_openapi()
}

/// As it is served and committed.
pub(super) fn text(document: &OpenApi) -> String {
    let mut text = document
        .to_pretty_json()
        .expect("a document made of schemas has string keys");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::{env, fs};

    use super::*;

    #[test]
    fn openapi_json_in_the_repository_is_that_of_the_routes() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
        let now = text(&document());
        if env::var_os("UPDATE_OPENAPI").is_some() {
            fs::write(&path, &now).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == now,
            "controller/openapi.json is out of date: run \
             UPDATE_OPENAPI=1 cargo test -p pointsman openapi"
        );
    }

    #[test]
    fn openapi_says_3_1_and_has_an_id_for_every_operation() {
        let document = serde_json::to_value(document()).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let paths = document["paths"].as_object().unwrap();
        for (path, item) in paths {
            assert!(path.starts_with("/api/v1/"), "{path}");
            for (method, operation) in item.as_object().unwrap() {
                assert!(operation["operationId"].is_string(), "{method} {path}");
                assert!(operation["responses"].is_object(), "{method} {path}");
            }
        }
    }
}
