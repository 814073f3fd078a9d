//! Statistics: what a host has measured of itself, of its VMs and of its storage.
//!
//! Each host knows its own alone, so it is asked itself, wherever the coordinator is. The answer is read
//! while it arrives, and of it only the columns that are wanted are kept.

mod lexer;
mod reader;

use tokio::time::{Instant, timeout_at};

use crate::{
    Error, Pool,
    endpoint::{Endpoint, Reply},
};

use reader::{Reader, Unreadable};

/// Which statistics of a host are wanted.
#[derive(Clone, Copy, Debug)]
pub struct RrdQuery {
    /// From when on: seconds since the epoch by the host's clock or, if negative, before its last measurement.
    pub start: i64,
    /// Seconds from one value to the next: 5, 60, 3600 or 86 400. A host whose archive of that coarseness does not go
    /// back to `start` answers a coarser one.
    pub interval: u32,
    /// Which columns to keep: those for which this says yes, given `host`, `vm` or `sr` and a name such as `cpu0`.
    pub keep: fn(kind: &str, name: &str) -> bool,
}

/// Statistics of a host.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RrdUpdates {
    /// Seconds from one value to the next.
    pub step: i64,
    /// When the last row ended, or would have if there were one, seconds since the epoch by the host's clock.
    pub end: i64,
    /// When each row ended, oldest first, seconds since the epoch; multiples of `step`.
    pub times: Vec<i64>,
    /// The columns that were kept, in the order of the host.
    pub columns: Vec<RrdColumn>,
}

/// Values of one thing that is measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RrdColumn {
    /// Of what: `host`, `vm` or `sr`.
    pub kind: String,
    /// UUID of that.
    pub uuid: String,
    /// What is measured, such as `cpu0`.
    pub name: String,
    /// One value a row, not a number where there is none.
    pub values: Vec<f64>,
}

impl Pool {
    /// Returns statistics of the host whose `host.address` is `host`.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call); [`Error::Answer`] for an answer that is none, which says where it goes wrong,
    /// [`Error::TooLarge`] for one beyond the limit of the options.
    pub async fn rrd_updates(&self, host: &str, query: RrdQuery) -> Result<RrdUpdates, Error> {
        let core = self.core();
        let limits = &core.options.limits;
        let deadline = Instant::now() + limits.read;
        let endpoint = core.endpoint(&core.options.address.member(host)?)?;
        let (start, interval) = (query.start, query.interval);
        let target = format!("/rrd_updates?cf=AVERAGE&host=true&interval={interval}&json=true&start={start}");
        let reply = core.get(&endpoint, &target, deadline).await?;
        let read = timeout_at(deadline, read(&endpoint, reply, query, limits.statistics)).await;
        read.unwrap_or_else(|_| Err(endpoint.timeout("finish its statistics", limits.read)))
    }
}

/// Reads an answer while it arrives.
async fn read(endpoint: &Endpoint, mut reply: Reply<'_>, query: RrdQuery, limit: usize) -> Result<RrdUpdates, Error> {
    let too_large = || Error::TooLarge { address: endpoint.address().clone(), limit };
    if reply.length().is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    let failed = |unreadable| match unreadable {
        Unreadable::TooLarge => too_large(),
        Unreadable::Nonsense(reason) => endpoint.nonsense(reason),
    };
    let mut reader = Reader::new(query.keep, limit);
    while let Some(chunk) = reply.chunk().await? {
        reader.push(&chunk).map_err(failed)?;
    }
    reader.finish().map_err(failed)
}
