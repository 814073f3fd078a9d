//! What holds for every route there is.

use app::model::Kind;
use op::{Reply, Verb};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use serve::Listed;

use super::lab::{Answer, Rest};

/// A route of objects of pools, and the kind of these.
fn of_objects() -> Vec<(Listed, Kind)> {
    let kind = |path: &str| {
        let (collection, rest) = path.trim_start_matches('/').split_once('/')?;
        let kind = Kind::ALL.iter().find(|kind| kind.collection() == Some(collection))?;
        rest.starts_with("{id}").then_some(*kind)
    };
    let all = serve::routes(&xo_server::ops()).into_iter();
    all.filter_map(|route| kind(&route.path).map(|kind| (route, kind))).collect()
}

/// Writes a path with these values in place of its parameters.
fn filled(path: &str, id: &str) -> String {
    let part = |part: &str| match part {
        "{id}" => id.to_owned(),
        "{id}.{format}" => format!("{id}.{}", if path.starts_with("/vm") { "xva" } else { "raw" }),
        part if part.starts_with('{') => "x".to_owned(),
        part => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn method(verb: Verb) -> Method {
    Method::from_bytes(verb.name().as_bytes()).expect("the name of a method")
}

/// Returns whether parameters come as the body.
fn has_body(route: &Listed) -> bool {
    let is_content = route.route().is_some_and(|route| route.content);
    matches!(route.verb, Verb::Post | Verb::Patch) && !is_content
}

fn tell(route: &Listed, answer: &Answer) -> String {
    format!("{} {}: {} {}", route.verb.name(), route.path, answer.status, answer.text)
}

#[tokio::test]
async fn an_unknown_id_is_told_by_every_route_of_objects() {
    let rest = Rest::new().await;
    let mut asked = 0;
    for (route, kind) in of_objects() {
        let body = has_body(&route).then(|| json!({}));
        let answer = rest.send(method(route.verb), &filled(&route.path, "nope"), body).await;
        let name = kind.name();
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", tell(&route, &answer));
        let expected = json!({ "error": format!("no such {name} nope"), "data": { "id": "nope", "type": name } });
        assert_eq!(answer.json(), expected, "{}", tell(&route, &answer));
        asked += 1;
    }
    assert!(asked > 180, "only {asked} routes were asked");
}

#[tokio::test]
async fn who_has_no_right_gets_nothing_done_by_any_route_of_objects() {
    let rest = Rest::new().await;
    let token = rest.stranger().await;
    let mut refused = 0;
    for (route, kind) in of_objects() {
        let Some(object) = rest.lab.app().store().snapshot().of_kind(kind).next() else { continue };
        let path = filled(&route.path, object.id());
        let nobody = super::lab::sent(rest.bare(method(route.verb), &path)).await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED, "{}", tell(&route, &nobody));
        let body = has_body(&route).then(|| json!({}));
        let sync = if route.takes_in_query(&xo_server::ops(), "sync") { "?sync=true" } else { "" };
        let answer = rest.as_holder(&token, method(route.verb), &format!("{path}{sync}"), body.as_ref()).await;
        let is_list = route.route().is_some_and(|route| route.reply == Reply::List);
        match answer.status {
            StatusCode::FORBIDDEN => refused += 1,
            // What is missing in the body is told before what is missing of rights.
            StatusCode::UNPROCESSABLE_ENTITY if has_body(&route) || route.verb == Verb::Get => {}
            StatusCode::OK if is_list => assert_eq!(answer.json(), json!([]), "{}", tell(&route, &answer)),
            _ => panic!("{}", tell(&route, &answer)),
        }
    }
    assert!(refused > 120, "only {refused} routes refused");
}

#[tokio::test]
async fn a_property_that_a_route_does_not_know_is_told_by_its_path() {
    let rest = Rest::new().await;
    let mut asked = 0;
    let all = of_objects().into_iter().filter(|(route, _)| has_body(route));
    for (route, kind) in all {
        let Some(object) = rest.lab.app().store().snapshot().of_kind(kind).next() else { continue };
        let path = filled(&route.path, object.id());
        let answer = rest.send(method(route.verb), &path, Some(json!({ "nope": 1 }))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", tell(&route, &answer));
        let message = "\"nope\" is an excess property and therefore is not allowed";
        let expected = json!({ "message": message, "value": 1 });
        assert_eq!(answer.json()["error"]["body.nope"], expected, "{}", tell(&route, &answer));
        asked += 1;
    }
    assert!(asked > 60, "only {asked} routes were asked");
}

#[tokio::test]
async fn a_value_of_the_wrong_type_is_told_by_its_path() {
    let rest = Rest::new().await;
    let (vm, host) = (rest.vm("halted").await, rest.id("hosts", "").await);
    let pool = rest.id("pools", "").await;
    for (method, path, body, at, value) in [
        (Method::PATCH, format!("/vms/{vm}"), json!({ "nameLabel": 7 }), "body.nameLabel", json!(7)),
        (Method::POST, format!("/vms/{vm}/actions/migrate"), json!({ "hostId": [] }), "body.hostId", json!([])),
        (Method::POST, format!("/vms/{vm}/actions/migrate"), json!({}), "body.hostId", Value::Null),
        (Method::POST, format!("/vms/{vm}/actions/clone"), json!({ "fast": "no" }), "body.fast", json!("no")),
        (Method::POST, format!("/hosts/{host}/actions/disable"), json!({ "evacuate": 1 }), "body.evacuate", json!(1)),
        (
            Method::POST,
            format!("/pools/{pool}/actions/create_bonded_network"),
            json!({ "name": "n", "pifIds": "x", "bondMode": "lacp" }),
            "body.pifIds",
            json!("x"),
        ),
        (
            Method::POST,
            "/vdis".to_owned(),
            json!({ "srId": "x", "virtual_size": true }),
            "body.virtual_size",
            json!(true),
        ),
        (Method::POST, "/vbds".to_owned(), json!({ "VM": "x" }), "body.VDI", Value::Null),
        (Method::POST, "/vifs".to_owned(), json!({ "vmId": "x" }), "body.networkId", Value::Null),
    ] {
        let answer = rest.send(method, &path, Some(body)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {}", answer.text);
        let told = answer.json()["error"][at].clone();
        assert!(told["message"].is_string() && told["value"] == value, "{path}: {}", answer.text);
    }
}
