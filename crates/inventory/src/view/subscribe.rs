use app::Cx;
use op::{Answer, Op, Raw, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Shown, Wish};

/// Open a view: list a part of the objects that the user may see, and be told by `view` notifications how it changes, or
/// by one with `closed` why it ends.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Subscribe {
    #[serde(flatten)]
    wish: Wish,
}

impl Op<Cx> for Subscribe {
    type Output = Raw<Shown>;
    const SPEC: Spec = Spec::signed_in("view.subscribe").quiet().snapshot();
    async fn run(self, cx: Cx) -> Result<Self::Output> {
        let answer = cx.open_view(&self.wish.look()?).await?;
        Ok(Answer::Bytes(answer.into()).into())
    }
}
