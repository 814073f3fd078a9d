//! Rights on a new VM.

use app::{Cx, acl::Rule, failure};
use op::{Error, Result};

use super::Right;

/// Roles of the classic rules.
const ROLES: [&str; 3] = ["viewer", "operator", "admin"];

/// Refuses rights for nobody, and such that there are not.
pub(super) async fn check(cx: &Cx, rights: &[Right]) -> Result<()> {
    for Right { subject, action } in rights {
        if !ROLES.contains(&action.as_str()) {
            return Err(Error::invalid(format!("`acls`: no role is called `{action}`, but {}", ROLES.join(", "))));
        }
        let db = cx.app.db();
        let is_user = db.users().get(subject).await.map_err(failure)?.is_some();
        if !is_user && db.groups().get(subject).await.map_err(failure)?.is_none() {
            return Err(Error::no_such("user", subject));
        }
    }
    Ok(())
}

/// Gives the rights on the VM `id`; if one fails, none is left.
pub(super) async fn give(cx: &Cx, rights: &[Right], id: &str) -> Result<()> {
    let rule = |Right { subject, action }: &Right| Rule::new(subject.clone(), id.to_owned(), action.clone());
    for (at, right) in rights.iter().enumerate() {
        if let Err(error) = cx.app.add_rule(rule(right)).await {
            for given in &rights[..at] {
                if let Err(error) = cx.app.remove_rule(rule(given)).await {
                    tracing::warn!(vm.id = id, "a right on a VM that was not made stays: {error}");
                }
            }
            return Err(error);
        }
    }
    Ok(())
}
