use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use model::{Delta, Kind, Object, PoolId, Store};
use tokio::{sync::oneshot, time::advance};
use tokio_util::sync::CancellationToken;
use xapi::{RrdColumn, RrdUpdates};
use xapi_types::AnyRef;

use super::{Frame, IDLE, Slot, Stats, What, fit};
use crate::{Feed, Granularity, stats::forget};

/// Makes what a host told about `uuids`.
fn frame(uuids: &[&str]) -> Frame {
    let column = |uuid: &&str| RrdColumn {
        kind: "vm".to_owned(),
        uuid: (*uuid).to_owned(),
        name: "cpu0".to_owned(),
        values: vec![1.0],
    };
    let columns = uuids.iter().map(column).collect();
    Frame::new(RrdUpdates { step: 5, end: 1000, times: vec![1000], columns }, Granularity::Seconds)
}

/// A host that counts how often it is asked.
#[derive(Clone, Default)]
struct Host {
    asked: Arc<AtomicUsize>,
    asked_for_all: Arc<AtomicUsize>,
}

impl Host {
    async fn get(&self, stats: &Stats, granularity: Granularity, about: &str) -> op::Result<Arc<Frame>> {
        let host = self.clone();
        let ask = move |known: Option<Arc<Frame>>| async move {
            host.asked.fetch_add(1, Ordering::SeqCst);
            host.asked_for_all.fetch_add(usize::from(known.is_none()), Ordering::SeqCst);
            Ok(frame(&["a", "b"]))
        };
        let what = What::Shown(granularity);
        stats.get("host", what, what.age(), about, ask).await
    }

    fn counts(&self) -> (usize, usize) {
        (self.asked.load(Ordering::SeqCst), self.asked_for_all.load(Ordering::SeqCst))
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_serves_everybody_for_as_long_as_its_step() {
    let (stats, host) = (Stats::default(), Host::default());
    for about in ["a", "b", "a"] {
        host.get(&stats, Granularity::Minutes, about).await.unwrap();
    }
    assert_eq!(host.counts(), (1, 1));
    advance(Duration::from_secs(59)).await;
    host.get(&stats, Granularity::Minutes, "a").await.unwrap();
    assert_eq!(host.counts(), (1, 1));
    advance(Duration::from_secs(1)).await;
    host.get(&stats, Granularity::Minutes, "a").await.unwrap();
    assert_eq!(host.counts(), (2, 1), "for what came since");
    host.get(&stats, Granularity::Hours, "a").await.unwrap();
    assert_eq!(host.counts(), (3, 2), "another granularity");
}

#[tokio::test(start_paused = true)]
async fn a_host_is_asked_for_everything_about_what_came_to_it() {
    let (stats, host) = (Stats::default(), Host::default());
    host.get(&stats, Granularity::Days, "a").await.unwrap();
    host.get(&stats, Granularity::Days, "new").await.unwrap();
    assert_eq!(host.counts(), (1, 1), "it was asked just now");
    advance(Duration::from_secs(5)).await;
    host.get(&stats, Granularity::Days, "new").await.unwrap();
    assert_eq!(host.counts(), (2, 2));
}

#[tokio::test]
async fn who_asks_first_may_go_and_the_others_get_the_answer() {
    let stats = Stats::default();
    let (go, wait) = oneshot::channel::<()>();
    let ask = |_| async {
        wait.await.unwrap();
        Ok(frame(&["a"]))
    };
    let (what, age) = (What::Load, What::Load.age());
    let mut first = Box::pin(stats.get("host", what, age, "a", ask));
    assert!(futures_poll(&mut first).await, "it waits");
    drop(first);
    let nobody = |_| async { Err(op::Error::refused("nobody asks a second time")) };
    let mut second = Box::pin(stats.get("host", what, age, "a", nobody));
    assert!(futures_poll(&mut second).await, "it waits for the same answer");
    go.send(()).unwrap();
    assert_eq!(second.await.unwrap().end, 1000);
}

/// Polls once; tells whether it is still waiting.
async fn futures_poll<F: Future + Unpin>(work: &mut F) -> bool {
    std::future::poll_fn(|context| std::task::Poll::Ready(std::pin::Pin::new(&mut *work).poll(context).is_pending()))
        .await
}

#[tokio::test]
async fn everybody_who_waited_learns_why_a_host_failed_and_the_next_one_asks_again() {
    let stats = Stats::default();
    let fails = |_| async { Err(op::Error::HostOffline { object: "host".to_owned() }) };
    let (what, age) = (What::Shown(Granularity::Seconds), Duration::from_secs(5));
    let error = stats.get("host", what, age, "a", fails).await.unwrap_err();
    assert!(matches!(error, op::Error::HostOffline { .. }));
    assert_eq!(stats.len(), 0, "nothing is left of it");
    let dies = |_| async { panic!("a test of what happens then") };
    assert!(stats.get("host", what, age, "a", dies).await.is_err());
    let host = Host::default();
    host.get(&stats, Granularity::Seconds, "a").await.unwrap();
    assert_eq!(host.counts(), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_nobody_needs_is_forgotten() {
    let (stats, host) = (Stats::default(), Host::default());
    host.get(&stats, Granularity::Days, "a").await.unwrap();
    host.get(&stats, Granularity::Hours, "a").await.unwrap();
    stats.forget("another");
    advance(IDLE / 2).await;
    host.get(&stats, Granularity::Days, "a").await.unwrap();
    advance(IDLE / 2).await;
    stats.sweep();
    assert_eq!(stats.len(), 1, "one has been asked for meanwhile");
    stats.forget("host");
    assert_eq!(stats.len(), 0);
    host.get(&stats, Granularity::Days, "a").await.unwrap();
    stats.retain(|host| host == "another");
    assert_eq!(stats.len(), 0);
}

#[tokio::test]
async fn what_a_host_told_leaves_with_the_host() {
    let (stats, host, feed, stop) = (Stats::default(), Host::default(), Feed::default(), CancellationToken::new());
    let (store, _writer) = Store::new();
    let following = tokio::spawn(forget(stats.clone(), store, feed.subscribe(), stop.clone()));
    host.get(&stats, Granularity::Days, "a").await.unwrap();
    let leaves = |id: &str| {
        let object =
            Object::from_json(Kind::Host, PoolId::new("p"), AnyRef::default(), format!(r#"{{"id":"{id}"}}"#).into());
        Delta { pool: PoolId::new("p"), entered: Vec::new(), left: vec![Arc::new(object.unwrap())] }
    };
    feed.publish(leaves("another"));
    feed.publish(leaves("host"));
    let empty = async {
        while stats.len() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), empty).await.expect("it is forgotten");
    stop.cancel();
    following.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_for_longest_ago_makes_room() {
    let (stats, host) = (Stats::default(), Host::default());
    for granularity in [Granularity::Days, Granularity::Hours, Granularity::Minutes] {
        host.get(&stats, granularity, "a").await.unwrap();
        advance(Duration::from_secs(1)).await;
    }
    host.get(&stats, Granularity::Days, "a").await.unwrap();
    let mut slots = stats.0.slots.lock();
    let size = |slot: &Slot| slot.held.as_ref().unwrap().size;
    let one = slots.values().map(size).max().unwrap();
    fit(&mut slots, one * 2);
    let mut left: Vec<_> = slots.keys().map(|(_, what)| what.granularity().step()).collect();
    left.sort_unstable();
    assert_eq!(left, [60, 86_400]);
}
