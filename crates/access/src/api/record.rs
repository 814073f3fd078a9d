//! That records of the server have changed.

use app::Cx;
use op::{Error, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

/// Be told by `record` notifications of which kinds some records have changed: `kinds` has `server`, `user`, `group`,
/// `token`, `acl`, `aclRole`, `alarm` (who has acknowledged one), `cloudConfig` or `sharedFilter`. One is told of what
/// one may read, and of one's own user and tokens; the answer is the kinds of which one may read others than these.
///
/// What the records are like is asked of the operations that list them. Of a server it is told, too, when how it stands
/// with it has changed.
#[derive(Deserialize, JsonSchema)]
pub(super) struct SubscribeRecords {}

impl Op<Cx> for SubscribeRecords {
    type Output = Vec<&'static str>;
    const SPEC: Spec = Spec::signed_in("api.subscribeRecords").quiet().snapshot();
    async fn run(self, cx: Cx) -> Result<Vec<&'static str>> {
        cx.tell_of_records()
    }
}

/// Be told no more of records.
#[derive(Deserialize, JsonSchema)]
pub(super) struct UnsubscribeRecords {}

impl Op<Cx> for UnsubscribeRecords {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("api.unsubscribeRecords").quiet();
    async fn run(self, cx: Cx) -> Result<()> {
        if cx.session.notifications().without_records() {
            return Ok(());
        }
        Err(Error::refused("this connection is not told of records: begin with api.subscribeRecords"))
    }
}
