use app::Cx;
use op::{Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

/// End a view.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Unsubscribe {
    /// View of this connection.
    id: u64,
}

impl Op<Cx> for Unsubscribe {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("view.unsubscribe").quiet();
    async fn run(self, cx: Cx) -> Result<()> {
        cx.app.close_view(&cx.session, self.id)
    }
}
