//! Networks of pools.

mod bond;
mod create;
mod delete;
mod mtu;
mod set;

use app::{Connection, Cx};
use op::{Error, Ops, Result};
use tracing::warn;
use xapi::{Value, params};

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<bond::CreateBonded>()
        .add::<bond::GetBondModes>()
        .add::<create::Create>()
        .add::<delete::Delete>()
        .add::<set::Set>();
}

/// Largest frame of a network that asks for no other, in bytes.
const MTU: i64 = 1500;

/// A network that is to be made.
struct New<'n> {
    name: &'n str,
    description: &'n str,
    mtu: i64,
}

impl New<'_> {
    /// Makes the network, without any interface, and returns its reference.
    async fn create(&self, pool: &Connection) -> Result<String> {
        let other_config = Value::structure([("automatic", Value::from("false"))]);
        let fields = Value::structure([
            ("name_label", self.name.into()),
            ("name_description", self.description.into()),
            ("MTU", self.mtu.into()),
            ("other_config", other_config),
        ]);
        reference(&pool.call("network.create", vec![fields]).await?)
    }
}

/// Returns the reference that a call made something answers.
fn reference(made: &Value) -> Result<String> {
    made.as_str().map(str::to_owned).ok_or_else(|| Error::failed("the pool did not say what it made"))
}

/// Removes a network that could not be finished.
async fn undo(pool: &Connection, network: &str) {
    if let Err(error) = pool.call_async("network.destroy", params![network]).await {
        warn!("cannot remove the network `{network}` that could not be finished: {error}");
    }
}
