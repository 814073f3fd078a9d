use serde_json::{Map, Value};

use crate::subject::{Shape, Subject};

/// An example: an object matches when it has at least what the example has, at every depth.
///
/// Objects need the example's properties, arrays need an item of their own for each of the example's items in any
/// order, anything else must be equal. An empty object or array accepts any object or array.
#[derive(Clone, Debug)]
pub struct Partial {
    example: Map<String, Value>,
}

impl Partial {
    /// Makes a matcher of `example`; the empty one matches everything.
    pub fn new(example: Map<String, Value>) -> Self {
        Self { example }
    }

    /// Tells whether `subject` has at least what the example has.
    pub fn matches(&self, subject: &(impl Subject + ?Sized)) -> bool {
        has_all(&self.example, &subject.shape())
    }
}

fn has_all(example: &Map<String, Value>, shape: &Shape<'_>) -> bool {
    example.iter().all(|(name, wanted)| has(wanted, &shape.property(name)))
}

fn has(wanted: &Value, found: &Shape<'_>) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), Shape::Map(_)) => has_all(wanted, found),
        (Value::Array(wanted), Shape::List(found)) => {
            let mut free: Vec<usize> = (0..found.len()).collect();
            wanted.len() <= free.len()
                && wanted.iter().all(|wanted| {
                    let taken = free.iter().position(|&index| has(wanted, &found.item(index)));
                    taken.map(|taken| free.swap_remove(taken)).is_some()
                })
        }
        (wanted, found) => same_scalar(wanted, found),
    }
}

/// Tells whether both are the same null, boolean, number or text.
pub(crate) fn same_scalar(wanted: &Value, found: &Shape<'_>) -> bool {
    match (wanted, found) {
        (Value::Null, Shape::Null) => true,
        (Value::Bool(wanted), Shape::Bool(found)) => wanted == found,
        (Value::Number(wanted), Shape::Number(found)) => wanted.as_f64() == Some(*found),
        (Value::String(wanted), Shape::Text(found)) => wanted == found,
        _ => false,
    }
}
