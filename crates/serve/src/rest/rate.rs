//! How fast one client may ask: a bucket of requests for each token, for each user who signs in by password, and for
//! each address from which nobody is signed in.
//!
//! A bucket holds a burst and fills at a steady rate. The headers are those of the IETF's draft
//! "RateLimit header fields for HTTP" (draft-ietf-httpapi-ratelimit-headers-10).

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
};

use app::{Peer, SignedIn};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use parking_lot::Mutex;
use tokio::time::Instant;

use super::refusal::Refusal;

/// Buckets that are remembered; a full one need not be. Beyond that, those that were used longest ago are full again.
const REMEMBERED: usize = 10_000;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// The buckets.
#[derive(Debug)]
pub(super) struct Rates {
    /// Requests a second.
    rate: f64,
    /// Most requests in a bucket.
    burst: f64,
    buckets: Mutex<HashMap<Whose, Bucket>>,
}

/// Who has a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Whose {
    Token(String),
    User(String),
    Nobody(IpAddr),
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Requests that are left.
    left: f64,
    at: Instant,
}

/// What is left of a bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Left {
    rate: f64,
    burst: f64,
    requests: f64,
}

impl Rates {
    /// Makes buckets that hold `burst`; by default, what comes together in ten seconds.
    pub(super) fn new(per_second: NonZeroU32, burst: Option<NonZeroU32>) -> Self {
        let rate = f64::from(per_second.get());
        let burst = burst.map_or(10.0 * rate, |burst| f64::from(burst.get()));
        Self { rate, burst, buckets: Mutex::default() }
    }

    /// Takes a request out of the bucket of whoever asks.
    ///
    /// Says what is left, and whether there was one.
    pub(super) fn take(&self, signed_in: Option<&SignedIn>, peer: &Peer) -> (Left, Result<(), Refusal>) {
        let whose = match signed_in {
            Some(SignedIn { token: Some(token), .. }) => Whose::Token(token.clone()),
            Some(SignedIn { user, .. }) => Whose::User(user.id.clone()),
            None => Whose::Nobody(network(peer.address)),
        };
        let (left, taken) = self.take_of(whose);
        if taken {
            return (left, Ok(()));
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 1")]
        let after = ((1.0 - left.requests) / self.rate).ceil() as u64;
        let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too many requests").after(after.max(1));
        (left, Err(refusal))
    }

    fn take_of(&self, whose: Whose) -> (Left, bool) {
        let now = Instant::now();
        let mut buckets = self.buckets.lock();
        if buckets.len() >= REMEMBERED && !buckets.contains_key(&whose) {
            self.forget(&mut buckets, now);
        }
        let bucket = buckets.entry(whose).or_insert(Bucket { left: self.burst, at: now });
        *bucket = Bucket { left: self.left(bucket, now), at: now };
        let taken = bucket.left >= 1.0;
        if taken {
            bucket.left -= 1.0;
        }
        (Left { rate: self.rate, burst: self.burst, requests: bucket.left }, taken)
    }

    fn left(&self, bucket: &Bucket, now: Instant) -> f64 {
        (bucket.left + now.duration_since(bucket.at).as_secs_f64() * self.rate).min(self.burst)
    }

    /// Makes room: full buckets go, and of the others the half that was used longest ago, if it must be.
    fn forget(&self, buckets: &mut HashMap<Whose, Bucket>, now: Instant) {
        buckets.retain(|_, bucket| self.left(bucket, now) < self.burst);
        if buckets.len() > REMEMBERED / 2 {
            let mut times: Vec<_> = buckets.values().map(|bucket| bucket.at).collect();
            let (_, middle, _) = times.select_nth_unstable(buckets.len() - REMEMBERED / 2);
            let middle = *middle;
            buckets.retain(|_, bucket| bucket.at > middle);
        }
    }
}

impl Left {
    /// Tells the client the limit and what is left.
    pub(super) fn write(self, headers: &mut HeaderMap) {
        let window = (self.burst / self.rate).ceil();
        let full_in = ((self.burst - self.requests) / self.rate).ceil();
        let text = |text: String| HeaderValue::from_str(&text).expect("numbers are ASCII");
        headers.insert(POLICY, text(format!("\"default\";q={};w={window}", self.burst)));
        headers.insert(LIMIT, text(format!("\"default\";r={};t={full_in}", self.requests.floor())));
    }
}

/// What stands for an address: of IPv6, the network of 64 bits that a customer has.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn rates(per_second: u32, burst: u32) -> Rates {
        Rates::new(NonZeroU32::new(per_second).unwrap(), NonZeroU32::new(burst))
    }

    fn token(name: &str) -> Whose {
        Whose::Token(name.to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn a_bucket_holds_a_burst_and_fills_steadily() {
        let rates = rates(2, 3);
        for _ in 0..3 {
            assert!(rates.take_of(token("a")).1);
        }
        assert!(!rates.take_of(token("a")).1);
        assert!(rates.take_of(token("b")).1);
        tokio::time::advance(Duration::from_millis(500)).await;
        assert!(rates.take_of(token("a")).1);
        assert!(!rates.take_of(token("a")).1);
        tokio::time::advance(Duration::from_secs(3600)).await;
        for taken in [true, true, true, false] {
            assert_eq!(rates.take_of(token("a")).1, taken);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_client_is_told_when_to_come_again() {
        let rates = rates(1, 5);
        let peer = Peer { address: [192, 0, 2, 1].into(), user_agent: None };
        let mut headers = HeaderMap::new();
        rates.take(None, &peer).0.write(&mut headers);
        assert_eq!(headers["ratelimit-policy"], "\"default\";q=5;w=5");
        assert_eq!(headers["ratelimit"], "\"default\";r=4;t=1");
        for _ in 0..4 {
            assert!(rates.take(None, &peer).1.is_ok());
        }
        let (left, refused) = rates.take(None, &peer);
        left.write(&mut headers);
        assert_eq!(headers["ratelimit"], "\"default\";r=0;t=5");
        let response = refused.expect_err("none is left").into_response();
        assert_eq!(response.headers()["retry-after"], "1");
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_buckets_are_kept_than_fit() {
        let rates = rates(1, 2);
        for n in 0..REMEMBERED {
            rates.take_of(token(&n.to_string()));
            if n == REMEMBERED / 4 {
                tokio::time::advance(Duration::from_millis(10)).await;
            }
        }
        tokio::time::advance(Duration::from_millis(10)).await;
        rates.take_of(token("last"));
        let kept = rates.buckets.lock().len();
        assert!(kept <= REMEMBERED / 2 + 1, "{kept}");
        tokio::time::advance(Duration::from_secs(1)).await;
        rates.forget(&mut rates.buckets.lock(), Instant::now());
        assert_eq!(rates.buckets.lock().len(), 0);
    }

    #[test]
    fn who_has_a_network_has_one_bucket() {
        let network = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
