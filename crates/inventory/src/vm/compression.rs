//! How a VM on its way is compressed.

use app::Compression;
use op::{Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;

/// Whether and how to compress.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Compress {
    /// `true` for gzip.
    Switch(bool),
    /// `gzip`, `zstd`, or nothing for no compression.
    Method(String),
}

impl Compress {
    /// Returns what is wanted; without a wish nothing is compressed.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameters`] for a method that hosts do not know.
    pub(super) fn of(wish: Option<&Self>) -> Result<Compression> {
        match wish {
            None | Some(Self::Switch(false)) => Ok(Compression::None),
            Some(Self::Switch(true)) => Ok(Compression::Gzip),
            Some(Self::Method(method)) => match method.as_str() {
                "" | "false" | "none" => Ok(Compression::None),
                "native" | "gzip" | "true" => Ok(Compression::Gzip),
                "zstd" => Ok(Compression::Zstd),
                other => {
                    let shown: String = other.chars().take(40).collect();
                    Err(Error::invalid(format!("`compress` is `{shown}`; hosts know `gzip` and `zstd`")))
                }
            },
        }
    }
}
