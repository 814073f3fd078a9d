//! The connections of clients, the calls that are under way, and tasks.

mod call;
mod record;
mod task;

use app::{CloseReason, Cx};
use op::{Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<task::AbortTask>().add::<task::DeleteTask>().add::<task::DeleteTasks>();
    ops.add::<task::GetTask>().add::<task::GetTasks>();
    ops.add::<record::SubscribeRecords>().add::<record::UnsubscribeRecords>();
    ops.add::<task::SubscribeTasks>().add::<task::UnsubscribeTasks>();
    ops.add::<call::CancelCall>().add::<CloseAllConnections>().add::<call::GetCalls>().add::<GetConnections>();
}

/// Close every connection, the one that calls too; clients connect again by themselves.
#[derive(Deserialize, JsonSchema)]
struct CloseAllConnections {}

impl Op<Cx> for CloseAllConnections {
    type Output = ();
    const SPEC: Spec = Spec::admin("api.closeAllConnections");
    async fn run(self, cx: Cx) -> Result<()> {
        for session in cx.app.sessions() {
            session.close(CloseReason::Administrator);
        }
        Ok(())
    }
}

/// A connection.
#[derive(Serialize, JsonSchema)]
struct ConnectionInfo {
    /// Address of the client.
    user_ip: String,
    /// Who is signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
}

/// List the connections that are open.
#[derive(Deserialize, JsonSchema)]
struct GetConnections {}

impl Op<Cx> for GetConnections {
    type Output = Vec<ConnectionInfo>;
    const SPEC: Spec = Spec::admin("api.getConnections");
    async fn run(self, cx: Cx) -> Result<Vec<ConnectionInfo>> {
        let open = cx.app.sessions().into_iter().filter(|session| session.ended().is_none());
        Ok(open
            .map(|session| ConnectionInfo {
                user_ip: session.peer().address.to_string(),
                user_id: session.user().map(|user| user.id.clone()),
            })
            .collect())
    }
}
