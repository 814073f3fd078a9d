//! Configuration: a TOML file with the original's key names.
//!
//! An unknown key is an error that names it and the file, so that a typing mistake never goes unseen. Keys that the
//! original knows and this version has no use for are accepted; [`Config::unused`] lists them for the log.

mod consoles;
mod error;
mod http;
mod rest_api;
mod stats;
mod transfers;
mod updates;

use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use self::{
    consoles::Consoles as ConsoleLimits,
    error::ConfigError,
    http::{Cookies, Forwarded, Http, HttpProxy, Listen, Listeners, Paths, SameSite},
    rest_api::RestApi,
    stats::Stats as StatsOptions,
    transfers::{Transfers as TransferLimits, Urls},
    updates::Updates as UpdateSource,
};
use crate::Duration;

/// The least that `maxPayload` may be: a call with a long description still fits, in bytes.
const LEAST_PAYLOAD: usize = 64 * 1024;
/// Sections and keys of the original that do nothing here.
const UNUSED: &[&str] = &[
    "api",
    "backups",
    "blockedAtOptions",
    "createUserOnFirstSignin",
    "group",
    "guessVhdSizeOnImport",
    "jsonrpc-api",
    "loadBalancerReEnableDelay",
    "netbox",
    "noProxy",
    "plugins",
    "redis",
    "remoteOptions",
    "resourceCacheDelay",
    "rpu",
    "selfService",
    "tasks",
    "user",
    "verboseApiLogsOnErrors",
    "xo-proxy",
    "xoa",
];

/// Keys of `xapiOptions` that do nothing here.
const UNUSED_XAPI: &[&str] = &[
    "maxUncoalescedVdis",
    "poolMarkingInterval",
    "poolMarkingMaxAge",
    "poolMarkingPrefix",
    "vdiExportConcurrency",
    "vmSnapshotConcurrency",
];

/// What the configuration says; every key has a default.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Config {
    /// Folder of the database and whatever else outlives a restart.
    pub datadir: PathBuf,
    /// HTTP proxy to reach pools through, unless a server record names its own.
    pub http_proxy: Option<String>,
    /// How long the objects of a lost pool stay visible.
    pub xapi_mark_disconnected_delay: Duration,
    /// How things are done at pools.
    pub xapi_options: XapiOptions,
    /// Sign-in and tokens.
    pub authentication: Authentication,
    /// HTTP: its listeners, folders and upstreams.
    pub http: Http,
    /// REST.
    #[serde(rename = "rest-api")]
    pub rest_api: RestApi,
    /// WebSockets of the API.
    pub api_web_socket_options: WebSockets,
    /// What is logged.
    pub logs: Logs,
    /// The journal of events; a section of our own.
    pub journal: Journal,
    /// One-time URLs; a section of our own.
    pub transfers: TransferLimits,
    /// Consoles of VMs and hosts; a section of our own.
    pub consoles: ConsoleLimits,
    /// Statistics; a section of our own.
    pub stats: StatsOptions,
    /// Updates of XenServer; a section of our own.
    pub updates: UpdateSource,
    /// Assistants that call by MCP.
    pub mcp: Mcp,
    /// Id of the VM that this server runs in, where its hypervisor does not tell; a key of our own.
    pub own_vm: Option<String>,
    /// Keys of the file that do nothing here.
    #[serde(skip)]
    unused: Vec<String>,
}

/// Sign-in and tokens.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Authentication {
    /// How long a token is good when its maker does not say.
    pub default_token_validity: Duration,
    /// The longest that a token may be good.
    pub max_token_validity: Duration,
    /// How long a cookie is good for somebody who asked to be remembered; that of tokens when left out.
    pub permanent_cookie_validity: Option<Duration>,
    /// How long the cookie of a browser session is good.
    pub session_cookie_validity: Duration,
    /// Path to which somebody without a session is sent.
    pub default_sign_in_page: String,
    /// Time after a failed sign-in during which the same name is refused; it grows with further failures.
    pub throttling_delay: Duration,
    /// Of the original; there is one provider here, so it does nothing.
    pub merge_providers_users: bool,
}

