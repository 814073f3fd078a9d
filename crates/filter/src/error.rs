/// Why a text is not a filter.
///
/// The texts are those that clients of the original know. Positions are offsets in UTF-16 units, 0-based.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// What stands at `position` cannot be read as a term.
    #[error("parse error: expected end of input at position {position}")]
    Leftover {
        /// Start of what could not be read.
        position: usize,
    },
    /// A comparison operator is followed by something else than a number.
    #[error("value must be a number")]
    NotANumber {
        /// Start of the operand.
        position: usize,
    },
    /// A regular expression is refused.
    #[error("Invalid regular expression: /{source_text}/: {reason}")]
    Regex {
        /// Start of the expression, at its slash.
        position: usize,
        /// The expression as written, without slashes.
        source_text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Groups, negations and properties are nested more deeply than 128 levels.
    #[error("filter is nested more than 128 levels deep")]
    TooDeep {
        /// Start of the first term that is too deep.
        position: usize,
    },
}

impl Error {
    /// Returns where in the text the problem starts, in UTF-16 units, 0-based.
    pub fn position(&self) -> usize {
        match self {
            Self::Leftover { position }
            | Self::NotANumber { position }
            | Self::Regex { position, .. }
            | Self::TooDeep { position } => *position,
        }
    }
}
