//! Images written here are read back by other programs, and theirs by us.

mod adapter;
mod hostile;
mod image;
mod lab;
mod qcow2;
mod raw;
mod vhd;
mod vhd_dir;
mod vmdk;
