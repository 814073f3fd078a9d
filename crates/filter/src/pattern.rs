use serde_json::Value;

use crate::partial::same_scalar;
use crate::subject::{Shape, Subject};

/// A pattern of smart jobs and of `token.delete`, as JSON.
///
/// Scalars must be equal; an array pattern wants an array that has a matching item for each of its own; an object
/// pattern wants all its properties, present and matching. An object whose only key is `__and`, `__or` or `__not`
/// combines patterns.
#[derive(Clone, Debug)]
pub struct Pattern {
    pattern: Value,
}

impl Pattern {
    /// Makes a matcher of `pattern`.
    pub fn new(pattern: Value) -> Self {
        Self { pattern }
    }

    /// Tells whether `subject` satisfies the pattern.
    pub fn matches(&self, subject: &(impl Subject + ?Sized)) -> bool {
        matches(&self.pattern, &subject.shape())
    }
}

fn matches(pattern: &Value, found: &Shape<'_>) -> bool {
    match pattern {
        Value::Array(items) => match found {
            Shape::List(found) => {
                items.iter().all(|item| (0..found.len()).any(|index| matches(item, &found.item(index))))
            }
            _ => false,
        },
        Value::Object(properties) => {
            if let (1, Some((key, inner))) = (properties.len(), properties.iter().next()) {
                match (key.as_str(), inner) {
                    ("__and", Value::Array(all)) => return all.iter().all(|inner| matches(inner, found)),
                    ("__or", Value::Array(any)) => return any.iter().any(|inner| matches(inner, found)),
                    ("__not", inner) => return !matches(inner, found),
                    _ => {}
                }
            }
            matches!(found, Shape::Map(_) | Shape::List(_))
                && properties.iter().all(|(name, inner)| {
                    let found = found.property(name);
                    !matches!(found, Shape::Undefined) && matches(inner, &found)
                })
        }
        scalar => same_scalar(scalar, found),
    }
}
