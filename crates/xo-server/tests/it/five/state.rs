//! What a pool or an object is in no state for is refused by name, and nothing has changed.

mod app;
mod host;
mod network;
mod storage;
mod vm;

use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use xapi_sim::World;

use super::{
    recipe::{Recipe, after, on},
    run::{census, difference, each},
};
use crate::lab::Lab;

/// An operation in a world that is not in the state for it, and how the error is known: by its number, or by the code of
/// the pool.
#[derive(Clone, Copy)]
pub(super) struct Refusal {
    pub(super) recipe: Recipe,
    code: &'static str,
}

const fn refused(op: &'static str, code: &'static str, set: fn(&mut World) -> Value) -> Refusal {
    Refusal { recipe: on(op, set), code }
}

const fn refused_after(
    op: &'static str,
    code: &'static str,
    set: for<'a> fn(&'a Lab) -> LocalBoxFuture<'a, Value>,
) -> Refusal {
    Refusal { recipe: after(op, set), code }
}

pub(super) fn all() -> Vec<Refusal> {
    [app::REFUSALS, host::REFUSALS, network::REFUSALS, storage::REFUSALS, vm::REFUSALS].concat()
}

async fn is_refused(refusal: &Refusal) -> Result<(), String> {
    let lab = Lab::new().await;
    let params = refusal.recipe.params(&lab).await;
    let before = census(&lab);
    let came = lab.test.app.call(&lab.admin.session, refusal.recipe.op, params.clone()).await;
    let Err(error) = came else { return Err(format!("{params} works")) };
    let error = error.to_json(true);
    let code = error["data"]["code"].as_str().filter(|_| error["code"] == -32000);
    let code = code.map_or_else(|| error["code"].to_string(), ToOwned::to_owned);
    if code != refusal.code {
        return Err(format!("{params} is refused by {code}, not {}: {error}", refusal.code));
    }
    let changed = difference(&before, &census(&lab));
    if changed.is_empty() { Ok(()) } else { Err(format!("{params}{changed}: {error}")) }
}

#[test]
fn what_is_in_the_wrong_state_is_told_and_nothing_changes() {
    let refusals = all();
    let came = each(&refusals, is_refused);
    let wrong = refusals.iter().zip(came).filter_map(|(refusal, came)| {
        let error = came.and_then(|came| came).err()?;
        Some(format!("{}: {error}", refusal.recipe.op))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(
        wrong.is_empty(),
        "{} of {} are not refused as they should be:\n{}",
        wrong.len(),
        refusals.len(),
        wrong.join("\n")
    );
}
