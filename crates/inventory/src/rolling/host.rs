//! One host: emptied, updated, restarted.

use app::{Course, Cx, On};
use op::{Error, Result};
use tracing::{info, warn};
use xapi::params;

use super::{
    record::{Kind, Phase, Roll},
    vms,
    wait::{Seen, storage, until, until_attached},
};
use crate::{failure, host, patch};

/// Does all that is left to do to the host `at`; wherever it fails, the host takes VMs again if it can.
pub(super) async fn roll(cx: &Cx, course: &Course, on: &On, roll: &mut Roll, at: usize) -> Result<()> {
    let id = roll.hosts[at].id.clone();
    until(cx, &roll.hosts[at], "is not up", |seen| {
        (seen.is_live || roll.hosts[at].phase == Phase::Restarting).then_some(())
    })
    .await?;
    let gone = gone(cx, course, on, roll, at).await;
    let back = match gone {
        Ok(()) => back(cx, on, roll, at).await,
        Err(error) => Err(error),
    };
    if cx.app.stops() {
        // Whatever has failed; it goes on from here later.
        return back;
    }
    let is_live = Seen::of(cx, &id).is_some_and(|seen| seen.is_live);
    if back.is_err() && is_live && roll.hosts[at].was_enabled {
        let host = cx.on(&id)?;
        host::restore(&host, true).await;
    }
    if is_live {
        vms::start_again(cx, on, roll, &roll.hosts[at]).await;
    }
    let phase = if back.is_ok() { Phase::Done } else { Phase::Failed };
    let kept = roll.step(cx, course, at, phase).await;
    back.and(kept)
}

/// Empties and updates the host, and sends it on its way down.
async fn gone(cx: &Cx, course: &Course, on: &On, roll: &mut Roll, at: usize) -> Result<()> {
    let id = roll.hosts[at].id.clone();
    if roll.hosts[at].phase == Phase::Restarting {
        return again(cx, roll, at).await;
    }
    let target = cx.on(&id)?;
    // The pool goes on with what a server began that stopped meanwhile, and would not begin it a second time.
    until(cx, &roll.hosts[at], "is still being emptied", |seen| (!seen.is_emptied).then_some(())).await?;
    roll.step(cx, course, at, Phase::Emptying).await?;
    vms::shut_down(cx, on, roll, &roll.hosts[at]).await?;
    target.pool.call("host.assert_can_evacuate", params![target.reference()]).await?;
    host::clear(cx, &target).await?;
    if roll.kind == Kind::Update {
        roll.step(cx, course, at, Phase::Installing).await?;
        patch::install_on(cx, &target).await?;
    }
    let state = &mut roll.hosts[at];
    state.started = Seen::of(cx, &id).and_then(|seen| seen.started);
    state.storage = storage(cx, &target);
    roll.step(cx, course, at, Phase::Restarting).await?;
    reboot(&target).await
}

/// Sends a host that was about to restart when the server stopped on its way, unless it has gone.
async fn again(cx: &Cx, roll: &Roll, at: usize) -> Result<()> {
    let state = &roll.hosts[at];
    let is_there = until(cx, state, "has not restarted", |seen| {
        if !seen.is_live || seen.is_new(state.started) { Some(false) } else { (!seen.leaves).then_some(true) }
    });
    if is_there.await? { reboot(&cx.on(&state.id)?).await } else { Ok(()) }
}

/// Restarts a host. One that takes its pool's answers with it is believed to go.
async fn reboot(host: &On) -> Result<()> {
    match host.pool.call_async("host.reboot", params![host.reference()]).await {
        Err(error) if !failure::is_answer(&error) || matches!(error, Error::HostOffline { .. }) => {
            warn!(host.id = host.object.id(), "host `{}` goes down without a word: {error}", host.object.id());
            Ok(())
        }
        rebooted => rebooted.map(drop),
    }
}

/// Waits until the host is back with all that it had.
async fn back(cx: &Cx, _: &On, roll: &Roll, at: usize) -> Result<()> {
    let state = &roll.hosts[at];
    let is_back = |seen: Seen| (seen.is_live && seen.is_enabled && seen.is_new(state.started)).then_some(());
    until(cx, state, "is not up again", is_back).await?;
    until_attached(cx, state).await?;
    if !state.was_enabled {
        // Somebody had a reason.
        let host = cx.on(&state.id)?;
        host.pool.call("host.disable", params![host.reference()]).await?;
    }
    info!(host.id = state.id, "host `{}` has restarted", state.name);
    Ok(())
}
