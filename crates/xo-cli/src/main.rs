//! Command line client: asks a server what it offers and calls it.
//!
//! It knows no operation of the server: whatever `system.getMethodsInfo` lists can be called, plugins included. What is
//! asked for goes to standard output, everything else to standard error; the exit code tells kinds of failure apart
//! (`xo-cli help options`).

mod call;
mod commands;
mod completion;
mod config;
mod connection;
mod failure;
mod glob;
mod help;
mod invocation;
mod lines;
mod objects;
mod params;
mod pretty;
mod register;
mod report;
mod rest;
mod server;
mod terminal;
mod transfer;
mod watch;

use std::process::ExitCode;

use failure::Failure;
use invocation::{Invocation, Subject};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn run() -> Result<(), Failure> {
    let words = std::env::args_os()
        .skip(1)
        .map(|word| {
            word.into_string().map_err(|word| Failure::Usage(format!("argument `{}` is not UTF-8", word.display())))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let Invocation { options, subject, arguments } = Invocation::parse(words)?;
    match subject {
        Subject::Help => help::print(&options, &arguments).await,
        Subject::Version => terminal::print_line(concat!("xo-cli ", env!("CARGO_PKG_VERSION"))),
        Subject::Register => register::register(&options, arguments).await,
        Subject::CreateToken => register::create_token(&options, arguments).await,
        Subject::Unregister => register::unregister(&arguments).await,
        Subject::ListCommands => commands::list(&options, arguments).await,
        Subject::ListObjects => objects::list(&options, arguments).await,
        Subject::Watch => watch::watch(&options, arguments).await,
        Subject::Completion => completion::print_script(&arguments),
        Subject::Complete => completion::candidates(&options, arguments).await,
        Subject::Rest => rest::run(&options, arguments).await,
        Subject::Method(method) => call::call(&options, method, arguments).await,
    }
}
