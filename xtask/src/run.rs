//! Running other programs.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// A program to run, in the folder of the checkout unless told otherwise.
pub(crate) struct Run {
    command: Command,
    name: String,
}

impl Run {
    /// Names the program.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let name = program.as_ref().to_string_lossy().into_owned();
        let mut command = Command::new(program);
        command.current_dir(crate::root());
        Self { command, name }
    }

    /// Names cargo with its arguments; the one that runs this program, if any.
    pub(crate) fn cargo<const N: usize>(args: [&str; N]) -> Self {
        Self::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())).args(args)
    }

    /// Names npm with its arguments, in the folder `folder`.
    pub(crate) fn npm<const N: usize>(folder: &Path, args: [&str; N]) -> Self {
        Self::new("npm").folder(folder).args(args)
    }

    /// Adds arguments.
    pub(crate) fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        for arg in args {
            self.name.push(' ');
            self.name.push_str(&arg.as_ref().to_string_lossy());
            self.command.arg(arg);
        }
        self
    }

    /// Sets a variable of the environment.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs in another folder.
    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Runs it to its end.
    ///
    /// # Errors
    ///
    /// If it cannot be started, or ends with another code than 0.
    pub(crate) fn check(mut self) -> Result<()> {
        eprintln!("» {}", self.name);
        let status = self.command.status().with_context(|| self.cannot_start())?;
        if !status.success() {
            bail!("`{}` failed ({status})", self.name);
        }
        Ok(())
    }

    /// Runs it and returns whether it succeeded, without a word on the terminal.
    pub(crate) fn quietly(mut self) -> bool {
        let silent = self.command.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
        silent.status().is_ok_and(|status| status.success())
    }

    /// Runs it, copies its output to the terminal, and gives each line of it to `line`.
    ///
    /// # Errors
    ///
    /// If it cannot be started; its exit code is the result.
    pub(crate) fn lines(mut self, mut line: impl FnMut(&str)) -> Result<bool> {
        eprintln!("» {}", self.name);
        let child = self.command.stdout(Stdio::piped()).spawn();
        let mut child = child.with_context(|| self.cannot_start())?;
        let output = child.stdout.take().expect("the output is piped");
        for text in BufReader::new(output).lines() {
            let text = text.with_context(|| format!("cannot read what `{}` prints", self.name))?;
            println!("{text}");
            line(&text);
        }
        Ok(child.wait().with_context(|| format!("cannot wait for `{}`", self.name))?.success())
    }

    fn cannot_start(&self) -> String {
        format!("cannot start `{}`: is it installed and on the PATH?", self.name)
    }
}
