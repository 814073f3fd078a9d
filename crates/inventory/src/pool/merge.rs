//! Pools that become one.

use app::{Cx, On};
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi_types::class;

use crate::kind;

/// Let the hosts of pools of one host each join another pool, one after the other; their servers are forgotten.
#[derive(Deserialize, JsonSchema)]
pub(super) struct MergeInto {
    /// Whether to pass over processors of another kind; no when left out.
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
            Need::administrate("source", "merge"),
            Need::administrate("sources", "merge"),
            Need::administrate("target", "merge"),
        ],
    );
    async fn run(self, cx: Cx) -> Result<()> {
        let sources = self.sources.unwrap_or_else(|| self.source.into_iter().collect());
        if sources.is_empty() {
            return Err(Error::invalid("`sources` names no pool"));
        }
        let target = cx.on(&self.target)?;
        let master = master(&cx, &target)?;
        let sources = sources.iter().map(|source| cx.on(source)).collect::<Result<Vec<_>>>()?;
        // Before the first one moves.
        for source in &sources {
            same_product(&self::master(&cx, source)?, &master)?;
        }
        for source in &sources {
            cx.app.join_pool(source, &target, &master.address, self.force == Some(true)).await?;
        }
        Ok(())
    }
}

fn master(cx: &Cx, pool: &On) -> Result<class::Host> {
    let host = pool.object.get::<class::Pool>().map(|record| record.master.to_string());
    let host = host.and_then(|host| cx.app.store().get(&host)).and_then(|host| host.get::<class::Host>().cloned());
    host.ok_or_else(|| Error::failed(format!("the master of pool `{}` is not known", pool.object.id())))
}

/// Refuses hosts that run something else than the pool.
fn same_product(joins: &class::Host, master: &class::Host) -> Result<()> {
    let product = |host: &class::Host| {
        let part = |key: &str| host.software_version.get(key).map(ToString::to_string).unwrap_or_default();
        format!("{} {}", part("product_brand"), part("product_version"))
    };
    let (joining, of_pool) = (product(joins), product(master));
    if joining == of_pool {
        return Ok(());
    }
    let host = &joins.name_label;
    Err(Error::refused(format!("host `{host}` runs {joining} and the pool {of_pool}; update it first")))
}
