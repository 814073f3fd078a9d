//! Fields of their own that users give to objects, where XenCenter keeps them too.

use app::{Cx, On};
use op::{Any, Error, Id, Need, Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::{class, entry};

/// Start of the keys in `other_config`; XenCenter's.
const PREFIX: &str = "XenCenter.CustomFields.";

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Add>().add::<Remove>().add::<Set>();
}

/// Add a field to an object; one that it has is refused.
#[derive(Deserialize, JsonSchema)]
struct Add {
    /// Object.
    id: Id<Any>,
    /// Name of the field.
    name: String,
    /// Value.
    value: String,
}

impl Op<Cx> for Add {
    type Output = ();
    const SPEC: Spec = Spec::objects("customField.add", &[Need::administrate("id", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let object = cx.on(&self.id)?;
        let method = format!("{}.add_to_other_config", class(&object)?);
        let params = params![object.reference(), format!("{PREFIX}{}", self.name), self.value];
        object.pool.call(&method, params).await.map(drop)
    }
}

/// Remove a field from an object; succeeds where the object has no such field.
#[derive(Deserialize, JsonSchema)]
struct Remove {
    /// Object.
    id: Id<Any>,
    /// Name of the field.
    name: String,
}

impl Op<Cx> for Remove {
    type Output = ();
    const SPEC: Spec = Spec::objects("customField.remove", &[Need::administrate("id", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let object = cx.on(&self.id)?;
        write(&object, &self.name, None).await
    }
}

/// Give a field of an object a value; the field is added where there is none.
#[derive(Deserialize, JsonSchema)]
struct Set {
    /// Object.
    id: Id<Any>,
    /// Name of the field.
    name: String,
    /// Value.
    value: String,
}

impl Op<Cx> for Set {
    type Output = ();
    const SPEC: Spec = Spec::objects("customField.set", &[Need::administrate("id", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let object = cx.on(&self.id)?;
        write(&object, &self.name, Some(&self.value)).await
    }
}

async fn write(object: &On, name: &str, value: Option<&str>) -> Result<()> {
    let key = format!("{PREFIX}{name}");
    entry::set(&object.pool, class(object)?, &object.reference(), "other_config", &key, value).await
}

fn class(on: &On) -> Result<&'static str> {
    let kind = on.object.kind();
    class::of(kind).ok_or_else(|| Error::invalid(format!("objects of type `{kind}` have no custom fields")))
}
