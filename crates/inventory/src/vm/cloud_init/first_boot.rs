//! Drives that go once their guest has started for the first time.
//!
//! | the VM | the drive |
//! |---|---|
//! | has not run yet | waits |
//! | runs, and its agent gives a sign of life, or it has run for ten minutes | is marked with the time at which it goes: the delay that the configuration has |
//! | runs, and that time has come | is unplugged and deleted; what the guest keeps is tried again later |
//! | is halted, after it was marked | is deleted |
//!
//! All that is known is in the mark of the drive and in the state of the VM: a server that starts goes on where another
//! one stopped, and doing it twice does no harm.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use app::{
    App, News, On,
    model::{Kind, Object},
    xapi_types::{class, code},
};
use op::Result;
use serde::Deserialize;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use xapi::params;

use super::{MARK, WAITING};
use crate::{entry, failure};

/// Guests that have no agent have read their drive by then, as the original has it.
const PATIENCE: i64 = 10 * 60;

/// Rest before the first new attempt, or as long as a drive is left to its guest where that is shorter, but
/// [`SHORTEST_REST`]; it doubles up to [`LONGEST_REST`].
const REST: Duration = Duration::from_secs(30);

const SHORTEST_REST: Duration = Duration::from_secs(1);

const LONGEST_REST: Duration = Duration::from_secs(30 * 60);

/// A pool that takes longer is tried again.
const LIMIT: Duration = Duration::from_secs(5 * 60);

/// Drives that are worked on at once; a pool bears thirteen long calls.
const AT_ONCE: usize = 4;

/// Starts to look after the drives of all pools.
pub(crate) fn start(app: &App) {
    app.background(|app, stop| async move {
        let mut keeper = Keeper::new(app);
        keeper.run(stop).await;
    });
}

/// Who looks after the drives.
struct Keeper {
    app: App,
    /// Ids of the drives with a mark, and what went wrong with each.
    drives: BTreeMap<String, Trouble>,
    /// Those that are being worked on.
    busy: BTreeSet<String>,
    work: JoinSet<(String, Result<()>)>,
    /// Rest before the first new attempt.
    rest: Duration,
}

/// What went wrong with a drive.
#[derive(Clone, Copy, Default)]
struct Trouble {
    attempts: u32,
    not_before: Option<Instant>,
    /// Whether the VM was halted when this was looked at last.
    halted: bool,
}

/// What is to be done with a drive.
#[derive(Debug, PartialEq)]
enum Next {
    /// Nothing until something changes.
    Wait,
    /// Look again in so many seconds.
    In(i64),
    /// Mark it with the time when it goes.
    Mark,
    /// Delete it.
    Delete,
}

/// What of a VM tells whether it has started.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Guest {
    #[serde(rename = "power_state")]
    power_state: String,
    start_time: Option<i64>,
    pv_drivers_detected: Option<bool>,
}

impl Keeper {
    fn new(app: App) -> Self {
        let rest = app.config().xapi_options.vdi_delay_before_removing_cloud_config_drive.0;
        let rest = rest.clamp(SHORTEST_REST, REST);
        Self { app, drives: BTreeMap::new(), busy: BTreeSet::new(), work: JoinSet::new(), rest }
    }

