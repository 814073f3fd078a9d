//! The watch: all objects of a pool, then what changes, for as long as the pool is there.
//!
//! It is a loop over the states of [`Step`]. A list starts with `InitStart` and is whole at
//! `InitDone`; whatever may have lost a change — another session, another coordinator, lost events,
//! a token that is refused — leads to a list again, never to a gap. A list that breaks off is begun
//! again with another `InitStart`, so who waits for `InitDone` never shows half a pool.

mod answer;
mod census;
mod legacy;
mod list;
mod poll;

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until},
};
use xapi_types::{AnyRef, Kind, Record, code};

use crate::{
    Error, Secret,
    session::{Core, Link, Phase, Trouble},
};

use census::Census;
pub(crate) use poll::{Poll, poll};

/// Events that wait for the reader; a reader that falls behind holds back the poll, and the host
/// then sends only the latest state of each object.
const WAITING: usize = 8;

/// Most records in one `InitApply`.
const PIECE: usize = 4000;

/// First rest after an error of the host; it doubles up to [`LONGEST_REST`].
const FIRST_REST: Duration = Duration::from_secs(1);

/// Longest rest after errors of the host.
const LONGEST_REST: Duration = Duration::from_mins(1);

/// Two polls begin at least so far apart, whatever a host answers.
const PACE: Duration = Duration::from_millis(20);

/// What a watch tells.
#[derive(Clone, Debug)]
pub enum Event {
    /// A list of all objects begins; records of an earlier list that was not done are void.
    InitStart,
    /// Objects of the list, at most 4 000, in no order.
    InitApply(Vec<(AnyRef, Record)>),
    /// The list is whole: it replaces all that was known before.
    InitDone,
    /// Changes since. All of one answer are in one batch: they may refer to each other in any order.
    Apply(Vec<Change>),
}

/// A change of one object.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The object is new or has changed; this is its latest state.
    Put(AnyRef, Record),
    /// The object is gone, if it was known at all.
    Removed(Kind, AnyRef),
}

/// The reading end of a watch; the watch ends when it is dropped.
#[derive(Debug)]
pub struct Watch {
    events: mpsc::Receiver<Event>,
}

impl Watch {
    /// Waits for the next event; nothing comes after the pool was closed.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// Returns the next event if there is one now.
    pub fn try_next(&mut self) -> Option<Event> {
        self.events.try_recv().ok()
    }
}

/// Starts a watch.
pub(crate) fn start(core: Arc<Core>) -> Watch {
    let (sender, events) = mpsc::channel(WAITING);
    tokio::spawn(run(core, sender));
    Watch { events }
}

/// What the watch is about to do.
#[derive(Debug)]
enum Step {
    /// Wait for a link newer than this.
    Connect { after: u64 },
    /// Wait longer and longer, then for a link: what answers calls breaks the watch again and again.
    RestAndConnect { after: u64 },
    /// List all objects.
    List(Arc<Link>),
    /// Wait for changes.
    Poll(Arc<Link>),
    /// See at once whether the numbers of objects of these classes still differ from the host's.
    Recount(Arc<Link>, Vec<Kind>),
    /// List the objects of these classes alone: events of theirs were lost.
    Relist(Arc<Link>, Vec<Kind>),
    /// List by the calls that hosts without `event.from` have.
    ListLegacy(Arc<Link>),
    /// Wait for changes by `event.next`.
    PollLegacy(Arc<Link>),
    /// Wait, then do something again.
    Rest(Again, Arc<Link>),
}

#[derive(Clone, Copy, Debug)]
enum Again {
    List,
    Poll,
    ListLegacy,
}

struct Watcher {
    core: Arc<Core>,
    events: mpsc::Sender<Event>,
    census: Census,
    /// Session and token of the list that is whole; the token is worth something in it alone.
    known: Option<(Secret, String)>,
    /// Whether a list must be read in one piece.
    uncut: Arc<AtomicBool>,
    /// Errors of the host in a row.
    errors: u32,
    /// Answers without events in a row that came too early.
    hasty: u32,
}

async fn run(core: Arc<Core>, events: mpsc::Sender<Event>) {
    let (closing, reader) = (core.closing.clone(), events.clone());
    let mut watcher = Watcher {
        core: Arc::clone(&core),
        events,
        census: Census::default(),
        known: None,
        uncut: Arc::default(),
        errors: 0,
        hasty: 0,
    };
    let work = async {
        let mut step = Step::Connect { after: 0 };
        while let Some(next) = watcher.take(step).await {
            step = next;
        }
    };
    tokio::select! {
        () = work => {}
        () = closing.cancelled() => {}
        () = reader.closed() => {}
    }
    core.status.watch_ended();
}

impl Watcher {
    /// Does one step; nothing follows when the pool was closed or the reader is gone.
    async fn take(&mut self, step: Step) -> Option<Step> {
        match step {
            Step::Connect { after } => self.connect(after).await,
            Step::List(link) => self.list(link).await,
            Step::Poll(link) => self.poll(link, None).await,
            Step::Recount(link, kinds) => self.poll(link, Some(kinds)).await,
            Step::Relist(link, kinds) => self.relist(link, kinds).await,
            Step::ListLegacy(link) => self.list_legacy(link).await,
            Step::PollLegacy(link) => self.poll_legacy(link).await,
            Step::RestAndConnect { after } => {
                self.rest().await;
                Some(Step::Connect { after })
            }
            Step::Rest(again, link) => {
                self.rest().await;
                Some(match again {
                    Again::List => Step::List(link),
                    Again::Poll => Step::Poll(link),
                    Again::ListLegacy => Step::ListLegacy(link),
                })
            }
        }
    }

