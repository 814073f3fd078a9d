//! Looks at, checks, converts, compares and merges disk images, without a server.
//!
//! It ends with 0 if all is well, 1 if disks differ or an image is damaged, 2 if something could not be done.

mod arguments;
mod check;
mod compare;
mod convert;
mod info;
mod merge;
mod progress;
mod size;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a command found.
enum Found {
    /// All is well.
    Well,
    /// Disks differ, or an image is damaged.
    Wrong,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(arguments)),
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(Found::Well) => ExitCode::SUCCESS,
        Ok(Found::Wrong) => ExitCode::from(1),
        Err(error) => {
            eprintln!("disk-cli: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<Found> {
    let quiet = arguments.quiet;
    match arguments.command {
        Command::Info(arguments) => info::info(arguments).await,
        Command::Check(arguments) => check::check(arguments).await,
        Command::Convert(arguments) => convert::convert(arguments, quiet).await,
        Command::Compare(arguments) => compare::compare(arguments, quiet).await,
        Command::Merge(arguments) => merge::merge(arguments, quiet).await,
    }
}
