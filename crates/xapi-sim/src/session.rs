//! Sessions.

use xapi_types::Failure;

use crate::{Object, World, call::fail};

/// Seconds without a call after which a session ends.
const IDLE_SECONDS: i64 = 24 * 60 * 60;

/// Seconds after which the use of a session is noted again.
const NOTED_SECONDS: i64 = 10 * 60;

/// Sessions of one originator; a login beyond that ends the oldest.
const MOST_SESSIONS: usize = 500;

/// The user who may log in.
const USER: &str = "root";

impl World {
    /// Checks what a client logs in with.
    pub(crate) fn authenticate(&self, user: &str, password: &str) -> Result<(), Failure> {
        if user != USER {
            let text = "User not known to the underlying authentication module";
            return fail("SESSION_AUTHENTICATION_FAILED", [user, text]);
        }
        if password != self.password {
            return fail("SESSION_AUTHENTICATION_FAILED", [user, "Authentication failure"]);
        }
        Ok(())
    }

    /// Opens a session on `host`.
    pub(crate) fn login(&mut self, host: Object, user: &str, originator: &str) -> Object {
        let same: Vec<Object> = self.all("session").filter(|s| self.text(*s, "originator") == originator).collect();
        if same.len() >= MOST_SESSIONS {
            let oldest = same.iter().min_by_key(|session| self.get(**session, "last_active").as_time()).copied();
            self.destroy(oldest.unwrap_or_default());
        }
        let now = self.now();
        self.create(
            "session",
            [
                ("this_host", host.into()),
                ("last_active", now.into()),
                ("validation_time", now.into()),
                ("is_local_superuser", true.into()),
                ("auth_user_name", user.into()),
                ("originator", originator.into()),
            ],
        )
    }

    /// Returns the session that a text names.
    pub(crate) fn session(&self, text: &str) -> Result<Object, Failure> {
        match Object::parse(text).filter(|session| self.is(*session, "session")) {
            Some(session) => Ok(session),
            None => fail("SESSION_INVALID", [text]),
        }
    }

    /// Notes that a session is in use; hosts write that down every ten minutes only.
    pub(crate) fn keep_alive(&mut self, session: Object) {
        let now = self.now();
        if now.unix() - self.get(session, "last_active").as_time().unix() > NOTED_SECONDS {
            self.set(session, "last_active", now);
        }
    }

    /// Ends sessions that were idle for a day.
    pub(crate) fn collect_sessions(&mut self) {
        let now = self.now().unix();
        for session in self.list("session") {
            if now - self.get(session, "last_active").as_time().unix() > IDLE_SECONDS {
                self.destroy(session);
            }
        }
    }

    /// Ends all sessions.
    pub(crate) fn expire_sessions(&mut self) {
        for session in self.list("session") {
            self.destroy(session);
        }
    }
}
