//! Pools that become one.

mod alike;
mod reason;

use app::{Cx, On};
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi_types::class;

pub(super) use self::{
    alike::{Member, check},
    reason::explain,
};
use crate::kind;

/// Let the hosts of pools of one host each join another pool, one after the other; their servers are forgotten.
#[derive(Deserialize, JsonSchema)]
pub(super) struct MergeInto {
    /// Whether to pass over processors of another kind; no when left out. Versions, licences and updates must be the
    /// same with it, too.
    force: Option<bool>,
    /// Pool whose host joins, where it is one.
    source: Option<Id<kind::Pool>>,
    /// Pools whose hosts join.
    sources: Option<Vec<Id<kind::Pool>>>,
    /// Pool to join.
    target: Id<kind::Pool>,
}

impl Op<Cx> for MergeInto {
    type Output = ();
    const SPEC: Spec = Spec::objects(
        "pool.mergeInto",
        &[
            Need::administrate("source", "*"),
            Need::administrate("sources", "*"),
            Need::administrate("target", "add-host"),
        ],
    );
    async fn run(self, cx: Cx) -> Result<()> {
        let sources = self.sources.unwrap_or_else(|| self.source.into_iter().collect());
        if sources.is_empty() {
            return Err(Error::invalid("`sources` names no pool"));
        }
        let target = cx.on(&self.target)?;
        let master = master(&cx, &target)?;
        let joining = |source: &Id<kind::Pool>| {
            let source = cx.on(source)?;
            let host = self::master(&cx, &source)?;
            Ok((source, host))
        };
        let sources = sources.iter().map(joining).collect::<Result<Vec<_>>>()?;
        // Before the first one moves.
        let of_pool = Member { on: &target, host: &master };
        for (source, host) in &sources {
            check(&Member { on: source, host }, &of_pool).await?;
        }
        let mut joined = Vec::new();
        for (source, host) in &sources {
            let join = cx.app.join_pool(source, &target, &master.address, self.force == Some(true)).await;
            join.map_err(|error| explain(error, host, &joined))?;
            joined.push(format!("`{}`", host.name_label));
        }
        Ok(())
    }
}

pub(super) fn master(cx: &Cx, pool: &On) -> Result<class::Host> {
    let host = pool.object.get::<class::Pool>().map(|record| record.master.to_string());
    let host = host.and_then(|host| cx.app.store().get(&host)).and_then(|host| host.get::<class::Host>().cloned());
    host.ok_or_else(|| Error::failed(format!("the master of pool `{}` is not known", pool.object.id())))
}
