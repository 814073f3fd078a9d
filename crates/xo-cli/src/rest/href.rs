//! Hrefs as this program takes them: what all of them start with is left out.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde_json::value::RawValue;

use super::path::PREFIX;

/// Shortens `item`, the JSON text of an item of a list: an href, or an object that has one.
pub(super) fn shorten(item: &str) -> Cow<'_, str> {
    if let Some(rest) = item.strip_prefix('"').and_then(|text| text.strip_prefix(PREFIX)) {
        return Cow::Owned(format!("\"{rest}"));
    }
    if !item.starts_with('{') || !item.contains(PREFIX) {
        return Cow::Borrowed(item);
    }
    let Ok(mut object) = serde_json::from_str::<IndexMap<Cow<'_, str>, Cow<'_, RawValue>>>(item) else {
        return Cow::Borrowed(item);
    };
    let short = object.get("href").and_then(|href| serde_json::from_str::<&str>(href.get()).ok()?.strip_prefix(PREFIX));
    let short = short.and_then(|short| serde_json::value::to_raw_value(short).ok());
    match (short, object.get_mut("href")) {
        (Some(short), Some(href)) => {
            *href = Cow::Owned(short);
            Cow::Owned(serde_json::to_string(&object).expect("what came as JSON can be written as JSON"))
        }
        _ => Cow::Borrowed(item),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hrefs_are_shortened_and_nothing_else() {
        for (item, short) in [
            (r#""/rest/v0/vms/1a""#, r#""vms/1a""#),
            (r#"{"a":1.0,"href":"/rest/v0/vms/1a"}"#, r#"{"a":1.0,"href":"vms/1a"}"#),
            (r#"{"a":"/rest/v0/x"}"#, r#"{"a":"/rest/v0/x"}"#),
            (r#"{"href":{"a":"/rest/v0/x"}}"#, r#"{"href":{"a":"/rest/v0/x"}}"#),
            (r#""/rest/v1/vms""#, r#""/rest/v1/vms""#),
            ("1", "1"),
            ("{", "{"),
        ] {
            assert_eq!(shorten(item), short);
        }
    }
}
