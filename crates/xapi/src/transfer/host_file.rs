//! Files that a host makes of what it keeps: its logs, who was allowed what, the updates that there are.
//!
//! They have no length: the host closes the connection at the end, which looks the same when it is cut off. The archive of logs
//! is a gzip, whose reader finds that out.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::time::Instant;

use crate::{Error, Pool, endpoint::Content};

/// Which file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostFileKind {
    /// Who was allowed what: lines of text, oldest first.
    Audit,
    /// The logs: a tar compressed with gzip.
    Logs,
    /// Of a master: the updates of XenServer 8 that there are, and which host lacks which, in JSON.
    Updates,
}

impl HostFileKind {
    fn path(self) -> &'static str {
        match self {
            Self::Audit => "/audit_log",
            Self::Logs => "/host_logs_download",
            Self::Updates => "/updates",
        }
    }
}

/// A file of a host while it arrives; dropping it ends the connection to the host.
#[derive(Debug)]
pub struct HostFile {
    content: Content,
    /// How long the host may be silent in between.
    patience: Duration,
}

impl Pool {
    /// Asks the host whose `host.address` is `host` for a file.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call); [`Error::Answer`] for an answer that is none.
    pub async fn host_file(&self, host: &str, kind: HostFileKind) -> Result<HostFile, Error> {
        let core = self.core();
        let patience = core.options.limits.read;
        let endpoint = core.endpoint(&core.options.address.member(host)?)?;
        let reply = core.get(&endpoint, kind.path(), Instant::now() + patience).await?;
        Ok(HostFile { content: Content::of(&endpoint, reply), patience })
    }
}

impl HostFile {
    /// Returns the pieces as a stream, each asked for when it is wanted; it ends with the first error:
    /// [`Error::Timeout`] for a host that is silent for as long as a read may take.
    pub fn pieces(self) -> impl Stream<Item = Result<Bytes, Error>> + Send {
        stream::try_unfold(self, |mut file| async move {
            let piece = file.content.next(file.patience).await?;
            Ok(piece.map(|piece| (piece, file)))
        })
    }
}
