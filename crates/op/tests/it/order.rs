//! Actions on many objects, and those that only tell.

use op::{Order, Selection};
use serde_json::{Value, json};

use crate::toy::{Cx, ops};

fn order(user: &'static str, name: &str, mut params: Value) -> Result<Option<Order>, String> {
    let cx = Cx { user: Some(user) };
    ops().order(name, &mut params, &cx).map_err(|error| error.to_json(true).to_string())
}

fn accepted(name: &str, params: Value) -> Order {
    order("admin", name, params).expect("it is good").expect("it is an order")
}

fn refused(name: &str, params: Value) -> String {
    order("admin", name, params).expect_err("it is refused")
}

#[test]
fn a_selection_stands_in_place_of_the_object_and_the_rest_is_for_each() {
    let order =
        accepted("vm.start", json!({ "selection": { "ids": ["vm1", "vm2"] }, "host": "host1", "force?": true }));
    assert_eq!((order.principal.as_str(), &order.kinds[..]), ("id", &["VM".to_owned()][..]));
    assert_eq!(order.selection, Selection::Ids(vec!["vm1".to_owned(), "vm2".to_owned()]));
    assert_eq!(Value::Object(order.params), json!({ "host": "host1", "force": true }));
    assert_eq!((order.dry_run, order.at_once, order.stop_on_error), (false, 8, false));
    let more = json!({ "selection": { "view": "t" }, "concurrency": 2, "stopOnError": true, "dryRun": true });
    let order = accepted("vm.start", more);
    assert_eq!(order.selection, Selection::View("t".to_owned()));
    assert_eq!((order.dry_run, order.at_once, order.stop_on_error), (true, 2, true));
}

#[test]
fn a_dry_run_is_for_one_object_too_however_it_is_written() {
    for params in [
        json!({ "id": "vm1", "dryRun": true }),
        json!({ "vm": "vm1", "dryRun": true }),
        json!({ "id": "vm1", "dryRun?": true }),
    ] {
        let order = accepted("vm.start", params);
        assert_eq!((order.selection, order.dry_run), (Selection::Ids(vec!["vm1".to_owned()]), true));
    }
}

#[test]
fn what_is_no_order_is_an_ordinary_call() {
    let mut params = json!({ "id": "vm1", "dryRun": false });
    assert_eq!(ops().order("vm.start", &mut params, &Cx { user: Some("admin") }).expect("it is good"), None);
    assert_eq!(params, json!({ "id": "vm1" }));
    assert_eq!(order("admin", "vm.start", json!({ "id": "vm1" })), Ok(None));
    assert_eq!(order("admin", "nope", json!({ "dryRun": true })), Ok(None));
    // It takes whatever it is given.
    assert_eq!(order("admin", "session.signIn", json!({ "selection": "x" })), Ok(None));
}

#[test]
fn a_filter_is_for_the_first_kind_unless_another_is_asked_for() {
    let filter = |more: Value| {
        let mut selection = json!({ "filter": "name_label:web" });
        selection.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        json!({ "selection": selection })
    };
    let kinds = |name: &str, more: Value| match accepted(name, filter(more)).selection {
        Selection::Filter { text, kinds } if text == "name_label:web" => kinds,
        other => panic!("{other:?}"),
    };
    assert_eq!(kinds("vm.set", json!({})), ["VM"]);
    assert_eq!(kinds("vm.set", json!({ "type": "VM-snapshot" })), ["VM-snapshot"]);
    assert_eq!(kinds("vm.set", json!({ "type": ["VM", "VM-snapshot"] })), ["VM", "VM-snapshot"]);
    assert_eq!(
        order("admin", "tag.add", json!({ "selection": { "filter": "" }, "tag": "x" })).map(|o| o.is_some()),
        Ok(true)
    );
    let error = refused("vm.start", filter(json!({ "type": "host" })));
    assert!(error.contains("/selection/type") && error.contains("`host` is not"), "{error}");
}

