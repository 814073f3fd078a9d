//! REST, as clients of the original use it.

mod lab;
mod route;
mod schema;
mod vm;
