//! Upstreams of the configuration, which answer for a path.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::{body::Incoming, upgrade::on};
use hyper_util::rt::TokioIo;
use tokio_util::task::TaskTracker;
use tracing::{debug, warn};

use super::{caller::Caller, cookie, reply, security::Mounted};
use crate::listen::Visitor;

/// How long an upstream may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// How long an upstream may be silent.
const SILENCE: Duration = Duration::from_secs(300);

/// Headers that concern one connection only (RFC 9110, section 7.6.1).
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The upstreams, longest path first.
pub(super) struct Proxies(Vec<Proxy>);

/// One upstream.
pub(super) struct Proxy {
    prefix: String,
    /// URL that stands for the prefix, without a slash at its end.
    target: String,
    client: reqwest::Client,
}

impl Proxies {
    pub(super) fn new(proxies: &BTreeMap<String, String>) -> Self {
        if proxies.is_empty() {
            return Self(Vec::new());
        }
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .no_gzip()
            .http1_only()
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .build();
        let client = match client {
            Ok(client) => client,
            Err(error) => {
                warn!(error = %error, "cannot reach upstreams");
                return Self(Vec::new());
            }
        };
        let mut proxies: Vec<_> = proxies
            .iter()
            .map(|(prefix, target)| Proxy {
                prefix: prefix.trim_end_matches('/').to_owned(),
                target: plain_scheme(target.trim_end_matches('/')),
                client: client.clone(),
            })
            .collect();
        proxies.sort_by_key(|proxy| std::cmp::Reverse(proxy.prefix.len()));
        Self(proxies)
    }

    /// Returns the upstream that answers for a path.
    pub(super) fn find(&self, path: &str) -> Option<&Proxy> {
        self.0
            .iter()
            .find(|proxy| path.strip_prefix(&proxy.prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }
}

impl Proxy {
    /// Passes a request on and its answer back, both as they come.
    pub(super) async fn answer(&self, request: Request<Incoming>, caller: &Caller) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let headers = onward(&parts.headers, caller);
        let body = reqwest::Body::wrap_stream(body.into_data_stream());
        let sent = self.client.request(parts.method, self.url(&parts.uri)).headers(headers).body(body).send().await;
        match sent {
            Ok(answer) => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = answer.status();
                *response.headers_mut() = without_hops(answer.headers());
                *response.body_mut() = Body::from_stream(answer.bytes_stream());
                response.extensions_mut().insert(Mounted);
                response
            }
            Err(error) => self.bad_gateway(error.without_url()),
        }
    }

    /// Passes a WebSocket on: after the handshake, bytes both ways.
    pub(super) async fn upgrade(
        &self,
        mut request: Request<Incoming>,
        caller: &Caller,
        tracker: &TaskTracker,
    ) -> Response<Body> {
        let mut headers = onward(request.headers(), caller);
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        let url = self.url(request.uri());
        let answer = match self.client.get(url).headers(headers).send().await {
            Ok(answer) => answer,
            Err(error) => return self.bad_gateway(error.without_url()),
        };
        let mut response = Response::new(Body::empty());
        *response.status_mut() = answer.status();
        *response.headers_mut() = without_hops(answer.headers());
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            *response.body_mut() = Body::from_stream(answer.bytes_stream());
            return response;
        }
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        response.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        let client = on(&mut request);
        // Held until the WebSocket ends: it counts as a connection.
        let visitor = request.extensions_mut().remove::<Arc<Visitor>>();
        tracker.spawn(async move {
            let _visitor = visitor;
            let (Ok(client), Ok(mut upstream)) = (client.await, answer.upgrade().await) else { return };
            let copied = tokio::io::copy_bidirectional(&mut TokioIo::new(client), &mut upstream).await;
            debug!(copied = ?copied, "proxied WebSocket ended");
        });
        response
    }

    fn url(&self, uri: &http::Uri) -> String {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        format!("{}{}", self.target, path.strip_prefix(&self.prefix).unwrap_or(path))
    }

    fn bad_gateway(&self, error: reqwest::Error) -> Response<Body> {
        // Its URL may hold a password.
        warn!(path = %self.prefix, error = %error, "the upstream of `{}` does not answer", self.prefix);
        let status = if error.is_timeout() { StatusCode::GATEWAY_TIMEOUT } else { StatusCode::BAD_GATEWAY };
        reply::text(status, &format!("the server behind {}/ does not answer\n", self.prefix))
    }
}

/// A WebSocket starts as HTTP.
fn plain_scheme(target: &str) -> String {
    match target.split_once("://") {
        Some(("ws", rest)) => format!("http://{rest}"),
        Some(("wss", rest)) => format!("https://{rest}"),
        _ => target.to_owned(),
    }
}

/// The headers of a request as an upstream gets them. Our token stays here: upstreams are other programs.
fn onward(headers: &HeaderMap, caller: &Caller) -> HeaderMap {
    let mut onward = without_hops(headers);
    onward.remove(header::HOST);
    onward.remove(header::COOKIE);
    let pairs =
        headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';'));
    let kept: Vec<_> = pairs
        .map(str::trim)
        .filter(|pair| pair.split('=').next() != Some(cookie::TOKEN))
        .filter(|pair| !pair.is_empty())
        .collect();
    if let Some(cookies) =
        Some(kept.join("; ")).filter(|kept| !kept.is_empty()).and_then(|kept| HeaderValue::from_str(&kept).ok())
    {
        onward.insert(header::COOKIE, cookies);
    }
    let forwarded = [
        ("x-forwarded-for", caller.address.to_string()),
        ("x-forwarded-proto", if caller.tls { "https" } else { "http" }.to_owned()),
        ("x-forwarded-host", caller.host.clone().unwrap_or_default()),
    ];
    for (name, value) in forwarded {
        if let Ok(value) = HeaderValue::from_str(&value) {
            onward.insert(HeaderName::from_static(name), value);
        }
    }
    onward
}

fn without_hops(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    let named: Vec<_> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(|name| name.trim().parse::<HeaderName>().ok())
        .collect();
    for name in HOP_BY_HOP.iter().filter_map(|name| name.parse().ok()).chain(named) {
        headers.remove(name);
    }
    headers
}
