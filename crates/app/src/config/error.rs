//! What is wrong with a configuration, on one line.

use std::path::{Path, PathBuf};

/// Why a configuration file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read config file `{}`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system answered.
        #[source]
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("config file `{}`, line {line}, column {column}: {what}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line, 1-based.
        line: usize,
        /// Column in characters, 1-based.
        column: usize,
        /// What was expected.
        what: String,
    },
    /// A key is unknown or has a value of another kind.
    #[error("config file `{}`: {what}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Names the key.
        what: String,
    },
    /// A value is of the right kind but cannot be used.
    #[error("config file `{}`: `{key}` is {what}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Dotted name of the key.
        key: String,
        /// What is wrong with it.
        what: String,
    },
}

impl ConfigError {
    pub(super) fn syntax(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let before = text.get(..error.span().map_or(0, |span| span.start)).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        Self::Syntax { path: path.to_owned(), line, column, what: one_line(error.message()) }
    }

    pub(super) fn key(path: &Path, error: &toml::de::Error) -> Self {
        Self::Key { path: path.to_owned(), what: one_line(&error.to_string()) }
    }
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
