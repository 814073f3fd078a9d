//! Reaching storage by several paths, which takes effect when storage is plugged.

use app::On;
use op::Result;
use tracing::warn;
use xapi::params;
use xapi_types::class;

use super::clear;

/// Switches it on or off, with the storage of the host unplugged meanwhile; all that is plugged again in any case.
pub(super) async fn switch(host: &On, record: &class::Host, on: bool) -> Result<()> {
    host.pool.call("host.disable", params![host.reference()]).await?;
    let mut unplugged = Vec::new();
    let switched = async {
        for pbd in &record.pbds {
            if host.pool.call_as("PBD.get_currently_attached", params![pbd]).await? {
                host.pool.call_async("PBD.unplug", params![pbd]).await?;
                unplugged.push(pbd);
            }
        }
        host.pool.call("host.set_multipathing", params![host.reference(), on]).await.map(drop)
    }
    .await;
    let mut plugged = Ok(());
    for pbd in unplugged.into_iter().rev() {
        if let Err(error) = host.pool.call_async("PBD.plug", params![pbd]).await {
            warn!(host.id = host.object.id(), "cannot plug the storage connection `{pbd}` again: {error}");
            plugged = Err(error);
        }
    }
    clear::restore(host, record.enabled).await;
    switched.and(plugged)
}
