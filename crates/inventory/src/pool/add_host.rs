//! One host more in a pool.

use app::Cx;
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi_types::class;

use super::merge::{Member, check, explain, master};
use crate::kind;

/// Let a host that is a pool of its own join a pool; its server is forgotten.
#[derive(Deserialize, JsonSchema)]
pub(super) struct AddHost {
    /// Pool to join.
    id: Id<kind::Pool>,
    /// Host that joins.
    host: Id<kind::Host>,
    /// Whether to pass over processors of another kind; no when left out.
    force: Option<bool>,
}

impl Op<Cx> for AddHost {
    type Output = ();
    const SPEC: Spec =
        Spec::objects("pool.addHost", &[Need::administrate("host", "join-pool"), Need::administrate("id", "add-host")])
            .rest(&[Rest::action("/pools/{id}/actions/add_host")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let (target, host) = (cx.on(&self.id)?, cx.object(&self.host)?);
        if host.pool() == target.object.pool() {
            return Err(Error::ObjectAlreadyExists { object: Some(host.id().to_owned()), kind: Some("host") });
        }
        let source = cx.on(host.pool().as_str())?;
        let alone = cx.app.store().snapshot().of_pool(host.pool().as_str()).filter(|other| other.kind() == host.kind());
        if alone.count() > 1 {
            let id = host.id();
            return Err(Error::refused(format!("host `{id}` is in a pool with others; detach it from there first")));
        }
        let joins = host.get::<class::Host>().ok_or_else(|| Error::failed("the host has no record"))?;
        let to = master(&cx, &target)?;
        check(&Member { on: &source, host: joins }, &Member { on: &target, host: &to }).await?;
        let joined = cx.app.join_pool(&source, &target, &to.address, self.force == Some(true)).await;
        joined.map_err(|error| explain(error, joins, &[]))
    }
    fn would(&self, _: &str) -> Option<String> {
        Some(format!("host `{}` would join it", self.host))
    }
}
