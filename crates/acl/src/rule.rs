//! Rules.

/// Gives a subject a role on an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    /// Id of a user or group; nobody checks that there is one.
    pub subject: String,
    /// Id of an object; nobody checks that there is one, so that a rule outlives a pool that is away.
    pub object: String,
    /// Id of a role, or the name of a right.
    pub action: String,
}

impl Rule {
    /// Makes a rule.
    pub fn new(subject: impl Into<String>, object: impl Into<String>, action: impl Into<String>) -> Self {
        Self { subject: subject.into(), object: object.into(), action: action.into() }
    }
}
