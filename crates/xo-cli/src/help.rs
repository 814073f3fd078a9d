//! `help`: the contract that scripts and manuals quote, word for word, and what goes beyond it on request.

use std::io::{IsTerminal, Write};

use crate::Failure;
use crate::commands::{Method, methods, print_signature};
use crate::invocation::Options;
use crate::server::Server;
use crate::terminal::{self, Palette};

/// Commands and their parameters.
const COMMANDS: &str = include_str!("help.txt");

/// Everything else.
const OPTIONS: &str = include_str!("help-options.txt");

/// Prints help on everything, on `options`, or on a command of the server.
pub(crate) async fn print(options: &Options, words: &[String]) -> Result<(), Failure> {
    match words {
        [] => {
            terminal::print_line(COMMANDS.trim_end())?;
            if std::io::stdout().is_terminal() {
                terminal::remark("\n  More: xo-cli help options, xo-cli help <command>");
            }
            Ok(())
        }
        [word] if word == "options" => terminal::print_line(OPTIONS.trim_end()),
        [word] if word.contains('.') => {
            let methods = methods(&mut Server::of(options)?).await?;
            let method = methods.get(word).ok_or_else(|| {
                Failure::Usage(format!(
                    "the server has no command `{word}`; `xo-cli list-commands` prints those it has"
                ))
            })?;
            let mut out = terminal::stdout();
            let method = Method::parse(method);
            let more = method.selection.as_deref().map(on_many).unwrap_or_default();
            print_signature(&mut out, word, &method, Palette::of_stdout())
                .and_then(|()| out.write_all(more.as_bytes()))
                .and_then(|()| out.flush())
                .map_err(Failure::output)
        }
        [word, ..] => {
            // A paragraph of the text for each of our own commands.
            let start = format!("  xo-cli {word} ");
            let of_word = |block: &&str| block.lines().any(|line| format!("{line} ").starts_with(&start));
            let blocks = blocks();
            let found: Vec<&str> = blocks.iter().map(String::as_str).filter(of_word).collect();
            if found.is_empty() {
                return Err(Failure::Usage(format!(
                    "no help on `{word}`; see `xo-cli help` and `xo-cli help options`"
                )));
            }
            terminal::print_line(found.join("\n").trim_end())
        }
    }
}

/// Says how a command is called on many objects, or only asked, in place of its parameter `principal`.
fn on_many(principal: &str) -> String {
    format!(
        "\n    dryRun=true\n        Tell what would happen or why not, and change nothing.\n    \
         selection=json:'{{\"filter\":\"name_label:web\"}}'\n    selection=json:'{{\"ids\":[\"…\"]}}'\n        \
         In place of {principal}: do it to all of these, also with\n        concurrency=json:<number> (of a pool at a \
         time) and stopOnError=true.\n"
    )
}

/// Splits the text into one block a command: a synopsis stands two blanks in, what explains it further in.
fn blocks() -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut in_synopsis = false;
    for line in COMMANDS.lines() {
        let is_synopsis = line.starts_with("  xo-cli ");
        if is_synopsis && !in_synopsis {
            blocks.push(String::new());
        }
        in_synopsis = is_synopsis;
        if let Some(block) = blocks.last_mut() {
            block.push_str(line);
            block.push('\n');
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_has_its_block() {
        let starts: Vec<String> =
            blocks().iter().map(|block| block.split_whitespace().take(3).collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(
            starts,
            [
                "xo-cli register [--allowUnauthorized]",
                "xo-cli create-token <params>…",
                "xo-cli unregister Remove",
                "xo-cli list-commands [--json]",
                "xo-cli list-objects [--<property>]…",
                "xo-cli <command> [--json]",
                "xo-cli rest del",
                "xo-cli rest get",
                "xo-cli rest get",
                "xo-cli rest patch",
                "xo-cli rest post",
                "xo-cli rest put",
            ]
        );
    }
}
