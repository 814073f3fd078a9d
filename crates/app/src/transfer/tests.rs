use bytes::Bytes;
use futures_util::StreamExt;

use super::*;
use crate::Duration as Span;

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

fn limits() -> TransferLimits {
    TransferLimits::default()
}

fn owner(user: Option<&str>, token: Option<&str>) -> Owner {
    Owner {
        user: user.map(ToOwned::to_owned),
        token: token.map(ToOwned::to_owned),
        expiration: None,
        address: HERE,
        admission: None,
    }
}

fn download() -> What {
    let body = Content::parts(std::iter::once(Bytes::from_static(b"x")));
    What::Download(Download { content_type: "text/plain", file_name: None, body })
}

fn from(address: IpAddr) -> Caller<'static> {
    Caller { user: None, address }
}

fn offer(transfers: &Transfers) -> String {
    transfers.add(owner(Some("bob"), Some("t")), download(), String::new())
}

/// Takes a download, and says how that ends.
fn take(transfers: &Transfers, path: &str, caller: Caller<'_>) -> &'static str {
    match transfers.take(path, caller, true) {
        Ok(_) => "taken",
        Err(Refusal::Unknown) => "unknown",
        Err(Refusal::NotYours) => "not yours",
        Err(Refusal::Busy) => "busy",
        Err(_) => "something else",
    }
}

#[tokio::test]
async fn a_url_works_once() {
    let transfers = Transfers::new(limits());
    let path = offer(&transfers);
    assert_eq!(path.len(), "/api/".len() + 43);
    let Taken { what: What::Download(download), .. } = transfers.take(&path, from(HERE), true).unwrap() else {
        panic!("it is a download")
    };
    let body: Vec<_> = download.body.into_stream().map(Result::unwrap).collect().await;
    assert_eq!(body, [Bytes::from_static(b"x")]);
    assert_eq!(take(&transfers, &path, from(HERE)), "unknown");
}

#[test]
fn a_url_is_for_its_user_anywhere_and_for_nobody_else_who_says_who_they_are() {
    let transfers = Transfers::new(limits());
    let is = |user, address| Caller { user, address };
    for (who, whose, ends) in [
        (is(None, HERE), Some("bob"), "taken"),
        (is(None, THERE), Some("bob"), "not yours"),
        (is(Some("bob"), THERE), Some("bob"), "taken"),
        (is(Some("eve"), HERE), Some("bob"), "not yours"),
        (is(Some("eve"), HERE), None, "taken"),
        (is(Some("eve"), THERE), None, "not yours"),
    ] {
        let path = transfers.add(owner(whose, None), download(), String::new());
        assert_eq!(take(&transfers, &path, who), ends, "{who:?} of {whose:?}");
        if ends == "not yours" {
            assert_eq!(take(&transfers, &path, from(HERE)), "taken", "it is not used up");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_url_expires() {
    let transfers = Transfers::new(TransferLimits { validity: Span::from_millis(1000), ..limits() });
    let path = offer(&transfers);
    tokio::time::advance(Duration::from_millis(1000)).await;
    assert_eq!(take(&transfers, &path, from(HERE)), "unknown");
}

#[test]
fn the_file_name_is_part_of_the_url() {
    let transfers = Transfers::new(limits());
    let path = transfers.add(owner(None, None), download(), format!("/{}", encoded("a b/ü.json")));
    assert!(path.ends_with("/a%20b%2F%C3%BC.json"), "{path}");
    let bare = path.rsplit_once('/').unwrap().0;
    assert_eq!(take(&transfers, bare, from(HERE)), "unknown");
    assert_eq!(take(&transfers, &path, from(HERE)), "taken");
}

#[test]
fn other_paths_are_unknown() {
    let transfers = Transfers::new(limits());
    for path in ["", "/", "/api/", "/api/nope", "/api/nope/x"] {
        assert_eq!(take(&transfers, path, from(HERE)), "unknown", "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_wait_than_the_bound_and_the_oldest_goes_first() {
    let transfers = Transfers::new(limits());
    let mut paths = Vec::new();
    for _ in 0..=WAITING {
        paths.push(offer(&transfers));
        tokio::time::advance(Duration::from_millis(1)).await;
    }
    assert_eq!(take(&transfers, &paths[0], from(HERE)), "unknown");
    assert_eq!(take(&transfers, &paths[1], from(HERE)), "taken");
    assert_eq!(take(&transfers, &paths[WAITING], from(HERE)), "taken");
}

#[test]
fn no_more_run_than_the_bound_and_a_url_waits_for_its_turn() {
    let transfers = Transfers::new(TransferLimits { at_once: 1, ..limits() });
    let (one, two) = (offer(&transfers), offer(&transfers));
    let running = transfers.take(&one, from(HERE), true).unwrap();
    assert_eq!(take(&transfers, &two, from(HERE)), "busy");
    drop(running);
    assert_eq!(take(&transfers, &two, from(HERE)), "taken");
}

#[test]
fn a_url_goes_with_the_token_that_it_was_made_for() {
    let transfers = Transfers::new(limits());
    let (path, other) = (offer(&transfers), transfers.add(owner(Some("bob"), Some("u")), download(), String::new()));
    transfers.revoke("t");
    assert_eq!(take(&transfers, &path, from(HERE)), "unknown");
    assert_eq!(take(&transfers, &other, from(HERE)), "taken");
}
