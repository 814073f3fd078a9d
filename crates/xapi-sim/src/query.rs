//! Expressions of `get_all_records_where`: `field "power_state" = "Running" and not field …`.

use xapi_types::{Failure, table::Class};

use crate::{Datum, call::fail, world::Row};

/// A condition on records.
#[derive(Debug)]
pub(crate) enum Query {
    Constant(bool),
    Equal(Operand, Operand),
    Not(Box<Query>),
    And(Box<Query>, Box<Query>),
    Or(Box<Query>, Box<Query>),
}

/// One side of a comparison.
#[derive(Debug)]
pub(crate) enum Operand {
    Field(usize),
    Text(String),
}

#[derive(Debug, PartialEq, Clone)]
enum Token {
    Word(String),
    Text(String),
    Equals,
    Open,
    Close,
}

impl Query {
    /// Reads an expression about records of `class`.
    ///
    /// # Errors
    ///
    /// `INVALID_VALUE` for what is no expression, `INTERNAL_ERROR` for a field that does not exist.
    pub(crate) fn parse(text: &str, class: &'static Class) -> Result<Self, Failure> {
        let Some(tokens) = lex(text) else {
            return fail("INVALID_VALUE", [text, "Failure(\"lexing: empty token\")"]);
        };
        let mut parser = Parser { tokens: tokens.into_iter().peekable(), class };
        match parser.or()? {
            Some(query) if parser.tokens.peek().is_none() => Ok(query),
            _ => fail("INVALID_VALUE", [text, "Stdlib.Parsing.Parse_error"]),
        }
    }

    /// Returns whether a record fulfils the condition.
    pub(crate) fn holds(&self, row: &Row) -> bool {
        match self {
            Self::Constant(truth) => *truth,
            Self::Equal(a, b) => a.text(row) == b.text(row),
            Self::Not(query) => !query.holds(row),
            Self::And(a, b) => a.holds(row) && b.holds(row),
            Self::Or(a, b) => a.holds(row) || b.holds(row),
        }
    }
}

impl Operand {
    fn text(&self, row: &Row) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Field(at) => match row.at(*at) {
                Datum::Bool(truth) => truth.to_string(),
                Datum::Int(number) => number.to_string(),
                Datum::Float(number) => number.to_string(),
                Datum::Time(at) => at.to_string(),
                Datum::Ref(object) => object.to_string(),
                other => other.as_text().to_owned(),
            },
        }
    }
}

fn lex(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, len) = match first {
            '=' => (Token::Equals, 1),
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '"' | '\'' => {
                let end = rest[1..].find(first)?;
                (Token::Text(rest[1..=end].to_owned()), end + 2)
            }
            'a'..='z' | 'A'..='Z' => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                let word = &rest[..end];
                if !matches!(word, "true" | "false" | "and" | "or" | "not" | "field") {
                    return None;
                }
                (Token::Word(word.to_owned()), end)
            }
            _ => return None,
        };
        tokens.push(token);
        rest = rest[len..].trim_start();
    }
    Some(tokens)
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    class: &'static Class,
}

/// Nothing where the grammar does not hold.
type Parsed<T> = Result<Option<T>, Failure>;

impl Parser {
    fn word(&mut self, word: &str) -> bool {
        self.tokens.next_if(|token| matches!(token, Token::Word(w) if w == word)).is_some()
    }

    fn or(&mut self) -> Parsed<Query> {
        let Some(mut left) = self.and()? else { return Ok(None) };
        while self.word("or") {
            let Some(right) = self.and()? else { return Ok(None) };
            left = Query::Or(Box::new(left), Box::new(right));
        }
        Ok(Some(left))
    }

    fn and(&mut self) -> Parsed<Query> {
        let Some(mut left) = self.not()? else { return Ok(None) };
        while self.word("and") {
            let Some(right) = self.not()? else { return Ok(None) };
            left = Query::And(Box::new(left), Box::new(right));
        }
        Ok(Some(left))
    }

    fn not(&mut self) -> Parsed<Query> {
        let mut negated = false;
        while self.word("not") {
            negated = !negated;
        }
        let query = self.atom()?;
        Ok(if negated { query.map(|query| Query::Not(Box::new(query))) } else { query })
    }

    fn atom(&mut self) -> Parsed<Query> {
        if self.word("true") {
            return Ok(Some(Query::Constant(true)));
        }
        if self.word("false") {
            return Ok(Some(Query::Constant(false)));
        }
        if self.tokens.next_if_eq(&Token::Open).is_some() {
            let inner = self.or()?;
            return Ok(inner.filter(|_| self.tokens.next_if_eq(&Token::Close).is_some()));
        }
        let Some(left) = self.operand()? else { return Ok(None) };
        if self.tokens.next_if_eq(&Token::Equals).is_none() {
            return Ok(None);
        }
        Ok(self.operand()?.map(|right| Query::Equal(left, right)))
    }

    fn operand(&mut self) -> Parsed<Operand> {
        let field = self.word("field");
        let Some(Token::Text(text)) = self.tokens.next_if(|token| matches!(token, Token::Text(_))) else {
            return Ok(None);
        };
        if !field {
            return Ok(Some(Operand::Text(text)));
        }
        // `name__label` is how the database spells fields of a namespace.
        match self.class.field_index(&text).or_else(|| self.class.field_index(&text.replacen("__", "_", 1))) {
            Some(at) => Ok(Some(Operand::Field(at))),
            None => fail("INTERNAL_ERROR", ["missing field", &text, ""]),
        }
    }
}
