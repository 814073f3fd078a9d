use app::Cx;
use op::{Op, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Name all objects that a view matches, in the window or not, for actions on a selection.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Select {
    /// View of this connection.
    id: u64,
}

/// A selection.
#[derive(Serialize, JsonSchema)]
pub(super) struct Selection {
    /// Stands for what matches when it is used; good for this user, until it has not been used for 15 minutes.
    token: String,
}

impl Op<Cx> for Select {
    type Output = Selection;
    const SPEC: Spec = Spec::signed_in("view.select").quiet();
    async fn run(self, cx: Cx) -> Result<Selection> {
        Ok(Selection { token: cx.app.select_view(&cx.session, self.id)? })
    }
}
