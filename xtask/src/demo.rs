//! `cargo xtask demo`: the product, against a simulated pool.

use anyhow::Result;

use crate::{run::Run, web};

/// Builds web and server and runs the server; `args` go to it.
///
/// # Errors
///
/// If a build fails, or the server ends with an error.
pub(crate) fn demo(args: &[String]) -> Result<()> {
    web::build()?;
    let run = Run::cargo(["run", "--profile", "demo", "-p", "xo-server", "--"]);
    let demo = if args.iter().any(|arg| arg.starts_with("--demo")) { &[][..] } else { &["--demo"] };
    run.args(demo).args(args).check()
}