    async fn rest(&self) {
        let doubled = FIRST_REST.saturating_mul(1 << self.errors.saturating_sub(1).min(10));
        sleep(doubled.min(LONGEST_REST)).await;
    }

    async fn connect(&mut self, after: u64) -> Option<Step> {
        let mut phase = self.core.phase();
        let found = phase
            .wait_for(|phase| match phase {
                Phase::Up(link) => link.generation > after,
                Phase::Closed => true,
                Phase::Connecting | Phase::Down(_) => false,
            })
            .await;
        let Ok(Phase::Up(link)) = found.as_deref() else { return None };
        let link = Arc::clone(link);
        // The same session means the same toolstack, which still knows the token.
        let same = self.known.as_ref().is_some_and(|(session, _)| *session == link.session);
        Some(if same { Step::Poll(link) } else { Step::List(link) })
    }

    async fn list(&mut self, link: Arc<Link>) -> Option<Step> {
        self.core.status.listing();
        self.known = None;
        self.events.send(Event::InitStart).await.ok()?;
        let started = Instant::now();
        match list::list(&self.core, &link, self.events.clone(), &self.uncut).await {
            Ok((census, token)) => {
                let (objects, elapsed_ms) = (census.len(), started.elapsed().as_millis());
                tracing::debug!(host = %link.endpoint.address(), objects, "listed {objects} objects in {elapsed_ms} ms");
                self.census = census;
                self.known = Some((link.session.clone(), token));
                self.errors = 0;
                self.events.send(Event::InitDone).await.ok()?;
                self.core.status.watched();
                Some(Step::Poll(link))
            }
            Err(error) if error.is(code::MESSAGE_METHOD_UNKNOWN) => Some(Step::ListLegacy(link)),
            Err(error) => Some(self.broke(link, error, Again::List)),
        }
    }

    /// Waits for changes; with `suspects`, asks whether there are any now.
    async fn poll(&mut self, link: Arc<Link>, suspects: Option<Vec<Kind>>) -> Option<Step> {
        let Some((_, token)) = self.known.clone() else { return Some(Step::List(link)) };
        let hold = if suspects.is_some() { Duration::ZERO } else { self.core.options.limits.poll };
        let started = Instant::now();
        let answer = match poll(&self.core, &link, &Poll { classes: &["*"], token: &token, hold }).await {
            Ok(answer) => answer,
            Err(error) if error.is(code::EVENTS_LOST) || error.is(code::EVENT_FROM_TOKEN_PARSE_FAILURE) => {
                tracing::info!(host = %link.endpoint.address(), "events were lost ({error}), listing all objects again");
                return Some(Step::List(link));
            }
            Err(error) => return Some(self.broke(link, error, Again::Poll)),
        };
        self.errors = 0;
        self.known = Some((link.session.clone(), answer.token.clone()));
        self.census.apply(&answer.changes);
        let (differing, empty) = (self.census.differing(&answer), answer.changes.is_empty());
        self.hand_out(answer.changes).await?;
        self.core.status.watched();
        match suspects {
            Some(suspects) => {
                let lost: Vec<_> = differing.into_iter().filter(|kind| suspects.contains(kind)).collect();
                Some(if lost.is_empty() { Step::Poll(link) } else { Step::Relist(link, lost) })
            }
            None if !differing.is_empty() => Some(Step::Recount(link, differing)),
            None => {
                self.hasty = if empty && started.elapsed() < hold / 2 { self.hasty + 1 } else { 0 };
                let pace = PACE * (1 << self.hasty.min(4));
                sleep_until(started + pace).await;
                Some(Step::Poll(link))
            }
        }
    }

    /// Lists some classes and hands out how they differ from what is known.
    async fn relist(&mut self, link: Arc<Link>, kinds: Vec<Kind>) -> Option<Step> {
        let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
        tracing::info!(host = %link.endpoint.address(), "events were lost, listing again: {}", names.join(", "));
        let mut answer = match poll(&self.core, &link, &Poll { classes: &names, token: "", hold: Duration::ZERO }).await
        {
            Ok(answer) => answer,
            Err(error) => return Some(self.broke(link, error, Again::Poll)),
        };
        let gone = self.census.missing(&kinds, &answer.changes);
        answer.changes.extend(gone);
        self.census.apply(&answer.changes);
        // What differs even now is counted by the host in a way of its own.
        for kind in self.census.differing(&answer) {
            self.census.distrust(kind);
        }
        self.hand_out(answer.changes).await?;
        Some(Step::Poll(link))
    }

    /// Gives changes to the reader, and addresses of hosts to the session.
    async fn hand_out(&self, changes: Vec<Change>) -> Option<()> {
        for change in &changes {
            if let Change::Put(_, Record::Host(host)) = change {
                self.core.add_member(&host.address);
            }
        }
        if changes.is_empty() {
            return Some(());
        }
        self.events.send(Event::Apply(changes)).await.ok()
    }

    /// Says what broke, and what comes next.
    fn broke(&mut self, link: Arc<Link>, error: Error, again: Again) -> Step {
        self.errors += 1;
        self.core.status.watch_broke(error.clone());
        if let Some(trouble) = Trouble::of(&error) {
            tracing::debug!(host = %link.endpoint.address(), "the watch broke: {error}");
            self.core.report(&link, trouble);
            let after = link.generation;
            return if self.errors == 1 { Step::Connect { after } } else { Step::RestAndConnect { after } };
        }
        tracing::warn!(host = %link.endpoint.address(), "the pool cannot be watched: {error}; trying again");
        Step::Rest(again, link)
    }
}
