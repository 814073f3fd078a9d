//! Rules, groups and users changed: in the database, in memory, and for those who are connected.

use std::{collections::HashSet, sync::Arc};

use acl::{Acl, Regrant, Rule};
use db::{AclRule, RecordKind, User};
use tracing::error;

use crate::{
    App, Audience, CloseReason, failure,
    permissions::{Affected, givers},
};

impl App {
    /// Adds a rule; one that is there already stays.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn add_rule(&self, rule: Rule) -> op::Result<()> {
        let _turn = self.permissions().writing().await;
        self.db().acl_rules().add(&stored(&rule)).await.map_err(failure)?;
        self.change(subject(&rule.subject), move |acl| acl.add(&rule)).await;
        Ok(())
    }

    /// Removes a rule; one that is not there is passed over.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn remove_rule(&self, rule: Rule) -> op::Result<()> {
        let _turn = self.permissions().writing().await;
        self.db().acl_rules().remove(&stored(&rule)).await.map_err(failure)?;
        self.change(subject(&rule.subject), move |acl| acl.remove(&rule)).await;
        Ok(())
    }

    /// Puts a user into a group.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn add_to_group(&self, group: &str, user: &str) -> op::Result<()> {
        let _turn = self.permissions().writing().await;
        self.db().groups().add_user(group, user).await.map_err(failure)?;
        self.reread_group(group).await
    }

    /// Takes a user out of a group.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn remove_from_group(&self, group: &str, user: &str) -> op::Result<()> {
        let _turn = self.permissions().writing().await;
        self.db().groups().remove_user(group, user).await.map_err(failure)?;
        self.reread_group(group).await
    }

    /// Replaces the users of a group.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn set_group_users(&self, group: &str, users: &[String]) -> op::Result<()> {
        let _turn = self.permissions().writing().await;
        self.db().groups().set_users(group, users).await.map_err(failure)?;
        self.reread_group(group).await
    }

    /// Deletes a group and its rules; returns whether there was one.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn delete_group(&self, group: &str) -> op::Result<bool> {
        let _turn = self.permissions().writing().await;
        let found = self.db().groups().delete(group).await.map_err(failure)?;
        let group = group.to_owned();
        let roles = givers(self.db()).await.map_err(failure)?;
        self.change(subject(&group), move |acl| {
            acl.remove_group(&group);
            acl.set_roles(roles);
            acl.remove_subject(&group)
        })
        .await;
        Ok(found)
    }

    /// Deletes a user with its tokens and rules, and ends its sessions; returns whether there was one.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn delete_user(&self, id: &str) -> op::Result<bool> {
        let _turn = self.permissions().writing().await;
        let found = self.db().users().delete(id).await.map_err(failure)?;
        if found {
            self.end(CloseReason::UserDeleted, |signed_in| signed_in.user.id == id);
        }
        let (user, roles) = (id.to_owned(), givers(self.db()).await.map_err(failure)?);
        self.change(
            |_| Vec::new(),
            move |acl| {
                acl.remove_user(&user);
                acl.set_roles(roles);
                acl.remove_subject(&user)
            },
        )
        .await;
        Ok(found)
    }

    /// Tells the sessions of `user` that it has changed.
    pub async fn user_changed(&self, user: User) {
        let user = Arc::new(user);
        let mut before = None;
        for session in self.sessions() {
            session.revise(|signed_in| {
                let same = signed_in.user.id == user.id && signed_in.user != user;
                if same {
                    before = Some(std::mem::replace(&mut signed_in.user, Arc::clone(&user)));
                }
                same
            });
        }
        let Some(before) = before else { return };
        // Written before, but only now it counts.
        self.db().changes().tell_of(RecordKind::User, &user.id);
        let (before, after) = (self.audience(Some(&before)), self.audience(Some(&user)));
        if matches!((&before, &after), (Audience::Everything, _) | (_, Audience::Everything)) && before != after {
            let (app, user) = (self.clone(), Affected { id: user.id.clone(), connected: true });
            aside(move || app.permissions().changed_permission(user, &before, &after)).await;
        }
    }

    async fn reread_group(&self, id: &str) -> op::Result<()> {
        let group = self.db().groups().get(id).await.map_err(failure)?;
        let users = group.map(|group| group.users).unwrap_or_default();
        let (of, id, new) = (subject(id), id.to_owned(), users.clone());
        let affected = move |acl: &Acl| {
            let mut affected = of(acl);
            affected.extend(new);
            affected
        };
        self.change(affected, move |acl| {
            acl.set_group(&id, users);
            Regrant::new()
        })
        .await;
        Ok(())
    }

    /// Makes a change in memory; `users` names those whose view may change.
    pub(crate) async fn change(
        &self,
        users: impl FnOnce(&Acl) -> Vec<String> + Send + 'static,
        change: impl FnOnce(&mut Acl) -> Regrant + Send + 'static,
    ) {
        let app = self.clone();
        aside(move || {
            let affected = |acl: &Acl| {
                let connected = app.connected();
                let users: HashSet<_> = users(acl).into_iter().collect();
                users.into_iter().map(|id| Affected { connected: connected.contains(&id), id }).collect()
            };
            app.permissions().change(affected, change);
        })
        .await;
        // Written before, but only now it counts.
        self.db().changes().tell(RecordKind::Role);
    }

    /// Returns the ids of the users who are no administrators and have a session.
    fn connected(&self) -> HashSet<String> {
        let users = self.sessions().into_iter().filter_map(|session| session.user());
        users.filter(|user| !crate::access::is_admin(user)).map(|user| user.id.clone()).collect()
    }
}

/// Names a subject that is a user, and the members of one that is a group.
fn subject(id: &str) -> impl FnOnce(&Acl) -> Vec<String> + Send + 'static {
    let id = id.to_owned();
    move |acl| {
        let mut users = acl.members_of(&id);
        users.push(id);
        users
    }
}

fn stored(rule: &Rule) -> AclRule {
    let Rule { subject, object, action } = rule.clone();
    AclRule { subject, object, action }
}

/// Runs what goes over all objects where no client waits for it.
async fn aside(work: impl FnOnce() + Send + 'static) {
    if let Err(error) = tokio::task::spawn_blocking(work).await {
        error!("a change of rights stopped unexpectedly: {error}");
    }
}
