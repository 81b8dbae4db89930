//! Every error of the API: RFC 9457 problem details with a stable code.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;

use super::model::Problem;
use crate::words::Finding;

/// What a handler answers.
pub(super) type Answer<T> = Result<axum::Json<T>, Problem>;

impl Problem {
    /// `code` is a promise to programs; `detail` is for people and may change.
    pub(super) fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self {
            status: status.as_u16(),
            code: code.to_owned(),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            detail: detail.into(),
            field: None,
        }
    }

    /// The same, at a field or parameter.
    pub(super) fn at(mut self, field: impl Into<String>) -> Self {
        let field = field.into();
        self.field = (!field.is_empty()).then_some(field);
        self
    }

    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// Something with an id that was asked for by a path or query parameter.
    pub(super) fn unknown(what: &str, id: &str, field: &str) -> Self {
        Self::not_found(format!("there is no {what} `{id}`")).at(field)
    }

    pub(super) fn conflict(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    pub(super) fn unavailable(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
    }

    /// A value in the body that is well-formed JSON but not what it should be.
    pub(super) fn bad_field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_value", detail).at(field)
    }

    pub(super) fn from_body(found: Finding) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, found.code, found.text).at(found.field)
    }

    pub(super) fn from_query(found: Finding) -> Self {
        let code = match found.code {
            "unknown_field" => "unknown_parameter",
            "missing_field" => "missing_parameter",
            "duplicate_field" => "duplicate_parameter",
            _ => "bad_parameter",
        };
        let text = found
            .text
            .replace("is not a field here", "is not a parameter here");
        Self::new(StatusCode::BAD_REQUEST, code, text).at(found.field)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(self)).into_response();
        response.headers_mut().insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        response
    }
}
