//! A server with a simulated pool behind, and a client of its REST face.

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, redirect::Policy};
use serde_json::Value;

use crate::view::{LIMIT, Served};

/// A REST client who is signed in as an administrator.
pub(crate) struct Rest {
    pub(crate) lab: Served,
    pub(crate) http: Client,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: Option<String>,
    pub(crate) content_type: String,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

impl Rest {
    pub(crate) async fn new() -> Self {
        let lab = Served::new().await;
        let http = Client::builder().redirect(Policy::none()).no_proxy().timeout(LIMIT).build().expect("a client");
        Self { lab, http }
    }

    /// Begins a request of the administrator.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).header("cookie", format!("authenticationToken={}", self.lab.token))
    }

    /// Begins a request of nobody.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("http://{}/rest/v0{path}", self.lab.address))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        sent(self.request(Method::GET, path)).await
    }

    /// Gets what there is.
    pub(crate) async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        answer.json()
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.request(method, path);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        sent(request).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }
}

/// Sends a request and reads the answer to its end.
pub(crate) async fn sent(request: RequestBuilder) -> Answer {
    let response: Response = request.send().await.expect("the server answers");
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().expect("a text").to_owned());
    let (location, content_type) = (header("location"), header("content-type").unwrap_or_default());
    let status = response.status();
    Answer { status, location, content_type, text: response.text().await.expect("the answer ends") }
}
