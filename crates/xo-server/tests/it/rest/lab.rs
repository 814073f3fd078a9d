//! A server with a simulated pool behind, and a client of its REST face.

use app::{Config, db::NewUser};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header::HeaderMap, redirect::Policy};
use serde_json::{Value, json};

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
    headers: HeaderMap,
}

impl Answer {
    /// Returns a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("a text"))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

impl Answer {
    /// Reads the body, which may be empty.
    pub(crate) fn json_or_null(&self) -> Value {
        if self.text.is_empty() { Value::Null } else { self.json() }
    }
}

impl Rest {
    pub(crate) async fn new() -> Self {
        Self::on(Served::new().await)
    }

    /// Makes a client of a server with a configuration of its own.
    pub(crate) async fn with(config: Config) -> Self {
        Self::on(Served::with(config).await)
    }

    /// Makes a client of the server of `lab`.
    pub(crate) fn on(lab: Served) -> Self {
        let http = Client::builder().redirect(Policy::none()).no_proxy().timeout(LIMIT).build().expect("a client");
        Self { lab, http }
    }

    /// Begins a request of the administrator.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).header("cookie", format!("authenticationToken={}", self.lab.token))
    }

    /// Begins a request of the user of `token`.
    pub(crate) fn request_of(&self, token: &str, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).header("cookie", format!("authenticationToken={token}"))
    }

    /// Creates a user without rights; returns its id and a token.
    pub(crate) async fn user(&self, email: &str) -> (String, String) {
        let user = self.lab.test.create(email, None, "none").await;
        let token = self.lab.app().browser_token(&user, "test", false).await.expect("the database takes it").0;
        (user.id, token.expose().to_owned())
    }

    /// Calls an operation as an administrator.
    pub(crate) async fn call(&self, method: &str, params: Value) -> Value {
        let user =
            self.lab.app().db().users().by_email("admin@admin.net").await.expect("it reads").expect("it is there");
        self.lab.test.signed_in(&user).await.call(method, params).await
    }

    /// Begins a request of nobody.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("http://{}/rest/v0{path}", self.lab.address))
    }

    /// Returns a token of a new user with this permission.
    pub(crate) async fn token_of(&self, email: &str, permission: &str) -> String {
        let app = self.lab.app();
        let new = NewUser { email: email.to_owned(), password: None, permission: permission.to_owned() };
        let user = app.db().users().create(new).await.expect("the user is new");
        app.browser_token(&user, "test", false).await.expect("the database takes it").0.expose().to_owned()
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

    /// Waits until what is at `path` is as wanted.
    pub(crate) async fn seen(&self, path: &str, wanted: impl Fn(&Value) -> bool) {
        let mut news = self.lab.app().feed().subscribe();
        tokio::time::timeout(LIMIT, async {
            while !wanted(&self.json(path).await) {
                news.next().await;
            }
        })
        .await
        .expect("the server sees it in time");
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

/// Somebody else who is signed in.
pub(crate) struct Other<'r> {
    rest: &'r Rest,
    pub(crate) id: String,
    pub(crate) token: String,
}

impl Rest {
    /// Signs in a new user without rights.
    pub(crate) async fn other(&self, name: &str) -> Other<'_> {
        let user = self.lab.test.create(name, None, "none").await;
        let token = self.lab.app().browser_token(&user, "test", false).await.expect("the database takes it").0;
        Other { rest: self, id: user.id, token: token.expose().to_owned() }
    }

    /// Creates something and returns its id.
    pub(crate) async fn created(&self, path: &str, body: Value) -> String {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{path}: {}", answer.text);
        let id = answer.json()["id"].as_str().expect("an id").to_owned();
        assert_eq!(answer.location, Some(format!("/rest/v0{path}/{id}")));
        id
    }

    /// Sends what has nothing to answer.
    pub(crate) async fn changed(&self, method: Method, path: &str, body: Option<Value>) {
        let answer = self.send(method, path, body).await;
        assert_eq!((answer.status, &*answer.text), (StatusCode::NO_CONTENT, ""), "{path}");
    }

    /// Makes a role that gives these privileges (`allow vm start tags:a`) to a user, and returns its id.
    pub(crate) async fn role(&self, user: &str, privileges: &[&str]) -> String {
        let role = self.created("/acl-roles", json!({ "name": "role" })).await;
        for privilege in privileges {
            self.privilege(&role, privilege).await;
        }
        self.changed(Method::PUT, &format!("/acl-roles/{role}/users/{user}"), None).await;
        role
    }

    /// Gives a role a privilege and returns its id.
    pub(crate) async fn privilege(&self, role: &str, privilege: &str) -> String {
        let words: Vec<_> = privilege.splitn(4, ' ').collect();
        let mut body = json!({ "roleId": role, "effect": words[0], "resource": words[1], "action": words[2] });
        if let Some(selector) = words.get(3) {
            body["selector"] = (*selector).into();
        }
        self.created("/acl-privileges", body).await
    }
}

