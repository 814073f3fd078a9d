//! Statistics of all hosts of a pool.

use std::collections::BTreeMap;

use app::{Cx, Granularity, model::Kind};
use futures_util::future::join_all;
use op::{Context, Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    host::{self, HostStats},
    kind,
    stats::Answer,
};

/// Return statistics of the hosts of a pool, by host.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Stats {
    /// Pool.
    id: Id<kind::Pool>,
    /// How far values are apart: `seconds` (5 s, ten minutes of them, the default), `minutes` (two hours), `hours` (a
    /// week) or `days` (a year).
    granularity: Option<String>,
}

/// What came of asking one host.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum OfHost {
    /// Its statistics.
    Told(Box<Answer<HostStats>>),
    /// Why it has none.
    Failed {
        /// The error.
        error: Failure,
    },
}

/// Why a host tells nothing.
#[derive(Serialize, JsonSchema)]
pub(super) struct Failure {
    /// In words.
    message: String,
}

impl Op<Cx> for Stats {
    type Output = BTreeMap<String, OfHost>;
    const SPEC: Spec =
        Spec::objects("pool.stats", &[Need::view("id", "read")]).read().quiet().rest(&[Rest::get("/pools/{id}/stats")]);
    async fn run(self, cx: Cx) -> Result<BTreeMap<String, OfHost>> {
        let granularity = Granularity::parse(self.granularity.as_deref())?;
        let pool = cx.object(&self.id)?;
        let audience = cx.app.audience(Some(&*cx.user()?));
        let objects = cx.app.store().snapshot();
        let hosts = objects.of_pool(pool.pool().as_str()).filter(|object| object.kind() == Kind::Host);
        let asked = hosts.filter(|host| audience.sees(host)).map(async |host| {
            let told = host::stats(&cx, host.id(), granularity).await;
            let told = told.map_or_else(|error| failed(&cx, &error), |told| OfHost::Told(Box::new(told)));
            (host.id().to_owned(), told)
        });
        Ok(join_all(asked).await.into_iter().collect())
    }
}

/// What failed behind us only administrators are told.
fn failed(cx: &Cx, error: &Error) -> OfHost {
    let told = error.to_json(cx.admin());
    let message = told["message"].as_str().unwrap_or("the host does not tell").to_owned();
    OfHost::Failed { error: Failure { message } }
}
