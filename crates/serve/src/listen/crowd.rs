//! Connections that are welcome while there is room, the one that was quiet longest first.

use std::{collections::BTreeMap, sync::Arc};

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

/// A bounded set; entering when it is full evicts who has been quiet longest.
#[derive(Debug)]
pub(super) struct Crowd {
    limit: usize,
    set: Mutex<Set>,
}

#[derive(Debug, Default)]
struct Set {
    next: u64,
    evict: BTreeMap<u64, CancellationToken>,
}

impl Crowd {
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, set: Mutex::default() })
    }

    /// Returns a place for a connection that is not in the crowd yet.
    pub(super) fn place(self: &Arc<Self>) -> Place {
        Place { crowd: self.clone(), number: Mutex::default(), evicted: CancellationToken::new() }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.set.lock().evict.len()
    }
}

/// The place of one connection; left when dropped.
#[derive(Debug)]
pub(super) struct Place {
    crowd: Arc<Crowd>,
    /// Its number in the set while it is there.
    number: Mutex<Option<u64>>,
    evicted: CancellationToken,
}

impl Place {
    /// Enters the crowd, or shows that the connection is alive; somebody else may have to go.
    pub(super) fn stay(&self) {
        let mut number = self.number.lock();
        let mut set = self.crowd.set.lock();
        if let Some(number) = *number
            && set.evict.remove(&number).is_none()
        {
            // It is being evicted.
            return;
        }
        let next = set.next;
        set.next += 1;
        set.evict.insert(next, self.evicted.clone());
        *number = Some(next);
        if set.evict.len() > self.crowd.limit
            && let Some((_, quietest)) = set.evict.pop_first()
        {
            quietest.cancel();
        }
    }

    /// Leaves the crowd; the connection is not evicted from then on.
    pub(super) fn leave(&self) {
        if let Some(number) = self.number.lock().take() {
            self.crowd.set.lock().evict.remove(&number);
        }
    }

    /// Completes when the connection is to make room.
    pub(super) async fn evicted(&self) {
        self.evicted.cancelled().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn evicted(places: &[Place]) -> Vec<bool> {
        places.iter().map(|place| place.evicted().now_or_never().is_some()).collect()
    }

    #[test]
    fn a_newcomer_evicts_who_has_been_quiet_longest() {
        let crowd = Crowd::new(2);
        let places: Vec<_> = (0..3).map(|_| crowd.place()).collect();
        places[0].stay();
        places[1].stay();
        places[0].stay();
        places[2].stay();
        assert_eq!((evicted(&places), crowd.len()), (vec![false, true, false], 2));
        // It does not come back by the other door.
        places[1].stay();
        assert_eq!((evicted(&places), crowd.len()), (vec![false, true, false], 2));
    }

    #[test]
    fn who_has_left_is_not_evicted_and_may_come_back() {
        let crowd = Crowd::new(1);
        let places: Vec<_> = (0..2).map(|_| crowd.place()).collect();
        places[0].stay();
        places[0].leave();
        places[1].stay();
        assert_eq!(evicted(&places), [false, false]);
        places[0].stay();
        assert_eq!(evicted(&places), [false, true]);
    }

    #[test]
    fn a_connection_that_ends_leaves_no_trace() {
        let crowd = Crowd::new(8);
        let place = crowd.place();
        place.stay();
        drop(place);
        assert_eq!(crowd.len(), 0);
    }
}
