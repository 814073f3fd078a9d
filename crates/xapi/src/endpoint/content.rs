//! The body of an answer that is read for as long as it takes.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use hyper::body::Incoming;

use super::{Endpoint, Line, Reply};
use crate::Error;

/// The rest of an answer, with its connection, which ends with this value.
pub(crate) struct Content {
    endpoint: Arc<Endpoint>,
    line: Option<Line>,
    body: Incoming,
}

impl Content {
    /// Takes over what is left of `reply`, which came from `endpoint`.
    pub(crate) fn of(endpoint: &Arc<Endpoint>, reply: Reply<'_>) -> Self {
        Self { endpoint: Arc::clone(endpoint), line: reply.line, body: reply.body }
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Returns the next piece, or nothing at the end; the host may be silent before it for `limit`.
    pub(crate) async fn next(&mut self, limit: Duration) -> Result<Option<Bytes>, Error> {
        self.endpoint.next(&mut self.line, &mut self.body, limit).await
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}
