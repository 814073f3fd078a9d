//! Limits of sign-in: a guesser has to wait, longer with each wrong guess; others hardly notice.
//!
//! | what failed before | refused meanwhile |
//! |---|---|
//! | the same name, from anywhere | for the throttling delay, as the original |
//! | the same name from the same address | for the delay, doubled with each failure, up to a minute |
//! | any name from the same address, more than a few times | for the delay, doubled with each further failure, up to five minutes |
//!
//! Attempts from one address go one after the other, so that guesses at the same time are not free, and a flood of
//! them does not keep others from having their passwords checked, which takes a core for a while.
//!
//! An IPv6 address stands for its network of 64 bits, since who has one address of it has all.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{sync::OwnedMutexGuard, time::Instant};

/// Wrong guesses from an address that cost it nothing beyond the name's delay: a family behind one router.
const FREE: u32 = 5;
/// Longest wait of one name from one address.
const LONGEST_OF_PAIR: Duration = Duration::from_secs(60);
/// Longest wait of one address.
const LONGEST_OF_ADDRESS: Duration = Duration::from_secs(300);
/// Failures are forgotten after so long without another.
const MEMORY: Duration = Duration::from_secs(900);
/// Names and addresses remembered; beyond that the ones that failed longest ago are forgotten.
const REMEMBERED: usize = 10_000;
/// Names are told apart by so many characters, since they are remembered.
const LONGEST_NAME: usize = 256;
/// Attempts from one address that wait for their turn; an office behind one router that signs in at nine.
const WAITING: usize = 64;

/// Counts failed sign-ins.
#[derive(Debug)]
pub(crate) struct Limit {
    delay: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    names: Failures<String>,
    pairs: Failures<(String, IpAddr)>,
    addresses: Failures<IpAddr>,
    turns: HashMap<IpAddr, Arc<tokio::sync::Mutex<()>>>,
}

/// The sign-in has to wait.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooFast;

/// The turn of one attempt; attempts from the same address wait until it is dropped.
#[derive(Debug)]
pub(crate) struct Attempt {
    name: String,
    address: IpAddr,
    _turn: OwnedMutexGuard<()>,
}

impl Limit {
    /// Makes a limit with the throttling delay `delay`.
    pub(crate) fn new(delay: Duration) -> Self {
        Self { delay, state: Mutex::default() }
    }

    /// Waits for the turn of an attempt to sign in as `name` from `address`, or refuses it.
    pub(crate) async fn attempt(&self, name: &str, address: IpAddr) -> Result<Attempt, TooFast> {
        let name = name.to_lowercase().chars().take(LONGEST_NAME).collect::<String>();
        let address = network(address);
        self.look(&name, address)?;
        let turn = {
            let mut state = self.state.lock();
            state.turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            let turn = state.turns.entry(address).or_default();
            // One clone is the map's, one the running attempt's.
            if Arc::strong_count(turn) > WAITING + 1 {
                return Err(TooFast);
            }
            Arc::clone(turn)
        };
        let turn = turn.lock_owned().await;
        // The attempt before us may have failed.
        self.look(&name, address)?;
        Ok(Attempt { name, address, _turn: turn })
    }

    /// Notes that the attempt was wrong.
    pub(crate) fn failed(&self, attempt: &Attempt) {
        let mut state = self.state.lock();
        let Attempt { name, address, .. } = attempt;
        state.names.add(name.clone(), |_| self.delay);
        state.pairs.add((name.clone(), *address), |count| grown(self.delay, count - 1, LONGEST_OF_PAIR));
        state.addresses.add(*address, |count| match count.checked_sub(FREE + 1) {
            None => Duration::ZERO,
            Some(more) => grown(self.delay, more, LONGEST_OF_ADDRESS),
        });
    }

    /// Notes that the attempt was right. The address stays suspect: its owner may know one password and guess others.
    pub(crate) fn passed(&self, attempt: &Attempt) {
        let mut state = self.state.lock();
        state.names.0.remove(&attempt.name);
        state.pairs.0.remove(&(attempt.name.clone(), attempt.address));
    }

    fn look(&self, name: &str, address: IpAddr) -> Result<(), TooFast> {
        let state = self.state.lock();
        let free = state.names.free(&name.to_owned())
            && state.pairs.free(&(name.to_owned(), address))
            && state.addresses.free(&address);
        if free { Ok(()) } else { Err(TooFast) }
    }
}

/// Returns what stands for an address: of IPv6, the network that a customer gets.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        IpAddr::V4(address) => address.into(),
    }
}

/// Failures by key.
#[derive(Debug)]
struct Failures<K>(HashMap<K, Failed>);

impl<K> Default for Failures<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

#[derive(Debug)]
struct Failed {
    count: u32,
    at: Instant,
    until: Instant,
}

impl<K: Hash + Eq + Clone> Failures<K> {
    fn free(&self, key: &K) -> bool {
        self.0.get(key).is_none_or(|failed| Instant::now() >= failed.until)
    }

    /// Counts a failure; `wait` says how long the next attempt has to wait after that many.
    fn add(&mut self, key: K, wait: impl FnOnce(u32) -> Duration) {
        let now = Instant::now();
        if self.0.len() >= REMEMBERED && !self.0.contains_key(&key) {
            self.0.retain(|_, failed| now < failed.at + MEMORY);
            if self.0.len() >= REMEMBERED {
                let oldest = self.0.iter().min_by_key(|(_, failed)| failed.at).map(|(key, _)| key.clone());
                self.0.remove(&oldest.expect("the map is full"));
            }
        }
        let failed = self.0.entry(key).or_insert(Failed { count: 0, at: now, until: now });
        failed.count = if now < failed.at + MEMORY { failed.count.saturating_add(1) } else { 1 };
        failed.at = now;
        failed.until = now + wait(failed.count);
    }
}

/// Returns `delay` doubled `times` times, at most `longest`.
fn grown(delay: Duration, times: u32, longest: Duration) -> Duration {
    delay.saturating_mul(1_u32.checked_shl(times).unwrap_or(u32::MAX)).min(longest.max(delay))
}

#[cfg(test)]
mod tests;
