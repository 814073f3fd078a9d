//! Statistics that hosts keep of themselves and of what runs on them, shared by all who ask.
//!
//! A host tells at once all that it has measured, of itself and of each VM on it; that answer is kept by host and
//! granularity, and serves everybody who asks about anything on that host. What lists show of load is kept by itself, as
//! it is little of many hosts.
//!
//! | what there is | what is done |
//! |---|---|
//! | an answer younger than its step | it is shared |
//! | an older one | the host is asked for what came since, which is put behind it |
//! | none, or one that lacks what is asked about (it came to the host after it) | the host is asked for everything |
//! | somebody has asked the same host the same already | their answer is waited for: a host gets one request at a time |
//! | nobody has asked for ten minutes, the host has left, memory is short | it is forgotten |

mod cache;
mod frame;
mod granularity;
mod what;

use std::{sync::Arc, time::Duration};

use model::Store;
use serde::Deserialize;
use tokio::{sync::Semaphore, time::timeout};
use tokio_util::sync::CancellationToken;
use xapi::RrdQuery;

use crate::{
    Connection, On,
    feed::{News, Subscription},
};

pub(crate) use cache::Stats;
pub use frame::{Column, Frame};
pub use granularity::Granularity;
pub(crate) use what::What;

/// Hosts that are asked at once: each answer is megabytes while it arrives, and some may hang.
const AT_ONCE: usize = 16;

/// Longest wait for a turn, and then for a host.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between looks for what nobody has asked for lately.
const SWEEP: Duration = Duration::from_secs(60);

/// Bounds how many hosts are asked at once.
#[derive(Debug)]
struct Turns(Semaphore);

impl Default for Turns {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

impl On {
    /// Returns statistics of this host and of what runs on it; `about` is the uuid of what they are wanted of.
    ///
    /// # Errors
    ///
    /// [`op::Error::HostOffline`] for a host that is down, [`op::Error::ServerUnreachable`] for one that does not
    /// answer, [`op::Error::Refused`] for one that does not keep what is asked for; others say what went wrong with the
    /// host.
    pub async fn stats(&self, granularity: Granularity, about: &str) -> op::Result<Arc<Frame>> {
        let what = What::Shown(granularity);
        self.measured(what, what.age(), about).await
    }

    /// Returns the load of this host and of what runs on it, no older than `age`; errors are those of [`On::stats`].
    pub(crate) async fn load(&self, age: Duration) -> op::Result<Arc<Frame>> {
        // It is asked about the host, which it always tells of: what runs elsewhere by now is no reason to ask for all.
        self.measured(What::Load, age, self.object.id()).await
    }

    async fn measured(&self, what: What, age: Duration, about: &str) -> op::Result<Arc<Frame>> {
        let host = Host::of(self)?;
        let stats = &self.pool.app().inner().stats;
        stats.get(self.object.id(), what, age, about, move |known| host.ask(what, known)).await
    }
}

/// A host that is asked for statistics.
#[derive(Clone)]
struct Host {
    id: String,
    address: String,
    pool: Connection,
}

impl Host {
    fn of(on: &On) -> op::Result<Self> {
        #[derive(Deserialize)]
        struct Shown {
            address: String,
            #[serde(rename = "power_state")]
            state: String,
        }
        let id = on.object.id().to_owned();
        let shown: Shown =
            on.object.decode().map_err(|error| op::Error::failed(format!("host `{id}` cannot be read: {error}")))?;
        if shown.state != "Running" {
            return Err(op::Error::HostOffline { object: id });
        }
        Ok(Self { id, address: shown.address, pool: on.pool.clone() })
    }

    /// Asks for what came after `known`, or for everything.
    async fn ask(self, what: What, known: Option<Arc<Frame>>) -> op::Result<Frame> {
        let turns = &self.pool.app().inner().stats.turns().0;
        let busy = || op::Error::refused("too many hosts are being asked for statistics; try again later");
        // It is never closed.
        let _turn = timeout(PATIENCE, turns.acquire()).await.map_err(|_| busy())?;
        let granularity = what.granularity();
        let work = async {
            if let Some(known) = &known
                && let Some(last) = known.last()
            {
                let updates = self.fetch(what, last).await?;
                if let Some(frame) = Frame::after(known, &updates, granularity) {
                    return Ok(frame);
                }
                tracing::debug!(host.id = %self.id, "host `{}` has to tell all its statistics anew", self.id);
            }
            // The host knows best what time it is there: a negative start counts from its last measurement. One step less
            // than it keeps, or it might answer from a coarser archive.
            let updates = self.fetch(what, granularity.step() - granularity.span()).await?;
            let (step, has) = (granularity.step(), updates.step);
            if has != step {
                let text = format!("host `{}` keeps no values every {step} s, only every {has} s", self.id);
                return Err(op::Error::refused(text));
            }
            Ok(Frame::new(updates, granularity))
        };
        let late = || op::Error::failed(format!("host `{}` has not told its statistics within {PATIENCE:?}", self.id));
        timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(late()))
    }

    async fn fetch(&self, what: What, start: i64) -> op::Result<xapi::RrdUpdates> {
        let query = RrdQuery { start, interval: what.granularity().interval(), keep: what.keeps() };
        self.pool.rrd_updates(&self.address, query).await.map_err(|error| error.of_host(&self.id))
    }
}

/// Forgets statistics of hosts that leave, and those that nobody asks for any more.
pub(crate) async fn forget(stats: Stats, store: Store, mut feed: Subscription, stop: CancellationToken) {
    let mut due = tokio::time::interval(SWEEP);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = due.tick() => stats.sweep(),
            news = feed.next() => match news {
                News::Delta(delta) => delta.left.iter().for_each(|gone| stats.forget(gone.id())),
                News::Lost(_) => stats.retain(|host| store.get(host).is_some()),
                News::Shift(_) | News::Moved(_) => {}
                News::End => return,
            },
        }
    }
}

#[cfg(test)]
mod tests;
