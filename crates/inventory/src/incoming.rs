//! What is sent to the server, or fetched by it.

mod blame;

use app::SendTo;
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) use self::blame::{Blame, reason, refused, with_causes};

/// Where to send a file, or what has been made of one that was fetched.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum SendToOrId {
    /// Where to send it.
    SendTo(SendTo),
    /// Id of what has been made.
    Id(String),
}
