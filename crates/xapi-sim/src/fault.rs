//! What can go wrong, on demand.

use std::{collections::VecDeque, time::Duration};

use parking_lot::Mutex;
use xapi_types::Failure;

use crate::event::Batch;

/// How an answer is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoilt {
    /// The connection is cut in the middle of the answer.
    Cut,
    /// Bytes that are no answer in any dialect.
    Garbage,
    /// A page of HTML with the status 200, as a proxy sends.
    Html,
    /// The first half of the answer, with a length to match.
    Truncated,
}

/// What stands for a failure that cuts the connections of the host instead of an answer.
pub(crate) const CUT: &str = "(cut)";

/// Calls that fail.
#[derive(Debug)]
struct Failing {
    method: String,
    /// Calls that are let pass before.
    spared: u32,
    times: u32,
    failure: Failure,
}

/// Faults of a pool that are waiting to happen.
#[derive(Default)]
pub(crate) struct Faults(Mutex<State>);

#[derive(Default)]
struct State {
    failing: Vec<Failing>,
    delays: Vec<(String, Duration)>,
    spoilt: VecDeque<Spoilt>,
    /// Answers to requests at a path that are to be spoilt.
    spoilt_at: Vec<(String, Spoilt)>,
    lost_events: usize,
    /// Whether servers of disks tell what is allocated, which those of hosts do not.
    tells_allocation: bool,
    /// Bytes of answers that go out in a second; all at once if nothing.
    rate: Option<u64>,
}

impl Faults {
    /// Makes the next `times` calls of `method` fail.
    pub(crate) fn fail_next(&self, method: &str, times: u32, failure: Failure) {
        self.fail_after(method, 0, times, failure);
    }

    /// Lets `spared` calls of `method` pass and makes the next `times` fail.
    pub(crate) fn fail_after(&self, method: &str, spared: u32, times: u32, failure: Failure) {
        self.0.lock().failing.push(Failing { method: method.to_owned(), spared, times, failure });
    }

    /// Makes calls of `method` (of all, if `*`) wait before they are looked at.
    pub(crate) fn delay(&self, method: &str, delay: Duration) {
        let mut state = self.0.lock();
        state.delays.retain(|(of, _)| of != method);
        if !delay.is_zero() {
            state.delays.push((method.to_owned(), delay));
        }
    }

    /// Spoils the next `times` answers.
    pub(crate) fn spoil(&self, how: Spoilt, times: usize) {
        self.0.lock().spoilt.extend(std::iter::repeat_n(how, times));
    }

    /// Spoils the next answer to a request at `path`.
    pub(crate) fn spoil_at(&self, path: &str, how: Spoilt) {
        self.0.lock().spoilt_at.push((path.to_owned(), how));
    }

    /// Leaves the next `count` events out of answers.
    pub(crate) fn drop_events(&self, count: usize) {
        self.0.lock().lost_events += count;
    }

    /// Sends answers at `rate` bytes a second, or as fast as can be.
    pub(crate) fn slow(&self, rate: Option<u64>) {
        self.0.lock().rate = rate;
    }

    /// Lets servers of disks tell what is allocated.
    pub(crate) fn tell_allocation(&self, tell: bool) {
        self.0.lock().tells_allocation = tell;
    }

    pub(crate) fn tells_allocation(&self) -> bool {
        self.0.lock().tells_allocation
    }

    /// Forgets all faults.
    pub(crate) fn clear(&self) {
        *self.0.lock() = State::default();
    }

    pub(crate) fn rate(&self) -> Option<u64> {
        self.0.lock().rate
    }

    pub(crate) fn delay_of(&self, method: &str) -> Option<Duration> {
        self.0.lock().delays.iter().find(|(of, _)| of == method || of == "*").map(|(_, delay)| *delay)
    }

    pub(crate) fn next_failure(&self, method: &str) -> Option<Failure> {
        self.next_failure_of(|of| of == method || of == "*")
    }

    /// Returns the failure that is due for a request at `path`; `*` means calls alone.
    pub(crate) fn next_failure_at(&self, path: &str) -> Option<Failure> {
        self.next_failure_of(|of| of == path)
    }

    fn next_failure_of(&self, wanted: impl Fn(&str) -> bool) -> Option<Failure> {
        let mut state = self.0.lock();
        let at = state.failing.iter().position(|failing| wanted(&failing.method))?;
        let failing = &mut state.failing[at];
        if failing.spared > 0 {
            failing.spared -= 1;
            return None;
        }
        failing.times -= 1;
        let failure = failing.failure.clone();
        if failing.times == 0 {
            state.failing.remove(at);
        }
        Some(failure)
    }

    pub(crate) fn next_spoilt(&self) -> Option<Spoilt> {
        self.0.lock().spoilt.pop_front()
    }

    pub(crate) fn next_spoilt_at(&self, path: &str) -> Option<Spoilt> {
        let mut state = self.0.lock();
        let at = state.spoilt_at.iter().position(|(of, _)| of == path)?;
        Some(state.spoilt_at.remove(at).1)
    }

    /// Takes out the events that are to be lost.
    pub(crate) fn lose_events(&self, mut batch: Batch) -> Batch {
        let mut state = self.0.lock();
        let lost = state.lost_events.min(batch.events.len());
        state.lost_events -= lost;
        batch.events.drain(..lost);
        batch
    }
}
