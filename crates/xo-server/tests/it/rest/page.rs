//! Lists in pages.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::lab::{Answer, Rest, sent};

/// Returns the path of the next page.
fn next(answer: &Answer) -> Option<String> {
    let link = answer.header("link")?;
    let path = link.strip_prefix("</rest/v0").and_then(|link| link.strip_suffix(">; rel=\"next\""));
    Some(path.unwrap_or_else(|| panic!("a link: {link}")).to_owned())
}

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let list = answer.json();
    let ids = list.as_array().expect("a list").iter().map(|object| object["id"].as_str().expect("an id").to_owned());
    ids.collect()
}

/// Returns the ids on each page.
async fn pages(rest: &Rest, first: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut path = Some(first.to_owned());
    while let Some(this) = path {
        let page = rest.get(&this).await;
        path = next(&page);
        pages.push(ids(&page));
    }
    pages
}

#[tokio::test]
async fn all_pages_together_are_the_list() {
    let rest = Rest::new().await;
    for filter in ["", "&filter=power_state:halted"] {
        let mut all = ids(&rest.get(&format!("/vms?fields=id{filter}")).await);
        all.sort();
        assert!(all.len() > 2);
        let pages = pages(&rest, &format!("/vms?fields=id&limit=2{filter}")).await;
        assert!(pages.iter().rev().skip(1).all(|page| page.len() == 2), "{pages:?}");
        assert!(pages.last().is_some_and(|page| !page.is_empty()));
        assert_eq!(pages.concat(), all);
    }
    let whole = rest.get("/vms?fields=id").await;
    assert_eq!((whole.header("link"), whole.header("x-total-count")), (None, None));
    let exactly = rest.get(&format!("/vms?fields=id&limit={}", ids(&whole).len())).await;
    assert_eq!(next(&exactly), None);
    assert_eq!(next(&rest.get("/vms?limit=0").await), None);
}

#[tokio::test]
async fn all_that_match_are_counted_where_the_client_asks() {
    let rest = Rest::new().await;
    for filter in ["", "&filter=power_state:halted", "&filter=name_label:nothing-has-this-name"] {
        let all = ids(&rest.get(&format!("/vms?fields=id{filter}")).await).len();
        let first = rest.get(&format!("/vms?fields=id&limit=1&total=true{filter}")).await;
        assert_eq!(first.header("x-total-count"), Some(&*all.to_string()));
        if let Some(next) = next(&first) {
            assert_eq!(rest.get(&next).await.header("x-total-count"), Some(&*all.to_string()));
        }
        let whole = rest.get(&format!("/vms?fields=id&total=true{filter}")).await;
        assert_eq!((ids(&whole).len(), whole.header("x-total-count")), (all, Some(&*all.to_string())));
    }
    assert_eq!(rest.get("/vms?limit=1").await.header("x-total-count"), None);
}

#[tokio::test]
async fn what_goes_meanwhile_moves_nothing() {
    let rest = Rest::new().await;
    let before = pages(&rest, "/vms?fields=id&limit=1").await.concat();
    let first = rest.get("/vms?fields=id&limit=2").await;
    // The page ends with what is gone when the next one is asked for.
    let gone = &before[1];
    let deleted = rest.send(Method::DELETE, &format!("/vms/{gone}"), None).await;
    if !deleted.status.is_success() {
        let stop = format!("/vms/{gone}/actions/hard_shutdown?sync=true");
        assert_eq!(rest.send(Method::POST, &stop, None).await.status, StatusCode::NO_CONTENT, "{}", deleted.text);
        let deleted = rest.send(Method::DELETE, &format!("/vms/{gone}"), None).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{}", deleted.text);
    }
    rest.seen("/vms?fields=id", |vms| !vms.to_string().contains(&**gone)).await;
    let rest_of_it = pages(&rest, &next(&first).expect("there are more")).await.concat();
    assert_eq!(rest_of_it, before[2..]);
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list() {
    let rest = Rest::new().await;
    let link = next(&rest.get("/vms?fields=id&limit=1&filter=power_state:halted").await).expect("there are more");
    let (_, cursor) = link.split_once("cursor=").expect("it has a cursor");
    let fine = rest.get(&format!("/vms?limit=3&ndjson=true&cursor={cursor}&filter=power_state:halted")).await;
    assert_eq!(fine.status, StatusCode::OK);
    for (list, cursor) in [
        ("/vms", cursor),
        ("/hosts", cursor),
        ("/vms?filter=power_state:running", cursor),
        ("/vms?filter=power_state:halted", "x"),
        ("/vms?filter=power_state:halted", "AAAAAAAAAAAAAAAA"),
        ("/vms?filter=power_state:halted", &cursor[1..]),
    ] {
        let sign = if list.contains('?') { '&' } else { '?' };
        let refused = rest.get(&format!("{list}{sign}cursor={cursor}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{list} {cursor}");
        let wrong = json!({ "message": "it is no cursor of this list with this filter", "value": cursor });
        assert_eq!(refused.json()["error"], json!({ "cursor": wrong }));
    }
    let start = rest.get("/vms?fields=id&limit=1&cursor=").await;
    assert_eq!((ids(&start).len(), next(&start).is_some()), (1, true));
    assert_eq!(rest.get("/vms?total=maybe").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn pages_have_what_their_user_may_see() {
    let rest = Rest::new().await;
    let token = rest.token_of("other@example.org", "none").await;
    let seen = sent(rest.bare(Method::GET, "/vms?limit=1&total=true").bearer_auth(&token)).await;
    assert_eq!((seen.json(), seen.header("x-total-count")), (Value::Array(Vec::new()), Some("0")));
    let link = next(&rest.get("/vms?limit=1").await).expect("there are more");
    let foreign = sent(rest.bare(Method::GET, &link).bearer_auth(&token)).await;
    assert_eq!((foreign.status, &*foreign.text), (StatusCode::OK, "[]"));
}

#[tokio::test]
async fn tasks_come_in_pages_too() {
    let rest = Rest::new().await;
    for _ in 0..3 {
        let vm = rest.vm("running").await;
        let begun = rest.post(&format!("/vms/{vm}/actions/hard_shutdown"), json!({})).await;
        assert_eq!(rest.ended(&begun).await["status"], "success");
        rest.seen(&format!("/vms/{vm}"), |vm| vm["power_state"] == "Halted").await;
    }
    let mut all = ids(&rest.get("/tasks?fields=id").await);
    all.sort();
    assert!(all.len() > 2, "{all:?}");
    assert_eq!(pages(&rest, "/tasks?fields=id&limit=1").await.concat(), all);
    let counted = rest.get("/tasks?limit=0&total=true").await;
    assert_eq!((&*counted.text, counted.header("x-total-count")), ("[]", Some(&*all.len().to_string())));
}
