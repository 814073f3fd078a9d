//! What must not be disturbed at a pool, and what disturbs it.
//!
//! Work that reads or writes disks for long (a backup) is [held](Upkeep::work) while it goes on; who restarts the hosts of a
//! pool one after the other holds its [upkeep](Upkeep::begin). Neither begins while the other goes on, and of upkeep there is
//! one at a time on a pool.

use std::{collections::HashMap, sync::Arc};

use op::Error;
use parking_lot::Mutex;

/// What goes on at pools; clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Upkeep(Arc<Mutex<HashMap<String, State>>>);

#[derive(Debug, Default)]
struct State {
    /// Whether upkeep goes on.
    upkeep: bool,
    /// Names of the work that goes on.
    work: Vec<String>,
}

/// Work or upkeep that goes on, until this is dropped.
#[derive(Debug)]
pub struct Held {
    upkeep: Upkeep,
    pool: String,
    /// The name of work; none for upkeep.
    work: Option<String>,
    /// Whether it is only looked whether it could be held.
    looks: bool,
}

impl Upkeep {
    /// Begins work called `name` at `pool` that must not be disturbed.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] while there is upkeep.
    pub fn work(&self, pool: &str, name: &str) -> op::Result<Held> {
        let mut all = self.0.lock();
        let state = all.entry(pool.to_owned()).or_default();
        if state.upkeep {
            return Err(Error::refused(format!(
                "hosts of pool `{pool}` are being updated or restarted; try again when that has ended"
            )));
        }
        state.work.push(name.to_owned());
        Ok(Held { upkeep: self.clone(), pool: pool.to_owned(), work: Some(name.to_owned()), looks: false })
    }

    /// Begins upkeep at `pool`; `anyway` even if work goes on there.
    ///
    /// # Errors
    ///
    /// [`Error::ForbiddenOperation`] of `operation` where there is upkeep already, or work, which it names.
    pub fn begin(&self, pool: &str, operation: &str, anyway: bool) -> op::Result<Held> {
        self.hold(pool, operation, anyway, false)
    }

    /// Finds out whether upkeep could begin; nobody is kept off by what it returns.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub(crate) fn look(&self, pool: &str, operation: &str, anyway: bool) -> op::Result<Held> {
        self.hold(pool, operation, anyway, true)
    }

    fn hold(&self, pool: &str, operation: &str, anyway: bool, looks: bool) -> op::Result<Held> {
        let forbidden = |reason| Err(Error::ForbiddenOperation { operation: operation.to_owned(), reason });
        let mut all = self.0.lock();
        let state = all.entry(pool.to_owned()).or_default();
        if state.upkeep {
            // The words of the original.
            return forbidden(format!("a rolling pool update or reboot is already running on pool {pool}"));
        }
        if !anyway && !state.work.is_empty() {
            return forbidden(format!("this goes on there: {}", state.work.join(", ")));
        }
        state.upkeep = !looks;
        if looks && state.work.is_empty() {
            all.remove(pool);
        }
        Ok(Held { upkeep: self.clone(), pool: pool.to_owned(), work: None, looks })
    }

    /// Returns whether there is upkeep at `pool`.
    pub fn goes_on(&self, pool: &str) -> bool {
        self.0.lock().get(pool).is_some_and(|state| state.upkeep)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.looks {
            return;
        }
        let mut all = self.upkeep.0.lock();
        let Some(state) = all.get_mut(&self.pool) else { return };
        match &self.work {
            None => state.upkeep = false,
            Some(name) => {
                if let Some(at) = state.work.iter().position(|work| work == name) {
                    state.work.remove(at);
                }
            }
        }
        if !state.upkeep && state.work.is_empty() {
            all.remove(&self.pool);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(error: Error) -> String {
        match error {
            Error::ForbiddenOperation { operation, reason } => {
                assert_eq!(operation, "rollingPoolUpdate");
                reason
            }
            other => other.to_string(),
        }
    }

    #[test]
    fn who_only_looks_keeps_nobody_off() {
        let upkeep = Upkeep::default();
        let looks = upkeep.look("p", "rollingPoolUpdate", false).expect("nothing goes on");
        let other = upkeep.look("p", "rollingPoolUpdate", false).expect("nobody is kept off");
        let held = upkeep.begin("p", "rollingPoolUpdate", false).expect("nobody is kept off");
        drop((looks, other));
        assert!(upkeep.goes_on("p"));
        reason(upkeep.look("p", "rollingPoolUpdate", false).expect_err("it goes on"));
        drop(held);
        drop(upkeep.look("p", "rollingPoolUpdate", false).expect("it has ended"));
    }

    #[test]
    fn work_and_upkeep_of_a_pool_keep_each_other_off() {
        let upkeep = Upkeep::default();
        let begin = |pool, anyway| upkeep.begin(pool, "rollingPoolUpdate", anyway);
        let (nightly, weekly) = (upkeep.work("p", "backup `nightly`"), upkeep.work("p", "backup `weekly`"));
        let refused = reason(begin("p", false).expect_err("backups run"));
        assert_eq!(refused, "this goes on there: backup `nightly`, backup `weekly`");
        drop(begin("q", false).expect("nothing goes on at another pool"));
        drop(begin("p", true).expect("whoever wants it all the same"));
        drop((nightly, weekly));
        let held = begin("p", false).expect("nothing goes on any more");
        assert!(upkeep.goes_on("p"));
        assert!(upkeep.work("p", "backup").expect_err("there is upkeep").to_string().contains("are being updated"));
        let twice = reason(begin("p", true).expect_err("one at a time"));
        assert_eq!(twice, "a rolling pool update or reboot is already running on pool p");
        drop(held);
        assert!(!upkeep.goes_on("p") && upkeep.work("p", "backup").is_ok());
    }
}
