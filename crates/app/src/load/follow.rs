//! Asks hosts for one connection, and notes for it what they tell and what happens to its objects.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::LoadTold;
use crate::{App, Frame, News, Subscription, notifications::WeakNotifications};

/// How old an answer may be for what has just come to a host or begun to run there.
const ANEW: Duration = Duration::from_secs(5);

/// When hosts are asked: in the same moments for all connections, so that they share the answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beat {
    start: Instant,
    period: Duration,
}

impl Beat {
    pub(crate) fn new(period: Duration) -> Self {
        Self { start: Instant::now(), period }
    }

    fn interval(self) -> Interval {
        let past = self.start.elapsed().as_secs_f64() % self.period.as_secs_f64();
        let next = Instant::now() + self.period - Duration::from_secs_f64(past);
        let mut interval = interval_at(next, self.period);
        interval.set_missed_tick_behavior(MissedTickBehavior::Skip);
        interval
    }
}

/// Hosts that are being asked for one connection.
struct Asking {
    app: App,
    which: BTreeSet<String>,
    answers: FuturesUnordered<BoxFuture<'static, (String, Option<Arc<Frame>>)>>,
}

impl Asking {
    fn all(&mut self, hosts: Option<BTreeSet<String>>, age: Duration) {
        hosts.into_iter().flatten().for_each(|host| self.ask(host, age));
    }

    /// Asks a host, unless that is under way or what is known is younger than `age`.
    fn ask(&mut self, host: String, age: Duration) {
        if !self.which.insert(host.clone()) {
            return;
        }
        let app = self.app.clone();
        let work = async move {
            let answer = match app.on(&host) {
                Ok(on) => on.load(age).await,
                Err(error) => Err(error),
            };
            let frame = answer.inspect_err(|error| debug!(host.id = %host, "host `{host}` tells no load: {error}"));
            (host, frame.ok())
        };
        self.answers.push(work.boxed());
    }

    /// Returns the next answer; never if none is awaited.
    async fn next(&mut self) -> (String, Option<Arc<Frame>>) {
        match self.answers.next().await {
            Some(answer) => {
                self.which.remove(&answer.0);
                answer
            }
            None => std::future::pending().await,
        }
    }
}

/// Follows the hosts of what is looked at, until it is ended: by the client, with the connection, or with the server.
pub(super) async fn follow(app: App, mut feed: Subscription, whose: WeakNotifications, end: CancellationToken) {
    let beat = app.inner().beat;
    let mut due = beat.interval();
    let mut asking = Asking { app, which: BTreeSet::new(), answers: FuturesUnordered::new() };
    asking.all(on(&whose, LoadTold::wanted), beat.period);
    loop {
        tokio::select! {
            () = end.cancelled() => return,
            // What others were told in this moment will do.
            _ = due.tick() => asking.all(on(&whose, LoadTold::wanted), beat.period / 2),
            (host, frame) = asking.next() => {
                on(&whose, |told| told.heard(&host, frame));
            }
            news = feed.next() => {
                if matches!(news, News::End) {
                    return;
                }
                asking.all(on(&whose, |told| note(told, &news)), ANEW.min(beat.period));
            }
        }
    }
}

/// Looks at what the client is told; nothing where that has ended.
fn on<T>(whose: &WeakNotifications, look: impl FnOnce(&mut LoadTold) -> T) -> Option<T> {
    whose.upgrade()?.load(look)
}

/// Notes what is due; returns hosts that have not told of it.
fn note(told: &mut LoadTold, news: &News) -> BTreeSet<String> {
    match news {
        News::Delta(delta) => {
            delta.entered.iter().chain(&delta.left).for_each(|object| told.changed(object.id()));
        }
        News::Shift(shift) => shift.0.iter().for_each(|shifted| told.changed(shifted.id())),
        News::Moved(_) | News::Lost(_) => told.all(),
        News::End => {}
    }
    told.lacking()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{Instant, advance};

    use super::Beat;

    #[tokio::test(start_paused = true)]
    async fn whoever_begins_when_asks_in_the_same_moments() {
        let (beat, begin) = (Beat::new(Duration::from_secs(15)), Instant::now());
        for begins in [0, 7, 14, 15, 1000] {
            advance(Duration::from_secs(begins).saturating_sub(begin.elapsed())).await;
            let mut interval = beat.interval();
            for _ in 0..3 {
                interval.tick().await;
                let off = begin.elapsed().as_millis() % 15_000;
                assert!(!(5..=14_995).contains(&off), "who begins after {begins} s is off by {off} ms");
            }
        }
    }
}
