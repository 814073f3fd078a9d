//! Input that is wrong: the answer says what and where, and nothing has been done.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::lab::{Answer, Rest, sent};

impl Rest {
    /// Returns the id of the first object of a collection.
    async fn first(&self, collection: &str) -> String {
        let found = self.json(&format!("/{collection}?fields=id&limit=1")).await;
        found[0]["id"].as_str().expect("there is one").to_owned()
    }

    /// Sends bytes as a body of this type.
    async fn post_bytes(&self, path: &str, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.request(Method::POST, path).body(body);
        sent(if content_type.is_empty() { request } else { request.header("content-type", content_type) }).await
    }

    /// Makes the token of the tests one that is no longer good.
    pub(super) async fn revoke(&self) {
        let gone = self.post("/tokens/actions/delete?sync=true", json!({ "tokens": [self.lab.token] })).await;
        assert_eq!((gone.status.as_u16(), &*gone.text), (204, ""));
    }
}

#[tokio::test]
async fn bodies_that_are_no_parameters_are_refused_and_nothing_is_done() {
    let rest = Rest::new().await;
    let id = rest.first("vms").await;
    let path = format!("/vms/{id}/actions/snapshot?sync=true");
    let before = rest.json("/vm-snapshots").await;
    let deep = format!("{{\"name_label\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
    for (body, error, data) in [
        (
            &b"{\"name_label\": \"a\","[..],
            "the body is no JSON: EOF while parsing a value at line 1 column 19",
            json!({ "line": 1, "column": 19 }),
        ),
        (
            b"{\n \"name_label\" 1}",
            "the body is no JSON: expected `:` at line 2 column 15",
            json!({ "line": 2, "column": 15 }),
        ),
        (
            b"{\"name_label\": \"\xff\"}",
            "the body is no JSON: invalid unicode code point at line 1 column 17",
            json!({ "line": 1, "column": 17 }),
        ),
        (
            deep.as_bytes(),
            "the body is no JSON: recursion limit exceeded at line 1 column 141",
            json!({ "line": 1, "column": 141 }),
        ),
        (b"{} {}", "the body is no JSON: trailing characters at line 1 column 4", json!({ "line": 1, "column": 4 })),
    ] {
        let answer = rest.post_bytes(&path, "application/json", body.to_vec()).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (400, json!({ "error": error, "data": data })));
    }
    for (body, place, message) in [
        (r#"{"name_label":"a","name_label":"b"}"#, "body.name_label", "\"name_label\" is given twice"),
        (r#"{"name_label":"a","nameLabel":"b"}"#, "body.nameLabel", "\"nameLabel\" is given twice"),
        (r#"{"x":[{},{"y":{"z":1,"z":2}}]}"#, "body.x.1.y.z", "\"z\" is given twice"),
        (r#"{"name_label":5}"#, "body.name_label", "invalid string value"),
        (r#"{"saveMemory":"yes"}"#, "body.saveMemory", "invalid boolean value"),
        ("[1]", "body", "invalid object"),
        ("null", "body", "invalid object"),
        (r#""text""#, "body", "invalid object"),
    ] {
        let answer = rest.post_bytes(&path, "application/json", body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {}", answer.text);
        assert_eq!(answer.json()["error"][place]["message"], message, "{body}: {}", answer.text);
    }
    for (content_type, body) in [
        ("text/plain", "{}"),
        ("application/x-www-form-urlencoded", "dryRun=true"),
        ("application/json; charset=iso-8859-1", "{}"),
        ("", "{\"dryRun\":true}"),
    ] {
        let answer = rest.post_bytes(&path, content_type, body).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content_type}: {}", answer.text);
    }
    let gzip = rest.request(Method::POST, &path).header("content-encoding", "gzip").json(&json!({}));
    assert_eq!(sent(gzip).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(rest.json("/vm-snapshots").await, before);
    // These are read: an excess property is found in them.
    for content_type in ["application/json", "Application/JSON;charset=UTF-8", "application/json; charset=\"utf-8\""] {
        let answer = rest.post_bytes(&path, content_type, r#"{"nope":1}"#).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{content_type}: {}", answer.text);
    }
}

#[tokio::test]
async fn what_is_wrong_is_not_repeated_at_length() {
    let rest = Rest::new().await;
    let id = rest.first("vms").await;
    let path = format!("/vms/{id}/actions/snapshot");
    let long = rest.post(&path, json!({ "nope": "x".repeat(1_000_000) })).await;
    assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(long.text.contains("body.nope") && long.text.len() < 1000, "{} bytes", long.text.len());
    let many: serde_json::Map<_, _> = (0..50_000).map(|n| (format!("nope{n}"), n.into())).collect();
    let many = rest.post(&path, many.into()).await;
    assert_eq!(many.json()["error"].as_object().map(serde_json::Map::len), Some(64));
}

#[tokio::test]
async fn ids_that_are_unknown_or_of_another_kind_are_named() {
    let rest = Rest::new().await;
    let (vm, host) = (rest.first("vms").await, rest.first("hosts").await);
    for (method, path, body, data) in [
        (Method::POST, "/vms/nope/actions/start".to_owned(), None, json!({ "id": "nope", "type": "VM" })),
        (Method::POST, format!("/vms/{host}/actions/start"), None, json!({ "id": host, "type": "VM" })),
        (Method::PATCH, format!("/vms/{host}"), Some(json!({ "nameLabel": "x" })), json!({ "id": host, "type": "VM" })),
        (Method::GET, format!("/hosts/{vm}/bios_info"), None, json!({ "id": vm, "type": "host" })),
        (
            Method::POST,
            format!("/vms/{vm}/actions/start?sync=true"),
            Some(json!({ "hostId": vm })),
            json!({ "id": vm, "type": "host" }),
        ),
    ] {
        let answer = rest.send(method, &path, body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["data"]), (404, &data), "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_tag_is_one_segment_whatever_is_in_it() {
    let rest = Rest::new().await;
    let id = rest.first("vms").await;
    for (written, tag) in [
        ("..%2f..%2fetc%2fpasswd", "../../etc/passwd"),
        ("a%2Fb", "a/b"),
        ("%2e%2e%2Factions", "../actions"),
        ("50%25%3F%23", "50%?#"),
        ("%C3%A9+", "é+"),
        ("%0D%0ASet-Cookie:x", "\r\nSet-Cookie:x"),
    ] {
        let path = format!("http://{}/rest/v0/vms/{id}/tags/{written}", rest.lab.address);
        let mut url = reqwest::Url::parse(&path).expect("a URL");
        // Decoded by nobody on the way.
        assert!(url.path().ends_with(written), "{url}");
        url.set_query(None);
        let tagged = |method| {
            rest.http.request(method, url.clone()).header("cookie", format!("authenticationToken={}", rest.lab.token))
        };
        let added = sent(tagged(Method::PUT)).await;
        assert_eq!((added.status.as_u16(), &*added.text), (204, ""), "{written}");
        let tags = rest.lab.sim.with(|world| {
            let vm = world.by_uuid("VM", &id).expect("the VM");
            world.get(vm, "tags").texts().map(str::to_owned).collect::<Vec<_>>()
        });
        assert!(tags.iter().any(|other| other == tag), "{tags:?}");
        assert_eq!(sent(tagged(Method::DELETE)).await.status, StatusCode::NO_CONTENT);
    }
    let nul = rest.send(Method::PUT, &format!("/vms/{id}/tags/nul%00end"), None).await;
    let wrong = json!({ "tag": { "message": "must NOT have a NUL character", "value": "nul\0end" } });
    assert_eq!((nul.status, &nul.json()["error"]), (StatusCode::UNPROCESSABLE_ENTITY, &wrong));
}

#[tokio::test]
async fn limits_filters_and_fields_that_are_none() {
    let rest = Rest::new().await;
    for limit in ["abc", "", "1e400", "NaN", "inf", "0x10", "1,5", "--1"] {
        let answer = rest.get(&format!("/vms?limit={limit}")).await;
        let error = json!({ "limit": { "message": "invalid float number", "value": limit } });
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (422, &error));
    }
    for (filter, position) in [("a:(", 1), ("|(a b", 0), ("a:/[/", 2)] {
        let answer = rest.request(Method::GET, "/vms").query(&[("filter", filter)]);
        let answer = sent(answer).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{filter}: {}", answer.text);
        let data = answer.json()["data"].clone();
        assert_eq!(data, json!({ "stringToParse": filter, "position": position }), "{}", answer.text);
    }
    for filter in ["(".repeat(20_000), format!("{}a", "!".repeat(20_000)), format!("a:{}", "(b|".repeat(9000))] {
        let answer = sent(rest.request(Method::GET, "/vms").query(&[("filter", &*filter)])).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    }
    let fields = "a,".repeat(300);
    assert_eq!(rest.get(&format!("/vms?fields={fields}")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let odd = rest.json("/vms?fields=,,__proto__,constructor,name_label&limit=1").await;
    assert_eq!(
        odd[0].as_object().map(|object| object.keys().cloned().collect::<Vec<_>>()),
        Some(vec!["name_label".to_owned(), "href".to_owned()])
    );
}

#[tokio::test]
async fn credentials_that_are_wrong_or_too_many() {
    let rest = Rest::new().await;
    let token = rest.lab.token.as_str();
    for lines in [
        vec!["Digest dXNlcjpwYXNz"],
        vec!["Basic"],
        vec!["Basic %%%"],
        vec!["Basic bm9jb2xvbg=="],
        vec!["Basic //8="],
        vec!["Bearer x", "Bearer y"],
    ] {
        let request = rest.bare(Method::GET, "/vms");
        let request = lines.iter().fold(request, |request, line| request.header("authorization", *line));
        let answer = sent(request).await;
        assert_eq!(answer.json(), json!({ "error": "Malformed Authorization header" }), "{lines:?}");
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
    let bytes = reqwest::header::HeaderValue::from_bytes(b"Bearer \xff\xfe").expect("allowed in headers");
    assert_eq!(sent(rest.bare(Method::GET, "/vms").header("authorization", bytes)).await.status, 400);
    let bytes = reqwest::header::HeaderValue::from_bytes(b"authenticationToken=\xff").expect("allowed in headers");
    assert_eq!(sent(rest.bare(Method::GET, "/vms").header("cookie", bytes)).await.status, 401);
    let both = rest.request(Method::GET, "/vms").bearer_auth(token);
    assert_eq!(sent(both).await.status, StatusCode::BAD_REQUEST);
    let both = rest.request(Method::GET, "/vms").basic_auth("admin@admin.net", Some("admin"));
    assert_eq!(sent(both).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn tokens_that_have_expired_or_were_revoked_are_refused() {
    let rest = Rest::new().await;
    let users = rest.lab.app().db().users().all().await.expect("the database answers");
    let validity = Duration::ZERO;
    let new = app::db::NewToken { user_id: users[0].id.clone(), client: None, description: None, validity };
    let (expired, _) = rest.lab.app().db().tokens().create(new).await.expect("the database takes it");
    let expired = sent(rest.bare(Method::GET, "/vms").bearer_auth(expired.expose_secret())).await;
    assert_eq!((expired.status.as_u16(), expired.json()), (401, json!({ "error": "invalid credentials" })));
    assert_eq!(rest.get("/vms").await.status, StatusCode::OK);
    rest.revoke().await;
    let revoked = rest.get("/vms").await;
    assert_eq!((revoked.status.as_u16(), revoked.json()), (401, json!({ "error": "invalid credentials" })));
    let start = rest.post("/vms/actions/start", json!({ "filter": "" })).await;
    assert_eq!((start.status.as_u16(), start.json()["error"].clone()), (401, Value::from("invalid credentials")));
}
