//! What one object was when somebody looked: its `ETag`, and the conditions that name it (RFC 9110, 13.1).
//!
//! The tag is made of the bytes of the answer of `GET`. It is a strong one, since `If-Match` takes no others; a tag
//! that a proxy has made weak by compressing what it passes on fits, too.
//!
//! A condition on something below an object (`PUT /vms/{id}/tags/a`, `POST /vms/{id}/actions/start`) is about the
//! object. It is looked at right before the call: what others change between that and what the call itself reads is
//! not seen, as hosts know no conditions.

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Body;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use serde_json::{Map, json};

use super::{
    Asked, Rest,
    query::Query,
    refusal::Refusal,
    table::{Found, Target},
    who::Who,
};

/// Bytes of the hash that a tag has: two states of an object do not share so many.
const HASHED: usize = 16;

/// The tag of an object, with its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tag(String);

/// The conditions of a request.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    matches: Option<Tags>,
    none_matches: Option<Tags>,
}

/// The tags that a condition names.
#[derive(Debug, PartialEq, Eq)]
enum Tags {
    /// `*`.
    Any,
    These(Vec<Tag>),
}

impl Tag {
    fn of(bytes: &[u8]) -> Self {
        let hash = digest(&SHA256, bytes);
        Self(format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(&hash.as_ref()[..HASHED])))
    }

    fn to_header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).expect("base64 is ASCII")
    }
}

impl Tags {
    fn read(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, Refusal> {
        let lines: Result<Vec<_>, _> = headers.get_all(name).iter().map(HeaderValue::to_str).collect();
        let malformed = || {
            let message = format!("the header `{name}` is neither `*` nor a list of tags in quotes");
            Refusal::new(StatusCode::BAD_REQUEST, message)
        };
        let line = lines.map_err(|_| malformed())?.join(",");
        match line.trim() {
            "" if !headers.contains_key(name) => Ok(None),
            "*" => Ok(Some(Self::Any)),
            tags => tags_of(tags).map(|tags| Some(Self::These(tags))).ok_or_else(malformed),
        }
    }

    /// Tells whether one of them is what there is.
    fn have(&self, tag: Option<&Tag>) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tag.is_some_and(|tag| tags.contains(tag)),
        }
    }
}

/// Reads a list of tags; what is in quotes may have commas.
fn tags_of(mut line: &str) -> Option<Vec<Tag>> {
    let mut tags = Vec::new();
    loop {
        line = line.trim_start_matches([' ', '\t', ',']);
        if line.is_empty() {
            return (!tags.is_empty()).then_some(tags);
        }
        let inner = line.strip_prefix("W/").unwrap_or(line).strip_prefix('"')?;
        let (tag, rest) = inner.split_once('"')?;
        tags.push(Tag(format!("\"{tag}\"")));
        line = rest.trim_start_matches([' ', '\t']);
        if !line.is_empty() && !line.starts_with(',') {
            return None;
        }
    }
}

impl Conditions {
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, Refusal> {
        Ok(Self {
            matches: Tags::read(headers, &header::IF_MATCH)?,
            none_matches: Tags::read(headers, &header::IF_NONE_MATCH)?,
        })
    }

    fn is_empty(&self) -> bool {
        self.matches.is_none() && self.none_matches.is_none()
    }

    /// Refuses what may only be done to another state than that of `tag`.
    fn hold(&self, tag: Option<&Tag>) -> Result<(), Refusal> {
        self.hold_match(tag)?;
        match &self.none_matches {
            Some(unwanted) if unwanted.have(tag) => Err(failed("If-None-Match", tag)),
            _ => Ok(()),
        }
    }

    /// Refuses another state than one that `If-Match` names.
    fn hold_match(&self, tag: Option<&Tag>) -> Result<(), Refusal> {
        match &self.matches {
            Some(wanted) if !wanted.have(tag) => Err(failed("If-Match", tag)),
            _ => Ok(()),
        }
    }

    /// Gives what `GET` of one object answers its tag, or answers that it is what the client has.
    pub(super) async fn tagged(&self, response: Response<Body>) -> Result<Response<Body>, Refusal> {
        let (mut response, tag) = look(response).await?;
        let Some(tag) = tag else { return Ok(response) };
        self.hold_match(Some(&tag))?;
        if self.none_matches.as_ref().is_some_and(|tags| tags.have(Some(&tag))) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.body_mut() = Body::empty();
            response.headers_mut().remove(header::CONTENT_TYPE);
        }
        response.headers_mut().insert(header::ETAG, tag.to_header());
        Ok(response)
    }
}

/// What there is, is not as a condition says.
fn failed(condition: &str, tag: Option<&Tag>) -> Refusal {
    let is = tag.map_or("has no ETag".to_owned(), |tag| format!("has the ETag {}", tag.0));
    let refusal =
        Refusal::new(StatusCode::PRECONDITION_FAILED, format!("`{condition}` does not hold: the object {is}"));
    refusal.with_data(json!({ "etag": tag.map(|tag| tag.0.as_str()) }))
}

/// Returns the tag of a whole answer, and the answer again.
async fn look(response: Response<Body>) -> Result<(Response<Body>, Option<Tag>), Refusal> {
    // What is made piece by piece has no length yet, and is no object.
    if response.status() != StatusCode::OK || response.body().size_hint().exact().is_none() {
        return Ok((response, None));
    }
    let (head, body) = response.into_parts();
    let bytes = body.collect().await.map_err(|error| op::Error::failed(error.to_string()))?.to_bytes();
    let tag = Tag::of(&bytes);
    Ok((Response::from_parts(head, Body::from(bytes)), Some(tag)))
}

impl Rest {
    /// Refuses a change where what is at the object of `found` is not what the client says.
    pub(super) async fn hold(&self, conditions: &Conditions, found: &Found<'_>, who: &Who) -> Result<(), Refusal> {
        if conditions.is_empty() {
            return Ok(());
        }
        conditions.hold(self.tag_now(found, who).await?.as_ref())
    }

    /// Looks at the object as `GET` does; nothing where there is no object, or nothing to see it by.
    async fn tag_now(&self, found: &Found<'_>, who: &Who) -> Result<Option<Tag>, Refusal> {
        let Some(object) = found.object().and_then(|path| self.table.find(path)) else { return Ok(None) };
        let at = object.path().to_owned();
        let asked = Asked { who: who.clone(), at, path: object.params()?, query: Query::default() };
        let response = match object.target(&Method::GET) {
            Some(Target::Op(route)) => self.call(route, asked, Map::new(), None).await?,
            Some(Target::Object(kind)) => self.object(*kind, &asked)?,
            _ => return Ok(None),
        };
        Ok(look(response).await?.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_tags_is_read() {
        let tag = |text: &str| Tag(text.to_owned());
        assert_eq!(tags_of(r#""a""#), Some(vec![tag(r#""a""#)]));
        assert_eq!(tags_of(r#"W/"a" ,, "b,c","""#), Some(vec![tag(r#""a""#), tag(r#""b,c""#), tag(r#""""#)]));
        for malformed in ["", ",", "a", r#""a"#, r#""a" "b""#, r#""a"b"#, r#"w/"a""#] {
            assert_eq!(tags_of(malformed), None, "{malformed}");
        }
    }
}
