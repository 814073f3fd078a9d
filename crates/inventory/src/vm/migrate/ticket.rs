//! What a VM is sent with: where its new host listens, and a session there.

use app::{Connection, On};
use op::Result;
use tracing::warn;
use xapi::{Value, params};

use crate::failure;

/// A ticket of the target. Its session ends when it is dropped, also in a dry run, which goes no further than the
/// sending.
pub(super) struct Ticket {
    pool: Connection,
    dest: Value,
    /// Nothing where it is to outlast the ticket.
    session: Option<String>,
}

impl Ticket {
    /// Asks `host` for a ticket to send over the network of that reference.
    pub(super) async fn get(host: &On, network: &str) -> Result<Self> {
        let options = Value::structure::<&str>([]);
        let dest = host.pool.call("host.migrate_receive", params![host.reference(), network, options]).await?;
        let session = dest.get("session_id").and_then(Value::as_str).map(ToOwned::to_owned);
        Ok(Self { pool: host.pool.clone(), dest, session })
    }

    /// Returns it as a parameter of what sends the VM.
    pub(super) fn dest(&self) -> Value {
        self.dest.clone()
    }

    /// Leaves the session to the hosts where `sent` does not say that they are done with it: the VM may be on its way.
    pub(super) fn leave_unless_over(&mut self, sent: &Result<()>) {
        if sent.as_ref().is_err_and(|error| !failure::is_answer(error)) {
            self.session = None;
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let Some(session) = self.session.take() else { return };
        let pool = self.pool.clone();
        tokio::spawn(async move {
            if let Err(left) = pool.end_session(&session).await {
                warn!("cannot end the session that a host has opened for a VM to come; it ends by itself: {left}");
            }
        });
    }
}
