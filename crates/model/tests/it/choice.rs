//! Choosing objects by filter, by example, by number.

use filter::{Filter, Partial};
use model::Choice;
use serde_json::{Value, json};

use crate::world::{self, LAB, Shown};

fn names(choice: impl Into<Choice>, limit: Option<usize>) -> Vec<String> {
    let snapshot = Shown::new(world::read(LAB)).store.snapshot();
    let chosen = snapshot.choose(choice.into(), limit);
    chosen.map(|object| object.text("name_label").unwrap_or_default()).collect()
}

fn by_text(filter: &str) -> Vec<String> {
    names(Filter::parse(filter).unwrap(), None)
}

fn by_example(example: Value) -> Vec<String> {
    let Value::Object(example) = example else { panic!("an example is an object") };
    names(Partial::new(example), None)
}

#[test]
fn a_filter_chooses_what_the_original_chose() {
    assert_eq!(by_text("type:VM name_label:db"), ["db"]);
    assert_eq!(by_text("type:/^VM$/ power_state:Running"), ["web"]);
    assert_eq!(by_text("addresses:10.0.0.2"), ["web"]);
    assert_eq!(by_text("$pool:467f CPUs:max:4 tags:backup"), ["db"]);
    assert_eq!(by_text("auto_poweron? type:VM"), Vec::<String>::new());
    assert!(by_text("size:>10737418240 type:VDI").contains(&"db-root".to_owned()));
}

#[test]
fn an_example_chooses_what_has_at_least_that() {
    assert_eq!(by_example(json!({ "type": "VM", "power_state": "Running" })), ["web"]);
    assert_eq!(by_example(json!({ "tags": ["backup"], "memory": { "size": 1_073_741_824 } })), ["db"]);
    assert!(by_example(json!({ "type": "VM", "power_state": "Paused" })).is_empty());
}

#[test]
fn a_limit_takes_the_first() {
    let all = names(Choice::All, None);
    assert_eq!(names(Choice::All, Some(2)), all[..2]);
    assert_eq!(names(Filter::parse("").unwrap(), Some(0)).len(), 0);
    assert_eq!(by_text("type:VM").len(), 6);
}

#[test]
fn documents_show_filters_the_same_as_decoded_json() {
    let snapshot = Shown::new(world::read(include_str!("../worlds/zoo.json"))).store.snapshot();
    for text in [
        "prod",
        "10.0.0.9",
        "type:VM",
        "CPUs:number:>1",
        "tags:a",
        "other:\"hands off\"",
        "size:>100",
        "bootable?",
        "id:vm",
        "\"\"",
    ] {
        let filter = Filter::parse(text).unwrap();
        for object in &snapshot {
            let value: Value = object.decode().unwrap();
            assert_eq!(filter.matches(&object.document()), filter.matches(&value), "`{text}` on `{}`", object.id());
        }
    }
}
