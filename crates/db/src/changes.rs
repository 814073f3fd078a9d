//! That records have changed: heard by whoever shows lists of them.

use std::sync::Arc;

use tokio::sync::broadcast;

/// Changes that a listener may be behind before it is told that it lost some: a few hundred users who are given a
/// group, one by one.
const KEPT: usize = 1024;

/// What records are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// Pools to connect to, and how it stands with them.
    Server,
    /// Users.
    User,
    /// Groups and who is in them.
    Group,
    /// Authentication tokens.
    Token,
    /// Rules.
    Rule,
    /// The newer roles, their privileges and who has them.
    Role,
    /// Which alarms have been acknowledged.
    Alarm,
    /// Texts for cloud-init.
    CloudConfig,
    /// Filters that are kept for all users.
    SharedFilter,
}

/// A record that is new, has changed, or is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// What it is a record of.
    pub kind: RecordKind,
    /// Id of the user that it is, or belongs to; none where that is nobody, or more than one.
    pub user: Option<Arc<str>>,
}

/// The changes of all records; clones are the same.
#[derive(Clone, Debug)]
pub struct Changes(broadcast::Sender<Changed>);

impl Default for Changes {
    fn default() -> Self {
        Self(broadcast::Sender::new(KEPT))
    }
}

impl Changes {
    /// Hears of what changes from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Changed> {
        self.0.subscribe()
    }

    /// Tells that records of a kind have changed, or what is told along with them.
    pub fn tell(&self, kind: RecordKind) {
        self.send(kind, None);
    }

    /// Tells that a record of a user, or one that is its own, has changed.
    pub fn tell_of(&self, kind: RecordKind, user: &str) {
        self.send(kind, Some(user.into()));
    }

    fn send(&self, kind: RecordKind, user: Option<Arc<str>>) {
        // Nobody listens: fine.
        let _ = self.0.send(Changed { kind, user });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AclRule, Db, NewServer, NewToken, NewUser, Privilege};

    /// Returns what has been heard, each once.
    fn heard(of: &mut broadcast::Receiver<Changed>) -> Vec<RecordKind> {
        let mut kinds: Vec<_> = std::iter::from_fn(|| of.try_recv().ok()).map(|changed| changed.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    #[tokio::test]
    async fn each_kind_is_told_when_it_was_written() {
        let db = Db::in_memory().await.expect("it opens");
        let mut of = db.changes().subscribe();
        let new = NewUser { email: "u".to_owned(), password: None, permission: "none".to_owned() };
        let user = db.users().create(new).await.expect("it is made").id;
        assert_eq!(of.try_recv(), Ok(Changed { kind: RecordKind::User, user: Some(user.as_str().into()) }));
        db.users().update(&user, |user| user.permission = "admin".to_owned()).await.expect("it is written");
        assert_eq!(heard(&mut of), [RecordKind::User]);

        let group = db.groups().create("g").await.expect("it is made");
        assert_eq!(heard(&mut of), [RecordKind::Group]);
        db.groups().add_user(&group, &user).await.expect("it is written");
        assert_eq!(heard(&mut of), [RecordKind::Group]);
        db.groups().rename(&group, "h").await.expect("it is written");
        db.groups().remove_user(&group, &user).await.expect("it is written");
        db.groups().set_users(&group, std::slice::from_ref(&user)).await.expect("it is written");
        assert_eq!(heard(&mut of), [RecordKind::Group]);

        let rule = AclRule { subject: user.clone(), object: "o".to_owned(), action: "viewer".to_owned() };
        db.acl_rules().add(&rule).await.expect("it is written");
        assert_eq!(heard(&mut of), [RecordKind::Rule]);
        db.acl_rules().remove(&rule).await.expect("it is written");
        assert_eq!(heard(&mut of), [RecordKind::Rule]);
        db.acl_rules().remove(&rule).await.expect("nothing is written");
        assert_eq!(heard(&mut of), []);

        let token =
            NewToken { user_id: user.clone(), client: None, description: None, validity: std::time::Duration::MAX };
        let (_, token) = db.tokens().create(token).await.expect("it is made");
        assert_eq!(of.try_recv(), Ok(Changed { kind: RecordKind::Token, user: Some(user.as_str().into()) }));
        db.tokens().used(&token.id, "::1").await.expect("it is written");
        assert_eq!(of.try_recv(), Ok(Changed { kind: RecordKind::Token, user: Some(user.as_str().into()) }));
        db.tokens().describe(&token.id, Some("d")).await.expect("it is written");
        db.tokens().delete(&token.id).await.expect("it is written");
        assert_eq!(heard(&mut of), [RecordKind::Token]);
        db.tokens().delete_expired().await.expect("nothing is written");
        assert_eq!(heard(&mut of), []);

        let role = db.roles().create("r", None, &[]).await.expect("it is made");
        assert_eq!(heard(&mut of), [RecordKind::Role]);
        let privilege = Privilege {
            id: String::new(),
            role: role.clone(),
            resource: "vm".to_owned(),
            action: "read".to_owned(),
            deny: false,
            selector: None,
        };
        let privilege = db.privileges().create(&privilege).await.expect("it is made");
        assert_eq!(heard(&mut of), [RecordKind::Role]);
        db.privileges().delete(&privilege).await.expect("it is written");
        assert_eq!(heard(&mut of), [RecordKind::Role]);

        let server = NewServer {
            host: "h".to_owned(),
            username: "root".to_owned(),
            password: "p".into(),
            label: None,
            allow_unauthorized: false,
            enabled: false,
            http_proxy: None,
        };
        let server = db.servers().add(server).await.expect("it is made").id;
        assert_eq!(heard(&mut of), [RecordKind::Server]);
        db.servers().update(&server, None, |server| server.enabled = true).await.expect("it is written");
        db.servers().remove(&server).await.expect("it is written");
        assert_eq!(heard(&mut of), [RecordKind::Server]);

        db.users().delete(&user).await.expect("it is written");
        assert!(heard(&mut of).starts_with(&[RecordKind::User, RecordKind::Group]));
    }
}
