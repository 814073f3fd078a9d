use app::Cx;
use op::{Answer, Op, Raw, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Shown, Wish};

/// Show something else in a view; what is not given has its default, whatever the view showed before. Answers as
/// `view.subscribe`.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Update {
    /// View of this connection.
    id: u64,
    #[serde(flatten)]
    wish: Wish,
}

impl Op<Cx> for Update {
    type Output = Raw<Shown>;
    const SPEC: Spec = Spec::signed_in("view.update").quiet().snapshot();
    async fn run(self, cx: Cx) -> Result<Self::Output> {
        let answer = cx.change_view(self.id, &self.wish.look()?).await?;
        Ok(Answer::Bytes(answer.into()).into())
    }
}
