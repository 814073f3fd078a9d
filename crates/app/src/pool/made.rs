//! What an operation has made, as its caller may use it at once.

use std::time::Duration;

use model::Kind;
use tokio::time::timeout;
use tracing::debug;
use xapi::Value;

use super::Connection;
use crate::feed::News;

/// Longest wait for news of what was made; it exists whether they come or not.
const PATIENCE: Duration = Duration::from_secs(5);

impl Connection {
    /// Returns the id of what a call has made and named by `reference`, once it is known here: whoever is told the id
    /// may use it in the next call.
    ///
    /// # Errors
    ///
    /// As [`Connection::call`].
    pub async fn id_of_new(&self, kind: Kind, reference: &str) -> op::Result<String> {
        let class = match kind {
            Kind::VmSnapshot | Kind::VmTemplate => Kind::Vm.name(),
            kind => kind.name(),
        };
        let id: String = self.call_as(&format!("{class}.get_uuid"), vec![Value::from(reference)]).await?;
        self.seen(&[kind], &id).await;
        Ok(id)
    }

    /// Waits until an object is known here as one of these kinds; not for ever, and not at all in a dry run.
    pub async fn seen(&self, kinds: &[Kind], id: &str) {
        if self.rehearses() {
            return;
        }
        let mut feed = self.app.feed().subscribe();
        let is_there = || self.app.store().get(id).is_some_and(|object| kinds.contains(&object.kind()));
        let wait = async {
            while !is_there() {
                if let News::End = feed.next().await {
                    return;
                }
            }
        };
        if timeout(PATIENCE, wait).await.is_err() {
            debug!(object.id = id, "nothing was heard of what was made within {PATIENCE:?}");
        }
    }
}
