use super::*;

const DELAY: Duration = Duration::from_secs(2);
const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

async fn fail(limit: &Limit, name: &str, address: IpAddr) {
    let attempt = limit.attempt(name, address).await.expect("the attempt is let through");
    limit.failed(&attempt);
}

async fn refused(limit: &Limit, name: &str, address: IpAddr) -> bool {
    limit.attempt(name, address).await.is_err()
}

#[tokio::test(start_paused = true)]
async fn a_name_that_failed_is_refused_from_anywhere_in_any_case_for_the_delay() {
    let limit = Limit::new(DELAY);
    fail(&limit, "admin", HERE).await;
    assert!(refused(&limit, "admin", HERE).await);
    assert!(refused(&limit, "ADMIN", THERE).await);
    assert!(!refused(&limit, "bob", HERE).await);
    tokio::time::advance(DELAY).await;
    assert!(!refused(&limit, "admin", HERE).await);
}

#[tokio::test(start_paused = true)]
async fn the_wait_of_a_name_from_one_address_doubles_up_to_a_minute_and_spares_other_addresses() {
    let limit = Limit::new(DELAY);
    for wait in [2, 4, 8, 16, 32, 60, 60] {
        fail(&limit, "admin", HERE).await;
        tokio::time::advance(Duration::from_millis(wait * 1000 - 1)).await;
        assert!(refused(&limit, "admin", HERE).await, "{wait}");
        if wait > 2 {
            assert!(!refused(&limit, "admin", THERE).await);
        }
        // The address as a whole may have to wait longer.
        tokio::time::advance(LONGEST_OF_ADDRESS).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_that_guesses_many_names_has_to_wait_longer_and_longer() {
    let limit = Limit::new(DELAY);
    for n in 0..=FREE {
        assert!(!refused(&limit, &format!("user{n}"), HERE).await, "{n}");
        fail(&limit, &format!("user{n}"), HERE).await;
    }
    assert!(refused(&limit, "next", HERE).await);
    assert!(!refused(&limit, "next", THERE).await);
    tokio::time::advance(DELAY).await;
    fail(&limit, "next", HERE).await;
    tokio::time::advance(DELAY).await;
    assert!(refused(&limit, "another", HERE).await);
    tokio::time::advance(DELAY).await;
    assert!(!refused(&limit, "another", HERE).await);
}

#[tokio::test(start_paused = true)]
async fn a_right_password_clears_the_name_but_not_the_address() {
    let limit = Limit::new(DELAY);
    for n in 0..FREE {
        fail(&limit, &format!("user{n}"), HERE).await;
    }
    tokio::time::advance(DELAY).await;
    fail(&limit, "admin", HERE).await;
    tokio::time::advance(DELAY).await;
    let attempt = limit.attempt("admin", HERE).await.unwrap();
    limit.passed(&attempt);
    drop(attempt);
    assert!(!refused(&limit, "admin", HERE).await);
    fail(&limit, "user0", HERE).await;
    assert!(refused(&limit, "admin", HERE).await);
}

#[tokio::test(start_paused = true)]
async fn guesses_at_the_same_time_go_one_after_the_other_and_the_rest_is_refused() {
    let limit = Arc::new(Limit::new(DELAY));
    let first = limit.attempt("admin", HERE).await.unwrap();
    let others: Vec<_> = (0..WAITING + 50)
        .map(|_| {
            let limit = Arc::clone(&limit);
            tokio::spawn(async move { limit.attempt("admin", HERE).await.is_ok() })
        })
        .collect();
    tokio::task::yield_now().await;
    limit.failed(&first);
    drop(first);
    for other in others {
        assert!(!other.await.unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn right_passwords_at_the_same_time_all_get_in() {
    let limit = Arc::new(Limit::new(DELAY));
    let attempts: Vec<_> = (0..WAITING)
        .map(|_| {
            let limit = Arc::clone(&limit);
            tokio::spawn(async move {
                let attempt = limit.attempt("admin", HERE).await.expect("nobody has failed");
                tokio::task::yield_now().await;
                limit.passed(&attempt);
            })
        })
        .collect();
    for attempt in attempts {
        attempt.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn failures_are_forgotten_after_a_while() {
    let limit = Limit::new(DELAY);
    for _ in 0..4 {
        fail(&limit, "admin", HERE).await;
        tokio::time::advance(LONGEST_OF_PAIR).await;
    }
    tokio::time::advance(MEMORY).await;
    fail(&limit, "admin", HERE).await;
    tokio::time::advance(DELAY).await;
    assert!(!refused(&limit, "admin", HERE).await);
}

#[tokio::test(start_paused = true)]
async fn no_more_names_are_remembered_than_the_bound() {
    let limit = Limit::new(DELAY);
    for n in 0..REMEMBERED + 10 {
        let octets = u32::try_from(n).unwrap().to_be_bytes();
        fail(&limit, &format!("user{n}"), IpAddr::from(octets)).await;
        tokio::time::advance(Duration::from_micros(1)).await;
    }
    let state = limit.state.lock();
    assert_eq!(
        (state.names.0.len(), state.pairs.0.len(), state.addresses.0.len()),
        (REMEMBERED, REMEMBERED, REMEMBERED)
    );
    assert!(state.turns.len() <= 1);
}

#[tokio::test(start_paused = true)]
async fn guesses_at_many_names_at_the_same_time_go_one_after_the_other() {
    let limit = Arc::new(Limit::new(DELAY));
    let first = limit.attempt("user", HERE).await.unwrap();
    let others: Vec<_> = (0..500)
        .map(|n| {
            let limit = Arc::clone(&limit);
            tokio::spawn(async move {
                let Ok(attempt) = limit.attempt(&format!("user{n}"), HERE).await else { return false };
                limit.failed(&attempt);
                true
            })
        })
        .collect();
    // The rest is refused at once.
    while others.iter().filter(|other| other.is_finished()).count() < 500 - WAITING {
        tokio::task::yield_now().await;
    }
    assert!(!refused(&limit, "admin", THERE).await, "others do not wait");
    limit.failed(&first);
    drop(first);
    let mut checked = 1;
    for other in others {
        checked += u32::from(other.await.unwrap());
    }
    assert_eq!(checked, FREE + 1, "after so many failures the address has to wait");
}

#[tokio::test(start_paused = true)]
async fn addresses_of_one_network_count_as_one() {
    let limit = Limit::new(DELAY);
    for n in 0..=FREE {
        fail(&limit, &format!("user{n}"), format!("2001:db8::{n}").parse().unwrap()).await;
    }
    assert!(refused(&limit, "next", "2001:db8:0:0:ffff::1".parse().unwrap()).await);
    assert!(!refused(&limit, "next", "2001:db8:0:1::1".parse().unwrap()).await);
}
