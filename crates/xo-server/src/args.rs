//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Server of Xen Orchestra: one place to see and manage XCP-ng and XenServer pools.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "xo-server", version, about, max_term_width = 100)]
pub struct Args {
    /// Configuration file, in TOML [default: ~/.config/xo-server/config.toml or /etc/xo-server/config.toml where there
    /// is one].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Folder of the database, the keys and whatever else outlives a restart.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// Address to listen on, in place of those of the configuration; port 0 picks one. With `https://` before
    /// it, TLS by a self-signed certificate. May be repeated.
    #[arg(long, value_name = "ADDR")]
    pub listen: Vec<String>,

    /// Run against a simulated pool: `small`, `two-pools`, or `large:N` with N VMs. Sign in as
    /// `admin@admin.net` with the password `admin`. Its data is kept apart.
    #[arg(long, value_name = "WORLD", num_args = 0..=1, require_equals = true, default_missing_value = "small")]
    pub demo: Option<String>,

    /// Give a user a new password and the rights of an administrator, print the password, and end. The server has to be
    /// stopped meanwhile.
    #[arg(long, value_name = "NAME", conflicts_with = "demo")]
    pub recover_account: Option<String>,

    /// Let a demo, whose password everybody knows, be reached from other machines.
    #[arg(long, requires = "demo")]
    pub demo_allow_remote: bool,
}
