//! The `[updates]` section, which is our own.

use serde::Deserialize;

use crate::Duration;

/// Updates of XenServer up to 8.2, which are published in a list.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Updates {
    /// Where the list is: a URL, or the path of a file.
    pub feed: String,
    /// How long a list that was got is good.
    pub feed_max_age: Duration,
}

impl Default for Updates {
    fn default() -> Self {
        Self {
            // The vendor's, as the original has it.
            feed: "https://updates.ops.xenserver.com/xenserver/updates.xml".to_owned(),
            feed_max_age: Duration::from_days(1),
        }
    }
}
