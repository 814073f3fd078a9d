//! The watch of hosts that are older than `event.from`: a queue of events that can overflow.

use std::{sync::Arc, time::Duration};

use xapi_types::{AnyRef, Kind, Record, Value, code};

use super::{Again, Census, Event, PIECE, Step, Watcher, answer};
use crate::{Error, endpoint::Failed, params, session::Link};

/// Time for a call that only looks.
const SHORT: Duration = Duration::from_mins(2);

impl Watcher {
    pub(super) async fn list_legacy(&mut self, link: Arc<Link>) -> Option<Step> {
        self.core.status.listing();
        self.events.send(Event::InitStart).await.ok()?;
        match self.fill_legacy(&link).await {
            Ok(reader_is_there) => reader_is_there?,
            Err(error) => return Some(self.broke(link, error, Again::ListLegacy)),
        }
        self.errors = 0;
        self.events.send(Event::InitDone).await.ok()?;
        self.core.status.watched();
        Some(Step::PollLegacy(link))
    }

    /// Registers for events, then lists: what changes meanwhile is in the queue.
    async fn fill_legacy(&mut self, link: &Link) -> Result<Option<()>, Error> {
        let all = || params![vec!["*"]];
        let quietly = |failed: Failed| failed.error;
        // A queue that overflowed stays so until it is taken down.
        let _ = self.core.call_once::<Value>(link, "event.unregister", &all(), SHORT).await;
        self.core.call_once::<Value>(link, "event.register", &all(), SHORT).await.map_err(quietly)?;
        self.census = Census::default();
        for kind in Kind::ALL {
            let method = format!("{}.get_all_records", kind.name());
            let records = match self.core.call_once::<Value>(link, &method, &[], SHORT).await {
                Ok(records) => records,
                Err(failed) if failed.error.failure().is_some() && !is_about_session(&failed.error) => {
                    if !failed.error.is(code::MESSAGE_METHOD_UNKNOWN) && !failed.error.is(code::MESSAGE_REMOVED) {
                        tracing::warn!(host = %link.endpoint.address(), "`{method}`: {}", failed.error);
                    }
                    continue;
                }
                Err(failed) => return Err(failed.error),
            };
            let mut piece = Vec::new();
            for (reference, record) in records.into_struct() {
                if let Some(record) = answer::decode(kind, record, self.core.options.unneeded) {
                    if let Record::Host(host) = &record {
                        self.core.add_member(&host.address);
                    }
                    piece.push((AnyRef::parse(&reference), record));
                }
            }
            while !piece.is_empty() {
                let rest = piece.split_off(piece.len().min(PIECE));
                let full = std::mem::replace(&mut piece, rest);
                if self.events.send(Event::InitApply(full)).await.is_err() {
                    return Ok(None);
                }
            }
        }
        Ok(Some(()))
    }

    pub(super) async fn poll_legacy(&mut self, link: Arc<Link>) -> Option<Step> {
        let limits = &self.core.options.limits;
        // Hosts touch the pool's record every 30 s, so that silence means that there is nobody.
        let limit = limits.poll + limits.grace;
        match self.core.call_once::<Value>(&link, "event.next", &[], limit).await {
            Ok(events) => {
                self.errors = 0;
                let unneeded = self.core.options.unneeded;
                let events = events.into_array().into_iter();
                let changes = events.filter_map(|event| answer::event(event, unneeded)).collect();
                self.hand_out(changes).await?;
                self.core.status.watched();
                Some(Step::PollLegacy(link))
            }
            Err(failed) if failed.error.is(code::EVENTS_LOST) || failed.error.is(code::SESSION_NOT_REGISTERED) => {
                tracing::info!(host = %link.endpoint.address(), "events were lost, listing all objects again");
                Some(Step::ListLegacy(link))
            }
            Err(failed) => Some(self.broke(link, failed.error, Again::ListLegacy)),
        }
    }
}

fn is_about_session(error: &Error) -> bool {
    error.is(code::SESSION_INVALID) || error.is(code::HOST_IS_SLAVE)
}
