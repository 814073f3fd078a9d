//! The faces as a whole: start, run, stop.

use std::{sync::Arc, time::Duration};

use app::App;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::warn;

use crate::{
    clients::Clients,
    http::Face,
    listen::{Limits, Listener, accept},
};

/// How long requests and close frames may take once the server stops.
const FAREWELL: Duration = Duration::from_secs(5);

/// Answers on `listeners` until `stop`, then ends the connections and returns.
///
/// Sessions are ended by [`App::shutdown`], which the caller does when this has returned or before.
pub async fn run(app: App, listeners: Vec<Listener>, stop: CancellationToken) {
    let clients = Clients::default();
    let notifier = tokio::spawn(clients.clone().notify(app.clone()));
    let limits = Limits::new(None);
    let https = listeners.iter().find(|listener| listener.is_tls()).map(|listener| listener.address().port());
    let tracker = TaskTracker::new();
    let face = Face::new(app, clients, https, tracker.clone(), stop.clone());
    let face = Arc::new(face);
    let accepting: Vec<_> = listeners
        .into_iter()
        .map(|listener| tracker.spawn(accept(listener, limits.clone(), face.clone(), stop.clone())))
        .collect();
    stop.cancelled().await;
    tracker.close();
    if tokio::time::timeout(FAREWELL, tracker.wait()).await.is_err() {
        warn!(left = tracker.len(), "some connections did not end in time");
    }
    for task in accepting {
        task.abort();
    }
    notifier.abort();
}
