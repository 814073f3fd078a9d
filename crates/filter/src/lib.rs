//! Filter language of lists, selections and smart jobs.
//!
//! ```
//! use filter::Filter;
//! use serde_json::json;
//!
//! let filter = Filter::parse("power_state:running !tags:prod")?;
//! assert!(filter.matches(&json!({ "power_state": "Running", "tags": ["test"] })));
//! # Ok::<(), filter::Error>(())
//! ```
//!
//! Three things that choose objects live here, because their users meet them side by side:
//! [`Filter`], the text that people type; [`Pattern`], the JSON of smart jobs (`__and`, `__or`, `__not`);
//! and [`Partial`], the example object of `xo.getAllObjects`. All three test anything that implements
//! [`Subject`], so that a typed object need not be turned into JSON first.
//!
//! What surprises: words are searched for, not compared (`type:VM` also finds `VM-template`), numbers and positions
//! follow JavaScript, and booleans can only be asked for with `name?`.

mod error;
mod matching;
mod node;
mod number;
mod parse;
mod partial;
mod pattern;
mod print;
mod regexp;
mod subject;
mod text;

pub use error::Error;
pub use partial::Partial;
pub use pattern::Pattern;
pub use subject::{List, Map, Shape, Subject};
pub use text::Text;

use node::Node;

/// A parsed filter, compiled once, tested often.
#[derive(Clone, Debug)]
pub struct Filter {
    node: Node,
    /// What its regular expressions may take, in bytes.
    memory: usize,
}

impl Filter {
    /// Parses `text`; the empty text matches everything.
    ///
    /// # Errors
    /// Any [`Error`]; its position counts UTF-16 units from the start of `text`, as a JavaScript client does.
    pub fn parse(text: &str) -> Result<Self, Error> {
        parse::filter(text).map(|(node, memory)| Self { node, memory })
    }

    /// Returns what its regular expressions may take of memory, in bytes; never more than 4 MiB.
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// Tells whether `subject` satisfies the filter.
    pub fn matches(&self, subject: &(impl Subject + ?Sized)) -> bool {
        self.node.matches(&subject.shape())
    }

    /// Tells whether the filter is the empty one, which matches everything.
    pub fn is_empty(&self) -> bool {
        matches!(self.node, Node::Everything)
    }
}

impl std::str::FromStr for Filter {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

/// Writes the canonical form, which parses to the same filter.
impl std::fmt::Display for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.node.fmt(f)
    }
}

#[cfg(test)]
mod tests;
