//! Commands of the project: `cargo xtask demo | test | gen | tidy | ci | bench`.
//!
//! Each does all the set-up that it needs (npm packages, clients of other projects, a browser), so
//! that a fresh clone needs nothing but Rust, Node.js and, for the browser tests, apt.

mod demo;
mod run;
mod setup;
mod test;
mod tidy;
mod web;

use std::{path::PathBuf, process::ExitCode};

use run::Run;

const USAGE: &str = "\
usage: cargo xtask <command>

  demo [ARGS]   build web and server, start the server against a simulated pool;
                ARGS go to xo-server (`--demo=two-pools`, `--demo=large:10000`, `--listen ADDR` …)
  test [PART]   run every check and test; PART is one of: lint, rust, web, e2e
  ci            the same as `test`, as continuous integration runs it
  gen           write the generated files again (records, methods, client types, crate edges)
  tidy          list what a reader may want to look at: long files, names to avoid
  bench [PART]  build for release and measure; the figures go to standard output; PART is one of: streams, web
";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    let done = match command.as_str() {
        "demo" => demo::demo(&rest),
        "test" | "ci" => test::test(&rest),
        "gen" => generate(),
        "tidy" => tidy::tidy(),
        "bench" => bench(&rest),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        other => Err(anyhow::anyhow!("unknown command `{other}`\n\n{USAGE}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the folder of the checkout.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask stands in the checkout").to_owned()
}

/// Rewrites what is generated: the tests that compare it write it when `XO_GEN` is set.
fn generate() -> anyhow::Result<()> {
    Run::cargo(["test", "--quiet", "-p", "xapi-types", "--lib", "generated"]).env("XO_GEN", "1").check()?;
    Run::cargo(["test", "--quiet", "-p", "xtask", "--test", "it", "generated"]).env("XO_GEN", "1").check()?;
    Run::cargo(["test", "--quiet", "-p", "xo-server", "--test", "it", "generated"]).env("XO_GEN", "1").check()
}

/// Builds for release and runs the benches of the whole product.
fn bench(args: &[String]) -> anyhow::Result<()> {
    web::build()?;
    Run::cargo(["build", "--release", "-p", "xo-server", "-p", "xapi-sim"]).check()?;
    if args.first().is_some_and(|word| word == "streams") {
        return Run::cargo(["bench", "-p", "acceptance", "--bench", "streams"]).check();
    }
    if args.first().is_some_and(|word| word == "web") {
        setup::chromium()?;
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
        let run = Run::npm(&web::folder(), ["run", "--silent", "bench"]).env("NO_COLOR", "1");
        return run.env("XO_SERVER_BIN", target.join("release/xo-server")).check();
    }
    Run::cargo(["bench", "-p", "acceptance", "--bench", "first_light", "--"]).args(args).check()
}
