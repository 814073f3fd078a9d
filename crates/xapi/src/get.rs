//! Questions to HTTP handlers of a host that are no calls.

use tokio::time::Instant;
use xapi_types::{Failure, code};

use crate::{
    Error,
    endpoint::{Endpoint, Failed, Reply},
    session::{Core, Trouble},
};

impl Core {
    /// Asks the host at `endpoint` for `target`, path and query, and returns the answer once its head is there.
    pub(crate) async fn get<'a>(
        &self,
        endpoint: &'a Endpoint,
        target: &str,
        deadline: Instant,
    ) -> Result<Reply<'a>, Error> {
        let limits = &self.options.limits;
        let (mut after, mut broke) = (0, false);
        loop {
            let link = self.link(after, (Instant::now() + limits.login * 2).min(deadline)).await?;
            let left = deadline.saturating_duration_since(Instant::now());
            let reply = match endpoint.get(target, &link.session, left).await {
                Ok(reply) => reply,
                // A connection that rested may be closed as soon as it is used: once more on another.
                Err(Failed { error: Error::Broken { .. }, .. }) if !broke => {
                    broke = true;
                    continue;
                }
                Err(failed) => return Err(failed.error),
            };
            match reply.status {
                200 => return Ok(reply),
                // The session has ended: once more with another.
                401 if after == 0 => {
                    self.report(&link, Trouble::SessionInvalid);
                    after = link.generation;
                }
                401 => return Err(Error::Failure(Failure::new(code::SESSION_INVALID, ["***"]))),
                status => {
                    let path = target.split('?').next().unwrap_or_default();
                    return Err(endpoint.nonsense(format!("it answers HTTP status {status} to `GET {path}`")));
                }
            }
        }
    }
}
