//! JSON in pieces, as forgiving as statistics need it: `NaN` and `Infinity` are words like any other.

/// Longest text or word, in bytes; names of what is measured are shorter than a hundred.
const LONGEST: usize = 4096;

/// Part of JSON.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'t> {
    /// One of `{}[],:`.
    Mark(u8),
    /// What stands between quotes, unescaped.
    Text(&'t str),
    /// Anything else: a number, `null`, `NaN`.
    Word(&'t str),
}

#[derive(Clone, Copy, Debug)]
enum State {
    Between,
    Text,
    /// After a backslash.
    Escape,
    /// In the digits of `\u`: how many are left, and what they make so far.
    Unicode(u8, u32),
    Word,
}

/// Cuts bytes, however they are divided, into tokens.
#[derive(Debug)]
pub(super) struct Lexer {
    state: State,
    token: Vec<u8>,
    /// Bytes seen.
    offset: u64,
}

impl Default for Lexer {
    fn default() -> Self {
        Self { state: State::Between, token: Vec::new(), offset: 0 }
    }
}

impl Lexer {
    /// Returns how many bytes have been seen.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Hands each token that is complete to `take`.
    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        mut take: impl FnMut(Token<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        for byte in bytes.iter().copied() {
            self.offset += 1;
            match self.state {
                State::Between => self.begin(byte, &mut take)?,
                State::Text => self.text(byte, &mut take)?,
                State::Escape => self.escape(byte)?,
                State::Unicode(left, so_far) => self.unicode(byte, left, so_far)?,
                State::Word if is_word(byte) => self.keep(byte)?,
                State::Word => {
                    self.word(&mut take)?;
                    self.begin(byte, &mut take)?;
                }
            }
        }
        Ok(())
    }

    /// Ends the input.
    pub(super) fn finish(&mut self, mut take: impl FnMut(Token<'_>) -> Result<(), String>) -> Result<(), String> {
        match self.state {
            State::Between => Ok(()),
            State::Word => self.word(&mut take),
            _ => Err("it ends in the middle of a text".to_owned()),
        }
    }

    fn begin(&mut self, byte: u8, take: &mut impl FnMut(Token<'_>) -> Result<(), String>) -> Result<(), String> {
        self.state = State::Between;
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => Ok(()),
            b'{' | b'}' | b'[' | b']' | b',' | b':' => take(Token::Mark(byte)),
            b'"' => {
                self.state = State::Text;
                Ok(())
            }
            byte if is_word(byte) => {
                self.state = State::Word;
                self.keep(byte)
            }
            byte => Err(format!("byte 0x{byte:02x} is no part of JSON")),
        }
    }

    fn text(&mut self, byte: u8, take: &mut impl FnMut(Token<'_>) -> Result<(), String>) -> Result<(), String> {
        match byte {
            b'"' => {
                self.state = State::Between;
                let text = std::str::from_utf8(&self.token).map_err(|_| "a text is not UTF-8".to_owned())?;
                take(Token::Text(text))?;
                self.token.clear();
                Ok(())
            }
            b'\\' => {
                self.state = State::Escape;
                Ok(())
            }
            0..0x20 => Err(format!("byte 0x{byte:02x} stands in a text")),
            byte => self.keep(byte),
        }
    }

    fn escape(&mut self, byte: u8) -> Result<(), String> {
        self.state = State::Text;
        match byte {
            b'"' | b'\\' | b'/' => self.keep(byte),
            b'b' => self.keep(8),
            b'f' => self.keep(12),
            b'n' => self.keep(b'\n'),
            b'r' => self.keep(b'\r'),
            b't' => self.keep(b'\t'),
            b'u' => {
                self.state = State::Unicode(4, 0);
                Ok(())
            }
            byte => Err(format!("byte 0x{byte:02x} follows a backslash")),
        }
    }

    fn unicode(&mut self, byte: u8, left: u8, so_far: u32) -> Result<(), String> {
        let digit = char::from(byte).to_digit(16).ok_or("`\\u` is followed by four digits of base 16")?;
        let value = so_far * 16 + digit;
        if left > 1 {
            self.state = State::Unicode(left - 1, value);
            return Ok(());
        }
        self.state = State::Text;
        // Halves of surrogate pairs are in no name that a host gives.
        let letter = char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER);
        letter.encode_utf8(&mut [0; 4]).bytes().try_for_each(|byte| self.keep(byte))
    }

    fn word(&mut self, take: &mut impl FnMut(Token<'_>) -> Result<(), String>) -> Result<(), String> {
        self.state = State::Between;
        let word = std::str::from_utf8(&self.token).expect("words are ASCII");
        take(Token::Word(word))?;
        self.token.clear();
        Ok(())
    }

    fn keep(&mut self, byte: u8) -> Result<(), String> {
        if self.token.len() >= LONGEST {
            return Err(format!("a text is longer than {LONGEST} bytes"));
        }
        self.token.push(byte);
        Ok(())
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}
