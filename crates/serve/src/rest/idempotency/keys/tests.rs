//! What is kept, for how long, and what goes where there is no room.

use bytes::Bytes;
use http::HeaderMap;

use super::*;

const ASKED: Fingerprint = [1; 32];

fn answer(bytes: usize) -> Kept {
    Kept::Answer { status: StatusCode::OK, headers: HeaderMap::new(), body: Bytes::from(vec![b'x'; bytes]) }
}

fn first(keys: &Arc<Keys>, user: &str, key: &str) -> Turn {
    match keys.begin(user, key, ASKED) {
        Ok(Begun::First(turn)) => turn,
        _ => panic!("{user} has not used {key}"),
    }
}

fn is_kept(keys: &Arc<Keys>, user: &str, key: &str) -> bool {
    keys.0.lock().entries.contains_key(&(user.to_owned(), key.to_owned()))
}

/// What is counted is what there is.
fn check(keys: &Keys) {
    let state = keys.0.lock();
    let bytes = state.entries.values().map(|entry| entry.bytes).sum();
    assert_eq!(state.all, Size { keys: state.entries.len(), bytes });
    assert_eq!(state.ages.len(), state.entries.len());
    assert_eq!(state.users.values().map(|own| own.bytes).sum::<usize>(), bytes);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_kept_for_a_day() {
    let keys = Arc::new(Keys::default());
    first(&keys, "u", "a").end(Some(answer(1)));
    tokio::time::advance(Duration::from_secs(24 * 3600 - 1)).await;
    assert!(matches!(keys.begin("u", "a", ASKED), Ok(Begun::Again(_))));
    tokio::time::advance(Duration::from_secs(1)).await;
    drop(first(&keys, "u", "a"));
    check(&keys);
}

#[tokio::test]
async fn what_ends_without_an_answer_is_forgotten_and_told_of() {
    let keys = Arc::new(Keys::default());
    let turn = first(&keys, "u", "a");
    let Ok(Begun::Running(mut ended)) = keys.begin("u", "a", ASKED) else { panic!("it runs") };
    drop(turn);
    assert!(ended.changed().await.is_err());
    first(&keys, "u", "a").end(None);
    assert!(!is_kept(&keys, "u", "a"));
    check(&keys);
}

#[tokio::test]
async fn the_oldest_go_where_a_user_has_too_many() {
    let keys = Arc::new(Keys::default());
    let running = first(&keys, "u", "running");
    first(&keys, "v", "old").end(Some(answer(1)));
    for n in 0..OF_USER.keys {
        first(&keys, "u", &n.to_string()).end(Some(answer(1)));
    }
    assert!(is_kept(&keys, "u", "running") && is_kept(&keys, "v", "old") && !is_kept(&keys, "u", "0"));
    assert!(is_kept(&keys, "u", "1"));
    first(&keys, "u", "large").end(Some(answer(OF_USER.bytes / 2)));
    assert!(is_kept(&keys, "u", "large") && !is_kept(&keys, "u", "1"));
    running.end(Some(answer(1)));
    check(&keys);
}

#[tokio::test]
async fn one_who_has_a_lot_makes_room_for_others() {
    let keys = Arc::new(Keys::default());
    for user in 0..OVERALL.keys / OF_USER.keys {
        for n in 0..OF_USER.keys {
            first(&keys, &user.to_string(), &n.to_string()).end(Some(answer(usize::from(user == 3))));
        }
    }
    first(&keys, "new", "a").end(Some(answer(1)));
    assert!(!is_kept(&keys, "3", "0") && is_kept(&keys, "0", "0") && is_kept(&keys, "new", "a"));
    check(&keys);
}

#[tokio::test]
async fn what_runs_is_never_forgotten() {
    let keys = Arc::new(Keys::default());
    let turns: Vec<_> = (0..OF_USER.keys).map(|n| first(&keys, "u", &n.to_string())).collect();
    assert!(keys.begin("u", "more", ASKED).is_err_and(|refusal| refusal.status() == StatusCode::TOO_MANY_REQUESTS));
    drop(turns);
    check(&keys);
    assert!(keys.0.lock().entries.is_empty());
}
