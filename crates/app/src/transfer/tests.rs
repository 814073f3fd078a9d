use super::*;
use crate::Peer;

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

fn session() -> Session {
    Session::new(Peer { address: HERE, user_agent: None })
}

fn download() -> Download {
    let body = Content::parts(std::iter::once(Bytes::from_static(b"x")));
    Download { content_type: "text/plain", file_name: None, body }
}

fn from(address: IpAddr) -> Caller<'static> {
    Caller { user: None, address }
}

#[tokio::test]
async fn a_url_works_once() {
    let transfers = Transfers::default();
    let path = transfers.offer(&session(), download());
    assert_eq!(path.len(), "/api/".len() + 43);
    let body: Vec<_> =
        transfers.take(&path, from(HERE)).unwrap().body.into_stream().map(Result::unwrap).collect().await;
    assert_eq!(body, [Bytes::from_static(b"x")]);
    assert_eq!(transfers.take(&path, from(HERE)).unwrap_err(), Refusal::Unknown);
}

#[tokio::test]
async fn a_url_of_somebody_else_is_refused_and_not_used_up() {
    let transfers = Transfers::default();
    let path = transfers.offer(&session(), download());
    assert_eq!(transfers.take(&path, from(THERE)).unwrap_err(), Refusal::NotYours);
    assert!(transfers.take(&path, from(HERE)).is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_url_expires() {
    let transfers = Transfers::default();
    let path = transfers.offer(&session(), download());
    tokio::time::advance(VALIDITY).await;
    assert_eq!(transfers.take(&path, from(HERE)).unwrap_err(), Refusal::Unknown);
}

#[tokio::test]
async fn the_file_name_is_part_of_the_url() {
    let transfers = Transfers::default();
    let path = transfers.offer(&session(), Download { file_name: Some("a b/ü.json".to_owned()), ..download() });
    assert!(path.ends_with("/a%20b%2F%C3%BC.json"), "{path}");
    let bare = path.rsplit_once('/').unwrap().0;
    assert_eq!(transfers.take(bare, from(HERE)).unwrap_err(), Refusal::Unknown);
    assert!(transfers.take(&path, from(HERE)).is_ok());
}

#[tokio::test]
async fn other_paths_are_unknown() {
    let transfers = Transfers::default();
    for path in ["", "/", "/api/", "/api/nope", "/api/nope/x"] {
        assert_eq!(transfers.take(path, from(HERE)).unwrap_err(), Refusal::Unknown, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_wait_than_the_bound_and_the_oldest_goes_first() {
    let transfers = Transfers::default();
    let mut paths = Vec::new();
    for _ in 0..=WAITING {
        paths.push(transfers.offer(&session(), download()));
        tokio::time::advance(Duration::from_millis(1)).await;
    }
    assert_eq!(transfers.take(&paths[0], from(HERE)).unwrap_err(), Refusal::Unknown);
    assert!(transfers.take(&paths[1], from(HERE)).is_ok());
    assert!(transfers.take(&paths[WAITING], from(HERE)).is_ok());
}
