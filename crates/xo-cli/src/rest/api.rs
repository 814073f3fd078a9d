//! Requests to the REST API: who we are goes along, redirections are followed on the server, refusals become failures.

use std::time::Duration;

use reqwest::header::LOCATION;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use tokio::time::timeout;

use super::path::{self, Resource};
use super::refusal::Refusal;
use crate::Failure;
use crate::invocation::Options;
use crate::server::{Credentials, Secret, Server};
use crate::transfer;

/// Time until the server begins to answer what only looks; what waits or acts may take as long as it takes.
const PATIENCE: Duration = Duration::from_mins(10);

/// Redirections of one request: to HTTPS, and from `users/me` to the user.
const MOST_REDIRECTIONS: usize = 4;

/// The REST API of a server.
pub(super) struct Api {
    pub(super) server: Server,
}

impl Api {
    pub(super) async fn of(options: &Options) -> Result<Self, Failure> {
        let server = Server::of(options)?;
        if server.credentials == Credentials::Nobody {
            return Err(Failure::Usage("the URL holds no token; write `https://token@host`".into()));
        }
        let mut api = Self { server };
        if api.server.url.scheme() == "http" {
            // A server that wants HTTPS is asked for its address before it is told who we are.
            let answer = api.sent(api.server.bare(path::ROOT), true).await?;
            api.server.follow(&answer);
        }
        Ok(api)
    }

    async fn sent(&self, request: RequestBuilder, limited: bool) -> Result<Response, Failure> {
        let sent = if limited {
            let silent = |_| Failure::Connection(format!("`{}` does not answer", self.server.url));
            timeout(PATIENCE, request.send()).await.map_err(silent)?
        } else {
            request.send().await
        };
        sent.map_err(|error| self.server.broken("answer", &error))
    }

    /// Sends a request with a JSON body, or none, and returns the answer if it is no refusal.
    pub(super) async fn send(
        &mut self,
        method: &Method,
        resource: &Resource,
        body: Option<&serde_json::Value>,
    ) -> Result<Response, Failure> {
        let mut address = resource.address();
        let limited = *method == Method::GET && !resource.has("wait") && !resource.has("watch");
        for _ in 0..MOST_REDIRECTIONS {
            let request = self.request(method.clone(), &address)?;
            let request = match body {
                Some(body) => request.json(body),
                None => request,
            };
            let answer = self.sent(request, limited).await?;
            if self.server.follow(&answer) {
                continue;
            }
            match self.elsewhere(&answer, method) {
                Some(there) => address = there,
                None => return self.accepted(answer, method, &resource.path).await,
            }
        }
        Err(Failure::Connection(format!(
            "`{}` sends `{}` from one address to the next",
            self.server.url, resource.path
        )))
    }

    /// Starts a request that shows who we are.
    pub(super) fn request(&self, method: Method, address: &str) -> Result<RequestBuilder, Failure> {
        let request = self.server.request(method, address)?;
        Ok(match &self.server.credentials {
            Credentials::Password { user, password: Secret(password), otp } => {
                let request = request.basic_auth(user, Some(password));
                match otp {
                    Some(Secret(otp)) => request.query(&[("otp", otp)]),
                    None => request,
                }
            }
            _ => request,
        })
    }

    /// Turns an answer that is no success into a failure.
    pub(super) async fn accepted(&self, answer: Response, method: &Method, path: &str) -> Result<Response, Failure> {
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        if status == StatusCode::UNAUTHORIZED {
            return Err(self.server.refuses_credentials());
        }
        if status.is_redirection() {
            let url = &self.server.url;
            return Err(Failure::Connection(format!(
                "`{url}` sends `{path}` to another address, which is not followed"
            )));
        }
        let text = transfer::short_text(answer).await;
        Err(Failure::Answered(Refusal::read(status, method, path, &text)))
    }

    /// Returns where the answer sends us, if that is on the same server.
    fn elsewhere(&self, answer: &Response, method: &Method) -> Option<String> {
        let status = answer.status();
        let keeps_method = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
        if !(keeps_method || status.is_redirection() && *method == Method::GET) {
            return None;
        }
        let location = answer.headers().get(LOCATION)?.to_str().ok()?;
        let location = self.server.url.join(location).ok()?;
        // The page where people sign in is not below the API.
        let is_ours = location.origin() == self.server.url.origin() && location.path().contains("/rest/v0/");
        is_ours.then(|| location.to_string())
    }
}
