use std::collections::BTreeMap;

use app::Cx;
use op::{Answer, Op, Raw, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Be told by `load` notifications how much VMs and hosts use their processors, in place of what this connection was told
/// of before. `loads` of such a notification has those of which something is new, as the answer has them.
#[derive(Deserialize, JsonSchema)]
pub(super) struct SubscribeLoad {
    /// VMs and hosts; none ends it.
    #[schemars(length(max = 200))]
    ids: Vec<String>,
}

/// Load of VMs and hosts.
#[derive(Serialize, JsonSchema)]
#[allow(dead_code, reason = "it describes JSON that is made elsewhere")]
pub(super) struct Loads {
    /// By id: use of all processors, percent, up to now, oldest first, each over 15 s, of ten minutes at most; `null` where
    /// nothing was measured. The list is empty for what does not run or is not seen; what is missing will be told of.
    loads: BTreeMap<String, Vec<Option<f64>>>,
}

impl Op<Cx> for SubscribeLoad {
    type Output = Raw<Loads>;
    const SPEC: Spec = Spec::signed_in("stats.subscribeLoad").quiet().snapshot();
    async fn run(self, cx: Cx) -> Result<Self::Output> {
        let loads = cx.tell_of_load(&self.ids)?;
        Ok(Answer::Bytes(format!("{{\"loads\":{loads}}}").into()).into())
    }
}
