//! The clients that are connected, and the notifications they get.

use std::{collections::HashMap, sync::Arc};

use app::{App, Audience, Delta, News};
use parking_lot::Mutex;
use tracing::warn;

use crate::socket::{Client, Notice};

/// The connected clients; clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Clients(Arc<Mutex<All>>);

#[derive(Default)]
struct All {
    next: u64,
    by_number: HashMap<u64, Arc<Client>>,
}

/// Takes a client off the list when dropped.
pub(crate) struct Listed {
    clients: Clients,
    number: u64,
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.clients.0.lock().by_number.remove(&self.number);
    }
}

impl Clients {
    /// Adds a client, for as long as the result is kept.
    pub(crate) fn add(&self, client: Arc<Client>) -> Listed {
        let mut all = self.0.lock();
        let number = all.next;
        all.next += 1;
        all.by_number.insert(number, client);
        Listed { clients: self.clone(), number }
    }

    fn all(&self) -> Vec<Arc<Client>> {
        self.0.lock().by_number.values().cloned().collect()
    }

    /// Passes every change of the objects on to those who may see them, until the application ends.
    pub(crate) async fn notify(self, app: App) {
        let mut feed = app.feed().subscribe();
        loop {
            match feed.next().await {
                News::Delta(delta) => self.tell(&delta),
                News::Lost(count) => {
                    warn!(count, "missed changes of objects; clients are asked to connect again");
                    for client in self.all() {
                        client.outbox.close(1013, "changes were missed; connect again");
                    }
                }
                News::End => return,
            }
        }
    }

    /// Queues one notification for each client, made once for all who may see the same.
    fn tell(&self, delta: &Delta) {
        let mut made: Vec<(Audience, Option<Arc<Notice>>)> = Vec::new();
        for client in self.all() {
            let audience = Audience::of(client.session.user().as_deref());
            if !made.iter().any(|(known, _)| *known == audience) {
                made.push((audience, Notice::of(delta, audience)));
            }
            let notice = made.iter().find(|(known, _)| *known == audience).and_then(|(_, notice)| notice.as_ref());
            if let Some(notice) = notice {
                client.outbox.notice(notice);
            }
        }
    }
}
