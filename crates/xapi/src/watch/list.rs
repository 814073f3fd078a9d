//! The list of all objects, decoded on several threads while it arrives.
//!
//! The text of the answer is cut between events; objects come in no order anyway. A host whose answer cannot be cut
//! where that seems possible is read in one piece from then on.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
    mpsc::{Receiver, SyncSender, sync_channel},
};

use tokio::sync::mpsc;
use xapi_types::Record;

use super::{
    Census, Change, Event, PIECE,
    answer::{self, Reader, Tail},
    poll::{Batches, LIST, Poll, ask, explain, finish, read_aside, whole},
};
use crate::{
    Error,
    dialect::{Dialect, Unreadable},
    session::{Core, Link},
};

/// Threads that decode; more would wait for the network.
const THREADS: usize = 2;

/// Segments that wait for each thread, of some 300 KiB: no second copy of a long answer comes together.
const WAITING: usize = 2;

/// Lists all objects, giving them to `events` as they arrive; returns them counted, and the token.
///
/// `uncut` is set when the answer of this host must not be cut.
pub(super) async fn list(
    core: &Arc<Core>,
    link: &Link,
    events: mpsc::Sender<Event>,
    uncut: &Arc<AtomicBool>,
) -> Result<(Census, String), Error> {
    let request = Poll { classes: &["*"], token: "", hold: core.options.limits.poll };
    let reply = ask(core, link, &request, LIST).await?;
    let lister = Lister { core: Arc::clone(core), events, census: Census::default() };
    let read = if link.dialect() == Dialect::Xml || reply.status != 200 {
        let (changes, tail) = whole(core, link, reply).await.map_err(|unreadable| explain(link, unreadable))?;
        tokio::task::spawn_blocking(move || Ok((lister.give_all(changes), tail))).await.map_err(|_| Error::Closed)?
    } else {
        let reader = Reader::new(core.options.limits.event, core.options.unneeded);
        let uncut = Arc::clone(uncut);
        read_aside(reply, move |batches| decode(batches, reader, &lister, &uncut)).await?
    };
    let (mut census, tail) = read.map_err(|unreadable| explain(link, unreadable))?;
    let answer = finish(core, link, Vec::new(), tail)?;
    census.compare(&answer.counts);
    Ok((census, answer.token))
}

/// Decodes an answer.
fn decode(
    batches: &mut Batches,
    mut reader: Reader,
    lister: &Lister,
    uncut: &AtomicBool,
) -> Result<(Census, Tail), Unreadable> {
    let mut own = lister.fresh();
    let mut changes = Vec::with_capacity(PIECE);
    if uncut.load(Ordering::Relaxed) {
        while let Some(batch) = batches.blocking_recv() {
            for chunk in batch {
                reader.push(&chunk, &mut changes)?;
            }
            own.give(&mut changes, false);
        }
        let tail = reader.finish()?;
        return Ok((own.give_all(changes), tail));
    }
    std::thread::scope(|scope| {
        let start = |_| {
            let (sender, segments) = sync_channel(WAITING);
            let lister = lister.fresh();
            (sender, scope.spawn(move || decode_segments(&segments, lister)))
        };
        let (senders, threads): (Vec<SyncSender<String>>, Vec<_>) = (0..THREADS).map(start).unzip();
        let mut turns = senders.iter().cycle();
        'answer: while let Some(batch) = batches.blocking_recv() {
            for chunk in batch {
                let Some(segment) = reader.push_or_cut(&chunk, &mut changes)? else { continue };
                // A thread that has ended tells why below.
                let sent = turns.next().is_some_and(|sender| sender.send(segment).is_ok());
                if !sent {
                    break 'answer;
                }
            }
        }
        drop(turns);
        drop(senders);
        let mut odd = 0;
        for thread in threads {
            let Some((census, unread)) = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)) else {
                uncut.store(true, Ordering::Relaxed);
                return Err(Unreadable::Nonsense("events that cannot be told apart".to_owned()));
            };
            own.census.join(census);
            odd += unread;
        }
        reader.push(&[], &mut changes)?;
        let mut tail = reader.finish()?;
        tail.odd += odd;
        Ok((own.give_all(changes), tail))
    })
}

/// Decodes segments until there are no more; nothing if one was cut inside of an event.
fn decode_segments(segments: &Receiver<String>, mut lister: Lister) -> Option<(Census, usize)> {
    let (mut changes, mut odd) = (Vec::with_capacity(PIECE), 0);
    for segment in segments {
        odd += answer::events(segment, lister.core.options.unneeded, &mut changes)?;
        lister.give(&mut changes, false);
    }
    Some((lister.give_all(changes), odd))
}

/// Counts what is listed and hands it out in pieces.
struct Lister {
    core: Arc<Core>,
    events: mpsc::Sender<Event>,
    census: Census,
}

impl Lister {
    /// Makes another that has counted nothing yet.
    fn fresh(&self) -> Self {
        Self { core: Arc::clone(&self.core), events: self.events.clone(), census: Census::default() }
    }

    /// Hands out the last of what is listed.
    fn give_all(mut self, mut changes: Vec<Change>) -> Census {
        self.give(&mut changes, true);
        self.census
    }

    /// Hands out full pieces of `changes`, and what is left too if it is the end.
    ///
    /// That the reader is gone is noticed by the watch, which then ends; nothing is to be done here.
    fn give(&mut self, changes: &mut Vec<Change>, end: bool) {
        while changes.len() >= PIECE || (end && !changes.is_empty()) {
            let piece = changes.drain(..changes.len().min(PIECE));
            let piece = piece.filter_map(|change| match change {
                Change::Put(reference, record) => Some((reference, record)),
                Change::Removed(..) => None,
            });
            let piece: Vec<_> = piece.collect();
            for (reference, record) in &piece {
                self.census.put(record.kind(), reference.clone());
                if let Record::Host(host) = record {
                    self.core.add_member(&host.address);
                }
            }
            let _ = self.events.blocking_send(Event::InitApply(piece));
        }
    }
}
