//! What can go wrong, how it is told, and the exit code it ends with.

use std::fmt::Write as _;
use std::process::ExitCode;

use serde_json::Value;

use crate::terminal;

/// Why a command did not succeed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The command line makes no sense.
    #[error("{0}")]
    Usage(String),
    /// The server answered that it cannot or will not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The server answered over REST that it cannot or will not.
    #[error(transparent)]
    Answered(#[from] crate::rest::Refusal),
    /// The server cannot be reached or talked to, or takes no credentials.
    #[error("{0}")]
    Connection(String),
    /// A file or stream broke.
    #[error("{0}")]
    Transfer(String),
    /// The server did a part of what was asked; what came of the rest is printed.
    #[error("{0}")]
    Partly(String),
    /// Who reads our output has left; nothing is said about it.
    #[error("standard output is closed")]
    OutputClosed,
    /// A signal ended a transfer, after cleaning up.
    #[error("interrupted")]
    Interrupted {
        /// Number of the signal.
        signal: u8,
    },
}

impl Failure {
    /// Prints the failure to standard error and returns the exit code for it (`xo-cli help options` lists them).
    pub(crate) fn report(&self) -> ExitCode {
        let code = match self {
            Self::Refused(_) | Self::Answered(_) | Self::Transfer(_) | Self::Partly(_) => 1,
            Self::Usage(_) => 2,
            Self::Connection(_) => 3,
            // What a shell reports for a program that SIGPIPE ends.
            Self::OutputClosed => return ExitCode::from(141),
            Self::Interrupted { signal } => 128 + signal,
        };
        terminal::error(&self.to_string());
        ExitCode::from(code)
    }

    /// Makes a failure of an error while writing standard output.
    pub(crate) fn output(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::OutputClosed,
            _ => Self::Transfer(format!("cannot write standard output: {error}")),
        }
    }
}

/// An error as JSON-RPC carries it.
#[derive(Clone, Debug, serde::Deserialize)]
pub(crate) struct Refusal {
    /// Number of the kind of error.
    pub(crate) code: i64,
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) data: Value,
}

impl Refusal {
    pub(crate) const NO_SUCH_METHOD: i64 = -32601;
    pub(crate) const INVALID_CREDENTIALS: i64 = 3;
    pub(crate) const INVALID_PARAMETERS: i64 = 10;
}

impl std::error::Error for Refusal {}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        match self.code {
            Self::INVALID_PARAMETERS => {
                for error in self.data["errors"].as_array().into_iter().flatten() {
                    write!(f, "\n  {}", invalid_parameter(error))?;
                }
                Ok(())
            }
            Self::NO_SUCH_METHOD => f.write_str("; `xo-cli list-commands` prints what the server offers"),
            _ => Ok(()),
        }
    }
}

/// Tells what is wrong with one parameter, naming its path: `@.tags[0]: must be string`.
fn invalid_parameter(error: &Value) -> String {
    let mut path = String::from("@");
    for step in error["instancePath"].as_str().unwrap_or_default().split('/').skip(1) {
        push_step(&mut path, &step.replace("~1", "/").replace("~0", "~"));
    }
    let params = &error["params"];
    // These two are about a property of the object that the path names.
    if let Some(name) = params["missingProperty"].as_str().or_else(|| params["additionalProperty"].as_str()) {
        push_step(&mut path, name);
    }
    let message = error["message"].as_str().unwrap_or("is invalid");
    let hint = match (error["keyword"].as_str(), params["type"].as_str()) {
        // All parameters are texts unless asked otherwise: the usual slip.
        (Some("type"), Some(wanted)) if wanted != "string" && !path.contains('[') => " (use `json:` before the value)",
        _ => "",
    };
    format!("{path}: {message}{hint}")
}

fn push_step(path: &mut String, step: &str) {
    if !step.is_empty() && step.bytes().all(|b| b.is_ascii_digit()) {
        let _ = write!(path, "[{step}]");
    } else {
        let _ = write!(path, ".{step}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn invalid_parameters_are_named_by_their_path() {
        let refusal: Refusal = serde_json::from_value(json!({
            "code": 10,
            "message": "invalid parameters",
            "data": { "errors": [
                { "instancePath": "", "keyword": "required", "params": { "missingProperty": "id" },
                  "message": "must have required property 'id'" },
                { "instancePath": "", "keyword": "additionalProperties", "params": { "additionalProperty": "x" },
                  "message": "must NOT have additional properties" },
                { "instancePath": "/memory", "keyword": "type", "params": { "type": "integer" }, "message": "must be integer" },
                { "instancePath": "/disks/0/na~1me", "keyword": "type", "params": { "type": "string" }, "message": "must be string" },
            ] }
        }))
        .unwrap();
        assert_eq!(
            refusal.to_string(),
            "invalid parameters\n  @.id: must have required property 'id'\n  @.x: must NOT have additional properties\n  \
             @.memory: must be integer (use `json:` before the value)\n  @.disks[0].na/me: must be string"
        );
    }
}