#[test]
fn what_only_looks_or_acts_on_no_object_takes_none() {
    let message = |name, params| {
        let error: Value = serde_json::from_str(&refused(name, params)).expect("errors are JSON");
        (error["code"].clone(), error["message"].clone())
    };
    assert_eq!(
        message("vm.look", json!({ "selection": { "ids": [] } })),
        (json!(10), json!("`vm.look` takes no `selection`: it changes nothing"))
    );
    assert_eq!(
        message("user.getAll", json!({ "dryRun": true })),
        (json!(10), json!("`user.getAll` takes no `dryRun`: it does not act on one object"))
    );
}

#[test]
fn what_is_wrong_for_all_is_told_once() {
    for (params, says) in [
        (json!({ "selection": {} }), "takes one of `ids`, `filter` and `view`"),
        (json!({ "selection": { "ids": [], "filter": "" } }), "takes one of `ids`, `filter` and `view`"),
        (json!({ "selection": { "ids": [], "type": "VM" } }), "goes with `selection.filter` only"),
        (json!({ "selection": { "ids": [] }, "id": "vm1" }), "in place of `id`"),
        (json!({ "selection": { "ids": [1] } }), "/selection/ids/0"),
        (json!({ "selection": { "idz": [] } }), "must NOT have additional properties"),
        (json!({ "selection": { "ids": vec!["x"; 10_001] } }), "must NOT have more than 10000 items"),
        (json!({ "selection": { "ids": [] }, "concurrency": 33 }), "must be <= 32"),
        (json!({ "selection": { "ids": [] }, "concurrency": 0 }), "must be >= 1"),
        (json!({ "selection": { "ids": [] }, "dryRun": "yes" }), "/dryRun"),
        (json!({ "selection": { "ids": [] }, "force": 5 }), "/force"),
        (json!({ "selection": { "ids": [] }, "nonsense": 5 }), "additionalProperty"),
        (json!({ "selection": { "ids": [] }, "host": "nope" }), "no such host nope"),
        (json!({ "dryRun": true }), "must have required property 'id'"),
    ] {
        let error = refused("vm.start", params.clone());
        assert!(error.contains(says), "{params}: {error}");
    }
}

#[test]
fn rights_come_before_parameters() {
    let mut params = json!({ "selection": 5 });
    let error = ops().order("vm.start", &mut params, &Cx { user: None }).expect_err("nobody is signed in");
    assert_eq!(error.to_json(true)["code"], 2);
    // The right on an object is asked for with the object.
    assert!(order("nobody", "vm.start", json!({ "selection": { "ids": ["vm1"] } })).is_ok());
    let error = order("nobody", "vm.start", json!({ "selection": { "ids": ["vm1"] }, "host": "host1" }));
    assert!(error.expect_err("the host is not theirs").contains("\"id\":\"host1\""));
}

#[test]
fn the_object_is_the_id_the_namespace_or_the_only_one() {
    let ops = ops();
    let principals = ["vm.start", "vm.copy", "sr.make", "usb.give", "vm.look", "user.create", "nope"]
        .map(|name| ops.principal(name));
    assert_eq!(principals, [Some("id"), Some("vm"), Some("host"), None, None, None, None]);
}

#[test]
fn an_operation_says_what_would_come_of_it() {
    let would = |first| ops().would("vm.copy", json!({ "vm": "vm1", "host": "host1" }), first);
    assert_eq!(would("VM.copy"), Some("it would be copied to `host1`".to_owned()));
    assert_eq!(ops().would("vm.start", json!({ "id": "vm1" }), "VM.start"), None);
}

#[test]
fn what_an_operation_takes_is_known_by_name() {
    let takes = |name, param| ops().takes(name, param);
    assert!(takes("vm.start", "id") && takes("vm.start", "host?") && takes("vm.start", "dryRun"));
    assert!(!takes("vm.start", "idd") && !takes("nope", "id"));
}
