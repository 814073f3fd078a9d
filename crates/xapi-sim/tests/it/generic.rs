//! The methods that all classes have, over all classes and fields of the class table.

use xapi_sim::{Sim, World, profile};
use xapi_types::{
    Failure, Value,
    table::{self, Access, Class, Field, Type},
};

use crate::client::Client;

/// Classes whose objects are no rows of the database, or end with the test's own session.
const APART: &[&str] = &["session", "event", "message", "task", "user"];

/// Fields whose setters take no more than some texts.
const RULED: &[(&str, &str)] = &[("VBD", "userdevice")];

/// Makes a pool with an object of each class.
fn one_of_each(world: &mut World) {
    let host = world.create("host", [("name_label", "xen1".into())]);
    world.create("pool", [("master", host.into())]);
    for class in classes().filter(|class| !matches!(class.name, "host" | "pool")) {
        world.create(class.name, []);
    }
}

/// Lists the classes that have records, and that the newest product still has.
fn classes() -> impl Iterator<Item = &'static Class> {
    let has_records = |class: &&Class| class.generic.contains(&"get_record") && class.generic.contains(&"get_all");
    let there = |class: &&Class| !profile::NEWEST.withdrew(&class.lifetime) && !APART.contains(&class.name);
    table::classes().iter().filter(has_records).filter(there)
}

async fn start() -> (Sim, Client) {
    let sim = Sim::builder().fill(one_of_each).profile(&profile::NEWEST).explicit().start().await;
    let sim = sim.expect("the world starts");
    let client = Client::login(sim.http_addr()).await;
    (sim, client)
}

/// Returns the object of a class.
async fn object(client: &Client, class: &Class) -> Value {
    let all = client.ok(&format!("{}.get_all", class.name), &[]).await;
    all.as_array().expect("a set").first().unwrap_or_else(|| panic!("no {}", class.name)).clone()
}

/// Returns a value that no field of this type takes.
fn wrong(ty: &Type) -> Value {
    match ty {
        Type::Map(..) | Type::Set(_) | Type::Bool => "x".into(),
        Type::Option(inner) => wrong(inner),
        _ => Value::Array(vec![]),
    }
}

fn is_mistyped(answer: &Result<Value, Failure>) -> bool {
    answer.as_ref().is_err_and(|failure| failure.code == "INTERNAL_ERROR")
}

fn is_unknown(answer: &Result<Value, Failure>) -> bool {
    answer.as_ref().is_err_and(|failure| failure.code == "MESSAGE_METHOD_UNKNOWN")
}

#[tokio::test]
async fn every_field_of_every_class_can_be_read_and_is_what_the_record_says() {
    let (_sim, client) = start().await;
    let mut read = 0;
    for class in classes() {
        let object = object(&client, class).await;
        let record = client.ok(&format!("{}.get_record", class.name), std::slice::from_ref(&object)).await;
        let all = client.ok(&format!("{}.get_all_records", class.name), &[]).await;
        let listed = all.as_struct().expect("records").iter().find(|(name, _)| object.as_str() == Some(name));
        assert_eq!(listed.map(|(_, record)| record), Some(&record), "{}", class.name);
        for field in &class.fields {
            let getter = format!("{}.get_{}", class.name, field.name);
            // Some getters of this name do more, such as `Cluster.get_network`.
            if class.method(&format!("get_{}", field.name)).is_some() {
                continue;
            }
            let value = client.ok(&getter, std::slice::from_ref(&object)).await;
            assert_eq!(Some(&value), record.get(field.name), "{getter}");
            read += 1;
        }
    }
    assert!(read > 700, "only {read} fields");
}

#[tokio::test]
async fn a_handle_or_uuid_that_is_none_is_named_by_every_class() {
    let (_sim, client) = start().await;
    let nobody = "OpaqueRef:00000000-0000-0000-0000-000000000001";
    for class in classes() {
        let refused = client.err(&format!("{}.get_record", class.name), &[nobody.into()]).await;
        assert_eq!(refused, ["HANDLE_INVALID", class.name, nobody]);
        if class.generic.contains(&"get_by_uuid") {
            let refused = client.err(&format!("{}.get_by_uuid", class.name), &["none".into()]).await;
            assert_eq!(refused, ["UUID_INVALID", class.name, "none"]);
            let object = object(&client, class).await;
            let uuid = client.ok(&format!("{}.get_uuid", class.name), std::slice::from_ref(&object)).await;
            assert_eq!(client.ok(&format!("{}.get_by_uuid", class.name), &[uuid]).await, object);
        }
        if class.generic.contains(&"get_by_name_label") {
            let none = client.ok(&format!("{}.get_by_name_label", class.name), &["none".into()]).await;
            assert_eq!(none, Value::Array(vec![]), "{}", class.name);
        }
    }
}

