//! How fast one client may ask.

use std::num::NonZeroU32;

use app::Config;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::lab::{Answer, Rest, sent};

/// A server that lets a hundred requests through at once, and then one a second.
async fn limited() -> Rest {
    let mut config = Config::default();
    (config.rest_api.requests_per_second, config.rest_api.burst) = (NonZeroU32::new(1), NonZeroU32::new(100));
    Rest::with(config).await
}

/// Asks until nothing is left, and returns the refusal.
async fn exhausted(rest: &Rest, token: Option<&str>) -> Answer {
    loop {
        let request = rest.bare(Method::GET, "/vms?limit=0");
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let answer = sent(request).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            return answer;
        }
    }
}

#[tokio::test]
async fn who_asks_too_fast_is_told_when_to_come_again() {
    let rest = limited().await;
    let first = rest.get("/vms?limit=0").await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(first.header("ratelimit-policy"), Some("\"default\";q=100;w=100"));
    assert_eq!(first.header("ratelimit"), Some("\"default\";r=99;t=1"));
    let refused = exhausted(&rest, Some(&rest.lab.token)).await;
    assert_eq!(refused.json(), json!({ "error": "too many requests" }));
    assert_eq!(
        (refused.header("retry-after"), refused.header("ratelimit")),
        (Some("1"), Some("\"default\";r=0;t=100"))
    );
    // Others have buckets of their own.
    let other = rest.token_of("other@example.org", "admin").await;
    let other = sent(rest.bare(Method::GET, "/vms?limit=0").bearer_auth(other)).await;
    assert_eq!(other.status, StatusCode::OK);
    let nobody = sent(rest.bare(Method::GET, "/vms")).await;
    assert_eq!((nobody.status, nobody.header("ratelimit")), (StatusCode::UNAUTHORIZED, Some("\"default\";r=99;t=1")));
}

#[tokio::test]
async fn those_who_are_not_signed_in_share_what_their_address_has() {
    let rest = limited().await;
    let refused = exhausted(&rest, Some("wrong")).await;
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(exhausted(&rest, None).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(rest.get("/vms?limit=0").await.status, StatusCode::OK);
}

#[tokio::test]
async fn nothing_is_limited_unless_the_file_says_so() {
    let rest = Rest::new().await;
    let answer = rest.get("/vms?limit=0").await;
    assert_eq!((answer.header("ratelimit"), answer.header("ratelimit-policy")), (None, None));
}
