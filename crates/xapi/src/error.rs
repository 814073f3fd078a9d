//! What can go wrong with a pool.

use std::time::Duration;

use xapi_types::{Failure, code};

use crate::{Address, Route, tls::CertificateError};

/// Why a call, a connection or a watch failed.
///
/// The texts are whole sentences with their cause; passwords and session references are in none.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A host, a port or a proxy was written in a form that is not known.
    #[error("`{text}` is not an address: {reason}")]
    Address {
        /// Text that was given; masked if a password may stand in it.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// There is no connection: the name is unknown, the port refuses, the network is down.
    #[error("cannot connect to `{address}`: {reason}")]
    Connect {
        /// Host that was tried.
        address: Address,
        /// What the system or the proxy said.
        reason: String,
    },
    /// Something took longer than its limit.
    #[error("{at} did not {what} within {} s", .limit.as_secs_f64())]
    Timeout {
        /// Host that was waited for.
        at: Route,
        /// What it should have done.
        what: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// The certificate is not accepted.
    #[error(transparent)]
    Certificate(Box<CertificateError>),
    /// The TLS handshake failed for another reason than the certificate.
    #[error("no TLS with `{address}`: {reason}")]
    Tls {
        /// Host that was tried.
        address: Address,
        /// What went wrong.
        reason: String,
    },
    /// The connection broke in the middle of a call.
    #[error("the connection to {at} broke: {reason}")]
    Broken {
        /// Host that was spoken to.
        at: Route,
        /// How it broke.
        reason: String,
    },
    /// The host answered something that is not XAPI.
    #[error("`{address}` does not answer as XAPI does: {reason}")]
    Answer {
        /// Host that answered.
        address: Address,
        /// What was found instead.
        reason: String,
    },
    /// The answer is longer than the limit.
    #[error("the answer of `{address}` is longer than the limit of {limit} bytes")]
    TooLarge {
        /// Host that answered.
        address: Address,
        /// The limit, in bytes.
        limit: usize,
    },
    /// The answer to a call that changes something did not arrive.
    #[error("the answer to `{method}` did not arrive, it may or may not have been done: {cause}")]
    Unknown {
        /// Method that was called.
        method: String,
        /// Why there is no answer.
        cause: Box<Error>,
    },
    /// A result has another shape than was asked for.
    #[error("the result of `{method}` is not what was expected: {reason}")]
    Decode {
        /// Method that was called.
        method: String,
        /// What differs.
        reason: String,
    },
    /// A member names a coordinator that cannot be reached.
    #[error("`{member}` is a member of the pool of `{coordinator}`, which cannot be used: {cause}")]
    Coordinator {
        /// Host that was tried first.
        member: Address,
        /// Host that it named.
        coordinator: String,
        /// What is wrong with that.
        cause: Box<Error>,
    },
    /// A host that was a member of the pool belongs to another one now.
    #[error("`{address}` belongs to another pool now, `{found}` instead of `{expected}`; connect to that one anew")]
    OtherPool {
        /// Host that was asked.
        address: Address,
        /// UUID of its pool.
        found: String,
        /// UUID of the pool that this client is of.
        expected: String,
    },
    /// None of the known members of a pool lets us in.
    #[error("none of {tried} members of the pool can be used; {first}")]
    NoMember {
        /// Number of members that were tried.
        tried: usize,
        /// What the first of them said.
        first: Box<Error>,
    },
    /// Too many calls are under way.
    #[error("`{method}` waited {} s for its turn: too many calls are under way", .limit.as_secs_f64())]
    Busy {
        /// Method that was to be called.
        method: String,
        /// How long it waited.
        limit: Duration,
    },
    /// What was to be sent to a host cannot be read, or has another length than was announced.
    #[error("cannot send the content: {reason}")]
    Content {
        /// What is wrong with it.
        reason: String,
    },
    /// A task vanished before it was complete, as when the toolstack restarts.
    #[error("task `{task}` of `{method}` was lost before it was complete")]
    TaskLost {
        /// Reference of the task.
        task: String,
        /// Method that started it.
        method: String,
    },
    /// The pool was closed by us.
    #[error("the connection to the pool was closed")]
    Closed,
    /// The host answered an error.
    #[error("{0}")]
    Failure(Failure),
}

impl Error {
    /// Returns the UUID of the pool that the host which was the coordinator has gone to.
    pub fn other_pool(&self) -> Option<&str> {
        match self {
            Self::OtherPool { found, .. } => Some(found),
            Self::Coordinator { cause, .. } => cause.other_pool(),
            _ => None,
        }
    }

    /// Returns the certificate that is not accepted, if that is why.
    pub fn certificate(&self) -> Option<&CertificateError> {
        match self {
            Self::Certificate(certificate) => Some(certificate),
            Self::Coordinator { cause, .. } => cause.certificate(),
            Self::NoMember { first, .. } => first.certificate(),
            _ => None,
        }
    }

    /// Returns the error that the host answered.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failure(failure) => Some(failure),
            _ => None,
        }
    }

    /// Returns whether the host answered the error `code`.
    pub fn is(&self, code: &str) -> bool {
        self.failure().is_some_and(|failure| failure.is(code))
    }

    /// Returns whether trying again cannot help until somebody changes something: the password, the
    /// certificate, the address.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Certificate(_) | Self::Address { .. } => true,
            Self::Failure(failure) => is_refusal(failure),
            Self::Coordinator { cause, .. } => cause.is_permanent(),
            Self::NoMember { first, .. } => first.is_permanent(),
            _ => false,
        }
    }

    /// Returns whether the host refuses user or password.
    pub fn is_refused(&self) -> bool {
        match self {
            Self::Failure(failure) => is_refusal(failure),
            Self::Coordinator { cause, .. } => cause.is_refused(),
            Self::NoMember { first, .. } => first.is_refused(),
            _ => false,
        }
    }

    /// Returns whether the way to the host is at fault, not what it answered.
    pub(crate) fn is_transport(&self) -> bool {
        matches!(
            self,
            Self::Connect { .. }
                | Self::Timeout { .. }
                | Self::Tls { .. }
                | Self::Certificate(_)
                | Self::Broken { .. }
                | Self::Answer { .. }
        )
    }
}

fn is_refusal(failure: &Failure) -> bool {
    [code::SESSION_AUTHENTICATION_FAILED, code::SESSION_AUTHORIZATION_FAILED, code::RBAC_PERMISSION_DENIED]
        .contains(&failure.code.as_str())
}
