use crate::node::Node;
use crate::number;
use crate::subject::Shape;

impl Node {
    pub(crate) fn matches(&self, shape: &Shape<'_>) -> bool {
        match self {
            Self::Everything => true,
            Self::All(nodes) => nodes.iter().all(|node| node.matches(shape)),
            Self::Any(nodes) => nodes.iter().any(|node| node.matches(shape)),
            Self::Not(node) => !node.matches(shape),
            Self::Comparison(operator, right) => operator.holds(to_number(shape), *right),
            Self::Property(name, node) => {
                !matches!(shape, Shape::Undefined | Shape::Null)
                    && !node.is_ruled_out(shape, Some(name))
                    && node.matches(&shape.property(name))
            }
            Self::Truthy(name) => shape.property(name).is_truthy(),
            Self::Text(text) => {
                !self.is_ruled_out(shape, None)
                    && somewhere(shape, &|leaf| as_text(leaf).is_some_and(|found| text.is_in(found)))
            }
            Self::NumberOrText(number, text) => somewhere(shape, &|leaf| match leaf {
                Shape::Number(found) => found.total_cmp(number).is_eq() || (*found == 0.0 && *number == 0.0),
                _ => as_text(leaf).is_some_and(|found| text.is_in(found)),
            }),
            Self::Glob(glob) => {
                !self.is_ruled_out(shape, None)
                    && somewhere(shape, &|leaf| as_text(leaf).is_some_and(|found| glob.is_in(found)))
            }
            Self::Regex(regex) => {
                somewhere(shape, &|leaf| as_text(leaf).is_some_and(|found| regex.compiled.is_match(found)))
            }
        }
    }

    /// Tells whether the subject is sure that this cannot match its property `name`, or any where there is no name.
    fn is_ruled_out(&self, shape: &Shape<'_>, name: Option<&str>) -> bool {
        let Shape::Map(map) = shape else { return false };
        match self {
            Self::All(nodes) => nodes.iter().any(|node| node.is_ruled_out(shape, name)),
            Self::Any(nodes) => nodes.iter().all(|node| node.is_ruled_out(shape, name)),
            Self::Property(_, node) => node.is_ruled_out(shape, name),
            Self::Text(text) => map.rules_out(name, text),
            Self::Glob(glob) => glob.pieces().iter().any(|piece| map.rules_out(name, piece)),
            _ => false,
        }
    }
}

/// Tells whether `test` holds for the value or for one inside it; keys of objects are not looked at.
fn somewhere(shape: &Shape<'_>, test: &dyn Fn(&Shape<'_>) -> bool) -> bool {
    match shape {
        Shape::List(list) => (0..list.len()).any(|index| somewhere(&list.item(index), test)),
        Shape::Map(map) => map.any(&mut |value| somewhere(value, test)),
        leaf => test(leaf),
    }
}

fn as_text<'a>(shape: &'a Shape<'_>) -> Option<&'a str> {
    match shape {
        Shape::Text(text) => Some(text),
        _ => None,
    }
}

/// Returns what JavaScript compares when the value stands beside `<`; `NaN`, which compares with nothing, for what
/// is no number.
fn to_number(shape: &Shape<'_>) -> f64 {
    match shape {
        Shape::Null => 0.0,
        Shape::Bool(value) => f64::from(u8::from(*value)),
        Shape::Number(number) => *number,
        Shape::Text(text) => number::parse(text),
        // An array is first written as text, its items joined by commas.
        Shape::List(list) => match list.len() {
            0 => 0.0,
            1 => match list.item(0) {
                Shape::Bool(_) => f64::NAN,
                item => to_number(&item),
            },
            _ => f64::NAN,
        },
        Shape::Undefined | Shape::Map(_) => f64::NAN,
    }
}
