//! The operation table, on a toy application of VMs with tags.

mod access;
mod declaration;
mod error;
mod listing;
mod order;
mod params;
mod toy;
