//! A server that plays the other side on real ports, as the recorded traffic has it.

mod rest;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Router, http};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::server::TlsStream;

pub(crate) const TOKEN: &str = "1YzyxKNx01dQdlQrfkhKsWRF0a95WYLwiuVQ0I6HG14";
pub(crate) const NEW_TOKEN: &str = "X3mTCHLtaVFYcl2veWcsilRp7IjBBVxEUZ0ooG2l8ns";

/// The server and what it was asked.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) url: String,
    pub(crate) address: SocketAddr,
    /// Certificate in PEM, of a TLS server.
    pub(crate) certificate: Option<String>,
    state: Arc<Shared>,
}

struct Shared {
    traits: Traits,
    calls: Mutex<Vec<(String, Value)>>,
    uploads: Mutex<Vec<Upload>>,
    objects: Mutex<Vec<Value>>,
    rest: Mutex<Vec<rest::Asked>>,
}

/// An upload as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Bytes,
}

/// In what a server differs from the usual one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traits {
    pub(crate) tls: bool,
    /// Knows no `ndjson` parameter, as old versions.
    pub(crate) no_ndjson: bool,
    /// Sends this many objects beside those given.
    pub(crate) many_objects: usize,
    /// Sends everybody to this address.
    pub(crate) redirect_to: Option<String>,
    /// Has a REST API that tells nothing of itself, as old versions.
    pub(crate) no_document: bool,
    /// One-time password that is wanted beside the password.
    pub(crate) otp: Option<String>,
}

impl Peer {
    pub(crate) async fn start() -> Self {
        Self::with(Traits::default()).await
    }

    pub(crate) async fn with(traits: Traits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let tls = traits.tls;
        let state = Arc::new(Shared {
            traits,
            calls: Mutex::default(),
            uploads: Mutex::default(),
            rest: Mutex::default(),
            objects: Mutex::new(vec![
                json!({ "id": "1a", "type": "VM", "name_label": "web \"1\"", "tags": ["prod"], "CPUs": { "number": 2 } }),
                json!({ "id": "2b", "type": "VM", "name_label": "db", "tags": [], "auto_poweron": true }),
                json!({ "id": "3c", "type": "VM-template", "name_label": "Debian 12", "tags": [] }),
            ]),
        });
        let router = Router::new()
            .route("/api/", get(api))
            .route("/api/{one_time}", any(transfer))
            .route("/api/{one_time}/{name}", any(transfer))
            .route("/rest/v0", any(rest::answer))
            .route("/rest/v0/{*path}", any(rest::answer))
            .with_state(Arc::clone(&state));
        let (scheme, certificate) = if tls {
            let _ = tokio_rustls::rustls::crypto::aws_lc_rs::default_provider().install_default();
            let own = rcgen::generate_simple_self_signed(["localhost".into(), "127.0.0.1".into()]).unwrap();
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.signing_key.serialize_der()));
            let config = ServerConfig::builder()
                .with_no_client_auth()
                .with_single_cert(vec![own.cert.der().clone()], key)
                .unwrap();
            let listener = TlsListener { listener, acceptor: Arc::new(config).into() };
            tokio::spawn(async move { axum::serve(listener, router).await });
            ("https", Some(own.cert.pem()))
        } else {
            tokio::spawn(async move { axum::serve(listener, router).await });
            ("http", None)
        };
        Self { url: format!("{scheme}://{address}/"), address, certificate, state }
    }

    pub(crate) fn url_with_token(&self) -> String {
        self.url.replace("://", &format!("://{TOKEN}@"))
    }

    /// Returns the parameters of the calls of `method` so far.
    pub(crate) async fn calls(&self, method: &str) -> Vec<Value> {
        let calls = self.state.calls.lock().await;
        calls.iter().filter(|(name, _)| name == method).map(|(_, params)| params.clone()).collect()
    }

    /// Returns what was asked of the REST API so far, but for its document.
    pub(crate) async fn rest(&self) -> Vec<rest::Asked> {
        self.state.rest.lock().await.clone()
    }

    pub(crate) async fn uploads(&self) -> Vec<Upload> {
        self.state.uploads.lock().await.clone()
    }
}

