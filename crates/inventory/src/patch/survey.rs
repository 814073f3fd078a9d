//! What many hosts lack, as far as they tell in time.

use std::{sync::Arc, time::Duration};

use app::{Cx, model::Object};
use futures_util::future::join_all;
use op::{Error, Result};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::missing::missing;

/// What one of them lacks, or why that is not known.
pub(crate) struct Told {
    /// Host.
    pub(crate) host: Arc<Object>,
    /// Updates that it lacks.
    pub(crate) lacks: Result<Arc<Vec<Value>>>,
}

/// Asks hosts what they lack, those that have not told lately; waits no longer than dashboards do. Those that have not told
/// by then go on being asked.
pub(crate) async fn survey(cx: &Cx, hosts: impl Iterator<Item = Arc<Object>>) -> Vec<Told> {
    let limits = &cx.app.config().rest_api;
    let (age, within) = (limits.dashboard_cache_expires_in.0, limits.dashboard_cache_timeout.0);
    let until = Instant::now() + within;
    join_all(hosts.map(|host| async move {
        let lacks = ask(cx, &host, age, until, within).await;
        Told { host, lacks }
    }))
    .await
}

async fn ask(cx: &Cx, host: &Object, age: Duration, until: Instant, within: Duration) -> Result<Arc<Vec<Value>>> {
    if host.text("power_state").as_deref() != Some("Running") {
        return Err(Error::HostOffline { object: host.id().to_owned() });
    }
    let on = cx.on(host.id())?;
    // It is asked for whoever looks next, too.
    let cx = Cx::new(cx.app.clone(), cx.session.clone());
    let updates = cx.app.updates().clone();
    let told = updates.survey(host.id(), age, || async move { missing(&cx, &on).await });
    let late = |_| Error::refused(format!("the host has not told within {within:?}; it is still asked"));
    timeout_at(until, told).await.map_err(late)?
}
