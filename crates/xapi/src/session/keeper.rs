//! The task that keeps the session.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde::Deserialize;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};
use xapi_types::Value;

use super::{Core, Link, Phase, Report, Trouble};
use crate::{Address, Error, Secret, endpoint::Endpoint};

/// First rest after a failed attempt; it doubles up to the limit of the options.
const FIRST_REST: Duration = Duration::from_secs(1);

/// Rest of a pool that knew our password and now refuses it: its directory may be away.
const REFUSED_REST: Duration = Duration::from_mins(5);

/// Time for a host to say that it is alive.
const SHORT: Duration = Duration::from_secs(10);

/// Time for a host to log us out.
const FAREWELL: Duration = Duration::from_secs(3);

/// What the keeper is about to do.
enum Step {
    /// Log in at one of these members, then, if none works, at any that is known.
    Enter(Vec<Address>),
    /// Wait for trouble.
    Serve(Arc<Link>),
    /// See whether the session still works.
    Check(Arc<Link>),
    /// Wait before the next attempt.
    Rest { attempt: u32, error: Error },
}

/// Keeps a session until the pool is closed.
pub(crate) async fn keep(core: Arc<Core>, mut reports: mpsc::Receiver<Report>) {
    let mut keeper = Keeper { core: Arc::clone(&core), generation: 0, attempt: 0 };
    let mut step = Step::Enter(vec![core.options.address.clone()]);
    loop {
        let next = core.closing.run_until_cancelled(keeper.take(step, &mut reports)).await;
        match next {
            Some(next) => step = next,
            None => break,
        }
    }
    let link = core.current();
    core.phase.send_replace(Phase::Connecting);
    if let Some(link) = link {
        // Hosts keep few sessions of one user, so none is left behind if it can be helped.
        let _ = core.call_once::<Value>(&link, "session.logout", &[], FAREWELL).await;
    }
    for endpoint in core.endpoints() {
        endpoint.close_idle();
    }
    core.phase.send_replace(Phase::Closed);
}

struct Keeper {
    core: Arc<Core>,
    generation: u64,
    /// Attempts that failed since the last success.
    attempt: u32,
}

impl Keeper {
    async fn take(&mut self, step: Step, reports: &mut mpsc::Receiver<Report>) -> Step {
        match step {
            Step::Enter(candidates) => self.enter(candidates).await,
            Step::Serve(link) => self.serve(link, reports).await,
            Step::Check(link) => self.check(link).await,
            Step::Rest { attempt, error } => self.rest(attempt, error, reports).await,
        }
    }

    async fn enter(&mut self, candidates: Vec<Address>) -> Step {
        let core = Arc::clone(&self.core);
        let mut entered = core.enter(&candidates).await;
        if let Err(error) = &entered
            && !error.is_refused()
        {
            let mut others = core.everywhere();
            others.retain(|address| !candidates.contains(address));
            if !others.is_empty() {
                tracing::info!("{error}; asking {} other members of the pool", others.len());
                entered = match core.enter(&others).await {
                    // The first error tells more than that of members that follow it.
                    Err(other) if !other.is_refused() => {
                        let tried = candidates.len() + others.len();
                        Err(Error::NoMember { tried, first: Box::new(error.clone()) })
                    }
                    other => other,
                };
            }
        }
        match entered {
            Ok((endpoint, session)) => {
                self.attempt = 0;
                let link = self.publish(endpoint, session);
                tokio::spawn(learn_members(core, Arc::clone(&link)));
                Step::Serve(link)
            }
            Err(error) => {
                self.attempt += 1;
                if self.attempt == 1 {
                    tracing::warn!(host = %core.options.address, "no session with `{}`: {error}", core.options.address);
                }
                core.phase.send_replace(Phase::Down(error.clone()));
                core.status.down(error.clone());
                Step::Rest { attempt: self.attempt, error }
            }
        }
    }

    fn publish(&mut self, endpoint: Arc<Endpoint>, session: Secret) -> Arc<Link> {
        self.generation += 1;
        let link = Arc::new(Link { endpoint, session, generation: self.generation });
        self.core.phase.send_replace(Phase::Up(Arc::clone(&link)));
        self.core.status.up();
        link
    }

