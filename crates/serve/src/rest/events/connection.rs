//! One stream of events.

use std::{collections::BTreeMap, pin::Pin, sync::Arc};

use app::{CloseReason, Session};
use bytes::Bytes;
use futures_util::{Stream, stream};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::{
    Events,
    collection::{Collection, Fields},
    outbox::Outbox,
};

/// What a stream tells of.
pub(super) type Wanted = BTreeMap<Collection, Fields>;

/// A client.
pub(super) struct Connection {
    pub(super) id: String,
    pub(super) session: Session,
    /// Id of the user who opened it.
    pub(super) user: String,
    pub(super) outbox: Outbox,
    wanted: Mutex<Arc<Wanted>>,
}

impl Connection {
    pub(super) fn new(session: Session, user: String, limit: usize) -> Self {
        let id = id();
        Self { id, session, user, outbox: Outbox::new(limit), wanted: Mutex::default() }
    }

    pub(super) fn wanted(&self) -> Arc<Wanted> {
        Arc::clone(&self.wanted.lock())
    }

    pub(super) fn subscribe(&self, collection: Collection, fields: Fields) {
        Arc::make_mut(&mut self.wanted.lock()).insert(collection, fields);
    }

    pub(super) fn unsubscribe(&self, collection: Collection) {
        Arc::make_mut(&mut self.wanted.lock()).remove(&collection);
    }
}

/// Makes the id of a connection: a random uuid, which nobody guesses.
fn id() -> String {
    let mut bytes: [u8; 16] = rand::random();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// What writes to a client; it is forgotten when this is dropped.
pub(super) struct Reader {
    events: Events,
    connection: Arc<Connection>,
    ended: Pin<Box<dyn Future<Output = CloseReason> + Send>>,
    stop: CancellationToken,
    has_ended: bool,
}

impl Reader {
    pub(super) fn new(events: Events, connection: Arc<Connection>, stop: CancellationToken) -> Self {
        let session = connection.session.clone();
        let ended = Box::pin(async move { session.closed().await });
        Self { events, connection, ended, stop, has_ended: false }
    }

    pub(super) fn stream(self) -> impl Stream<Item = Result<Bytes, std::io::Error>> {
        stream::unfold(self, async |mut reader| {
            let text = reader.next().await?;
            Some((Ok(text), reader))
        })
    }

    async fn next(&mut self) -> Option<Bytes> {
        let outbox = &self.connection.outbox;
        if !self.has_ended {
            let reason = tokio::select! {
                biased;
                reason = &mut self.ended => reason,
                () = self.stop.cancelled() => CloseReason::Shutdown,
                text = outbox.next() => return text,
            };
            self.has_ended = true;
            outbox.close(code(reason), &reason.to_string());
        }
        outbox.next().await
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.events.forget(&self.connection.id);
    }
}

fn code(reason: CloseReason) -> &'static str {
    match reason {
        CloseReason::TokenExpired => "tokenExpired",
        CloseReason::TokenRevoked => "tokenRevoked",
        CloseReason::UserDeleted => "userDeleted",
        CloseReason::Administrator => "administrator",
        CloseReason::Shutdown => "shutdown",
    }
}