/// Checks the setters of a field: those that there are check types, and there are no others.
async fn check_setters(client: &Client, class: &Class, field: &Field, object: &Value) -> usize {
    let may = field.access == Access::ReadWrite;
    let (text, mut count) = (|name: &str| format!("{}.{name}_{}", class.name, field.name), 0);
    let own = |prefix: &str| class.method(&format!("{prefix}_{}", field.name)).is_some();
    let mut setters: Vec<(&str, Vec<Value>)> = vec![("set", vec![object.clone(), wrong(&field.ty)])];
    match &field.ty {
        Type::Map(_, value) => {
            setters.push(("add_to", vec![object.clone(), "k".into(), wrong(value)]));
            setters.push(("remove_from", vec![object.clone(), Value::Array(vec![])]));
        }
        Type::Set(item) => {
            setters.push(("add", vec![object.clone(), wrong(item)]));
            setters.push(("remove", vec![object.clone(), wrong(item)]));
        }
        _ => {}
    }
    for (prefix, args) in setters.into_iter().filter(|(prefix, _)| !own(prefix)) {
        let answer = client.call(&text(prefix), &args).await;
        let right = if may { is_mistyped(&answer) } else { is_unknown(&answer) };
        assert!(right, "{} of a field that is {:?}: {answer:?}", text(prefix), field.access);
        count += 1;
    }
    count
}

#[tokio::test]
async fn every_setter_checks_its_type_and_what_only_hosts_set_has_none() {
    let (_sim, client) = start().await;
    let mut tried = 0;
    for class in classes() {
        let object = object(&client, class).await;
        for field in &class.fields {
            tried += check_setters(&client, class, field, &object).await;
        }
    }
    assert!(tried > 800, "only {tried} setters");
}

#[tokio::test]
async fn what_is_set_is_read_and_what_is_added_is_removed() {
    let (_sim, client) = start().await;
    let mut set = 0;
    for class in classes() {
        let object = object(&client, class).await;
        let call = |prefix: &str, field: &Field, args: Vec<Value>| {
            let (client, method) = (client.clone(), format!("{}.{prefix}_{}", class.name, field.name));
            let args: Vec<Value> = std::iter::once(object.clone()).chain(args).collect();
            async move { client.ok(&method, &args).await }
        };
        let free = |field: &&Field| {
            let plain = class.method(&format!("set_{}", field.name)).is_none();
            field.access == Access::ReadWrite && plain && !RULED.contains(&(class.name, field.name))
        };
        for field in class.fields.iter().filter(free) {
            match &field.ty {
                Type::String => {
                    call("set", field, vec!["changed".into()]).await;
                    assert_eq!(call("get", field, vec![]).await.as_str(), Some("changed"));
                }
                Type::Bool => {
                    for value in [true, false] {
                        call("set", field, vec![value.into()]).await;
                        assert_eq!(call("get", field, vec![]).await, value.into());
                    }
                }
                Type::Map(key, value) if **key == Type::String && **value == Type::String => {
                    call("set", field, vec![Value::Struct(vec![])]).await;
                    call("add_to", field, vec!["k".into(), "v".into()]).await;
                    assert_eq!(call("get", field, vec![]).await, Value::structure([("k", Value::from("v"))]));
                    call("remove_from", field, vec!["k".into()]).await;
                    assert_eq!(call("get", field, vec![]).await, Value::Struct(vec![]));
                }
                Type::Set(item) if **item == Type::String => {
                    call("set", field, vec![Value::Array(vec!["a".into()])]).await;
                    call("add", field, vec!["b".into()]).await;
                    call("remove", field, vec!["a".into()]).await;
                    assert_eq!(call("get", field, vec![]).await, Value::Array(vec!["b".into()]));
                }
                _ => continue,
            }
            set += 1;
        }
    }
    assert!(set > 100, "only {set} fields");
}
