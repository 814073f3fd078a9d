//! What the user typed: options for all commands, a command, its arguments.

use crate::Failure;

/// Options that stand before the command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// Server to use instead of the registered one, with its token: `https://token@host`.
    pub(crate) url: Option<String>,
    /// Accept a certificate that cannot be verified.
    pub(crate) allow_unauthorized: bool,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Help,
    Version,
    Register,
    CreateToken,
    Unregister,
    ListCommands,
    ListObjects,
    Watch,
    Completion,
    /// Asked by the completion scripts.
    Complete,
    Rest,
    /// A method of the server, by its name.
    Method(String),
}

/// Commands of the client itself, as typed.
pub(crate) const COMMANDS: [(&str, Subject); 10] = [
    ("completion", Subject::Completion),
    ("create-token", Subject::CreateToken),
    ("help", Subject::Help),
    ("list-commands", Subject::ListCommands),
    ("list-objects", Subject::ListObjects),
    ("register", Subject::Register),
    ("rest", Subject::Rest),
    ("unregister", Subject::Unregister),
    ("watch", Subject::Watch),
    ("__complete", Subject::Complete),
];

/// A parsed command line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Invocation {
    pub(crate) options: Options,
    pub(crate) subject: Subject,
    pub(crate) arguments: Vec<String>,
}

impl Invocation {
    /// Reads the words after the program's name.
    ///
    /// # Errors
    /// [`Failure::Usage`] for an unknown option or command.
    pub(crate) fn parse(words: Vec<String>) -> Result<Self, Failure> {
        let mut words = words.into_iter();
        let mut options = Options::default();
        let subject = loop {
            let Some(word) = words.next() else { break Subject::Help };
            match word.as_str() {
                "--allowUnauthorized" | "--au" => options.allow_unauthorized = true,
                "--url" | "-u" => {
                    let url = words.next().ok_or_else(|| Failure::Usage(format!("`{word}` needs a URL")))?;
                    options.url = Some(url);
                }
                "--help" | "-h" => break Subject::Help,
                "--version" | "-v" | "-V" => break Subject::Version,
                other => {
                    if let Some(url) = other.strip_prefix("--url=") {
                        options.url = Some(url.to_owned());
                        continue;
                    }
                    break command(other)?;
                }
            }
        };
        Ok(Self { options, subject, arguments: words.collect() })
    }
}

fn command(word: &str) -> Result<Subject, Failure> {
    if let Some((_, subject)) = COMMANDS.iter().find(|(name, _)| *name == word) {
        return Ok(subject.clone());
    }
    if word.starts_with('-') {
        return Err(Failure::Usage(format!("unknown option `{word}`; see `xo-cli help options`")));
    }
    // Every method of the server has a dot in its name; a word without one is a slip.
    if !word.contains('.') {
        return Err(Failure::Usage(format!("unknown command `{word}`; see `xo-cli help` and `xo-cli list-commands`")));
    }
    Ok(Subject::Method(word.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Invocation, Failure> {
        Invocation::parse(line.split_whitespace().map(str::to_owned).collect())
    }

    #[test]
    fn options_for_all_commands_stand_before_the_command() {
        let invocation = parse("--au -u https://t@h list-objects --name_label --url").unwrap();
        assert_eq!(invocation.options, Options { url: Some("https://t@h".into()), allow_unauthorized: true });
        assert_eq!(invocation.subject, Subject::ListObjects);
        assert_eq!(invocation.arguments, ["--name_label", "--url"]);
        assert_eq!(parse("--url=http://x vm.start").unwrap().options.url.as_deref(), Some("http://x"));
    }

    #[test]
    fn nothing_at_all_asks_for_help() {
        assert_eq!(parse("").unwrap().subject, Subject::Help);
        assert_eq!(parse("--help").unwrap().subject, Subject::Help);
        assert_eq!(parse("--version").unwrap().subject, Subject::Version);
    }

    #[test]
    fn slips_are_named() {
        for (line, text) in [
            ("--url", "`--url` needs a URL"),
            ("--foo vm.start", "unknown option `--foo`"),
            ("start", "unknown command `start`"),
        ] {
            let error = parse(line).unwrap_err().to_string();
            assert!(error.starts_with(text), "{error}");
        }
    }
}
