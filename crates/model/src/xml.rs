//! The little XML that stands in fields of records: tags with attributes, and plain trees.

use serde_json::{Map, Value};

/// A tag.
#[derive(Debug, PartialEq)]
pub(crate) struct Tag<'a> {
    pub(crate) name: &'a str,
    attributes: &'a str,
    kind: TagKind,
    /// The text between this tag and the next.
    text: &'a str,
}

#[derive(Debug, PartialEq, Clone, Copy)]
enum TagKind {
    Start,
    Empty,
    End,
}

/// Reads the tags of `text` in their order, leaving out comments and declarations.
pub(crate) fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    text.split('<').skip(1).filter_map(|piece| {
        if piece.starts_with(['!', '?']) {
            return None;
        }
        let (inner, text) = piece.split_once('>')?;
        let (inner, kind) = match (inner.strip_prefix('/'), inner.strip_suffix('/')) {
            (Some(inner), _) => (inner, TagKind::End),
            (None, Some(inner)) => (inner, TagKind::Empty),
            (None, None) => (inner, TagKind::Start),
        };
        let (name, attributes) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
        Some(Tag { name: name.trim(), attributes, kind, text })
    })
}

impl Tag<'_> {
    /// Returns the value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes;
        loop {
            let (key, behind) = rest.split_once('=')?;
            let behind = behind.trim_start();
            let quote = behind.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            let (value, behind) = behind[1..].split_once(quote)?;
            if key.trim() == name {
                return Some(unescape(value));
            }
            rest = behind;
        }
    }

    pub(crate) fn is_end(&self) -> bool {
        self.kind == TagKind::End
    }
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let found = behind.split_once(';').and_then(|(name, behind)| Some((entity(name)?, behind)));
        if let Some((character, behind)) = found {
            out.push(character);
            rest = behind;
        } else {
            out.push('&');
            rest = behind;
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let code = name.strip_prefix('#')?;
            let code = match code.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => code.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

/// Deepest nesting that is read; what is below is left out.
const DEEPEST: usize = 32;

/// Reads a tree: elements with elements inside become objects, others texts; elements of the same name a list.
pub(crate) fn tree(text: &str) -> Value {
    let mut stack: Vec<(String, Map<String, Value>, String)> = vec![(String::new(), Map::new(), String::new())];
    for tag in tags(text) {
        match tag.kind {
            TagKind::Start if stack.len() <= DEEPEST => {
                stack.push((tag.name.to_owned(), Map::new(), unescape(tag.text.trim())));
            }
            TagKind::Empty => add(&mut stack, tag.name.to_owned(), Value::String(String::new())),
            TagKind::End if stack.len() > 1 && stack.last().is_some_and(|(name, ..)| name == tag.name) => {
                close(&mut stack);
            }
            TagKind::Start | TagKind::End => {}
        }
    }
    while stack.len() > 1 {
        close(&mut stack);
    }
    Value::Object(stack.pop().map(|(_, root, _)| root).unwrap_or_default())
}

fn close(stack: &mut Vec<(String, Map<String, Value>, String)>) {
    if let Some((name, children, text)) = stack.pop() {
        let value = if children.is_empty() { Value::String(text) } else { Value::Object(children) };
        add(stack, name, value);
    }
}

fn add(stack: &mut [(String, Map<String, Value>, String)], name: String, value: Value) {
    let Some((_, children, _)) = stack.last_mut() else { return };
    match children.get_mut(&name) {
        None => {
            children.insert(name, value);
        }
        Some(Value::Array(list)) => list.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn attributes_are_found_whatever_their_order_and_quotes() {
        let text = "<?xml version='1.0'?><a><b  x='1' y = \"2 &lt; 3 &#33;\"/></a>";
        let found: Vec<_> = tags(text).map(|tag| (tag.name, tag.attribute("y"))).collect();
        assert_eq!(found, [("a", None), ("b", Some("2 < 3 !".to_owned())), ("a", None)]);
    }

    #[test]
    fn a_tree_becomes_json() {
        let tree = tree("<ps><item><id>1</id><name>a &amp; b</name></item><item><id>2</id></item><empty/></ps>");
        assert_eq!(tree, json!({ "ps": { "item": [{ "id": "1", "name": "a & b" }, { "id": "2" }], "empty": "" } }));
    }

    #[test]
    fn what_is_no_xml_does_no_harm() {
        for text in ["", "<", "<a", "<a b>", "<a b=>", "</a>", "<a></b>", "&", "<a x='", "<a x='&bad;&'/>", "<=>"] {
            let _ = tree(text);
            for tag in tags(text) {
                let _ = tag.attribute("x");
            }
        }
    }
}
