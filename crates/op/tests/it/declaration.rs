//! Declarations that the table does not take.

use op::{Id, Need, Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::toy::{Cx, Vm};

macro_rules! op {
    ($name:ident { $($field:ident: $ty:ty),* }, $spec:expr) => {
        #[derive(Deserialize, JsonSchema)]
        #[expect(dead_code)]
        struct $name { $($field: $ty),* }
        impl Op<Cx> for $name {
            type Output = ();
            const SPEC: Spec = $spec;
            async fn run(self, _: Cx) -> Result<()> {
                Ok(())
            }
        }
    };
}
op!(Unchecked { id: Id<Vm> }, Spec::signed_in("unchecked"));
op!(Mistyped { id: Id<Vm> }, Spec::objects("mistyped", &[Need::operate("vm", "start")]));
op!(
    Several { vms: Vec<Id<Vm>>, on: Option<Id<Vm>> },
    Spec::admin("several").with(&[Need::operate("on", "read"), Need::operate("vms", "start")])
);
#[derive(Deserialize, JsonSchema)]
#[expect(dead_code)]
struct Inner {
    id: Id<Vm>,
}
op!(Confused { selection: Option<String> }, Spec::signed_in("confused"));
op!(Nested { inner: Inner }, Spec::signed_in("nested"));

#[test]
#[should_panic(expected = "unchecked: ids and needs differ")]
fn an_id_without_a_need_cannot_be_added() {
    Ops::new().add::<Unchecked>();
}

#[test]
#[should_panic(expected = "mistyped: ids and needs differ")]
fn a_need_without_an_id_cannot_be_added() {
    Ops::new().add::<Mistyped>();
}

#[test]
#[should_panic(expected = "nested: an id hides too deep")]
fn a_nested_id_cannot_be_added() {
    Ops::new().add::<Nested>();
}

#[test]
#[should_panic(expected = "confused: every action takes a parameter of this name")]
fn a_parameter_that_every_action_takes_cannot_be_added() {
    Ops::new().add::<Confused>();
}

#[test]
#[should_panic(expected = "two operations named several")]
fn a_name_cannot_be_taken_twice() {
    Ops::new().add::<Several>().add::<Several>();
}

#[tokio::test]
async fn every_id_of_a_list_is_checked() {
    let mut ops = Ops::new();
    ops.add::<Several>();
    let call = |params| ops.call("several", params, Cx { user: Some("admin") });
    assert!(call(json!({ "vms": ["vm1"] })).await.is_ok());
    assert!(call(json!({ "vms": ["vm1", "vm9"] })).await.is_err());
    assert!(call(json!({ "vms": ["vm1"], "on": "vm9" })).await.is_err());
    assert!(call(json!({ "vms": ["vm1", 9] })).await.is_err());
}
