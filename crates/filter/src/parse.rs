use crate::error::Error;
use crate::node::{Glob, Node, Operator, RegexTerm};
use crate::number::{self, is_blank};
use crate::regexp;
use crate::text::Text;

/// Nesting that one filter may use, so that a hostile text cannot exhaust the stack.
const MAX_DEPTH: usize = 128;

/// Memory of all regular expressions of one filter, in bytes: about thirty short ones, or six of the longest.
pub(crate) const MOST_MEMORY: usize = 4 << 20;

/// Tells whether `c` may stand in a word without quotes.
pub(crate) fn is_raw(c: char) -> bool {
    // The original looks at UTF-16 units, so that letters beyond the basic plane have no case.
    matches!(c, '0'..='9' | '_' | '-' | '.' | '$') || (c <= '\u{ffff}' && c.to_lowercase().ne(c.to_uppercase()))
}

/// Reads a whole filter; returns it with the memory that its regular expressions may take, in bytes.
pub(crate) fn filter(text: &str) -> Result<(Node, usize), Error> {
    let mut parser = Parser { text, at: 0, left: MOST_MEMORY };
    parser.blanks();
    let mut nodes = Vec::new();
    while let Some(node) = parser.term(0)? {
        nodes.push(node);
    }
    if parser.at < text.len() {
        return Err(Error::Leftover { position: parser.position(parser.at) });
    }
    let node = if nodes.is_empty() { Node::Everything } else { group(nodes, Node::All) };
    Ok((node, MOST_MEMORY - parser.left))
}

fn group(mut nodes: Vec<Node>, many: fn(Vec<Node>) -> Node) -> Node {
    match nodes.len() {
        1 => nodes.remove(0),
        _ => many(nodes),
    }
}

/// Reads terms from left to right. `Ok(None)` means "not this" and leaves the place unchanged; an error is final.
struct Parser<'a> {
    text: &'a str,
    /// Where the next character is read, in bytes.
    at: usize,
    /// What further regular expressions may take, in bytes.
    left: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn position(&self, at: usize) -> usize {
        self.text[..at].encode_utf16().count()
    }

    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches(is_blank).len();
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Reads one term and the blanks after it.
    fn term(&mut self, depth: usize) -> Result<Option<Node>, Error> {
        if depth > MAX_DEPTH {
            return Err(Error::TooDeep { position: self.position(self.at) });
        }
        let start = self.at;
        let node = match self.rest().chars().next() {
            None => None,
            Some('(') => self.terms_in_parentheses(depth)?.map(|nodes| group(nodes, Node::All)),
            Some('|') => {
                self.at += 1;
                self.blanks();
                self.terms_in_parentheses(depth)?.map(|nodes| group(nodes, Node::Any))
            }
            Some('!') => {
                self.at += 1;
                self.blanks();
                self.term(depth + 1)?.map(|node| Node::Not(Box::new(node)))
            }
            Some('<' | '>') => self.comparison()?,
            Some('/') => self.regex()?,
            Some(_) => self.property_or_word(depth)?,
        };
        if node.is_none() {
            self.at = start;
        } else {
            self.blanks();
        }
        Ok(node)
    }

    fn terms_in_parentheses(&mut self, depth: usize) -> Result<Option<Vec<Node>>, Error> {
        if !self.eat("(") {
            return Ok(None);
        }
        self.blanks();
        let mut nodes = Vec::new();
        while let Some(node) = self.term(depth + 1)? {
            nodes.push(node);
        }
        Ok((!nodes.is_empty() && self.eat(")")).then_some(nodes))
    }

    fn comparison(&mut self) -> Result<Option<Node>, Error> {
        let operator = [Operator::GreaterOrEqual, Operator::LessOrEqual, Operator::Greater, Operator::Less]
            .into_iter()
            .find(|operator| self.eat(operator.symbol()));
        let start = self.at;
        let (Some(operator), Some(word)) = (operator, self.raw()) else { return Ok(None) };
        let number = number::parse(&word);
        if number.is_nan() {
            return Err(Error::NotANumber { position: self.position(start) });
        }
        Ok(Some(Node::Comparison(operator, number)))
    }

    fn property_or_word(&mut self, depth: usize) -> Result<Option<Node>, Error> {
        let start = self.at;
        let quoted = self.quoted();
        let is_quoted = quoted.is_some();
        if let Some(name) = quoted.or_else(|| self.raw()) {
            let after = self.at;
            self.blanks();
            if self.eat(":") {
                self.blanks();
                if let Some(node) = self.term(depth + 1)? {
                    return Ok(Some(Node::Property(name, Box::new(node))));
                }
            }
            self.at = after;
            if self.eat("?") {
                return Ok(Some(Node::Truthy(name)));
            }
            if is_quoted {
                return Ok(Some(Node::Text(Text::new(name))));
            }
        }
        self.at = start;
        Ok(self.word())
    }

    fn raw(&mut self) -> Option<String> {
        self.run(is_raw)
    }

    fn run(&mut self, of: impl Fn(char) -> bool) -> Option<String> {
        let rest = self.rest();
        let end = rest.find(|c| !of(c)).unwrap_or(rest.len());
        self.at += end;
        (end > 0).then(|| rest[..end].to_owned())
    }

    /// Reads a quoted text; a missing end quote is forgiven.
    fn quoted(&mut self) -> Option<String> {
        let mut chars = self.rest().strip_prefix('"')?.char_indices();
        let mut text = String::new();
        let mut length = None;
        while let Some((index, c)) = chars.next() {
            match c {
                '"' => {
                    length = Some(index + 2);
                    break;
                }
                '\\' => text.extend(chars.next().map(|(_, escaped)| escaped)),
                c => text.push(c),
            }
        }
        self.at = length.map_or(self.text.len(), |length| self.at + length);
        Some(text)
    }

    fn word(&mut self) -> Option<Node> {
        let word = self.run(|c| c == '*' || is_raw(c))?;
        if word.contains('*') {
            return Some(Node::Glob(Glob::new(word)));
        }
        let number = number::parse(&word);
        let text = Text::new(word);
        Some(if number.is_nan() { Node::Text(text) } else { Node::NumberOrText(number, text) })
    }

    fn regex(&mut self) -> Result<Option<Node>, Error> {
        let start = self.at;
        let Some(rest) = self.rest().strip_prefix('/') else { return Ok(None) };
        let mut previous = None;
        let end = rest.find(|c| {
            let ends = c == '/' && previous != Some('\\');
            previous = Some(c);
            ends
        });
        let Some(end) = end else { return Ok(None) };
        let written = rest[..end].to_owned();
        self.at += end + 2;
        let ignore_case = self.eat("i");
        let compiled = regexp::compile(&written, ignore_case, &mut self.left).map_err(|reason| Error::Regex {
            position: self.position(start),
            source_text: written.clone(),
            reason,
        })?;
        Ok(Some(Node::Regex(RegexTerm { written, ignore_case, compiled })))
    }
}
