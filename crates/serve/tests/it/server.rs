//! A server on ports of its own, with a database in memory and two users.

use std::net::SocketAddr;

use app::{
    App, Config,
    db::{Db, NewUser},
};
use op::Secret;
use reqwest::{Client, RequestBuilder, redirect::Policy};
use serve::{Certificate, Listener};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{client::Socket, toy};

pub(crate) const ADMIN: &str = "admin@example.org";
pub(crate) const USER: &str = "user@example.org";
pub(crate) const PASSWORD: &str = "correct horse";

pub(crate) struct Server {
    pub(crate) app: App,
    pub(crate) address: SocketAddr,
    /// Address of the TLS listener, if one was asked for.
    pub(crate) tls: Option<SocketAddr>,
    pub(crate) http: Client,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}, None).await
    }

    pub(crate) async fn configured(change: impl FnOnce(&mut Config)) -> Self {
        Self::with(change, None).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Config), certificate: Option<Certificate>) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let db = Db::in_memory().await.expect("a database in memory opens");
        for (email, permission) in [(ADMIN, "admin"), (USER, "none")] {
            let user = NewUser { email: email.to_owned(), password: None, permission: permission.to_owned() };
            db.users().create(user).await.expect("the user is new");
        }
        let mut config = Config::default();
        change(&mut config);
        let app = App::start_with(config, toy::ops(), db).await.expect("the application starts");
        let plain = Listener::bind("127.0.0.1:0", None).await.expect("a port is free");
        let address = plain.address();
        let mut listeners = vec![plain];
        if let Some(certificate) = &certificate {
            listeners.push(Listener::bind("127.0.0.1:0", Some(certificate)).await.expect("a port is free"));
        }
        let tls = certificate.is_some().then(|| listeners[1].address());
        let stop = CancellationToken::new();
        let running = tokio::spawn(serve::run(app.clone(), listeners, stop.clone()));
        let http = Client::builder().redirect(Policy::none()).no_proxy().no_gzip().danger_accept_invalid_certs(true);
        Self { app, address, tls, http: http.build().expect("a client"), stop, running }
    }

    /// Gives both users the [`PASSWORD`]; most tests do without, since hashing it takes a while.
    pub(crate) async fn with_passwords(self) -> Self {
        for email in [ADMIN, USER] {
            let users = self.app.db().users();
            let user = users.by_email(email).await.expect("the database answers").expect("the user exists");
            users.set_password(&user.id, &PASSWORD.to_owned().into()).await.expect("the database takes it");
        }
        self
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(self.url(path))
    }

    /// Returns a token of the user with this e-mail.
    pub(crate) async fn token(&self, email: &str) -> Secret {
        let user = self.app.db().users().by_email(email).await.expect("the database answers").expect("the user exists");
        self.app.browser_token(&user, "test", false).await.expect("the database takes it").0
    }

    pub(crate) async fn socket(&self) -> Socket {
        Socket::open(self.address, &[]).await
    }

    /// Opens a WebSocket on which `email` is signed in.
    pub(crate) async fn signed_in(&self, email: &str) -> Socket {
        let token = self.token(email).await;
        Socket::open(self.address, &[("cookie", &format!("token={}", token.expose()))]).await
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.running.await.expect("the server ends well");
        self.app.shutdown().await;
    }
}
