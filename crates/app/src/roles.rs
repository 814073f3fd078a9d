//! Roles changed: in the database, in memory, and for those who are connected.

use std::collections::BTreeSet;

use acl::Regrant;
use tokio::sync::MutexGuard;

use crate::{App, failure, permissions::givers};

/// The turn of somebody who changes roles: what is written in the database meanwhile counts from [`Self::done`] on.
#[must_use]
pub struct ChangingRoles<'a> {
    app: &'a App,
    _turn: MutexGuard<'a, ()>,
}

impl App {
    /// Waits for the turn to change roles.
    pub async fn changing_roles(&self) -> ChangingRoles<'_> {
        ChangingRoles { app: self, _turn: self.permissions().writing().await }
    }
}

impl ChangingRoles<'_> {
    /// Makes what the database says what counts, for those who are connected, too.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn done(self) -> op::Result<()> {
        let roles = givers(self.app.db()).await.map_err(failure)?;
        let given: Vec<String> = roles.iter().flat_map(|role| role.subjects.clone()).collect();
        let affected = move |acl: &acl::Acl| {
            let mut users: BTreeSet<String> = acl.holders().into_iter().collect();
            for subject in given {
                users.extend(acl.members_of(&subject));
                users.insert(subject);
            }
            users.into_iter().collect()
        };
        let change = move |acl: &mut acl::Acl| {
            acl.set_roles(roles);
            Regrant::new()
        };
        self.app.change(affected, change).await;
        Ok(())
    }
}
