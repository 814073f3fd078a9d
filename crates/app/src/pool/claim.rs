//! Which server record has which pool: one at a time.

use std::collections::HashMap;

use parking_lot::Mutex;

/// Pools by id, each with the server record that has it.
#[derive(Debug, Default)]
pub(crate) struct Claims(Mutex<HashMap<String, String>>);

impl Claims {
    /// Claims `pool` for `server`.
    ///
    /// # Errors
    ///
    /// The server that has it.
    pub(super) fn claim(&self, pool: &str, server: &str) -> Result<(), String> {
        let mut claims = self.0.lock();
        let holder = claims.entry(pool.to_owned()).or_insert_with(|| server.to_owned());
        if holder == server { Ok(()) } else { Err(holder.clone()) }
    }

    /// Gives back what `server` has claimed.
    pub(super) fn release(&self, server: &str) {
        self.0.lock().retain(|_, holder| holder != server);
    }

    /// Returns the server that has `pool`.
    pub(super) fn server_of(&self, pool: &str) -> Option<String> {
        self.0.lock().get(pool).cloned()
    }
}
