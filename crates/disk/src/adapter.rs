//! Sources made of sources.

mod chain;

pub use self::chain::Chain;
