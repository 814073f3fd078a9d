//! What drivers answer: lists of elements that hold nothing but texts.

use std::collections::BTreeMap;

/// An element: the texts of its children by their names.
#[derive(Debug, Default, PartialEq)]
pub(in crate::sr) struct Element(BTreeMap<String, String>);

impl Element {
    /// Returns the text of the child `name`, empty where there is none.
    pub(in crate::sr) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// Returns the text of the child `name`.
    pub(in crate::sr) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// Returns the elements called `name` wherever they stand in a document; what is no document has none.
pub(in crate::sr) fn elements(document: &str, name: &str) -> Vec<Element> {
    let mut found = Vec::new();
    let mut inside = None::<Element>;
    let mut child = None::<&str>;
    for piece in document.split('<').skip(1) {
        let Some((tag, text)) = piece.split_once('>') else { continue };
        if let Some(closed) = tag.strip_prefix('/') {
            child = None;
            if closed.trim() == name {
                found.extend(inside.take());
            }
            continue;
        }
        if tag.starts_with(['?', '!']) {
            continue;
        }
        let empty = tag.ends_with('/');
        let tag = tag.trim_end_matches('/').split_whitespace().next().unwrap_or_default();
        match &mut inside {
            None if tag == name && !empty => inside = Some(Element::default()),
            Some(element) if child.is_none() => {
                element.0.insert(tag.to_owned(), unescaped(text.trim()));
                child = (!empty).then_some(tag);
            }
            _ => {}
        }
    }
    found
}

fn unescaped(text: &str) -> String {
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    plain.into_iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

#[cfg(test)]
mod tests {
    use super::elements;

    #[test]
    fn texts_of_children_are_read_without_the_space_around_them() {
        let document = "<?xml version=\"1.0\" ?>\n<list>\n\t<LUN>\n\t\t<id>\n\t\t\t0\n\t\t</id>\n\t\t<note>a &amp; b</note><none/>\n\
            \t</LUN>\n\t<LUN><id>1</id></LUN>\n</list>\n";
        let luns = elements(document, "LUN");
        assert_eq!(luns.len(), 2);
        assert_eq!((luns[0].text("id"), luns[0].text("note"), luns[1].text("id")), ("0", "a & b", "1"));
        assert_eq!((luns[0].get("none"), luns[1].get("note")), (Some(""), None));
    }

    #[test]
    fn what_is_cut_or_no_document_ends() {
        let document = "<list><SR><UUID>u</UUID></SR></list>";
        for length in 0..=document.len() {
            assert!(elements(&document[..length], "SR").len() <= 1);
        }
        assert!(elements("<SRlist/>", "SR").is_empty());
        assert!(elements("no document", "SR").is_empty());
    }
}
