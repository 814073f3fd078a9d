use std::fmt::{Display, Formatter, Result, Write};

use crate::node::Node;
use crate::number;
use crate::parse::is_raw;

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Everything => Ok(()),
            Self::All(nodes) => list(f, nodes),
            Self::Any(nodes) => {
                f.write_str("|(")?;
                list(f, nodes)?;
                f.write_char(')')
            }
            Self::Not(node) => {
                f.write_char('!')?;
                nested(f, node)
            }
            Self::Comparison(operator, right) => write!(f, "{}{}", operator.symbol(), number::print(*right)),
            Self::Property(name, node) => {
                word(f, name)?;
                f.write_char(':')?;
                nested(f, node)
            }
            Self::Truthy(name) => {
                word(f, name)?;
                f.write_char('?')
            }
            // Bare, it would be read as a number.
            Self::Text(text) if !number::parse(&text.written).is_nan() => quoted(f, &text.written),
            Self::Text(text) => word(f, &text.written),
            Self::NumberOrText(_, text) => f.write_str(&text.written),
            Self::Glob(glob) => f.write_str(&glob.written),
            Self::Regex(regex) => write!(f, "/{}/{}", regex.written, if regex.ignore_case { "i" } else { "" }),
        }
    }
}

fn list(f: &mut Formatter<'_>, nodes: &[Node]) -> Result {
    for (index, node) in nodes.iter().enumerate() {
        if index > 0 {
            f.write_char(' ')?;
        }
        nested(f, node)?;
    }
    Ok(())
}

fn nested(f: &mut Formatter<'_>, node: &Node) -> Result {
    if let Node::All(nodes) = node {
        f.write_char('(')?;
        list(f, nodes)?;
        f.write_char(')')
    } else {
        node.fmt(f)
    }
}

fn word(f: &mut Formatter<'_>, text: &str) -> Result {
    if !text.is_empty() && text.chars().all(is_raw) { f.write_str(text) } else { quoted(f, text) }
}

fn quoted(f: &mut Formatter<'_>, text: &str) -> Result {
    f.write_char('"')?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('"')
}
