//! Patches before XenServer 7.1: programs that are sent to the pool, and which hosts run.

use app::{
    Connection, Cx, On,
    hotfix::{Hotfix, Kind},
};
use op::{Error, Result};
use tracing::warn;
use xapi::params;
use xapi_types::{class, code};

use super::archive;
use crate::failure;

pub(super) async fn install(cx: &Cx, hotfix: &Hotfix, hosts: &[&On]) -> Result<()> {
    let pool = &hosts[0].pool;
    let patch = match known(pool, &hotfix.uuid).await? {
        Some(patch) => patch,
        None => uploaded(cx, hotfix, pool).await?,
    };
    let installed = on_hosts(cx, pool, &patch, hosts).await;
    clean(pool, &patch).await;
    installed
}

async fn known(pool: &Connection, uuid: &str) -> Result<Option<String>> {
    match pool.call_as("pool_patch.get_by_uuid", params![uuid]).await {
        Err(error) if failure::code(&error) == Some(code::UUID_INVALID) => Ok(None),
        found => found.map(Some),
    }
}

async fn uploaded(cx: &Cx, hotfix: &Hotfix, pool: &Connection) -> Result<String> {
    let member = archive(cx, hotfix, Kind::XsUpdate).await?;
    let label = format!("[XO] Patch upload {}", hotfix.name);
    match pool.upload_patch(&label, member.length, member.pieces).await {
        // Somebody was quicker.
        Err(error) if failure::code(&error) == Some(code::PATCH_ALREADY_EXISTS) => {
            let patch = failure::param(&error, 0).map(ToOwned::to_owned);
            patch.ok_or(error)
        }
        uploaded => uploaded,
    }
}

/// Lets all hosts say whether they could install it before the first one does.
async fn on_hosts(cx: &Cx, pool: &Connection, patch: &str, hosts: &[&On]) -> Result<()> {
    for host in hosts {
        pool.call_async("pool_patch.precheck", params![patch, host.reference()]).await?;
    }
    for host in hosts {
        if cx.stopped() {
            return Err(Error::refused(format!("the call has been cancelled before host `{}`", host.object.id())));
        }
        pool.call_async("pool_patch.apply", params![patch, host.reference()]).await?;
    }
    Ok(())
}

/// Takes back the file, and the patch where no host has it. What stays takes room on the hosts, and no more.
async fn clean(pool: &Connection, patch: &str) {
    let cleaned = async {
        let record: class::PoolPatch = pool.call_as("pool_patch.get_record", params![patch]).await?;
        let method = if record.host_patches.is_empty() { "pool_patch.destroy" } else { "pool_patch.pool_clean" };
        pool.call_async(method, params![patch]).await.map(drop)
    };
    if let Err(error) = cleaned.await {
        warn!("the file of a patch stays at its pool: {error}");
        pool.warn("the file of the patch stays at the pool", &error);
    }
}
