//! Going to a pool by another of its addresses.

use app::{Cx, db::Server, failure};
use op::{Error, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

/// Connect the server of an object by another address, and check that an object is there afterwards; where that fails, the
/// server keeps the address that it had.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangeHostname {
    /// Name or address of a host, with a port where it is not the usual one.
    hostname: String,
    /// Object that is to be there afterwards.
    new_object: String,
    /// Object of the pool that the server is connected to.
    old_object: String,
}

impl Op<Cx> for ChangeHostname {
    type Output = ();
    const SPEC: Spec = Spec::admin("test.changeConnectedXapiHostname");
    async fn run(self, cx: Cx) -> Result<()> {
        let Self { hostname, new_object, old_object } = self;
        let before = of_object(&cx, &old_object).await?;
        cx.app.check_server(&hostname, before.http_proxy.as_deref())?;
        if let Err(error) = go(&cx, &before.id, &hostname, &new_object).await {
            let back = super::update(&cx, &before.id, |server| server.host.clone_from(&before.host)).await?;
            cx.app.disconnect(&before.id).await;
            cx.app.begin_connect(&back).await?;
            return Err(error);
        }
        Ok(())
    }
}

/// Connects the server by the address `host`, where the object is to be.
async fn go(cx: &Cx, id: &str, host: &str, object: &str) -> Result<()> {
    let after = super::update(cx, id, |server| host.clone_into(&mut server.host)).await?;
    cx.app.disconnect(id).await;
    cx.app.connect(&after).await?;
    match cx.app.store().get(object) {
        Some(found) if of_pool(cx, id, &found) => Ok(()),
        _ => Err(Error::no_such("object", object)),
    }
}

/// Returns the server whose pool has an object.
async fn of_object(cx: &Cx, id: &str) -> Result<Server> {
    let object = cx.app.store().get(id).ok_or_else(|| Error::no_such("object", id))?;
    let servers = cx.app.db().servers().all().await.map_err(failure)?;
    let found = servers.into_iter().find(|server| of_pool(cx, &server.id, &object));
    found.ok_or_else(|| Error::refused("no server is connected to the pool of the object"))
}

/// Returns whether an object is in the pool that a server is connected to.
fn of_pool(cx: &Cx, server: &str, object: &app::Object) -> bool {
    let pool = cx.app.pool_status(server).pool.and_then(|pool| cx.app.store().get(&pool));
    pool.is_some_and(|pool| pool.pool() == object.pool())
}
