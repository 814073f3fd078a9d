//! `cargo xtask test`: every check and test, with one closing count.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::{root, run::Run, setup, tidy, web};

/// Tests that ran, by their end.
#[derive(Default)]
struct Count {
    passed: u64,
    failed: u64,
    /// Steps that failed as a whole: a build, a linter, a runner without a count.
    broken: Vec<String>,
}

/// Runs all parts, or the one that `args` names, even if an earlier one fails.
///
/// # Errors
///
/// If anything failed.
pub(crate) fn test(args: &[String]) -> Result<()> {
    let wanted = |part: &str| args.is_empty() || args.iter().any(|arg| arg == part);
    if let Some(unknown) = args.iter().find(|arg| !["lint", "rust", "web", "e2e"].contains(&arg.as_str())) {
        bail!("no part `{unknown}`: there are lint, rust, web and e2e");
    }
    let mut count = Count::default();
    if wanted("web") {
        count.step("web", web_tests);
    }
    // The server embeds what the web build left.
    count.step("web build", |_| web::build());
    if wanted("lint") {
        count.step("fmt", |_| Run::cargo(["fmt", "--check"]).check());
        count.step("clippy", |_| {
            Run::cargo(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]).check()
        });
        count.step("tidy", |_| tidy::tidy());
    }
    if wanted("rust") {
        count.step("python", |_| setup::python());
        count.step("disk tools", |_| setup::disk_tools());
        count.step("browser", |_| setup::chromium());
        count.step("rust", |count| {
            let passed = Run::cargo(["test", "--workspace", "--no-fail-fast"]).lines(|line| count.cargo(line))?;
            if !passed && count.failed == 0 {
                bail!("`cargo test` failed before any test did");
            }
            Ok(())
        });
    }
    if wanted("e2e") {
        count.step("e2e", browser_tests);
    }
    for broken in &count.broken {
        eprintln!("failed: {broken}");
    }
    let failed = count.failed + count.broken.len() as u64;
    println!("{} passed, {failed} failed", count.passed);
    if failed > 0 {
        bail!("{failed} failed");
    }
    Ok(())
}

impl Count {
    fn step(&mut self, name: &str, step: impl FnOnce(&mut Self) -> Result<()>) {
        if let Err(error) = step(self) {
            self.broken.push(format!("{name}: {error:#}"));
        }
    }

    /// Reads `test result: ok. 12 passed; 0 failed; …`.
    fn cargo(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            self.add(result, ';');
        }
    }

    /// Reads `Tests  12 passed | 1 failed (13)`.
    fn vitest(&mut self, line: &str) {
        if let Some(result) = line.trim_start().strip_prefix("Tests ") {
            self.add(result, '|');
        }
    }

    fn add(&mut self, result: &str, between: char) {
        for part in result.split(between) {
            let words: Vec<_> = part.split_whitespace().collect();
            for pair in words.windows(2) {
                let number = pair[0].parse().unwrap_or(0);
                match pair[1] {
                    "passed" => self.passed += number,
                    "failed" => self.failed += number,
                    _ => {}
                }
            }
        }
    }
}

fn web_tests(count: &mut Count) -> Result<()> {
    let web = web::folder();
    setup::npm_packages(&web)?;
    Run::npm(&web, ["run", "--silent", "typecheck"]).check()?;
    Run::npm(&web, ["run", "--silent", "lint"]).check()?;
    let before = count.failed;
    let run = Run::npm(&web, ["run", "--silent", "test"]).env("NO_COLOR", "1").env("CI", "1");
    if !run.lines(|line| count.vitest(line))? && count.failed == before {
        bail!("`npm test` failed before any test did");
    }
    Ok(())
}

fn browser_tests(count: &mut Count) -> Result<()> {
    setup::chromium()?;
    setup::openssl()?;
    Run::cargo(["build", "-p", "xo-server"]).check()?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let before = count.failed;
    let run = Run::npm(&web::folder(), ["run", "--silent", "e2e"]).env("NO_COLOR", "1").env("CI", "1");
    let run = run.env("XO_SERVER_BIN", target.join("debug/xo-server"));
    if !run.lines(|line| count.vitest(line))? && count.failed == before {
        bail!("`npm run e2e` failed before any test did");
    }
    Ok(())
}
