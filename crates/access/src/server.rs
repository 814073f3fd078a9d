//! Servers: the pools to connect to.

mod add;
mod connect;
mod hostname;
mod list;
mod remove;
mod set;

use app::{Cx, db::Server, failure};
use op::{Error, Ops, Result};

use crate::list::told;

/// Kind that errors name where no server has the id.
const KIND: &str = "xenServer";
/// Kind of resource that servers are.
const RESOURCE: &str = "server";

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<add::Add>()
        .add::<connect::Disable>()
        .add::<connect::Enable>()
        .add::<hostname::ChangeHostname>()
        .add::<list::Get>()
        .add::<list::GetAll>()
        .add::<list::List>()
        .add::<remove::Remove>()
        .add::<set::Set>();
}

/// Returns the server `id`.
async fn get(cx: &Cx, id: &str) -> Result<Server> {
    let found = cx.app.db().servers().get(id).await.map_err(failure)?;
    found.ok_or_else(|| Error::no_such(KIND, id))
}

/// Returns the server `id`, on which the caller must hold a privilege.
async fn for_action(cx: &Cx, id: &str, action: &str) -> Result<Server> {
    let server = get(cx, id).await?;
    cx.demand(RESOURCE, action, Some(id), &told(&list::info(cx, &cx.app.store().snapshot(), server.clone()))?)?;
    Ok(server)
}

/// Changes the server `id` and returns it.
async fn update(cx: &Cx, id: &str, change: impl FnOnce(&mut Server) + Send) -> Result<Server> {
    let changed = cx.app.db().servers().update(id, None, change).await.map_err(failure)?;
    changed.ok_or_else(|| Error::no_such(KIND, id))
}
