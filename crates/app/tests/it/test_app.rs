//! The application with a database in memory, for tests of features: no HTTP, everything else real.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use app::{
    App, Config, Credentials, Cx, Duration, Peer, Session,
    db::{Db, NewServer, NewToken, NewUser, Server, User},
};
use op::{Ops, Secret};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

/// Address of callers unless a test says otherwise.
pub(crate) const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// An application of its own for one test.
pub(crate) struct TestApp {
    pub(crate) app: App,
}

/// Somebody with a connection.
pub(crate) struct Caller {
    pub(crate) app: App,
    pub(crate) session: Session,
}

impl TestApp {
    /// Starts with the operations that `add` adds.
    pub(crate) async fn new(add: impl FnOnce(&mut Ops<Cx>)) -> Self {
        let mut config = Config::default();
        config.authentication.throttling_delay = Duration::from_millis(400);
        Self::with(config, add).await
    }

    pub(crate) async fn with(config: Config, add: impl FnOnce(&mut Ops<Cx>)) -> Self {
        let mut ops = Ops::new();
        add(&mut ops);
        let db = Db::in_memory().await.expect("a database in memory");
        Self { app: App::start_with(config, ops, db).await.expect("the application starts") }
    }

    /// Starts on the database in the data folder of the configuration.
    pub(crate) async fn on(config: Config, add: impl FnOnce(&mut Ops<Cx>)) -> Self {
        let mut ops = Ops::new();
        add(&mut ops);
        Self { app: App::start(config, ops).await.expect("the application starts") }
    }

    /// Returns somebody who is not signed in.
    pub(crate) fn stranger(&self) -> Caller {
        self.stranger_at(HERE)
    }

    pub(crate) fn stranger_at(&self, address: IpAddr) -> Caller {
        let session = self.app.session(Peer { address, user_agent: None });
        Caller { app: self.app.clone(), session }
    }

    /// Creates a user with a password.
    pub(crate) async fn create(&self, email: &str, password: Option<&str>, permission: &str) -> User {
        let password = password.map(Into::into);
        let new = NewUser { email: email.to_owned(), password, permission: permission.to_owned() };
        self.app.db().users().create(new).await.expect("the user is new")
    }

    /// Returns a new administrator, signed in.
    pub(crate) async fn admin(&self) -> Caller {
        let user = self.create("admin@admin.net", None, "admin").await;
        self.signed_in(&user).await
    }

    /// Returns a new user without rights, signed in.
    pub(crate) async fn user(&self, email: &str) -> Caller {
        let user = self.create(email, None, "none").await;
        self.signed_in(&user).await
    }

    /// Connects to the simulated pool of which a host listens there, without TLS.
    pub(crate) async fn connect(&self, host: SocketAddr) -> Server {
        let new = NewServer {
            host: format!("http://{host}"),
            username: "root".to_owned(),
            password: "password".into(),
            label: None,
            allow_unauthorized: false,
            enabled: true,
            http_proxy: None,
        };
        let server = self.app.db().servers().add(new).await.expect("the server is new");
        self.app.connect(&server).await.expect("the pool is connected");
        server
    }

    /// Returns a new connection of `user`, signed in by a token of its own.
    pub(crate) async fn signed_in(&self, user: &User) -> Caller {
        let caller = self.stranger();
        let validity = Duration::from_days(1).0;
        let new = NewToken { user_id: user.id.clone(), client: None, description: None, validity };
        let (token, _) = self.app.db().tokens().create(new).await.expect("a token");
        let token = Credentials::Token(Secret::new(token.expose_secret()));
        self.app.sign_in(&caller.session, token).await.expect("the token is good");
        caller
    }
}

impl Caller {
    /// Calls an operation that works and returns its result.
    pub(crate) async fn call(&self, method: &str, params: Value) -> Value {
        let answer = self.app.call(&self.session, method, params).await;
        let answer = answer.unwrap_or_else(|error| panic!("{method} works: {error}"));
        answer.decode().expect("the answer is JSON")
    }

    /// Calls an operation that fails and returns the error as the caller sees it.
    pub(crate) async fn refused(&self, method: &str, params: Value) -> Value {
        let error = self.app.call(&self.session, method, params).await.expect_err("the operation fails");
        error.to_json(self.session.user().is_some_and(|user| user.permission == "admin"))
    }

    /// Returns the id of the user who is signed in.
    pub(crate) fn id(&self) -> String {
        self.session.user().expect("somebody is signed in").id.clone()
    }
}

/// Returns `value` without the member `name`.
pub(crate) fn without(value: &Value, name: &str) -> Value {
    let mut map: Map<_, _> = value.as_object().expect("an object").clone();
    map.shift_remove(name);
    map.into()
}

/// Waits until `look` sees something.
pub(crate) async fn eventually<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let limit = std::time::Duration::from_secs(30);
    let wait = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(limit, wait).await.expect("it happens in time")
}
