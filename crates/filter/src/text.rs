use memchr::{memchr_iter, memchr2_iter};

/// A text to be found inside others, ignoring case.
#[derive(Clone, Debug)]
pub struct Text {
    pub(crate) written: String,
    pub(crate) lower: String,
    /// Where its rarest byte stands, of one that is searched for as bytes.
    rarest: Option<usize>,
    /// Whether it stands in JSON as it is.
    is_plain: bool,
}

/// Needles up to this length, in bytes, are searched for without copying the text; beyond it the search byte by byte
/// could cost the product of both lengths, so the linear one is used.
const SHORT: usize = 32;

impl Text {
    pub(crate) fn new(written: String) -> Self {
        let lower = written.to_lowercase();
        let bytes = lower.as_bytes();
        let as_bytes = bytes.len() <= SHORT && bytes.is_ascii();
        let rarest = as_bytes.then(|| (0..bytes.len()).min_by_key(|&at| commonness(bytes[at]))).flatten();
        let is_plain = !bytes.iter().any(|byte| matches!(byte, 0..=0x1f | b'"' | b'\\'));
        Self { written, lower, rarest, is_plain }
    }

    pub(crate) fn is_in(&self, text: &str) -> bool {
        if self.lower.is_empty() {
            return true;
        }
        match self.rarest {
            // Letters beyond ASCII have lower cases within it: `K`, the sign of kelvin, is one.
            Some(rarest) if text.is_ascii() => self.is_in_bytes(text.as_bytes(), rarest),
            _ => text.to_lowercase().contains(&self.lower),
        }
    }

    /// Tells whether the text may stand in some text of `json`, which escapes no more than JSON demands; costs one look
    /// over the bytes.
    pub fn may_stand_in(&self, json: &[u8]) -> bool {
        match self.rarest {
            Some(rarest) if self.is_plain && json.is_ascii() => self.is_in_bytes(json, rarest),
            _ => true,
        }
    }

    /// Goes from one rarest byte to the next and looks around each.
    fn is_in_bytes(&self, text: &[u8], rarest: usize) -> bool {
        let needle = self.lower.as_bytes();
        // The needle starts `rarest` bytes before its rarest one, and ends in the text.
        let Some(last) = text.len().checked_sub(needle.len()) else { return false };
        let hay = &text[rarest..=rarest + last];
        let stands = |at: usize| text[at..at + needle.len()].eq_ignore_ascii_case(needle);
        match (needle[rarest], needle[rarest].to_ascii_uppercase()) {
            (one, same) if one == same => memchr_iter(one, hay).any(stands),
            (lower, upper) => memchr2_iter(lower, upper, hay).any(stands),
        }
    }
}

/// Ranks bytes by how often they stand in what objects say: ids most of all, hence hexadecimal digits, then words.
fn commonness(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' | b'a'..=b'f' | b'-' => 3,
        b'i' | b'l' | b'm' | b'n' | b'o' | b'p' | b'r' | b's' | b't' | b'u' | b' ' | b'.' | b':' | b'_' => 2,
        b'g' | b'h' | b'v' | b'w' | b'x' | b'y' | b'/' => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn is_found_wherever_it_stands_and_however_it_is_written() {
        let found = |needle: &str, text: &str| Text::new(needle.to_owned()).is_in(text);
        for needle in ["web", "WEB", "b", "", "we", "Web-1"] {
            for text in ["web-1", "my WEB-1", "a b web-1", "wweb-1", "webweweb-1"] {
                assert!(found(needle, text), "`{needle}` stands in `{text}`");
            }
        }
        for (needle, text) in [("web", "we"), ("web", ""), ("web", "wEa"), ("q", "web")] {
            assert!(!found(needle, text), "`{needle}` does not stand in `{text}`");
        }
        assert!(found("", ""));
        assert!(found("é", "CAFÉ"), "letters beyond ASCII have cases, too");
        assert!(found("k", "5 \u{212a}"), "and some of them are lower letters of ASCII");
        assert!(found(&"ab".repeat(40), &format!("x{}", "AB".repeat(41))), "a long one");
    }

    #[test]
    fn is_ruled_out_of_json_only_where_it_cannot_stand() {
        let json = |value: serde_json::Value| serde_json::to_vec(&value).expect("it is written");
        let may = |needle: &str, json: &[u8]| Text::new(needle.to_owned()).may_stand_in(json);
        let object = json(serde_json::json!({ "name_label": "Web-1", "note": "says \"hi\"\n\\o/" }));
        for needle in ["web", "WEB-1", "says", "\"hi\"", "\n", "\\o", "/", "", "été"] {
            assert!(may(needle, &object), "`{needle}` may stand there");
        }
        for needle in ["db", "web-2", "hii"] {
            assert!(!may(needle, &object), "`{needle}` does not stand there");
        }
        assert!(may("db", &json(serde_json::json!({ "name_label": "é" }))), "of other letters it cannot tell");
    }

    #[test]
    fn agrees_with_the_search_for_lower_letters() {
        let texts = ["aAbBzZ", "0-9a-f", "zzzz", "the quick brown fox", "e0b1", "Z", "[`@{"];
        for text in texts {
            for from in 0..text.len() {
                for to in from..=text.len() {
                    for other in texts {
                        let needle = &text[from..to];
                        let plain = other.to_lowercase().contains(&needle.to_lowercase());
                        assert_eq!(Text::new(needle.to_owned()).is_in(other), plain, "`{needle}` in `{other}`");
                    }
                }
            }
        }
    }
}
