//! Asking a running controller over its REST API.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::northbound::model::Problem;

/// An answer must be there by then.
const DEADLINE: Duration = Duration::from_secs(30);

/// Where the controller is and how it is asked.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Where {
    /// Where the controller's HTTP server is
    #[arg(
        long,
        env = "POINTSMAN_URL",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL"
    )]
    pub(super) url: String,
    /// Bearer token, if the controller wants one
    #[arg(
        long,
        env = "POINTSMAN_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    pub(super) token: Option<String>,
}

/// No answer, or not the one wanted.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error(
        "no controller answers at {url}: start one with `pointsman run`, or say where it is with \
         --url"
    )]
    NobodyThere { url: String },
    #[error("{0}")]
    Refused(String),
    #[error("{url} answers {status}, and not as a controller does")]
    NotAController { url: String, status: StatusCode },
    #[error("asking {url}: {source}")]
    Failed { url: String, source: reqwest::Error },
    #[error("the controller's answer is not understood: {0}")]
    Answer(#[from] serde_json::Error),
}

/// A controller to ask.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    place: Where,
}

impl Client {
    pub(super) fn new(place: &Where) -> Result<Self, AskError> {
        // Proxies are for the world; a controller is here or near.
        let http = reqwest::Client::builder().no_proxy().build();
        Ok(Self {
            http: http.map_err(|source| failed(&place.url, source))?,
            place: place.clone(),
        })
    }

    /// The body of an answer, as the controller wrote it.
    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<String, AskError> {
        let request = self.request(Method::GET, path, query).timeout(DEADLINE);
        self.body(self.send(request).await?).await
    }

    pub(super) async fn patch(
        &self,
        path: &str,
        body: &serde_json::Value,
    ) -> Result<String, AskError> {
        let request = self.request(Method::PATCH, path, &[]).timeout(DEADLINE);
        self.body(self.send(request.json(body)).await?).await
    }

    pub(super) async fn post(&self, path: &str, body: &impl Serialize) -> Result<String, AskError> {
        let request = self.request(Method::POST, path, &[]).timeout(DEADLINE);
        self.body(self.send(request.json(body)).await?).await
    }

    /// An answer that does not end.
    pub(super) async fn stream(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Response, AskError> {
        self.send(self.request(Method::GET, path, query)).await
    }

    fn request(&self, method: Method, path: &str, query: &[(&str, &str)]) -> RequestBuilder {
        let base = self.place.url.trim_end_matches('/');
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(query)
            .finish();
        let mark = if query.is_empty() { "" } else { "?" };
        let request = self
            .http
            .request(method, format!("{base}/api/v1{path}{mark}{query}"));
        match &self.place.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, AskError> {
        let response = request.send().await.map_err(|error| self.failed(error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = response.bytes().await.map_err(|error| self.failed(error))?;
        Err(match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => AskError::Refused(problem.detail),
            Err(_) => AskError::NotAController {
                url: self.place.url.clone(),
                status,
            },
        })
    }

    async fn body(&self, response: Response) -> Result<String, AskError> {
        response.text().await.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: reqwest::Error) -> AskError {
        failed(&self.place.url, error)
    }
}

fn failed(url: &str, error: reqwest::Error) -> AskError {
    let url = url.to_owned();
    if error.is_connect() {
        return AskError::NobodyThere { url };
    }
    // Its own URL would say it twice.
    AskError::Failed {
        url,
        source: error.without_url(),
    }
}

/// A path segment from what somebody typed.
pub(super) fn segment(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

pub(super) fn read<T: DeserializeOwned>(body: &str) -> Result<T, AskError> {
    Ok(serde_json::from_str(body)?)
}