    async fn serve(&mut self, link: Arc<Link>, reports: &mut mpsc::Receiver<Report>) -> Step {
        loop {
            let trouble = match reports.recv().await {
                Some(Report::Trouble { generation, trouble }) if generation == link.generation => trouble,
                Some(_) => continue,
                // The core holds a sender; without one nobody can ask for anything.
                None => return Step::Serve(link),
            };
            let address = link.endpoint.address();
            return match trouble {
                Trouble::Suspect(error) => {
                    tracing::debug!(host = %address, "is `{address}` still there? {error}");
                    Step::Check(link)
                }
                Trouble::SessionInvalid => {
                    tracing::info!(host = %address, "the session on `{address}` has ended, logging in again");
                    self.away(None);
                    Step::Enter(vec![address.clone()])
                }
                Trouble::Slave(coordinator) => {
                    tracing::info!(host = %address, "`{address}` has become a member of the pool of `{coordinator}`");
                    self.away(None);
                    Step::Enter(vec![address.member(&coordinator).unwrap_or_else(|_| address.clone())])
                }
            };
        }
    }

    fn away(&self, doubt: Option<Error>) {
        self.core.phase.send_replace(Phase::Connecting);
        self.core.status.connecting(doubt);
    }

    async fn check(&mut self, link: Arc<Link>) -> Step {
        // What rests may be as dead as what broke.
        link.endpoint.close_idle();
        match self.core.call_once::<Value>(&link, "pool.get_all", &[], SHORT).await {
            Ok(_) => Step::Serve(self.publish(Arc::clone(&link.endpoint), link.session.clone())),
            Err(failed) => {
                let current = link.endpoint.address().clone();
                self.away(Some(failed.error.clone()));
                match Trouble::of(&failed.error) {
                    Some(Trouble::Slave(coordinator)) => {
                        Step::Enter(vec![current.member(&coordinator).unwrap_or(current)])
                    }
                    Some(Trouble::SessionInvalid) => Step::Enter(vec![current]),
                    // The coordinator is away or is no coordinator any more: all are asked at once.
                    Some(Trouble::Suspect(_)) | None => {
                        let mut all = self.core.everywhere();
                        if !all.contains(&current) {
                            all.push(current);
                        }
                        Step::Enter(all)
                    }
                }
            }
        }
    }

    async fn rest(&mut self, attempt: u32, error: Error, reports: &mut mpsc::Receiver<Report>) -> Step {
        let longest = self.core.options.limits.rest;
        let rest = if error.is_refused() {
            // Trying a wrong password again and again may lock the account.
            (self.generation > 0).then_some(REFUSED_REST)
        } else {
            let doubled = FIRST_REST.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(longest);
            // Clients of many pools must not come back all at once.
            Some(doubled.mul_f64(rand::random_range(0.75..=1.0)))
        };
        let wake = async {
            match rest {
                Some(rest) => sleep_until(Instant::now() + rest).await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(wake);
        loop {
            tokio::select! {
                () = &mut wake => break,
                report = reports.recv() => if matches!(report, Some(Report::Retry)) { break },
            }
        }
        self.core.status.connecting(None);
        Step::Enter(self.core.everywhere())
    }
}

#[derive(Deserialize)]
struct Member {
    #[serde(default)]
    address: String,
}

/// Remembers which pool it is and where its members are.
async fn learn_members(core: Arc<Core>, link: Arc<Link>) {
    let learn = async {
        if core.uuid.get().is_none() {
            match core.pool_uuid(&link).await {
                Ok(Some(uuid)) => drop(core.uuid.set(uuid)),
                Ok(None) => {}
                Err(error) => tracing::debug!("which pool this is, is not known: {error}"),
            }
        }
        let limit = core.options.limits.login;
        match core.call_once::<BTreeMap<String, Member>>(&link, "host.get_all_records", &[], limit).await {
            Ok(hosts) => core.set_members(hosts.values().map(|host| host.address.as_str())),
            Err(failed) => tracing::debug!("the members of the pool are not known: {}", failed.error),
        }
    };
    core.closing.run_until_cancelled(learn).await;
}
