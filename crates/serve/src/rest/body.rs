//! The body of a request: the parameters of a call, an object of JSON.

use std::{error::Error, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body;
use serde_json::{Map, Value, json};

use super::{
    json::{self, Trouble},
    refusal::Refusal,
};

/// Largest body of a call: parameters, not content.
const LARGEST: usize = 4 * 1024 * 1024;
/// How long a body of parameters may take to arrive.
const TIME: Duration = Duration::from_secs(30);
/// How much is read of what nobody wants, and for how long: who is still sending and is cut off sees a broken
/// connection in place of the answer.
const UNWANTED: (usize, Duration) = (4 * LARGEST, Duration::from_secs(5));

/// Reads the parameters; an empty body has none.
pub(super) async fn params<B>(headers: &HeaderMap, body: &mut B) -> Result<Map<String, Value>, Refusal>
where
    B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Unpin,
{
    framed(headers)?;
    plain(headers)?;
    if body.size_hint().lower() > LARGEST as u64 {
        return Err(too_large());
    }
    let text = match tokio::time::timeout(TIME, Limited::new(body, LARGEST).collect()).await {
        Err(_) => return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "the body took more than 30 s to arrive")),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(too_large()),
        Ok(Err(error)) => return Err(Refusal::new(StatusCode::BAD_REQUEST, format!("the body broke off: {error}"))),
        Ok(Ok(text)) => text.to_bytes(),
    };
    if text.is_empty() {
        return Ok(Map::new());
    }
    typed(headers)?;
    match json::read(&text, "body") {
        Ok(Value::Object(params)) => Ok(params),
        Ok(other) => Err(Refusal::invalid("body", "invalid object", Some(other))),
        Err(Trouble::Twice(place)) => {
            let name = place.rsplit('.').next().unwrap_or_default();
            Err(Refusal::invalid(&place, &format!("\"{name}\" is given twice"), None))
        }
        Err(Trouble::Syntax(error)) => {
            let at = json!({ "line": error.line(), "column": error.column() });
            Err(Refusal::new(StatusCode::BAD_REQUEST, format!("the body is no JSON: {error}")).with_data(at))
        }
    }
}

/// Reads what is left of a body that nobody wants, so that the client comes to read the answer.
pub(super) async fn pass_over<B: Body<Data = Bytes> + Unpin>(mut body: B) {
    let (most, time) = UNWANTED;
    let read = async {
        let mut left = most;
        while let Some(Ok(frame)) = body.frame().await {
            match left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    let _ = tokio::time::timeout(time, read).await;
}

fn too_large() -> Refusal {
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body has more than {LARGEST} bytes"))
}

/// Refuses what two servers may understand as two different bodies. Beside a `Transfer-Encoding`, `Content-Length` says
/// nothing (RFC 9112, 6.3).
fn framed(headers: &HeaderMap) -> Result<(), Refusal> {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => Ok(()),
        (Some(one), None) if one.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(()),
        _ => Err(Refusal::new(StatusCode::BAD_REQUEST, "no Transfer-Encoding is understood but `chunked`")),
    }
}

/// Refuses what is compressed.
fn plain(headers: &HeaderMap) -> Result<(), Refusal> {
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    if encodings.all(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Ok(());
    }
    Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "no Content-Encoding is understood: send the body as it is"))
}

/// Refuses what does not say that it is JSON, or is written in another charset than JSON is.
fn typed(headers: &HeaderMap) -> Result<(), Refusal> {
    let refused = |message| Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = content_type.split(';').map(str::trim);
    let mime = parts.next().unwrap_or_default();
    if !mime.eq_ignore_ascii_case("application/json") {
        return refused("the body has to be JSON, and Content-Type to say so: `application/json`");
    }
    let charset = parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("charset"));
    match charset {
        Some((_, charset)) if !charset.trim_matches('"').eq_ignore_ascii_case("utf-8") => {
            refused("JSON is written in the charset `utf-8`")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::body::Body;
    use futures_util::{StreamExt, stream};
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_end_is_waited_for_so_long() {
        let started = Instant::now();
        let drip = stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Some((Ok::<_, Infallible>(Bytes::from_static(b" ")), ()))
        });
        let mut body = Body::from_stream(drip);
        let refusal = params(&HeaderMap::new(), &mut body).await.expect_err("it takes too long");
        assert_eq!((refusal.into_response().status(), started.elapsed()), (StatusCode::REQUEST_TIMEOUT, TIME));
        let started = Instant::now();
        pass_over(body).await;
        assert_eq!(started.elapsed(), UNWANTED.1);
    }

    #[tokio::test]
    async fn a_body_without_an_end_is_read_to_a_bound() {
        let piece = Ok::<_, Infallible>(Bytes::from(vec![b' '; 64 * 1024]));
        let mut body = Body::from_stream(stream::repeat(piece.clone()).take(65));
        let refusal = params(&HeaderMap::new(), &mut body).await.expect_err("it is too large");
        assert_eq!(refusal.into_response().status(), StatusCode::PAYLOAD_TOO_LARGE);
        pass_over(Body::from_stream(stream::repeat(piece))).await;
    }
}
