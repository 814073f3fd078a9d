//! Whose list is made next.
//!
//! Making a list goes over all objects, so one is made at a time. Users take turns: who asks for many waits for their
//! own, others for one of these at most.

use std::{collections::VecDeque, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::notifications::MOST_VIEWS;

/// Lists of one user that wait to be made: all that two connections may have, which come at once when a browser
/// comes back.
const MOST_OF_USER: usize = 2 * MOST_VIEWS;

/// The turns; clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    taken: bool,
    /// Those who wait, by user, the next user first.
    waiting: VecDeque<(String, VecDeque<Waiting>)>,
    next_number: u64,
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    turn: oneshot::Sender<Turn>,
}

/// Who asks for a turn.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asker<'a> {
    /// A call of this user.
    Call(&'a str),
    /// The server, for a view of this user that is open: before their calls, and however many these are.
    Kept(&'a str),
}

impl<'a> Asker<'a> {
    fn user(self) -> &'a str {
        let (Self::Call(user) | Self::Kept(user)) = self;
        user
    }
}

/// Whoever has it may make a list; the next one gets it when it is dropped.
#[derive(Debug)]
pub(super) struct Turn(Option<Turns>);

impl Turns {
    /// Waits for a turn; who gives up does not stand in the way.
    ///
    /// # Errors
    ///
    /// [`op::Error::Refused`] if too many calls of the user wait already.
    pub(super) async fn take(&self, asker: Asker<'_>) -> op::Result<Turn> {
        let (turn, waits) = oneshot::channel();
        let _leaves = {
            let mut state = self.0.lock();
            if !state.taken {
                state.taken = true;
                return Ok(Turn(Some(self.clone())));
            }
            state.next_number += 1;
            let number = state.next_number;
            state.queue(asker, Waiting { number, turn })?;
            Leaves { turns: self, user: asker.user(), number }
        };
        Ok(waits.await.expect("who has a turn passes it on"))
    }

    /// Gives the turn to the next one who still waits.
    fn pass(&self) {
        loop {
            let next = {
                let mut state = self.0.lock();
                let next = state.next();
                state.taken = next.is_some();
                next
            };
            let Some(next) = next else { return };
            match next.turn.send(Turn(Some(self.clone()))) {
                Ok(()) => return,
                // Not to be passed on from inside.
                Err(mut turn) => turn.0 = None,
            }
        }
    }

    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.0.lock().waiting.iter().map(|(_, waiting)| waiting.len()).sum()
    }
}

impl State {
    fn queue(&mut self, asker: Asker<'_>, new: Waiting) -> op::Result<()> {
        let user = asker.user();
        let Some((_, waiting)) = self.waiting.iter_mut().find(|(known, _)| known == user) else {
            self.waiting.push_back((user.to_owned(), VecDeque::from([new])));
            return Ok(());
        };
        match asker {
            Asker::Kept(_) => waiting.push_front(new),
            Asker::Call(_) if waiting.len() < MOST_OF_USER => waiting.push_back(new),
            Asker::Call(_) => {
                return Err(op::Error::refused(format!(
                    "too many requests: {MOST_OF_USER} lists of this user wait to be made; ask again when some are answered"
                )));
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Option<Waiting> {
        let (user, mut waiting) = self.waiting.pop_front()?;
        let next = waiting.pop_front();
        if !waiting.is_empty() {
            self.waiting.push_back((user, waiting));
        }
        next
    }
}

/// Takes somebody who does not wait any more out of the queue.
struct Leaves<'a> {
    turns: &'a Turns,
    user: &'a str,
    number: u64,
}

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        let mut state = self.turns.0.lock();
        let Some(at) = state.waiting.iter().position(|(user, _)| user == self.user) else { return };
        let (_, waiting) = &mut state.waiting[at];
        waiting.retain(|waiting| waiting.number != self.number);
        if waiting.is_empty() {
            state.waiting.remove(at);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.0.take() {
            turns.pass();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{pin::Pin, task::Poll};

    use futures_util::poll;

    use super::*;

    type Asked<'a> = Pin<Box<dyn Future<Output = op::Result<Turn>> + 'a>>;

    /// Asks for a turn that is not free.
    async fn asks<'a>(turns: &'a Turns, asker: Asker<'a>) -> Asked<'a> {
        let mut asked: Asked<'a> = Box::pin(turns.take(asker));
        assert!(matches!(poll!(&mut asked), Poll::Pending));
        asked
    }

    async fn has(asked: &mut Asked<'_>) -> Option<Turn> {
        match poll!(asked) {
            Poll::Ready(turn) => Some(turn.expect("it is given")),
            Poll::Pending => None,
        }
    }

    #[tokio::test]
    async fn users_take_turns_however_many_lists_one_asks_for() {
        let turns = Turns::default();
        let now = turns.take(Asker::Call("ann")).await.expect("it is free");
        let mut first = asks(&turns, Asker::Call("ann")).await;
        let mut second = asks(&turns, Asker::Call("ann")).await;
        let mut third = asks(&turns, Asker::Call("ann")).await;
        let mut of_bob = asks(&turns, Asker::Call("bob")).await;
        drop(now);
        let now = has(&mut first).await.expect("who came first");
        assert!(has(&mut of_bob).await.is_none());
        drop(now);
        let now = has(&mut of_bob).await.expect("before the others of the first");
        assert!(has(&mut second).await.is_none());
        drop(now);
        drop(has(&mut second).await.expect("their turn"));
        drop(has(&mut third).await.expect("their turn"));
        assert!(!turns.0.lock().taken);
    }

    #[tokio::test]
    async fn who_gives_up_keeps_nobody_waiting() {
        let turns = Turns::default();
        let now = turns.take(Asker::Call("ann")).await.expect("it is free");
        let given_up = asks(&turns, Asker::Call("ann")).await;
        let handed = asks(&turns, Asker::Call("bob")).await;
        let mut waits = asks(&turns, Asker::Call("cid")).await;
        drop(given_up);
        assert_eq!(turns.waiting(), 2);
        drop(now);
        // The turn has been handed to one who never looks.
        drop(handed);
        assert!(has(&mut waits).await.is_some());
        assert_eq!(turns.waiting(), 0);
    }

    #[tokio::test]
    async fn too_many_lists_of_one_user_are_refused_and_of_others_not() {
        let turns = Turns::default();
        let now = turns.take(Asker::Call("ann")).await.expect("it is free");
        let mut waiting = Vec::new();
        for _ in 0..MOST_OF_USER {
            waiting.push(asks(&turns, Asker::Call("ann")).await);
        }
        let error = turns.take(Asker::Call("ann")).await.expect_err("there are too many");
        assert!(error.to_string().starts_with("too many requests: 64 lists of this user wait"), "{error}");
        let _of_bob = asks(&turns, Asker::Call("bob")).await;
        let mut kept = asks(&turns, Asker::Kept("ann")).await;
        drop(now);
        assert!(has(&mut kept).await.is_some(), "a view that is open comes first");
    }
}
