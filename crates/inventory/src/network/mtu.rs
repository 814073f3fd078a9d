//! Changing the largest frame of a network, which reaches its interfaces of hosts when they are plugged.

use app::Connection;
use op::Result;
use tracing::warn;
use xapi::params;
use xapi_types::class;

use crate::pif;

/// Changes it and plugs the interfaces again; when one cannot be unplugged, all is as before.
pub(super) async fn change(pool: &Connection, network: &str, mtu: i64) -> Result<()> {
    let record: class::Network = pool.call_as("network.get_record", params![network]).await?;
    if record.mtu == mtu {
        return Ok(());
    }
    pool.call("network.set_MTU", params![network, mtu]).await?;
    let mut unplugged = Vec::new();
    let replugged = replug(pool, &record, &mut unplugged).await;
    if replugged.is_err() {
        restore(pool, network, record.mtu, unplugged).await;
    }
    replugged
}

async fn replug(pool: &Connection, network: &class::Network, unplugged: &mut Vec<String>) -> Result<()> {
    for pif in pif::all(pool, network).await? {
        if pif.record.currently_attached {
            pool.call_async("PIF.unplug", params![&pif.reference]).await?;
            unplugged.push(pif.reference);
        }
    }
    while let Some(pif) = unplugged.last() {
        pool.call_async("PIF.plug", params![pif]).await?;
        unplugged.pop();
    }
    Ok(())
}

async fn restore(pool: &Connection, network: &str, mtu: i64, unplugged: Vec<String>) {
    if let Err(error) = pool.call("network.set_MTU", params![network, mtu]).await {
        warn!("cannot give the network `{network}` its MTU {mtu} back: {error}");
    }
    for pif in unplugged {
        if let Err(error) = pool.call_async("PIF.plug", params![&pif]).await {
            warn!("cannot plug the interface `{pif}` again: {error}");
        }
    }
}
