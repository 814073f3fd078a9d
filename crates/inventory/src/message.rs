//! Messages: alerts and notices of hosts.

use std::sync::Arc;

use app::{
    Cx,
    model::{Kind, Object},
    xapi_types::class,
};
use op::{Any, Error, Id, Need, Op, Ops, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use xapi::params;

use crate::kind;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Delete>().add::<GetOf>();
}

/// Returns the messages about an object that the user may see.
pub(crate) fn about(cx: &Cx, object: &Object) -> Result<Vec<Arc<Object>>> {
    let audience = cx.app.audience(Some(&*cx.user()?));
    // The id of some templates is not their uuid, by which hosts name what a message is about.
    let uuid = object.text("uuid").unwrap_or_else(|| object.id().to_owned());
    let is_about = |message: &Object| message.get::<class::Message>().is_some_and(|record| record.obj_uuid == *uuid);
    let messages = cx.app.store().snapshot().of_kind(Kind::Message);
    let of_pool = messages.filter(|message| message.pool() == object.pool());
    Ok(of_pool.filter(|message| is_about(message) && audience.sees(message)).collect())
}

/// List the messages about an object.
#[derive(Deserialize, JsonSchema)]
struct GetOf {
    /// What they are about.
    id: Id<Any>,
}

impl Op<Cx> for GetOf {
    type Output = Vec<Map<String, Value>>;
    const SPEC: Spec =
        Spec::objects("message.getOf", &[Need::unchecked("id", "only what the caller may see is listed")])
            .read()
            .quiet()
            .rest(&[
                Rest::list("/hosts/{id}/messages", "messages"),
                Rest::list("/networks/{id}/messages", "messages"),
                Rest::list("/pifs/{id}/messages", "messages"),
                Rest::list("/pools/{id}/messages", "messages"),
                Rest::list("/srs/{id}/messages", "messages"),
                Rest::list("/vbds/{id}/messages", "messages"),
                Rest::list("/vdi-snapshots/{id}/messages", "messages"),
                Rest::list("/vdis/{id}/messages", "messages"),
                Rest::list("/vifs/{id}/messages", "messages"),
                Rest::list("/vm-controllers/{id}/messages", "messages"),
                Rest::list("/vm-snapshots/{id}/messages", "messages"),
                Rest::list("/vm-templates/{id}/messages", "messages"),
                Rest::list("/vms/{id}/messages", "messages"),
            ]);
    async fn run(self, cx: Cx) -> Result<Vec<Map<String, Value>>> {
        about(&cx, &*cx.object(&self.id)?)?.iter().map(|message| whole(message)).collect()
    }
}

/// Returns an object as clients see it.
pub(crate) fn whole(object: &Object) -> Result<Map<String, Value>> {
    object.decode().map_err(|error| Error::failed(format!("`{}` cannot be read: {error}", object.id())))
}

/// Delete a message.
#[derive(Deserialize, JsonSchema)]
struct Delete {
    /// Message to delete.
    id: Id<kind::Message>,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec = Spec::objects("message.delete", &[Need::administrate("id", "*")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let message = cx.on(&self.id)?;
        message.pool.call("message.destroy", params![message.reference()]).await.map(drop)
    }
}
