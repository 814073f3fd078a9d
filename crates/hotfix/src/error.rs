//! What can be wrong with the list, an archive or where they come from.

/// Why an update cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing came, or not all.
    #[error("cannot get `{url}`: {reason}")]
    Unreachable {
        /// Where it was asked for, without what may be secret.
        url: String,
        /// Why not.
        reason: String,
    },
    /// The list is none.
    #[error("the list of updates at `{url}` is none: {reason}")]
    Feed {
        /// Where it was got.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// An archive has not in it what it should.
    #[error("the archive of update `{name}` is not good: {reason}")]
    Archive {
        /// Name of the update.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// An update cannot go on a host.
    #[error("update `{name}` cannot be installed: {reason}")]
    Order {
        /// Name or id of the update.
        name: String,
        /// Why not.
        reason: String,
    },
}
