//! Archives against `tar`, `gzip` and `zstd`, and against all that can be wrong with them.

mod compression;
mod hostile;
mod lab;
mod mutate;
mod ova;
mod ovf;
mod recorded;
mod sniff;
mod tar;
mod xva;