/// Assistants that call by MCP, each through a program of its user that speaks REST with this server.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mcp {
    /// Whether they may.
    pub enabled: bool,
}

impl Default for Mcp {
    fn default() -> Self {
        Self { enabled: true }
    }
}

/// WebSockets of the API.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct WebSockets {
    /// Largest message that a client may send, in bytes.
    pub max_payload: usize,
    /// Of the original; frames are not compressed here, so it does nothing.
    pub per_message_deflate: Option<toml::Value>,
}

/// What is logged.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Logs {
    /// Directives such as `xapi=debug,info`; stronger than `level`.
    pub filter: Option<String>,
    /// `error`, `warn`, `info`, `debug` or `trace`.
    pub level: Level,
    /// How a line is written; of our own.
    pub format: LogFormat,
    /// Of the original; logs go to standard error, so it does nothing.
    pub transport: Option<toml::Value>,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// What failed.
    Error,
    /// And what is wrong but works.
    Warn,
    /// And what happens.
    #[default]
    Info,
    /// And how it happens.
    Debug,
    /// And everything.
    Trace,
}

/// How a log line is written.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// How things are done at pools.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct XapiOptions {
    /// How long a host may take to be up again when it restarts.
    pub restart_host_timeout: Duration,
    /// VMs that leave a host at the same time when it is emptied.
    pub vm_evacuation_concurrency: u16,
    /// VMs of a pool that are exported at the same time; the others wait.
    pub vm_export_concurrency: u16,
    /// How long a VM may take to shut down by itself before it is switched off, where hosts restart one after the other.
    pub vm_shutdown_timeout: Duration,
    /// How long the drive of cloud-init stays after the guest has shown a sign of life.
    pub vdi_delay_before_removing_cloud_config_drive: Duration,
}

/// The journal of events.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Journal {
    /// Entries older than this go.
    pub max_age: Duration,
    /// The oldest entries go until the journal has no more than so many bytes.
    pub max_size: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            datadir: PathBuf::from("/var/lib/xo-server/data"),
            http_proxy: None,
            xapi_mark_disconnected_delay: Duration::from_millis(5 * 60_000),
            xapi_options: XapiOptions::default(),
            authentication: Authentication::default(),
            http: Http::default(),
            rest_api: RestApi::default(),
            api_web_socket_options: WebSockets::default(),
            logs: Logs::default(),
            journal: Journal::default(),
            transfers: TransferLimits::default(),
            consoles: ConsoleLimits::default(),
            stats: StatsOptions::default(),
            updates: UpdateSource::default(),
            mcp: Mcp::default(),
            own_vm: None,
            unused: Vec::new(),
        }
    }
}

impl Default for Authentication {
    fn default() -> Self {
        Self {
            default_token_validity: Duration::from_days(30),
            // Half a year of 365.25 days, as the original.
            max_token_validity: Duration::from_millis(15_778_800_000),
            permanent_cookie_validity: None,
            session_cookie_validity: Duration::from_millis(10 * 3_600_000),
            default_sign_in_page: "/signin".to_owned(),
            throttling_delay: Duration::from_millis(2000),
            merge_providers_users: true,
        }
    }
}

impl Default for XapiOptions {
    fn default() -> Self {
        Self {
            restart_host_timeout: Duration::from_millis(20 * 60_000),
            vm_evacuation_concurrency: 3,
            // As the original.
            vm_export_concurrency: 2,
            vm_shutdown_timeout: Duration::from_millis(10 * 60_000),
            vdi_delay_before_removing_cloud_config_drive: Duration::from_millis(5 * 60_000),
        }
    }
}

impl Default for WebSockets {
    fn default() -> Self {
        Self { max_payload: 16 << 20, per_message_deflate: None }
    }
}

