use serde_json::{Value, json};

use crate::{start, test_app::Caller};

fn new(name: &str, filter: &str) -> Value {
    json!({ "type": "VM", "name": name, "filter": filter })
}

async fn names(of: &Caller) -> Vec<(String, bool)> {
    let all = of.call("sharedFilter.getAll", json!({})).await;
    let one = |one: &Value| {
        (
            one["name"].as_str().expect("a name").to_owned(),
            one["editable"].as_bool().expect("whether it may be changed"),
        )
    };
    all.as_array().expect("a list").iter().map(one).collect()
}

#[tokio::test]
async fn a_filter_of_one_is_seen_by_all_and_changed_by_its_owner_and_administrators() {
    let test = start().await;
    let (admin, bob, eve) = (test.admin().await, test.user("bob").await, test.user("eve").await);
    let id = bob.call("sharedFilter.create", new("web", "tags:web")).await;
    let all = eve.call("sharedFilter.getAll", json!({})).await;
    let shown = json!({
        "id": id, "type": "VM", "name": "web", "filter": "tags:web", "user": bob.id(), "editable": false,
    });
    assert_eq!(all, json!([shown]));
    for method in ["sharedFilter.set", "sharedFilter.delete"] {
        assert_eq!(eve.refused(method, json!({ "id": id })).await["code"], 2, "{method}");
    }
    bob.call("sharedFilter.set", json!({ "id": id, "name": "web farm" })).await;
    admin.call("sharedFilter.set", json!({ "id": id, "filter": "tags:web-farm" })).await;
    let all = bob.call("sharedFilter.getAll", json!({})).await;
    assert_eq!((&all[0]["name"], &all[0]["filter"]), (&json!("web farm"), &json!("tags:web-farm")));
    assert_eq!(names(&bob).await, [("web farm".to_owned(), true)]);
    admin.call("sharedFilter.create", new("all", "power_state:Running")).await;
    assert_eq!(names(&bob).await, [("all".to_owned(), false), ("web farm".to_owned(), true)]);
    admin.call("sharedFilter.delete", json!({ "id": id })).await;
    assert_eq!(names(&admin).await, [("all".to_owned(), true)]);
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_and_says_why() {
    let test = start().await;
    let (admin, bob) = (test.admin().await, test.user("bob").await);
    let id = admin.call("sharedFilter.create", new("web", "tags:web")).await;
    let other = admin.call("sharedFilter.create", new("db", "tags:db")).await;
    let refused = async |method: &str, params: Value| admin.refused(method, params).await["message"].to_string();
    let taken = refused("sharedFilter.create", new("web", "tags:x")).await;
    assert!(taken.contains("`web`"), "{taken}");
    let taken = refused("sharedFilter.set", json!({ "id": other, "name": "web" })).await;
    assert!(taken.contains("`web`"), "{taken}");
    let bad = refused("sharedFilter.set", json!({ "id": id, "filter": "name:(" })).await;
    assert!(bad.contains("`filter`"), "{bad}");
    let bad = refused("sharedFilter.create", json!({ "type": "pond", "name": "p", "filter": "tags:x" })).await;
    assert!(bad.contains("`pond`"), "{bad}");
    for method in ["sharedFilter.set", "sharedFilter.delete"] {
        let error = admin.refused(method, json!({ "id": "nope" })).await;
        assert_eq!(error["data"], json!({ "id": "nope", "type": "sharedFilter" }), "{method}");
    }
    for number in 0..100 {
        bob.call("sharedFilter.create", new(&number.to_string(), "tags:x")).await;
    }
    let error = bob.refused("sharedFilter.create", new("more", "tags:x")).await;
    assert!(error["message"].as_str().is_some_and(|text| text.contains("100")), "{error}");
}
