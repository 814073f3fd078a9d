//! The clients that are connected, and the notifications they get.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use app::{App, Audience, Moved, News};
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

    fn all(&self) -> Vec<(u64, Arc<Client>)> {
        self.0.lock().by_number.iter().map(|(number, client)| (*number, client.clone())).collect()
    }

    /// Passes every change of the objects on to those who may see them, until the application ends.
    pub(crate) async fn notify(self, app: App) {
        let mut feed = app.feed().subscribe();
        let mut views = Views { app, by_client: HashMap::new() };
        loop {
            match feed.next().await {
                News::Delta(delta) => self.tell(&mut views, |audience| Notice::of(&delta, audience)),
                News::Shift(shift) => self.tell(&mut views, |audience| Notice::of_shift(&shift, audience)),
                News::Moved(moved) => self.tell_moved(&mut views, &moved),
                News::Lost(count) => {
                    warn!(count, "missed changes of objects; clients are asked to connect again");
                    for (_, client) in self.all() {
                        client.outbox.close(1013, "changes were missed; connect again");
                    }
                }
                News::End => return,
            }
        }
    }

    /// Queues one notification for each client, made once for all who may see the same.
    fn tell(&self, views: &mut Views, make: impl Fn(&Audience) -> Option<Arc<Notice>>) {
        #[allow(clippy::mutable_key_type, reason = "its subjects, which it is compared by, do not change")]
        let mut made: HashMap<Audience, Option<Arc<Notice>>> = HashMap::new();
        let clients = self.all();
        views.keep(&clients);
        for (number, client) in clients {
            if !client.session.notifications().wants_objects() {
                continue;
            }
            let audience = views.of(number, &client);
            let notice = match made.get(&audience) {
                Some(notice) => notice,
                None => made.entry(audience.clone()).or_insert_with(|| make(&audience)),
            };
            if let Some(notice) = notice {
                client.outbox.notice(notice);
            }
        }
    }

    /// Tells those who see other objects than before.
    fn tell_moved(&self, views: &mut Views, moved: &[Moved]) {
        let moved: HashMap<&str, &Moved> = moved.iter().map(|moved| (moved.user.as_str(), moved)).collect();
        let mut made: HashMap<&str, Option<Arc<Notice>>> = HashMap::new();
        for (number, client) in self.all() {
            let Some(user) = client.session.user() else { continue };
            let Some(moved) = moved.get(user.id.as_str()) else { continue };
            views.by_client.insert(number, (user.id.clone(), moved.audience.clone()));
            let make = || Notice::new(moved.entered.clone(), moved.left.clone()).map(Arc::new);
            if let Some(notice) = made.entry(&moved.user).or_insert_with(make) {
                client.outbox.notice(notice);
            }
        }
    }
}

/// What each client may see as far as the feed has been read: the rights of later news must not be used for earlier.
struct Views {
    app: App,
    by_client: HashMap<u64, (String, Audience)>,
}

impl Views {
    /// Returns what a client may see.
    fn of(&mut self, number: u64, client: &Client) -> Audience {
        let user = client.session.user();
        let Some(user) = user.filter(|user| !app::is_admin(user)) else {
            return self.app.audience(client.session.user().as_deref());
        };
        match self.by_client.get(&number) {
            Some((known, audience)) if *known == user.id => audience.clone(),
            // Somebody who has just signed in begins with what is true now.
            _ => {
                let audience = self.app.audience(Some(&user));
                self.by_client.insert(number, (user.id.clone(), audience.clone()));
                audience
            }
        }
    }

    /// Forgets clients that are gone.
    fn keep(&mut self, clients: &[(u64, Arc<Client>)]) {
        if self.by_client.len() > 2 * clients.len() {
            let there: HashSet<u64> = clients.iter().map(|(number, _)| *number).collect();
            self.by_client.retain(|number, _| there.contains(number));
        }
    }
}
