//! The attachments of a storage repository to its hosts, all at once.

use app::{Connection, Cx};
use futures_util::future::{join_all, try_join_all};
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::params;

use crate::kind;

/// Connect every host of a storage repository to it.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ConnectAll {
    /// Storage repository to connect.
    id: Id<kind::Sr>,
}

impl Op<Cx> for ConnectAll {
    type Output = ();
    const SPEC: Spec = Spec::objects("sr.connectAllPbds", &[Need::administrate("id", "*")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let sr = cx.on(&self.id)?;
        let pbds: Vec<String> = sr.pool.call_as("SR.get_PBDs", params![sr.reference()]).await?;
        first_error(each(&sr.pool, "PBD.plug", &pbds).await)
    }
}

/// Disconnect every host of a storage repository from it; those where a VM uses it stay connected.
#[derive(Deserialize, JsonSchema)]
pub(super) struct DisconnectAll {
    /// Storage repository to disconnect.
    id: Id<kind::Sr>,
}

impl Op<Cx> for DisconnectAll {
    type Output = ();
    const SPEC: Spec = Spec::objects("sr.disconnectAllPbds", &[Need::administrate("id", "*")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let sr = cx.on(&self.id)?;
        let pbds: Vec<String> = sr.pool.call_as("SR.get_PBDs", params![sr.reference()]).await?;
        first_error(each(&sr.pool, "PBD.unplug", &pbds).await)
    }
}

/// Calls `method` for all attachments side by side; every one is tried.
pub(super) async fn each(pool: &Connection, method: &str, pbds: &[String]) -> Vec<Result<()>> {
    let call = |pbd: &String| {
        let pbd = pbd.clone();
        async move { pool.call_async(method, params![pbd]).await.map(drop) }
    };
    join_all(pbds.iter().map(call)).await
}

pub(super) fn first_error(results: Vec<Result<()>>) -> Result<()> {
    results.into_iter().collect()
}

/// Disconnects all hosts that are connected and returns the attachments that were; where one refuses, all are
/// connected again.
pub(super) async fn detach(pool: &Connection, sr: &str) -> Result<Vec<String>> {
    let pbds: Vec<String> = pool.call_as("SR.get_PBDs", params![sr]).await?;
    let attached = pbds.iter().map(|pbd| pool.call_as::<bool>("PBD.get_currently_attached", params![pbd]));
    let attached = try_join_all(attached).await?;
    let attached: Vec<String> = pbds.into_iter().zip(attached).filter_map(|(pbd, is)| is.then_some(pbd)).collect();
    let results = each(pool, "PBD.unplug", &attached).await;
    let gone: Vec<String> =
        attached.iter().zip(&results).filter(|(_, result)| result.is_ok()).map(|(pbd, _)| pbd.clone()).collect();
    match first_error(results) {
        Ok(()) => Ok(attached),
        Err(error) => {
            bring_back(pool, &gone).await;
            Err(error)
        }
    }
}

/// Connects hosts again, as far as they can.
pub(super) async fn bring_back(pool: &Connection, pbds: &[String]) {
    for error in each(pool, "PBD.plug", pbds).await.into_iter().filter_map(Result::err) {
        warn!("cannot connect a host to its storage again: {error}");
    }
}
