//! What can go wrong between a client and a server.

use std::{io, time::Duration};

use crate::wire::Errno;

/// Result of asking a server.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A server could not be used. It is cheap to clone, since one failure ends all requests of a connection.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nobody answers.
    #[error("cannot connect to the NBD server `{address}`")]
    Connect {
        /// Where it should be.
        address: String,
        /// Why not.
        source: std::sync::Arc<io::Error>,
    },
    /// The connection failed.
    #[error("the connection with the NBD server failed while {doing}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What failed.
        source: std::sync::Arc<io::Error>,
    },
    /// The connection ended.
    #[error("the NBD server closed the connection while {0}")]
    Closed(&'static str),
    /// Nothing came for too long.
    #[error("the NBD server did not answer within {limit:?} while {doing}")]
    Silent {
        /// What was being done.
        doing: &'static str,
        /// How long was waited.
        limit: Duration,
    },
    /// The server does not keep to the protocol.
    #[error("the NBD server does not keep to the protocol: {0}")]
    Protocol(String),
    /// The server speaks a form of the protocol that is too old.
    #[error("the NBD server speaks an old form of the protocol without options")]
    Old,
    /// The server demands TLS.
    #[error("the NBD server demands TLS")]
    TlsRequired,
    /// The server has no TLS, which the caller demands.
    #[error("the NBD server has no TLS: {0}")]
    NoTls(String),
    /// The server is another one than it should be.
    #[error("the NBD server shows another certificate than the one that it is known by")]
    OtherCertificate,
    /// The server has no such export.
    #[error("the NBD server has no export `{export}`{}", reason(.message))]
    NoExport {
        /// Name of the export.
        export: String,
        /// What the server says; may be empty.
        message: String,
    },
    /// The server refuses what was asked before the first block.
    #[error("the NBD server refuses {what}{}", reason(.message))]
    Refused {
        /// What was asked.
        what: String,
        /// What the server says; may be empty.
        message: String,
    },
    /// A request failed at the server; the connection goes on.
    #[error("the NBD server cannot {what}: {errno}{}", reason(.message))]
    Failed {
        /// What it should do: `read 4096 bytes at 0`.
        what: String,
        /// Why not.
        errno: Errno,
        /// What the server says; may be empty.
        message: String,
    },
    /// The caller asked for what cannot be.
    #[error("{0}")]
    Misuse(String),
}

/// Adds what a server says of itself.
fn reason(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

impl Error {
    pub(crate) fn io(doing: &'static str, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::UnexpectedEof {
            return Self::Closed(doing);
        }
        Self::Io { doing, source: source.into() }
    }

    pub(crate) fn protocol(what: impl Into<String>) -> Self {
        Self::Protocol(what.into())
    }

    /// Returns whether the connection is of no more use; another one may be.
    pub fn is_fatal(&self) -> bool {
        !matches!(self, Self::Failed { .. } | Self::Misuse(_))
    }
}

/// For those who read disks, wherever they are.
impl From<Error> for disk::Error {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::Misuse(_) => disk::Kind::Misuse,
            _ => disk::Kind::Io,
        };
        let text = error.to_string();
        Self::new(kind, "NBD", text).because(error)
    }
}
