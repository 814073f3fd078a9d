//! What waits to be written to one client, in bounded memory.
//!
//! Answers and notifications leave in the order in which they were put here. When the client reads too
//! slowly, notifications stop being queued: of each object that they were about only the newest state is
//! kept, which the client gets when the queue has drained. The same happens while an answer that is a
//! picture of the objects is being made, so that an older state never follows a newer one.

use std::{collections::VecDeque, sync::Arc};

use app::Notifications;
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::{Notify, OwnedSemaphorePermit};

use super::{behind::Behind, frame, notice::Notice};
use crate::jsonrpc;

/// Notifications up to so many bytes wait for a client; one that is behind by more gets the newest states only.
const MOST_NOTICES: usize = 1024 * 1024;
/// A client that is behind on more objects than this is cut; more than an estate has, so it takes objects
/// that come and go while the client reads nothing.
const MOST_BEHIND: usize = 500_000;

/// Says no more than that the server is there.
const ALIVE: &[u8] = br#"{"jsonrpc":"2.0","method":"alive","params":{}}"#;

/// Something to write.
pub(crate) enum Item {
    /// Whole frames.
    Frames(Bytes),
    /// A text message in parts: what goes before, the parts as they are made, what goes after.
    Parts {
        head: Bytes,
        parts: Box<dyn Iterator<Item = Bytes> + Send>,
        tail: Bytes,
        call: Option<OwnedSemaphorePermit>,
    },
    /// A text message of these slices, which an answer in one piece is.
    Message { slices: [Bytes; 3], call: Option<OwnedSemaphorePermit> },
    /// A notification.
    Notice(Arc<Notice>),
}

/// What the writer is to do next.
pub(crate) enum Next {
    /// Write this.
    Item(Item),
    /// Tell the client of these objects, which it is behind on.
    CatchUp(Behind),
    /// Nothing for now.
    Wait,
    /// Write this close frame and end.
    Close(Bytes),
    /// End.
    End,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Item>,
    notices: usize,
    behind: Behind,
    /// Pictures of the objects that are being made.
    held: usize,
    /// The newest control frame; a client that pings faster than it reads gets one pong.
    control: Option<Bytes>,
    close: Option<Bytes>,
    ended: bool,
}

/// The queue of one connection; reader, calls and notifier put in, the writer takes out.
#[derive(Default)]
pub(crate) struct Outbox {
    state: Mutex<State>,
    filled: Notify,
    /// What the client gets when nothing else waits, made when it is taken.
    notifications: Notifications,
}

impl Outbox {
    /// Makes the outbox of a connection.
    pub(crate) fn new(notifications: Notifications) -> Self {
        Self { notifications, ..Self::default() }
    }

    /// Queues an answer; the number of these is bounded by the calls that a connection may have open.
    pub(crate) fn answer(&self, item: Item) {
        self.state.lock().queue.push_back(item);
        self.filled.notify_one();
    }

    /// Queues a notification, or remembers its objects when the client is behind.
    pub(crate) fn notice(&self, notice: &Arc<Notice>) {
        if !self.notifications.wants_objects() {
            return;
        }
        let mut state = self.state.lock();
        let fits = state.notices == 0 || state.notices + notice.size() <= MOST_NOTICES;
        if fits && state.held == 0 && state.behind.is_empty() {
            state.notices += notice.size();
            state.queue.push_back(Item::Notice(notice.clone()));
        } else {
            state.behind.add(notice);
            if state.behind.len() > MOST_BEHIND {
                state.behind = Behind::default();
                state.queue.clear();
                state.close = Some(frame::close(1013, "too slow: too many changes wait to be read"));
            }
        }
        drop(state);
        self.filled.notify_one();
    }

    /// Keeps notifications back until the matching [`Self::release`].
    pub(crate) fn hold(&self) {
        self.state.lock().held += 1;
    }

    /// Lets notifications follow again.
    pub(crate) fn release(&self) {
        self.state.lock().held -= 1;
        self.filled.notify_one();
    }

    /// Queues a sign of life for a client that uses views, where nothing else waits.
    pub(crate) fn alive(&self) {
        if self.notifications.wants_objects() {
            return;
        }
        let mut state = self.state.lock();
        if !state.queue.is_empty() {
            return;
        }
        state.queue.push_back(Item::Frames(frame::whole(frame::Opcode::Text, &[ALIVE])));
        drop(state);
        self.filled.notify_one();
    }

    /// Puts a control frame before everything else.
    pub(crate) fn control(&self, frame: Bytes) {
        self.state.lock().control = Some(frame);
        self.filled.notify_one();
    }

    /// Ends the connection for this reason, once the frame being written is out.
    pub(crate) fn close(&self, code: u16, why: &str) {
        self.state.lock().close.get_or_insert_with(|| frame::close(code, why));
        self.filled.notify_one();
    }

    /// Ends the connection without a word: the peer has gone.
    pub(crate) fn end(&self) {
        self.state.lock().ended = true;
        self.filled.notify_one();
    }

    /// Takes what is to be done next.
    pub(crate) fn next(&self) -> Next {
        let mut state = self.state.lock();
        if let Some(frame) = state.control.take() {
            return Next::Item(Item::Frames(frame));
        }
        if let Some(frame) = state.close.take() {
            state.ended = true;
            return Next::Close(frame);
        }
        if state.ended {
            return Next::End;
        }
        if let Some(item) = state.queue.pop_front() {
            if let Item::Notice(notice) = &item {
                state.notices -= notice.size();
            }
            return Next::Item(item);
        }
        if state.held == 0 && !state.behind.is_empty() {
            return Next::CatchUp(std::mem::take(&mut state.behind));
        }
        // Made under the lock: a call that opens a view is answered before the view tells of anything.
        if state.held == 0
            && let Some(notification) = self.notifications.take()
        {
            return Next::Item(Item::Message { slices: jsonrpc::notification(notification), call: None });
        }
        Next::Wait
    }

    /// Takes a control frame that may go between the fragments of a message.
    pub(crate) fn next_control(&self) -> Option<Bytes> {
        self.state.lock().control.take()
    }

    /// Waits until something was put in.
    pub(crate) async fn filled(&self) {
        tokio::select! {
            () = self.filled.notified() => {}
            () = self.notifications.ready() => {}
        }
    }
}

#[cfg(test)]
mod tests;
