//! Who is told the same.

use std::collections::HashMap;
use std::sync::Arc;

use app::{App, Audience};

use super::connection::{Connection, Wanted};

/// Those who may see the same and want the same.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Group {
    pub(super) audience: Audience,
    /// Id of the user, where it matters: of tasks everybody but administrators sees others.
    pub(super) user: Option<String>,
    pub(super) wanted: Arc<Wanted>,
}

/// What each client may see as far as the feed has been read: the rights of later news must not be used for earlier.
#[derive(Default)]
pub(super) struct Audiences(HashMap<String, (String, Audience)>);

impl Audiences {
    /// Returns the groups with their members, of those who want anything.
    #[allow(clippy::mutable_key_type, reason = "the subjects of an audience, which it is compared by, do not change")]
    pub(super) fn groups(
        &mut self,
        app: &App,
        connections: Vec<Arc<Connection>>,
    ) -> HashMap<Group, Vec<Arc<Connection>>> {
        if self.0.len() > 2 * connections.len() {
            self.0.retain(|id, _| connections.iter().any(|connection| connection.id == *id));
        }
        let mut groups: HashMap<Group, Vec<Arc<Connection>>> = HashMap::new();
        for connection in connections {
            let wanted = connection.wanted();
            let Some(audience) = self.of(app, &connection) else { continue };
            if wanted.is_empty() {
                continue;
            }
            let user = (audience != Audience::Everything).then(|| connection.user.clone());
            groups.entry(Group { audience, user, wanted }).or_default().push(connection);
        }
        groups
    }

    /// Returns what a client may see; nothing once nobody is signed in there.
    fn of(&mut self, app: &App, connection: &Connection) -> Option<Audience> {
        let user = connection.session.user()?;
        if app::is_admin(&user) {
            return Some(app.audience(Some(&user)));
        }
        let known = self.0.entry(connection.id.clone());
        // Who has just connected begins with what is true now.
        Some(known.or_insert_with(|| (user.id.clone(), app.audience(Some(&user)))).1.clone())
    }

    /// Notes that a user sees other objects from now on.
    pub(super) fn moved(&mut self, connection: &Connection, audience: &Audience) {
        self.0.insert(connection.id.clone(), (connection.user.clone(), audience.clone()));
    }
}
