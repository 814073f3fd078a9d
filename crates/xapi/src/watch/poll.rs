//! One `event.from`, read while it arrives.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use xapi_types::{Failure, Kind, Value, code};

use super::{
    Change,
    answer::{self, Reader, Tail},
};
use crate::{
    Error,
    dialect::{Dialect, Unreadable},
    endpoint::Reply,
    session::{Core, Link, with_session},
};

/// Answers longer than this are decoded aside, while they arrive, in bytes.
const LONG: u64 = 256 << 10;

/// Bytes that are handed to another thread at once: waking it for each chunk would cost more than decoding it.
const BATCH: usize = 512 << 10;

/// Batches that wait to be decoded: enough that neither side waits for the other, few enough that no second copy
/// of a long answer comes together.
const BATCHES: usize = 4;

/// Most that a list may take until its answer begins: hosts write it whole before they send it.
pub(super) const LIST: Duration = Duration::from_mins(2);

/// A question for events.
pub(crate) struct Poll<'a> {
    /// Classes to hear of.
    pub(crate) classes: &'a [&'a str],
    /// Answer to go on from; empty for all that there is.
    pub(crate) token: &'a str,
    /// Time that the host may wait for something to tell.
    pub(crate) hold: Duration,
}

/// What a host answers to it.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) changes: Vec<Change>,
    pub(crate) token: String,
    /// Rows of each table of a known class.
    pub(crate) counts: Vec<(Kind, u64)>,
}

impl Answer {
    /// Returns the number of objects of `kind` that the host has.
    pub(crate) fn count(&self, kind: Kind) -> Option<u64> {
        self.counts.iter().find(|(known, _)| *known == kind).map(|(_, count)| *count)
    }
}

/// Asks for events.
pub(crate) async fn poll(core: &Core, link: &Link, request: &Poll<'_>) -> Result<Answer, Error> {
    let limits = &core.options.limits;
    let limit = if request.token.is_empty() { LIST } else { request.hold + limits.grace };
    let reply = ask(core, link, request, limit).await?;
    let (size, unneeded) = (limits.event, core.options.unneeded);
    let aside = reply.length().is_none_or(|length| length > LONG);
    let result = if link.dialect() == Dialect::Xml || reply.status != 200 {
        whole(core, link, reply).await
    } else if aside {
        read_aside(reply, move |batches| {
            let mut reader = Reader::new(size, unneeded);
            let mut changes = Vec::new();
            while let Some(batch) = batches.blocking_recv() {
                for chunk in batch {
                    reader.push(&chunk, &mut changes)?;
                }
            }
            Ok((changes, reader.finish()?))
        })
        .await?
    } else {
        read_here(reply, Reader::new(size, unneeded)).await?
    };
    let (changes, tail) = result.map_err(|unreadable| explain(link, unreadable))?;
    finish(core, link, changes, tail)
}

pub(super) async fn ask<'a>(
    core: &Core,
    link: &'a Link,
    request: &Poll<'_>,
    limit: Duration,
) -> Result<Reply<'a>, Error> {
    let dialect = link.dialect();
    let classes = Value::Array(request.classes.iter().map(|class| Value::from(*class)).collect());
    // A float: XML-RPC hosts take nothing else.
    let params = [classes, Value::from(request.token), Value::Float(request.hold.as_secs_f64())];
    let body = dialect.call("event.from", &with_session(link, "event.from", &params));
    let reply = link.endpoint.post(dialect, body.into(), limit).await;
    reply.map_err(|failed| core.concealed(failed.error, Some(link)))
}

/// Pieces of an answer on their way to another thread.
pub(super) type Batches = mpsc::Receiver<Vec<Bytes>>;

pub(super) type Read = Result<(Vec<Change>, Tail), Unreadable>;

/// Reads a short answer as it comes.
async fn read_here(mut reply: Reply<'_>, mut reader: Reader) -> Result<Read, Error> {
    let mut changes = Vec::new();
    while let Some(chunk) = reply.chunk().await? {
        if let Err(unreadable) = reader.push(&chunk, &mut changes) {
            return Ok(Err(unreadable));
        }
    }
    Ok(reader.finish().map(|tail| (changes, tail)))
}

/// Reads a long answer: `decode` works on another thread while the rest arrives.
pub(super) async fn read_aside<T: Send + 'static>(
    mut reply: Reply<'_>,
    decode: impl FnOnce(&mut Batches) -> Result<T, Unreadable> + Send + 'static,
) -> Result<Result<T, Unreadable>, Error> {
    let (sender, mut batches) = mpsc::channel(BATCHES);
    let decoded = tokio::task::spawn_blocking(move || decode(&mut batches));
    let (mut batch, mut size) = (Vec::new(), 0);
    while let Some(chunk) = reply.chunk().await? {
        size += chunk.len();
        batch.push(chunk);
        if size >= BATCH {
            size = 0;
            if sender.send(std::mem::take(&mut batch)).await.is_err() {
                // The decoder has found something that it cannot read, and tells it below.
                break;
            }
        }
    }
    let _ = sender.send(batch).await;
    drop(sender);
    decoded.await.map_err(|_| Error::Closed)
}

/// Reads an answer that must be whole to be read: XML, or something that is no answer.
pub(super) async fn whole(core: &Core, link: &Link, reply: Reply<'_>) -> Read {
    let (dialect, status) = (link.dialect(), reply.status);
    let body = match reply.collect(core.options.limits.answer).await {
        Ok(body) => body,
        Err(error) => return Err(Unreadable::Nonsense(error.to_string())),
    };
    let unneeded = core.options.unneeded;
    let decode = move || match dialect.answer::<Value>(status, &body)? {
        Ok(value) => Ok(answer::from_value(value, unneeded)),
        Err(failure) => Ok((Vec::new(), Tail::failed(failure))),
    };
    tokio::task::spawn_blocking(decode).await.unwrap_or_else(|error| Err(Unreadable::Nonsense(error.to_string())))
}

pub(super) fn explain(link: &Link, unreadable: Unreadable) -> Error {
    match unreadable {
        Unreadable::Nonsense(reason) | Unreadable::Shape(reason) => link.endpoint.nonsense(reason),
    }
}

/// Turns what stood around the events into the answer.
pub(super) fn finish(core: &Core, link: &Link, changes: Vec<Change>, tail: Tail) -> Result<Answer, Error> {
    if let Some(failure) = tail.failure {
        return Err(core.concealed(Error::Failure(failure), Some(link)));
    }
    if tail.odd > 0 {
        tracing::warn!(
            host = %link.endpoint.address(),
            odd = tail.odd,
            "{} events of `{}` could not be read and were left out",
            tail.odd,
            link.endpoint.address()
        );
    }
    let Some(token) = tail.token else {
        return Err(Error::Failure(Failure::new(code::INTERNAL_ERROR, ["event.from answered without a token"])));
    };
    Ok(Answer { changes, token, counts: tail.counts })
}
