//! HTTP: who answers what.
//!
//! In this order, which is the original's: consoles · other WebSockets · one-time URLs · REST · sign-in · public folders · *the gate* ·
//! upstreams · folders · the web UI. Behind the gate are those who carry a good token; others are sent to the
//! sign-in page.

mod caller;
mod compress;
mod console;
pub(crate) mod cookie;
mod gate;
mod mount;
mod proxy;
pub(crate) mod reply;
mod security;
mod sign_in;
pub(crate) mod transfer;

use std::{sync::Arc, time::Duration};

use app::App;
use axum::body::Body;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub(crate) use self::caller::Caller;
use self::{mount::Mounts, proxy::Proxies};
use crate::{
    clients::Clients,
    listen::{Answers, Peer, Visitor},
    rest::Rest,
    socket::{self, Client, Outbox},
    ui::{self, Ui},
};

/// Paths of the JSON-RPC WebSocket; the second is where the original's older web client finds it.
const JSON_RPC: [&str; 2] = ["/api/", "/v5/api/"];

/// How long a client that has to make room may take to read why.
const EVICTED: Duration = Duration::from_secs(1);

/// All faces over HTTP.
pub(crate) struct Face {
    app: App,
    clients: Clients,
    rest: Arc<Rest>,
    ui: Ui,
    public_mounts: Mounts,
    mounts: Mounts,
    proxies: Proxies,
    /// Port of the TLS listener, if there is one.
    https: Option<u16>,
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Answers for Arc<Face> {
    async fn answer(&self, request: Request<Incoming>, peer: Peer) -> Response<Body> {
        let caller = Caller::of(&request, peer, &self.app.config().http);
        let tls = caller.tls;
        let encodings = request.headers().get_all(header::ACCEPT_ENCODING).iter();
        let asked = encodings.map(|encoding| (header::ACCEPT_ENCODING, encoding.clone())).collect();
        let response = self.route(request, &caller).await;
        let mut response = compress::compress(asked, response).await;
        let mounted = response.extensions_mut().remove::<security::Mounted>().is_some();
        security::protect(response.headers_mut(), mounted, tls);
        response
    }
}

impl Face {
    pub(crate) fn new(
        app: App,
        clients: Clients,
        https: Option<u16>,
        tracker: TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        let http = &app.config().http;
        Self {
            public_mounts: Mounts::new(&http.public_mounts),
            mounts: Mounts::new(&http.mounts),
            proxies: Proxies::new(&http.proxies),
            ui: Ui::new(),
            rest: Arc::new(Rest::new(app.clone(), stop.clone())),
            app,
            clients,
            https,
            tracker,
            stop,
        }
    }

    async fn route(self: &Arc<Self>, mut request: Request<Incoming>, caller: &Caller) -> Response<Body> {
        if self.app.config().http.redirect_to_https
            && !caller.tls
            && let Some(port) = self.https
        {
            return reply::to_https(&request, caller, port);
        }
        let path = request.uri().path().to_owned();
        if let Some(id) = console::id_in(&path) {
            return self.console(id, &mut request, caller).await;
        }
        if socket::is_upgrade(request.headers()) {
            if JSON_RPC.contains(&path.as_str()) {
                return self.json_rpc(&mut request, caller).await;
            }
            return match self.proxies.find(&path) {
                Some(proxy) if caller.is_own_page(request.headers()) && self.admits(&request, caller).await => {
                    proxy.upgrade(request, caller, &self.tracker).await
                }
                Some(_) => reply::text(StatusCode::UNAUTHORIZED, "sign in first\n"),
                None => reply::text(StatusCode::NOT_FOUND, "no WebSocket here; the API is at /api/\n"),
            };
        }
        if let Some(one_time) = path.strip_prefix("/v5").or(Some(&path)).filter(|path| path.starts_with("/api/")) {
            request = match self.transfer(one_time, request, caller).await {
                Ok(response) => return response,
                Err(other) => other,
            };
        }
        if let Some(below) = Rest::covers(&path) {
            return self.rest.answer(below, request, caller).await;
        }
        if let Some(response) = self.sign_in_routes(&path, &mut request, caller).await {
            return response;
        }
        if path == "/robots.txt" {
            return reply::text(StatusCode::OK, "User-agent: *\nDisallow: /\n");
        }
        if let Some(response) = self.public_mounts.answer(&request).await {
            return response;
        }
        let admitted = self.admits(&request, caller).await;
        if !admitted && !gate::is_open(&path) && !self.is_ui_file(&path) {
            return gate::to_sign_in(&request, self.app.config().http.cookies, caller, self.sign_in_page());
        }
        if admitted {
            if let Some(proxy) = self.proxies.find(&path) {
                return proxy.answer(request, caller).await;
            }
            if let Some(response) = self.mounts.answer(&request).await {
                return response;
            }
        }
        self.web(&path, &request)
    }

    fn sign_in_page(&self) -> &str {
        &self.app.config().authentication.default_sign_in_page
    }

    /// Returns whether `path` is a file that the web UI needs before anybody has signed in.
    fn is_ui_file(&self, path: &str) -> bool {
        !ui::is_page(path) && self.ui.has(path) && !self.mounts.covers(path)
    }

    /// Answers with a file or page of the web UI.
    fn web(&self, path: &str, request: &Request<Incoming>) -> Response<Body> {
        let (method, headers) = (request.method(), request.headers());
        if !matches!(*method, Method::GET | Method::HEAD) {
            let mut response = reply::text(StatusCode::NOT_FOUND, &format!("Cannot {method} {path}\n"));
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        if let Some(response) = self.ui.file(path, method, headers) {
            return response;
        }
        if path == "/" {
            return self.ui.page(method, headers);
        }
        reply::text(StatusCode::NOT_FOUND, &format!("Cannot {method} {path}\n"))
    }

    /// Opens the WebSocket of the API. A token cookie signs it in, unless a page of another site opened it.
    async fn json_rpc(self: &Arc<Self>, request: &mut Request<Incoming>, caller: &Caller) -> Response<Body> {
        let (response, upgrade) = match socket::accept(request) {
            Ok(accepted) => accepted,
            Err(response) => return *response,
        };
        let session = self.app.session(caller.peer(request.headers()));
        if let Some(token) = Caller::token(request.headers()).filter(|_| caller.is_own_page(request.headers())) {
            // A token that is no longer good leaves the connection signed out.
            let _ = self.app.sign_in(&session, app::Credentials::Token(token)).await;
        }
        let outbox = Arc::new(Outbox::new(session.notifications().clone()));
        let client = Arc::new(Client { session, outbox });
        let face = self.clone();
        // Held until the WebSocket ends: it counts as a connection.
        let visitor = request.extensions().get::<Arc<Visitor>>().expect("every request carries it").clone();
        self.tracker.spawn(async move {
            let Ok(upgraded) = upgrade.await else { return };
            let _listed = face.clients.add(client.clone());
            let serve = socket::serve(face.app.clone(), client.clone(), upgraded);
            tokio::pin!(serve);
            loop {
                let changed = client.session.changed();
                visitor.known(client.session.user().is_some());
                tokio::select! {
                    () = &mut serve => return,
                    () = changed => {}
                    () = visitor.evicted() => {
                        client.outbox.close(1013, "too many connections without anybody signed in");
                        let _ = tokio::time::timeout(EVICTED, serve).await;
                        return;
                    }
                    () = face.stop.cancelled() => {
                        client.outbox.close(1001, "the server is stopping");
                        return serve.await;
                    }
                }
            }
        });
        response
    }
}
