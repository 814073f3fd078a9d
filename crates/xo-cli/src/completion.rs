//! Completion in shells: a short script for each, which asks us for the candidates, and we ask the registered server.

use std::time::Duration;

use crate::commands::{self, Method};
use crate::invocation::{COMMANDS, Options, Subject};
use crate::server::Server;
use crate::{Failure, rest, terminal};

/// Time that the server may take before the user gets what we know ourselves.
const LIMIT: Duration = Duration::from_secs(2);

const BASH: &str = r#"_xo_cli() {
    local IFS=$'\n'
    # Bash splits words at `=`; behind one, file names are completed.
    [[ ${COMP_WORDS[COMP_CWORD]} == = || ${COMP_WORDS[COMP_CWORD-1]} == = ]] && return
    COMPREPLY=($(xo-cli __complete "$COMP_CWORD" "${COMP_WORDS[@]:1}" 2>/dev/null))
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} != *= ]] && compopt +o nospace
}
complete -o default -o nospace -F _xo_cli xo-cli
"#;

const ZSH: &str = r#"#compdef xo-cli
_xo_cli() {
    local -a found
    found=("${(@f)$(xo-cli __complete $((CURRENT - 1)) "${(@)words[2,-1]}" 2>/dev/null)}")
    if [[ -n ${found[1]} ]]; then
        compadd -Q -S '' -- ${(M)found:#*=}
        compadd -Q -- ${found:#*=}
    else
        compset -P '*=' && _files
    fi
}
# In a folder of $fpath this file is the function itself, called at the first completion.
if [[ $funcstack[1] == _xo-cli ]]; then _xo_cli "$@"; else compdef _xo_cli xo-cli; fi
"#;

const FISH: &str = "complete -c xo-cli -f -a '(set -l words (commandline -opc); \
                    xo-cli __complete (count $words) $words[2..] (commandline -ct) 2>/dev/null)'
complete -c xo-cli -n 'string match -q \"@=*\" -- (commandline -ct)' -F
";

/// Prints the script for a shell.
pub(crate) fn print_script(words: &[String]) -> Result<(), Failure> {
    let script = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["bash"] => BASH,
        ["zsh"] => ZSH,
        ["fish"] => FISH,
        _ => return Err(Failure::Usage("expected `completion bash`, `completion zsh` or `completion fish`".into())),
    };
    terminal::print_line(script.trim_end())
}

/// Prints what may stand at a place, one candidate a line: `__complete <index> <word>…`, the index counted from 1.
pub(crate) async fn candidates(options: &Options, words: Vec<String>) -> Result<(), Failure> {
    let Some((index, words)) = words.split_first() else { return Ok(()) };
    let index: usize = index.parse().map_err(|_| Failure::Usage(format!("`{index}` is not an index")))?;
    let (before, rest) = words.split_at(index.saturating_sub(1).min(words.len()));
    let typed = rest.first().map_or("", String::as_str);
    for candidate in all_candidates(options, before).await {
        if candidate.starts_with(typed) {
            terminal::print_line(&candidate)?;
        }
    }
    Ok(())
}

async fn all_candidates(options: &Options, before: &[String]) -> Vec<String> {
    // Options for all commands count for the server to ask, too.
    let mut words = before.to_vec();
    words.push("help".into());
    let Ok(invocation) = crate::Invocation::parse(words) else { return Vec::new() };
    let mut given = invocation.arguments;
    let options = if invocation.options == Options::default() { options.clone() } else { invocation.options };
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    // The `help` above is the subject itself, or stands behind the words that were typed.
    if given.pop().is_none() {
        let ours = COMMANDS.iter().map(|(name, _)| *name).filter(|name| !name.starts_with('_'));
        let ours = ours.chain(["--url", "--allowUnauthorized"]).map(str::to_owned);
        return ours.chain(methods(&options).await.into_iter().map(|(name, _)| name)).collect();
    }
    match invocation.subject {
        Subject::Help | Subject::ListCommands => methods(&options).await.into_iter().map(|(name, _)| name).collect(),
        Subject::Completion if given.is_empty() => texts(&["bash", "zsh", "fish"]),
        Subject::Register | Subject::CreateToken => texts(&["--allowUnauthorized", "--expiresIn", "--otp", "--token"]),
        Subject::Unregister => texts(&["--revoke"]),
        Subject::Rest => match tokio::time::timeout(LIMIT, rest::candidates(&options, &given)).await {
            Ok(Ok(candidates)) => candidates,
            _ => Vec::new(),
        },
        Subject::Watch => texts(&["--ndjson"]),
        Subject::ListObjects => texts(&["type=", "--id", "--name_label", "--type"]),
        Subject::Method(name) => {
            let method = methods(&options).await.into_iter().find(|(found, _)| *found == name);
            let Some((_, method)) = method else { return Vec::new() };
            let params = method.params.keys().map(|name| format!("{}=", name.trim_end_matches('?')));
            let free = params.filter(|param| !given.iter().any(|word| word.starts_with(param.as_str())));
            free.chain(texts(&["--json", "@="])).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns the methods of the server; none when it cannot be asked in time.
async fn methods(options: &Options) -> Vec<(String, Method)> {
    let Ok(mut server) = Server::of(options) else { return Vec::new() };
    match tokio::time::timeout(LIMIT, commands::methods(&mut server)).await {
        Ok(Ok(methods)) => methods.into_iter().map(|(name, json)| (name, Method::parse(&json))).collect(),
        _ => Vec::new(),
    }
}