/// Accepts TLS; a peer that breaks off the handshake is left behind.
struct TlsListener {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, address)) = self.listener.accept().await else { continue };
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

async fn api(
    State(state): State<Arc<Shared>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if let Some(location) = &state.traits.redirect_to {
        return (http::StatusCode::FOUND, [(http::header::LOCATION, format!("{location}api/"))]).into_response();
    }
    match upgrade {
        Ok(upgrade) => upgrade.on_upgrade(|socket| serve(state, socket)),
        Err(rejection) => rejection.into_response(),
    }
}

async fn serve(state: Arc<Shared>, mut socket: WebSocket) {
    let mut signed_in = false;
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let request: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(request["jsonrpc"], "2.0");
        let (method, params) = (request["method"].as_str().unwrap(), &request["params"]);
        state.calls.lock().await.push((method.to_owned(), params.clone()));
        if method == "test.hang_up" {
            return;
        }
        if signed_in {
            // Notifications come at any time, also between a call and its answer.
            let items = json!({ "1a": { "id": "1a", "type": "VM", "name_label": "web" } });
            let all = json!({ "jsonrpc": "2.0", "method": "all", "params": { "type": "enter", "items": items } });
            let _ = socket.send(Message::text(all.to_string())).await;
        }
        let answer = match answer(&state, &mut signed_in, method, params).await {
            Ok(result) => json!({ "id": request["id"], "jsonrpc": "2.0", "result": result }),
            Err(error) => json!({ "error": error, "id": request["id"], "jsonrpc": "2.0" }),
        };
        let _ = socket.send(Message::text(answer.to_string())).await;
        if method == "session.signIn" && signed_in {
            let all = json!({ "jsonrpc": "2.0", "method": "all", "params": { "type": "exit", "items": { "9z": 0 } } });
            let _ = socket.send(Message::text(all.to_string())).await;
        }
    }
}

async fn answer(state: &Shared, signed_in: &mut bool, method: &str, params: &Value) -> Result<Value, Value> {
    let user =
        json!({ "id": "1c95ec66", "email": "admin@admin.net", "groups": [], "permission": "admin", "preferences": {} });
    let invalid = |errors: Value| json!({ "message": "invalid parameters", "code": 10, "data": { "errors": errors } });
    match method {
        "session.signIn" => {
            let otp = state.traits.otp.as_ref().is_none_or(|otp| params["otp"] == otp.as_str());
            let password = params["email"] == "admin@admin.net" && params["password"] == "admin" && otp;
            let token = params["token"] == TOKEN || params["token"] == NEW_TOKEN;
            if password || token {
                *signed_in = true;
                Ok(user)
            } else {
                Err(json!({ "message": "invalid credentials", "code": 3 }))
            }
        }
        "system.getMethodsInfo" => Ok(json!({
            "vm.start": { "params": {
                "bypassMacAddressesCheck": { "type": "boolean", "optional": true },
                "force": { "type": "boolean", "optional": true },
                "host": { "type": "string", "optional": true },
                "id": { "type": "string" }
            }, "selection": "id" },
            "tag.add": { "description": "add a new tag to an object", "params": {
                "tag": { "type": "string" }, "id": { "type": "string" }
            } },
            "user.create": { "params": {} },
            "group.create": { "params": {} },
            "plugin.loadedWhileRunning": { "params": {} },
        })),
        _ if !*signed_in => Err(json!({ "message": "not enough permissions", "code": 2, "data": { "object": {} } })),
        "token.create" => Ok(json!(NEW_TOKEN)),
        "token.deleteOwn" | "plugin.loadedWhileRunning" => Ok(json!(true)),
        "vm.start" if params.get("selection").is_some() => Ok(json!({
            "objects": [
                { "id": "1", "type": "VM", "name": "web", "outcome": "would", "would": "VM `web` is Halted: it would be started" },
                { "id": "2", "type": "VM", "name": "db\u{1b}[2J", "outcome": "refused", "error": { "code": 13 }, "why": "it is running" },
            ],
            "counts": { "done": 0, "failed": 0, "refused": 1, "would": 1, "skipped": 0 },
        })),
        "test.echo" => Ok(params.clone()),
        "test.null" => Ok(Value::Null),
        "server.add" => match params.get("password") {
            Some(_) => Ok(json!("3e1ff7ab-8733-47c5-9a59-7f67dc08a20c")),
            None => Err(invalid(json!([
                { "instancePath": "", "schemaPath": "#/required", "keyword": "required",
                  "params": { "missingProperty": "password" }, "message": "must have required property 'password'" },
                { "instancePath": "", "schemaPath": "#/additionalProperties", "keyword": "additionalProperties",
                  "params": { "additionalProperty": "passwrod" }, "message": "must NOT have additional properties" }
            ]))),
        },
        "xo.getAllObjects" if params.get("ndjson").is_some() && state.traits.no_ndjson => Err(invalid(json!([]))),
        "xo.getAllObjects" if params["ndjson"] == true => Ok(json!({ "$getFrom": "/api/objects" })),
        "xo.getAllObjects" => {
            let objects = state.objects.lock().await;
            Ok(objects.iter().map(|object| (object["id"].as_str().unwrap().to_owned(), object.clone())).collect())
        }
        "vm.export" => Ok(json!({ "$getFrom": format!("/api/{}/web%201.xva", params["vm"].as_str().unwrap()) })),
        "vm.import" => Ok(json!({ "$sendTo": format!("/api/{}", params["sr"].as_str().unwrap()) })),
        "vm.stolen" => Ok(json!({ "$getFrom": params["to"] })),
        method => Err(json!({ "code": -32601, "data": method, "message": format!("method not found: {method}") })),
    }
}

