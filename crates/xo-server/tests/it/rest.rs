//! REST, as clients of the original use it.

mod lab;
mod route;
mod vm;
