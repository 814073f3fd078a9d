//! The `[transfers]` section, which is our own.

use serde::Deserialize;

use crate::Duration;

/// One-time URLs, and what is sent and taken there.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Transfers {
    /// How long a URL waits for its request.
    pub validity: Duration,
    /// How long the first piece of a download may take: a host has to gather what it tells.
    pub begin: Duration,
    /// How long a client may take nothing of a download, or send nothing of an upload.
    pub stall: Duration,
    /// The longest that a download or an upload may take; the original gives an upload as long.
    pub longest: Duration,
    /// Downloads and uploads at the same time; each may hold a connection to a host.
    pub at_once: usize,
    /// Who may have the server fetch a file from a URL: `admins`, `anyone` with the rights that the operation needs, or
    /// `nobody`.
    pub urls: Urls,
    /// Whether such a URL may name the server itself or its own link: `http://localhost/…`.
    pub local_urls: bool,
}

/// Who may have the server fetch a file from a URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Urls {
    /// Administrators: the server may stand where users do not.
    #[default]
    Admins,
    /// Whoever has the rights that the operation needs.
    Anyone,
    /// Nobody.
    Nobody,
}

impl Default for Transfers {
    fn default() -> Self {
        Self {
            validity: Duration::from_millis(5 * 60_000),
            begin: Duration::from_millis(5 * 60_000),
            stall: Duration::from_millis(60_000),
            longest: Duration::from_millis(12 * 3_600_000),
            at_once: 64,
            urls: Urls::Admins,
            local_urls: false,
        }
    }
}

impl Transfers {
    pub(super) fn check(&self) -> Result<(), (String, String)> {
        let spans =
            [("validity", self.validity), ("begin", self.begin), ("stall", self.stall), ("longest", self.longest)];
        if let Some((name, _)) = spans.into_iter().find(|(_, span)| span.0.is_zero()) {
            return Err((format!("transfers.{name}"), "no time at all; nothing could be sent".to_owned()));
        }
        if self.at_once == 0 {
            return Err(("transfers.atOnce".to_owned(), "none at all; nothing could be sent".to_owned()));
        }
        Ok(())
    }
}
