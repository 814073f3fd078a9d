//! Standard output and error: colours only where a terminal shows them and `NO_COLOR` does not forbid them.

use std::io::{IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::Failure;

/// Colours of what is printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palette {
    pub(crate) name: Style,
    pub(crate) text: Style,
    pub(crate) number: Style,
    pub(crate) literal: Style,
    pub(crate) faint: Style,
}

impl Palette {
    /// Prints no colour.
    pub(crate) const PLAIN: Self = Self {
        name: Style::new(),
        text: Style::new(),
        number: Style::new(),
        literal: Style::new(),
        faint: Style::new(),
    };

    const COLOURS: Self = Self {
        name: AnsiColor::Blue.on_default().bold(),
        text: AnsiColor::Green.on_default(),
        number: AnsiColor::Cyan.on_default(),
        literal: AnsiColor::Magenta.on_default(),
        faint: Style::new().dimmed(),
    };

    /// Returns the colours that fit standard output.
    pub(crate) fn of_stdout() -> Self {
        if AutoStream::choice(&std::io::stdout()) == ColorChoice::Never { Self::PLAIN } else { Self::COLOURS }
    }
}

/// Returns buffered standard output; whoever takes it flushes it.
pub(crate) fn stdout() -> std::io::BufWriter<std::io::StdoutLock<'static>> {
    std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock())
}

/// Prints `line` to standard output.
pub(crate) fn print_line(line: &str) -> Result<(), Failure> {
    let mut out = stdout();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(Failure::output)
}

/// Prints a text of the server: as it is into a pipe or file, without control characters on a terminal.
pub(crate) fn print_text(text: &str) -> Result<(), Failure> {
    if std::io::stdout().is_terminal() { print_line(&visible(text)) } else { print_line(text) }
}

/// Returns `text` with control characters, but for line ends and tabs, replaced.
pub(crate) fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }).collect()
}

/// Prints a remark to standard error; one that cannot be printed is lost.
pub(crate) fn remark(text: &str) {
    let _ = writeln!(anstream::stderr(), "{}", visible(text));
}

/// Prints an error to standard error.
pub(crate) fn error(text: &str) {
    let style = AnsiColor::Red.on_default().bold();
    let _ = writeln!(anstream::stderr(), "{style}error:{style:#} {}", visible(text));
}