/// Serves the addresses that answers name; the first segment says how it goes.
async fn transfer(
    State(state): State<Arc<Shared>>,
    Path(path): Path<HashMap<String, String>>,
    request: Request,
) -> Response {
    let headers: HashMap<_, _> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await;
    let Ok(body) = body else { return http::StatusCode::BAD_REQUEST.into_response() };
    state.uploads.lock().await.push(Upload { headers, body });
    let broken = || Err(std::io::Error::other("the host went away"));
    let chunk = || Ok(Bytes::from(vec![b'x'; 100_000]));
    match path["one_time"].as_str() {
        "objects" => {
            let objects = state.objects.lock().await.clone();
            let notes = "long ".repeat(300);
            let many = (0..state.traits.many_objects).map(
                move |n| json!({ "id": format!("many-{n}"), "type": "VM", "name_label": format!("vm {n}"), "notes": notes }),
            );
            let lines = objects.into_iter().chain(many).map(|object| Ok::<_, std::io::Error>(format!("{object}\n")));
            Body::from_stream(stream::iter(lines)).into_response()
        }
        "whole" => vec![b'x'; 300_000].into_response(),
        "broken" => Body::from_stream(stream::iter([chunk(), chunk(), broken()])).into_response(),
        "endless" => Body::from_stream(stream::repeat_with(chunk).then(|chunk| async {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            chunk
        }))
        .into_response(),
        "used" => (http::StatusCode::FOUND, [(http::header::LOCATION, "/signin")]).into_response(),
        "failing" => (http::StatusCode::INTERNAL_SERVER_ERROR, "unknown error").into_response(),
        "refusing" => {
            let error = json!({ "code": 24, "message": "not enough resources in resource set" });
            let reply = json!({ "error": error, "id": 0, "jsonrpc": "2.0" });
            (http::StatusCode::INTERNAL_SERVER_ERROR, reply.to_string()).into_response()
        }
        "imported" => json!({ "id": 0, "jsonrpc": "2.0", "result": "6e2fa1b2-new" }).to_string().into_response(),
        "text" => "config successfully imported".into_response(),
        _ => http::StatusCode::NOT_FOUND.into_response(),
    }
}
