//! One pool's host joins another pool.

use secrecy::ExposeSecret;
use xapi::params;

use super::On;
use crate::{App, failure};

impl App {
    /// Lets the host of the pool `source` join the pool of `target`, whose master has the address `master`; `force`
    /// passes over what the hosts can do without. The server of `source` is forgotten: its host is reached by that
    /// of `target` from then on.
    ///
    /// The password of `target` goes to the joining host, which logs in with it.
    ///
    /// # Errors
    ///
    /// Why the host refuses, or is refused; both pools and servers stay as they are.
    pub async fn join_pool(&self, source: &On, target: &On, master: &str, force: bool) -> op::Result<()> {
        let server_of = |on: &On| {
            let server = self.claims().server_of(on.object.pool().as_str());
            server.ok_or_else(|| op::Error::unreachable(on.object.id()))
        };
        let (leaves, stays) = (server_of(source)?, server_of(target)?);
        let method = if force { "pool.join_force" } else { "pool.join" };
        target.pool.allowed(method)?;
        let servers = self.db().servers();
        let server = servers.get(&stays).await.map_err(failure)?;
        let server = server.ok_or_else(|| op::Error::no_such("xenServer", &stays))?;
        let password = servers.password(&stays).await.map_err(failure)?;
        let password = password.ok_or_else(|| op::Error::no_such("xenServer", &stays))?;
        let params = params![master, server.username, password.expose_secret()];
        source.pool.call_last(method, params, target.object.pool().as_str()).await?;
        if leaves != stays {
            servers.remove(&leaves).await.map_err(failure)?;
            self.disconnect(&leaves).await;
        }
        Ok(())
    }
}