    async fn run(&mut self, stop: CancellationToken) {
        let mut feed = self.app.feed().subscribe();
        self.look_for_all();
        loop {
            let again = self.act();
            let due = async {
                match again {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = due => {}
                Some(done) = self.work.join_next() => {
                    if let Ok((id, outcome)) = done {
                        self.worked_on(&id, outcome);
                    }
                }
                news = feed.next() => match news {
                    News::Delta(delta) => delta.entered.iter().for_each(|object| self.note(object)),
                    News::Lost(_) => self.look_for_all(),
                    News::End => return,
                    News::Shift(_) | News::Moved(_) => {}
                },
            }
        }
    }

    fn look_for_all(&mut self) {
        for object in self.app.store().snapshot().of_kind(Kind::Vdi) {
            self.note(&object);
        }
    }

    fn note(&mut self, object: &Object) {
        // Snapshots of a drive have its mark too, and stay.
        if object.kind() == Kind::Vdi && mark(object).is_some() {
            self.drives.entry(object.id().to_owned()).or_default();
        }
    }

    /// Starts what is to be done, and returns when to look again.
    fn act(&mut self) -> Option<Instant> {
        let now = Instant::now();
        let mut again = None::<Instant>;
        let mut sooner = |due: Instant| again = Some(again.map_or(due, |again| again.min(due)));
        let mut gone = Vec::new();
        for (id, trouble) in &mut self.drives {
            let drive = self.app.store().get(id).filter(|drive| drive.kind() == Kind::Vdi);
            let Some((drive, mark)) = drive.and_then(|drive| Some((drive.clone(), mark(&drive)?))) else {
                gone.push(id.clone());
                continue;
            };
            if self.busy.contains(id) {
                continue;
            }
            let guest = guest(&self.app, &drive);
            let halted = guest.as_ref().is_some_and(|guest| guest.power_state == "Halted");
            if halted && !trouble.halted {
                // No guest holds the drive any more.
                *trouble = Trouble::default();
            }
            trouble.halted = halted;
            if let Some(due) = trouble.not_before.filter(|due| *due > now) {
                sooner(due);
                continue;
            }
            let is_loose = drive.get::<class::Vdi>().is_some_and(|drive| drive.vbds.is_empty());
            let next = next(&mark, guest.as_ref(), is_loose, jiff::Timestamp::now().as_second());
            match next {
                Next::Wait => {}
                Next::In(seconds) => sooner(now + Duration::from_secs(seconds.unsigned_abs().max(1))),
                // Whatever ends makes room, and then this is looked at again.
                Next::Mark | Next::Delete if self.busy.len() >= AT_ONCE => {}
                Next::Mark | Next::Delete => {
                    let (app, id) = (self.app.clone(), id.clone());
                    self.busy.insert(id.clone());
                    self.work.spawn(async move {
                        let work = async {
                            let on = app.on(&id)?;
                            if next == Next::Mark { mark_with_time(&app, &on).await } else { delete(&on).await }
                        };
                        let outcome = timeout(LIMIT, work).await;
                        (id, outcome.unwrap_or_else(|_| Err(op::Error::failed("the pool takes too long"))))
                    });
                }
            }
        }
        for id in gone {
            self.drives.remove(&id);
        }
        again
    }

    fn worked_on(&mut self, id: &str, outcome: Result<()>) {
        self.busy.remove(id);
        let Some(trouble) = self.drives.get_mut(id) else { return };
        // What was done comes back as an event; until then it is not done once more.
        let rest = match outcome {
            Ok(()) => {
                trouble.attempts = 0;
                SHORTEST_REST
            }
            Err(error) => {
                warn!(vdi.id = id, "cannot delete the drive of cloud-init `{id}` yet: {error}");
                trouble.attempts += 1;
                (self.rest * (1 << (trouble.attempts - 1).min(11))).min(LONGEST_REST)
            }
        };
        trouble.not_before = Some(Instant::now() + rest);
    }
}

/// Returns the VM that the drive is attached to.
fn guest(app: &App, drive: &Object) -> Option<Guest> {
    let store = app.store();
    let vbds = &drive.get::<class::Vdi>()?.vbds;
    let vbd = vbds.iter().find_map(|vbd| store.get(&vbd.to_string()))?;
    let vm = store.get(&vbd.get::<class::Vbd>()?.vm.to_string())?;
    (vm.kind() == Kind::Vm).then(|| vm.decode().ok())?
}

/// Returns the mark of a drive that goes after the first start.
fn mark(drive: &Object) -> Option<String> {
    drive.get::<class::Vdi>()?.other_config.get(MARK).map(ToString::to_string)
}

/// Decides what to do with a drive, at the time `now` in seconds since the epoch.
///
/// A drive that is loose was taken from its VM and could not be deleted then.
fn next(mark: &str, guest: Option<&Guest>, is_loose: bool, now: i64) -> Next {
    let Some(guest) = guest else {
        return match mark.parse::<i64>() {
            Ok(due) if is_loose && due > now => Next::In(due - now),
            Ok(_) if is_loose => Next::Delete,
            _ => Next::Wait,
        };
    };
    let runs = guest.power_state == "Running";
    match mark.parse::<i64>() {
        Ok(_) if guest.power_state == "Halted" => Next::Delete,
        Ok(due) if runs && due <= now => Next::Delete,
        Ok(due) if runs => Next::In(due - now),
        // A mark that nobody here wrote is none.
        Err(_) if mark == WAITING && runs => {
            let since = guest.start_time.map_or(0, |start| now - start);
            let lives = guest.pv_drivers_detected == Some(true);
            if lives || since >= PATIENCE { Next::Mark } else { Next::In(PATIENCE - since) }
        }
        _ => Next::Wait,
    }
}

async fn mark_with_time(app: &App, drive: &On) -> Result<()> {
    let delay = app.config().xapi_options.vdi_delay_before_removing_cloud_config_drive.0;
    let delay = i64::try_from(delay.as_secs()).unwrap_or(i64::MAX);
    let due = jiff::Timestamp::now().as_second().saturating_add(delay);
    entry::set(&drive.pool, "VDI", &drive.reference(), "other_config", MARK, Some(&due.to_string())).await
}

async fn delete(drive: &On) -> Result<()> {
    let (pool, vdi) = (&drive.pool, drive.reference());
    let vbds: Vec<String> = pool.call_as("VDI.get_VBDs", params![&vdi]).await?;
    for vbd in vbds {
        if pool.call_as::<bool>("VBD.get_currently_attached", params![&vbd]).await? {
            // A guest is asked for it; by force it could be in the middle of reading.
            match pool.call_async("VBD.unplug", params![&vbd]).await {
                Err(error) if failure::code(&error) == Some(code::VBD_NOT_UNPLUGGABLE) => {
                    pool.call("VBD.set_unpluggable", params![&vbd, true]).await?;
                    pool.call_async("VBD.unplug", params![&vbd]).await?;
                }
                unplugged => drop(unplugged?),
            }
        }
        pool.call("VBD.destroy", params![&vbd]).await?;
    }
    pool.call_async("VDI.destroy", params![&vdi]).await?;
    let id = drive.object.id();
    info!(vdi.id = id, "deleted the drive of cloud-init `{id}` after the first start");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Guest, Next, PATIENCE, WAITING, next};

