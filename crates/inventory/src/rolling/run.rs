//! The whole way, host by host.

use app::{Course, Cx, On};
use op::{Error, Result};
use tracing::error;

use super::{
    check::hosts,
    host,
    record::{Kind, Phase, Roll, stopping},
    settings, vms,
};
use crate::patch;

/// Goes from where `roll` is to the end. However that comes, VMs go back and what was switched off is switched on; only
/// where the server stops everything stays as it is.
pub(super) async fn run(cx: &Cx, course: &Course, on: &On, mut roll: Roll) -> Result<()> {
    course.show(roll.plan());
    // The way back is a step, too.
    course.of(roll.done(), roll.hosts.len() + 1);
    let gone = forward(cx, course, on, &mut roll).await;
    if cx.app.stops() {
        return Err(stopping());
    }
    let restored = finish(cx, course, on, &roll).await;
    if cx.app.stops() {
        return Err(stopping());
    }
    roll.forget(cx).await?;
    match (gone, restored) {
        (Ok(()), restored) => restored,
        (Err(error), Ok(())) => Err(told(&roll, &error)),
        (Err(error), Err(also)) => Err(told(&roll, &Error::refused(format!("{error}; {also}")))),
    }
}

async fn forward(cx: &Cx, course: &Course, on: &On, roll: &mut Roll) -> Result<()> {
    settings::suspend(cx, on, roll).await?;
    let is_fresh = roll.hosts.iter().all(|host| matches!(host.phase, Phase::Waiting | Phase::Skipped));
    if roll.kind == Kind::Update && is_fresh {
        let hosts = hosts(cx, on)?;
        patch::install_ahead(cx, &hosts).await?;
    }
    for at in 0..roll.hosts.len() {
        if roll.hosts[at].is_over() {
            continue;
        }
        if course.is_cancelled() {
            return Err(Error::refused("it has been cancelled"));
        }
        let (id, name) = (roll.hosts[at].id.clone(), roll.hosts[at].name.clone());
        let (inner, stage) = course.begin(cx, &id, &name);
        let on = inner.on(on.object.id()).unwrap_or_else(|_| on.clone());
        let rolled = host::roll(&inner, course, &on, roll, at).await;
        stage.end(rolled.as_ref().err());
        if let Err(error) = rolled {
            error!(host.id = id, "host `{name}` is not through: {error}");
            return Err(match error {
                // What its pool says stays what it says.
                error @ Error::Failed { .. } => error,
                error => Error::refused(format!("host `{name}`: {error}")),
            });
        }
    }
    Ok(())
}

/// Moves VMs back and switches on what was switched off.
pub(super) async fn finish(cx: &Cx, course: &Course, on: &On, roll: &Roll) -> Result<()> {
    let (inner, stage) = course.begin(cx, on.object.id(), "VMs go back");
    let on = inner.on(on.object.id()).unwrap_or_else(|_| on.clone());
    vms::move_back(&inner, &on, roll).await;
    vms::see_to(&inner, &on, roll).await;
    let restored = settings::restore(&inner, &on, roll).await;
    stage.end(restored.as_ref().err());
    restored
}

/// Says how far it has come, and what to do.
fn told(roll: &Roll, error: &Error) -> Error {
    let done = roll.named(&[Phase::Done]);
    let left = roll.named(&[Phase::Waiting, Phase::Emptying, Phase::Installing, Phase::Restarting, Phase::Failed]);
    let done = if done.is_empty() { "no host is through".to_owned() } else { format!("through are {done}") };
    let message = format!("{error} ({done}; left are {left}: mend what is wrong and begin again)");
    match error {
        Error::Failed { name, data, .. } => Error::Failed { message, name, data: data.clone() },
        _ => Error::refused(message),
    }
}
