//! Live queries over the store: which objects, in which order, which part of them, and how many of each sort.
//!
//! A [`Query`] says which objects and in which order. An [`Index`] keeps those that match in that order, and counts
//! them; a change of *k* objects costs O(*k* log *n*), never another look at the others. A [`Frame`] is what a
//! [`Window`] on an index shows at one moment, and [`changes`] what tells a client from one frame to the next: who has
//! not been told of ten frames is told of all at once, so that nothing has to be kept for those who read slowly.
//!
//! All of it is without I/O, and knows no user: an index has what whoever keeps it puts in.
//!
//! ```
//! use view::{Index, Query, Request, Window};
//!
//! let request = Request { types: &["VM"], filter: "power_state:running", sort: &[("name_label", true)], groups: &[] };
//! let index = Index::new(Query::new(&request)?);
//! let window = Window::new(0, 50, Some(&["name_label"]), index.query())?;
//! assert_eq!(window.frame(&index, None).answer(1), r#"{"id":1,"total":0,"rows":[],"counts":{}}"#);
//! # Ok::<(), view::Error>(())
//! ```

mod change;
mod count;
mod error;
mod index;
mod order;
mod query;
mod window;

pub use change::changes;
pub use error::Error;
pub use index::Index;
pub use query::{Query, Request};
pub use window::{Frame, Window};