impl Default for Logs {
    fn default() -> Self {
        Self { filter: None, level: Level::Info, format: LogFormat::Text, transport: None }
    }
}

impl Default for Journal {
    fn default() -> Self {
        Self { max_age: Duration::from_days(90), max_size: 1 << 30 }
    }
}

impl Config {
    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`], which names the file, the key or line, and what is wrong.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&text, path)
    }

    /// Reads `text`, which came from the file `path`; relative paths in it start at the folder of that file.
    ///
    /// # Errors
    ///
    /// As [`Config::load`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let mut table: toml::Table = toml::from_str(text).map_err(|e| ConfigError::syntax(path, text, &e))?;
        let mut unused: Vec<_> =
            UNUSED.iter().filter(|key| table.remove(**key).is_some()).map(|key| (*key).to_owned()).collect();
        if let Some(toml::Value::Table(options)) = table.get_mut("xapiOptions") {
            let known = UNUSED_XAPI.iter().filter(|key| options.remove(**key).is_some());
            unused.extend(known.map(|key| format!("xapiOptions.{key}")));
        }
        let mut config: Self = table.try_into().map_err(|e| ConfigError::key(path, &e))?;
        config.unused = unused;
        config.anchor(path.parent().unwrap_or(Path::new("")));
        config.check().map_err(|(key, what)| ConfigError::Invalid { path: path.to_owned(), key, what })?;
        Ok(config)
    }

    /// Returns the file of the database.
    pub fn database(&self) -> PathBuf {
        self.datadir.join("xo-server.sqlite")
    }

    /// Returns the keys of the file that the original knows and that do nothing here.
    pub fn unused(&self) -> &[String] {
        &self.unused
    }

    /// Returns how long the cookie is good of somebody who asked to be remembered.
    pub fn permanent_cookie_validity(&self) -> Duration {
        self.authentication.permanent_cookie_validity.unwrap_or(self.authentication.default_token_validity)
    }

    /// Makes relative paths start at `folder`.
    fn anchor(&mut self, folder: &Path) {
        anchor(&mut self.datadir, folder);
        self.http.anchor(folder);
    }

    fn check(&self) -> Result<(), (String, String)> {
        let tokens = &self.authentication;
        if tokens.default_token_validity > tokens.max_token_validity {
            let what = "longer than `authentication.maxTokenValidity`".to_owned();
            return Err(("authentication.defaultTokenValidity".to_owned(), what));
        }
        if self.api_web_socket_options.max_payload < LEAST_PAYLOAD {
            let what = format!("too small for most requests; write {LEAST_PAYLOAD} or more, in bytes");
            return Err(("apiWebSocketOptions.maxPayload".to_owned(), what));
        }
        if self.xapi_options.vm_evacuation_concurrency == 0 {
            let what = "none at a time; no host could be emptied".to_owned();
            return Err(("xapiOptions.vmEvacuationConcurrency".to_owned(), what));
        }
        if self.xapi_options.vm_export_concurrency == 0 {
            let what = "none at a time; no VM could be exported".to_owned();
            return Err(("xapiOptions.vmExportConcurrency".to_owned(), what));
        }
        if self.xapi_options.restart_host_timeout.0.is_zero() {
            let what = "no time at all; no host starts so fast".to_owned();
            return Err(("xapiOptions.restartHostTimeout".to_owned(), what));
        }
        self.rest_api.check()?;
        self.transfers.check()?;
        self.consoles.check()?;
        self.stats.check()?;
        self.http.check()
    }
}

/// Makes `path` start at `folder` where it is relative, and at the home folder where it starts with `~`.
fn anchor(path: &mut PathBuf, folder: &Path) {
    if let (Ok(rest), Some(home)) = (path.strip_prefix("~"), std::env::home_dir()) {
        *path = home.join(rest);
    } else if path.is_relative() {
        *path = folder.join(&path);
    }
}
