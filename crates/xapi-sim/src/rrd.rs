//! Statistics that hosts keep of themselves and of what runs on them.
//!
//! Nothing is kept here: a value is worked out when somebody asks for it, from the time, the name of
//! what is measured and the state of the object. Asking twice gives the same numbers, and a pool that
//! nobody asks costs nothing. All that is remembered is when machines ran and hosts were up, so that
//! the gaps are where they belong.

mod archive;
mod past;
mod source;
mod wave;

pub(crate) use archive::{ARCHIVES, Archive, STEP, choose, last_update};
pub(crate) use past::Past;
pub(crate) use source::{Owner, Source, of_host, of_sr, of_vm};
