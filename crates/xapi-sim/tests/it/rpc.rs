//! Calls: dialects, the order of checks, generic methods.

use xapi_sim::{Sim, World, profile};
use xapi_types::Value;

use crate::client::{Client, exchange, post};

/// Makes a pool with two hosts and a VM, and nothing else, so that tests can name all that happens.
pub fn small(world: &mut World) {
    let hosts = ["xen1", "xen2"].map(|name| world.create("host", [("name_label", name.into())]));
    world.create("pool", [("name_label", "Test".into()), ("master", hosts[0].into())]);
    let metrics = world.create("VM_metrics", []);
    world.create("VM", [("name_label", "web".into()), ("metrics", metrics.into())]);
}

/// Starts a pool of which transitions wait to be told.
pub async fn start(fill: fn(&mut World)) -> Sim {
    Sim::builder().fill(fill).explicit().start().await.expect("the world starts")
}

/// Returns the reference of the object with this name, as a parameter.
pub fn named(sim: &Sim, class: &str, name: &str) -> Value {
    sim.named(class, name).expect("the object exists").to_string().into()
}

#[tokio::test]
async fn a_slave_names_its_master_before_it_looks_at_anything_else() {
    let sim = start(small).await;
    let slave = sim.addresses(0)[1].http;
    let body = br#"{"jsonrpc":"2.0","method":"VM.fly","params":[1,2,3],"id":"x"}"#;
    let reply = exchange(slave, &post("/jsonrpc", body)).await;
    let master = sim.http_addr().ip();
    let expected =
        format!(r#"{{"jsonrpc":"2.0","error":{{"code":1,"message":"HOST_IS_SLAVE","data":["{master}"]}},"id":"x"}}"#);
    assert_eq!(reply.text(), expected);
}

#[tokio::test]
async fn a_slave_lets_root_log_in_to_itself_alone() {
    let sim = start(small).await;
    let body = br#"{"method":"session.slave_local_login_with_password","params":["root","password"],"id":1}"#;
    let reply = exchange(sim.addresses(0)[1].http, &post("/jsonrpc", body)).await;
    assert!(reply.text().starts_with(r#"{"result":"OpaqueRef:"#), "{}", reply.text());
}

#[tokio::test]
async fn the_same_call_answers_in_three_dialects() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let (session, vm) = (&client.session, sim.named("VM", "web").unwrap());
    let xml = format!(
        "<methodCall><methodName>VM.get_name_label</methodName><params><param><value>{session}</value></param>\
         <param><value><string>{vm}</string></value></param></params></methodCall>"
    );
    let json1 = format!(r#"{{"method":"VM.get_name_label","params":["{session}","{vm}"],"id":7}}"#);
    let json2 = format!(r#"{{"jsonrpc":"2.0","method":"VM.get_name_label","params":["{session}","{vm}"],"id":7}}"#);
    let xml_answer = "<?xml version=\"1.0\"?><methodResponse><params><param><value><struct><member><name>Status</name>\
        <value>Success</value></member><member><name>Value</name><value>web</value></member></struct></value></param>\
        </params></methodResponse>";
    for (path, body, answer) in [
        ("/", xml.as_str(), xml_answer),
        ("/RPC2", &xml, xml_answer),
        ("/jsonrpc", &json1, r#"{"result":"web","error":null,"id":7}"#),
        ("/jsonrpc", &json2, r#"{"jsonrpc":"2.0","result":"web","id":7}"#),
    ] {
        assert_eq!(exchange(sim.http_addr(), &post(path, body.as_bytes())).await.text(), answer);
    }
}

#[tokio::test]
async fn arity_is_checked_before_types_before_the_session_before_the_handle() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let bad = |session: &str, params: &[Value]| {
        let mut all = vec![Value::from(session)];
        all.extend_from_slice(params);
        all
    };
    let nobody = "OpaqueRef:00000000-0000-0000-0000-000000000001";
    for (params, code) in [
        (bad(nobody, &[Value::Int(1)]), "MESSAGE_PARAMETER_COUNT_MISMATCH"),
        (bad(nobody, &["x".into(), Value::Int(1)]), "INTERNAL_ERROR"),
        (bad(nobody, &["x".into(), "y".into()]), "SESSION_INVALID"),
        (bad(&client.session, &["x".into(), "y".into()]), "HANDLE_INVALID"),
    ] {
        assert_eq!(client.bare("VM.set_name_description", &params).await.unwrap_err().code, code);
    }
}

#[tokio::test]
async fn a_setter_of_what_only_the_host_sets_is_unknown() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let vm = named(&sim, "VM", "web");
    for method in ["VM.set_uuid", "VM.set_power_state", "VM.add_VBDs"] {
        assert_eq!(client.err(method, &[vm.clone(), "x".into()]).await, ["MESSAGE_METHOD_UNKNOWN", method]);
    }
}

#[tokio::test]
async fn maps_and_sets_have_their_own_setters() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let pool = client.ok("pool.get_all", &[]).await.as_array().unwrap()[0].clone();
    let put = [pool.clone(), "key".into(), "value".into()];
    client.ok("pool.add_to_other_config", &put).await;
    assert_eq!(client.err("pool.add_to_other_config", &put).await[0], "MAP_DUPLICATE_KEY");
    client.ok("pool.remove_from_other_config", &[pool.clone(), "key".into()]).await;
    client.ok("pool.remove_from_other_config", &[pool.clone(), "key".into()]).await;
    assert_eq!(client.ok("pool.get_other_config", std::slice::from_ref(&pool)).await.to_string(), "{}");
    client.ok("pool.add_tags", &[pool.clone(), "blue".into()]).await;
    client.ok("pool.add_tags", &[pool.clone(), "blue".into()]).await;
    assert_eq!(client.ok("pool.get_tags", std::slice::from_ref(&pool)).await.to_string(), r#"["blue"]"#);
    client.ok("pool.remove_tags", &[pool.clone(), "blue".into()]).await;
    assert_eq!(client.ok("pool.get_tags", &[pool]).await.to_string(), "[]");
}

#[tokio::test]
async fn records_are_found_by_condition() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let found = |expr: &'static str| {
        let client = client.clone();
        async move { client.ok("host.get_all_records_where", &[expr.into()]).await.as_struct().unwrap().len() }
    };
    assert_eq!(found("true").await, 2);
    assert_eq!(found(r#"field "name_label" = "xen1" or field "name__label" = "xen2""#).await, 2);
    assert_eq!(found(r#"not (field "name_label"="xen1") and true"#).await, 1);
    assert_eq!(client.err("host.get_all_records_where", &["field".into()]).await[0], "INVALID_VALUE");
}

#[tokio::test]
async fn an_older_product_lacks_what_came_later() {
    let sim = Sim::builder().fill(small).profile(&profile::XENSERVER_7_1).start().await.unwrap();
    let client = Client::login(sim.http_addr()).await;
    assert_eq!(client.err("Certificate.get_all_records", &[]).await[0], "MESSAGE_METHOD_UNKNOWN");
    let records = client.ok("VM.get_all_records", &[]).await;
    let record = &records.as_struct().unwrap()[0].1;
    assert!(record.get("pending_guidances").is_none() && record.get("name_label").is_some());
    let list = post("/", b"<methodCall><methodName>system.listMethods</methodName><params/></methodCall>");
    let methods = exchange(sim.http_addr(), &list).await.text();
    assert!(methods.contains("<value>VM.start</value>") && !methods.contains("<value>Cluster.create</value>"));
}

#[tokio::test]
async fn a_wrong_password_says_so() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    let failure = client.bare("session.login_with_password", &["root".into(), "wrong".into()]).await.unwrap_err();
    assert_eq!(failure.to_string(), "SESSION_AUTHENTICATION_FAILED(root, Authentication failure)");
}

#[tokio::test]
async fn the_same_seed_makes_the_same_world() {
    let (one, two) = (start(small).await, start(small).await);
    assert_eq!(one.named("VM", "web"), two.named("VM", "web"));
}

#[tokio::test]
async fn calls_are_counted_by_their_method() {
    let sim = start(small).await;
    let client = Client::login(sim.http_addr()).await;
    client.ok("VM.get_all", &[]).await;
    client.ok("VM.get_all", &[]).await;
    client.err("VM.hard_shutdown", &["nonsense".into()]).await;
    client.ok("Async.VM.hard_shutdown", &["nonsense".into()]).await;
    client.err("VM.nonsense", &[]).await;
    let calls = sim.calls();
    assert_eq!((calls["VM.get_all"], calls["VM.hard_shutdown"], calls.get("VM.nonsense")), (2, 2, None));
}
