use regex::Regex;

use crate::text::Text;

/// One term of a filter.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// The empty filter.
    Everything,
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Comparison(Operator, f64),
    Property(String, Box<Node>),
    Truthy(String),
    Text(Text),
    /// A bare word that reads as a number: the number itself, or a text that contains the word.
    NumberOrText(f64, Text),
    Glob(Glob),
    Regex(RegexTerm),
}

/// Relational operator of a number comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    pub(crate) fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

/// A text with `*` for any run of characters of one line, found anywhere inside others, ignoring case.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    pub(crate) written: String,
    /// What stands between the stars, in order.
    pieces: Vec<Text>,
}

impl Glob {
    pub(crate) fn new(written: String) -> Self {
        let pieces =
            written.split('*').filter(|piece| !piece.is_empty()).map(|piece| Text::new(piece.into())).collect();
        Self { written, pieces }
    }

    /// Returns the texts that stand between the stars.
    pub(crate) fn pieces(&self) -> &[Text] {
        &self.pieces
    }

    pub(crate) fn is_in(&self, text: &str) -> bool {
        match self.pieces.as_slice() {
            [] => true,
            [piece] => piece.is_in(text),
            // A star stops at the end of a line, as the dot of JavaScript does. Pieces hold no such character.
            pieces => text.to_lowercase().split(['\n', '\r', '\u{2028}', '\u{2029}']).any(|line| {
                pieces
                    .iter()
                    .try_fold(line, |rest, piece| rest.find(&piece.lower).map(|at| &rest[at + piece.lower.len()..]))
                    .is_some()
            }),
        }
    }
}

/// A regular expression as written between slashes.
#[derive(Clone, Debug)]
pub(crate) struct RegexTerm {
    pub(crate) written: String,
    pub(crate) ignore_case: bool,
    pub(crate) compiled: Regex,
}