impl Other<'_> {
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.rest.bare(method, path).header("cookie", format!("authenticationToken={}", self.token));
        sent(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    /// Gets what there is.
    pub(crate) async fn json(&self, path: &str) -> Value {
        let answer = self.send(Method::GET, path, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        answer.json()
    }

    /// Asks for what needs a privilege that is missing: this one.
    pub(crate) async fn lacks(&self, method: Method, path: &str, body: Option<Value>, missing: Value) {
        let answer = self.send(method, path, body).await;
        let expected = json!({ "error": "not enough privileges", "data": { "missingPrivileges": [missing] } });
        assert_eq!((answer.status.as_u16(), answer.json()), (403, expected), "{path}");
    }
}

/// Sends a request and reads the answer to its end.
pub(crate) async fn sent(request: RequestBuilder) -> Answer {
    let response: Response = request.send().await.expect("the server answers");
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().expect("a text").to_owned());
    let (location, content_type) = (header("location"), header("content-type").unwrap_or_default());
    let (status, headers) = (response.status(), response.headers().clone());
    Answer { status, location, content_type, headers, text: response.text().await.expect("the answer ends") }
}

impl Rest {
    /// Returns the id of the first object of a collection that the filter finds.
    pub(crate) async fn id(&self, collection: &str, filter: &str) -> String {
        let filter: String = reqwest::Url::parse_with_params("http://x/", [("filter", filter)])
            .expect("a good URL")
            .query()
            .expect("it has one")
            .to_owned();
        let found = self.json(&format!("/{collection}?fields=id&limit=1&{filter}")).await;
        found[0]["id"].as_str().unwrap_or_else(|| panic!("there is one of {collection}: {filter}")).to_owned()
    }

    /// Returns the id of a VM in this state.
    pub(crate) async fn vm(&self, state: &str) -> String {
        self.id("vms", &format!("power_state:{state}")).await
    }

    /// Waits until the task at the location of `answer` has ended, and returns it.
    pub(crate) async fn ended(&self, answer: &Answer) -> Value {
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
        let id = answer.json()["taskId"].as_str().expect("a task").to_owned();
        assert_eq!(answer.location.as_deref(), Some(&*format!("/rest/v0/tasks/{id}")));
        let tasks = self.lab.app().tasks().clone();
        tokio::time::timeout(LIMIT, async {
            loop {
                let task = tasks.get(&id).expect("the task is kept");
                if task.end.is_some() {
                    return Value::from(&task);
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        })
        .await
        .expect("the task ends in time")
    }

    /// Asks for an action and waits for it.
    pub(crate) async fn act(&self, path: &str, body: Value) -> Answer {
        self.post(&format!("{path}?sync=true"), body).await
    }

    /// Asks for an action that succeeds without anything to tell.
    pub(crate) async fn done(&self, path: &str, body: Value) {
        let answer = self.act(path, body).await;
        assert_eq!((answer.status, &*answer.text), (StatusCode::NO_CONTENT, ""), "{path}");
    }

    /// Asks for what is created in `collection`, and returns its id.
    pub(crate) async fn made(&self, path: &str, collection: &str, body: Value) -> String {
        let answer = self.act(path, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{path}: {}", answer.text);
        let id = answer.json()["id"].as_str().expect("an id").to_owned();
        assert_eq!(answer.location, Some(format!("/rest/v0/{collection}/{id}")), "{path}");
        id
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// Gets an object until it is as wanted, since it changes when its host tells.
    pub(crate) async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let look = async {
            loop {
                let answer = self.get(path).await;
                if answer.status == StatusCode::OK && wanted(&answer.json()) {
                    return answer.json();
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(LIMIT, look).await.unwrap_or_else(|_| panic!("{path} never became so"))
    }

    /// Gets an object until it is gone.
    pub(crate) async fn until_gone(&self, path: &str) {
        let look = async {
            while self.get(path).await.status != StatusCode::NOT_FOUND {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(LIMIT, look).await.unwrap_or_else(|_| panic!("{path} never went"));
    }

    /// Makes a user without any right, and returns a token.
    pub(crate) async fn stranger(&self) -> String {
        let user = self.lab.test.create("stranger", None, "none").await;
        let token = self.lab.app().browser_token(&user, "test", false).await;
        token.expect("the database takes it").0.expose().to_owned()
    }

    /// Sends a request as who holds `token`.
    pub(crate) async fn as_holder(&self, token: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = self.bare(method, path).header("cookie", format!("authenticationToken={token}"));
        sent(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }
}