    fn guest(power_state: &str, start_time: Option<i64>, pv_drivers_detected: Option<bool>) -> Guest {
        Guest { power_state: power_state.to_owned(), start_time, pv_drivers_detected }
    }

    #[test]
    fn a_drive_waits_for_the_first_start_and_its_sign_of_life() {
        for (guest, expected) in [
            (guest("Halted", None, None), Next::Wait),
            (guest("Paused", Some(900), None), Next::Wait),
            (guest("Running", Some(900), Some(false)), Next::In(PATIENCE - 100)),
            (guest("Running", None, None), Next::In(PATIENCE)),
            (guest("Running", Some(900), Some(true)), Next::Mark),
            (guest("Running", Some(1000 - PATIENCE), None), Next::Mark),
        ] {
            assert_eq!(next(WAITING, Some(&guest), false, 1000), expected, "{}", guest.power_state);
        }
        assert_eq!(next(WAITING, None, false, 1000), Next::Wait);
        assert_eq!(next(WAITING, None, true, 1000), Next::Wait, "it is not attached yet");
        assert_eq!(next("999", None, true, 1000), Next::Delete, "it was taken from its VM");
        assert_eq!(next("1001", None, true, 1000), Next::In(1), "it was taken from a VM that stopped before its time");
        assert_eq!(next("999", None, false, 1000), Next::Wait, "another VM has it that is not seen yet");
    }

    #[test]
    fn a_drive_that_is_marked_goes_when_its_time_has_come_or_the_vm_stops() {
        for (mark, state, expected) in [
            ("1010", "Running", Next::In(10)),
            ("1000", "Running", Next::Delete),
            ("1010", "Halted", Next::Delete),
            ("1000", "Suspended", Next::Wait),
            ("soon", "Running", Next::Wait),
        ] {
            assert_eq!(next(mark, Some(&guest(state, None, Some(true))), false, 1000), expected, "{mark} {state}");
        }
    }
}
