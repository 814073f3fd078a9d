//! Paths as typed: `vms/<id>`, with or without `/rest/v0/` before them.

use std::fmt::Write as _;

use crate::Failure;

/// Where the REST API is, seen from the address of the server.
pub(super) const ROOT: &str = "rest/v0";

/// What hrefs of the server start with.
pub(super) const PREFIX: &str = "/rest/v0/";

/// Names and values, not encoded.
pub(super) type Query = Vec<(String, String)>;

/// Something of the REST API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resource {
    /// As typed, below the root, without a slash at either end.
    pub(super) path: String,
    /// What comes behind the question mark.
    pub(super) query: Query,
}

impl Resource {
    /// Reads what was typed. What stands behind a `?` is the start of the query.
    ///
    /// # Errors
    /// [`Failure::Usage`] for a path that climbs out of the API.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let path = path.trim_matches('/');
        let path = path.strip_prefix(ROOT).filter(|rest| rest.is_empty() || rest.starts_with('/')).unwrap_or(path);
        let path = path.trim_matches('/');
        if let Some(part) = path.split('/').find(|part| is_step(part)) {
            return Err(Failure::Usage(format!("`{text}` is no path of the REST API: `{part}` is no name")));
        }
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Ok(Self { path: path.to_owned(), query })
    }

    /// Returns the address, seen from that of the server.
    pub(super) fn address(&self) -> String {
        let mut address = ROOT.to_owned();
        if !self.path.is_empty() {
            address.push('/');
            address.push_str(&encoded(&self.path));
        }
        if !self.query.is_empty() {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(&self.query);
            address.push('?');
            address.push_str(&query.finish());
        }
        address
    }

    /// Returns the last part of the path, as typed.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.query.iter().any(|(other, _)| other == name)
    }
}

/// Whether an address would be shortened by this part, written plainly or not.
fn is_step(part: &str) -> bool {
    matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

/// Encodes what may not stand in a path. What is encoded already stays, so that a slash inside a tag can be typed.
fn encoded(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut text = String::with_capacity(path.len());
    for (at, byte) in bytes.iter().enumerate() {
        let is_escape = || bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        // RFC 3986, `pchar` and the slash.
        let stays =
            byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(byte) || *byte == b'%' && is_escape();
        if stays {
            text.push(char::from(*byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> String {
        Resource::parse(text).unwrap().address()
    }

    #[test]
    fn paths_are_understood_with_and_without_what_hrefs_start_with() {
        for text in ["vms/1a", "/vms/1a", "/rest/v0/vms/1a", "rest/v0/vms/1a/", "vms/1a/"] {
            assert_eq!(address(text), "rest/v0/vms/1a", "{text}");
        }
        assert_eq!(address("rest/v0x"), "rest/v0/rest/v0x");
        assert_eq!(address(""), "rest/v0");
        assert_eq!(address("vms?limit=1&filter=a%20b"), "rest/v0/vms?limit=1&filter=a+b");
    }

    #[test]
    fn what_may_not_stand_in_a_path_is_encoded_once() {
        assert_eq!(address("vms/1a/tags/a b"), "rest/v0/vms/1a/tags/a%20b");
        assert_eq!(address("vms/1a/tags/a%2Fb"), "rest/v0/vms/1a/tags/a%2Fb");
        assert_eq!(address("vms/1a/tags/100%"), "rest/v0/vms/1a/tags/100%25");
        assert_eq!(address("vms/1a/tags/é#\\"), "rest/v0/vms/1a/tags/%C3%A9%23%5C");
    }

    #[test]
    fn a_path_stays_inside_the_api() {
        for text in ["../api", "vms/../../x", "vms/.", "vms/%2E%2e/x"] {
            assert!(Resource::parse(text).unwrap_err().to_string().contains("is no path of the REST API"), "{text}");
        }
    }

    #[test]
    fn the_last_part_names_a_file() {
        assert_eq!(Resource::parse("vdis/1a.raw?x=y").unwrap().name(), "1a.raw");
    }
}
