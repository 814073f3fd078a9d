//! From start to stop.

use std::{
    fs::DirBuilder,
    io::Write,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use app::{App, Config, db::Db};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{
    Args, assemble,
    first_start::{ADMIN, DEMO_PASSWORD, ensure_admin, recover_account},
    listeners, log,
};

/// Runs the server until it is told to stop.
///
/// # Errors
///
/// If it cannot start; the message says what to do.
pub fn run(args: &Args) -> Result<()> {
    let config = configuration(args)?;
    log::start(&config.logs)?;
    for key in config.unused() {
        warn!(key, "`{key}` of the configuration has no effect in this version");
    }
    for (key, folder) in config.http.missing_folders() {
        warn!(key, "`{key}` of the configuration names the folder `{}`, which is not there", folder.display());
    }
    raise_file_limit();
    // An error means that it is installed already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")?;
    match &args.recover_account {
        Some(name) => runtime.block_on(recover(name, &config)),
        None => runtime.block_on(serve(args, config)),
    }
}

async fn recover(name: &str, config: &Config) -> Result<()> {
    create_folder(&config.datadir)?;
    let db = Db::open(config.database()).await?;
    recover_account(&db, name, &mut std::io::stdout()).await?;
    db.close().await;
    Ok(())
}

async fn serve(args: &Args, config: Config) -> Result<()> {
    // From here on a signal stops the server in order.
    let mut stop_signals = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let demo = args.demo.is_some();
    let listeners = listeners::open(&args.listen, &config, demo).await?;
    if demo
        && !args.demo_allow_remote
        && let Some(open) = listeners.iter().find(|listener| !listener.address().ip().is_loopback())
    {
        bail!(
            "a demo has a password that everybody knows, and `{}` can be reached from other machines; \
             listen on 127.0.0.1, or add --demo-allow-remote",
            open.address()
        );
    }
    create_folder(&config.datadir)?;
    let db = Db::open(config.database()).await?;
    ensure_admin(&db, demo, &mut std::io::stdout()).await?;
    // Simulated pools end when this is dropped.
    let _sim = match &args.demo {
        Some(world) => Some(simulate(world, &db).await?),
        None => None,
    };
    let app = App::start_with(config, assemble::ops(), db).await?;
    assemble::start(&app);
    let mut out = std::io::stdout().lock();
    for listener in &listeners {
        writeln!(out, "listening on {}", listener.url())?;
    }
    if demo {
        writeln!(out, "sign in as `{ADMIN}` with the password `{DEMO_PASSWORD}`")?;
    }
    out.flush()?;
    drop(out);
    let stop = CancellationToken::new();
    let serving = tokio::spawn(serve::run(app.clone(), listeners, stop.clone()));
    let (terminate, interrupt) = &mut stop_signals;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    info!("stopping; a second signal stops at once");
    stop.cancel();
    let farewell = async {
        if let Err(error) = serving.await {
            warn!(error = %error, "the listeners ended badly");
        }
        app.shutdown().await;
    };
    tokio::select! {
        () = farewell => info!("stopped"),
        _ = terminate.recv() => warn!("stopped at once"),
        _ = interrupt.recv() => warn!("stopped at once"),
    }
    Ok(())
}

#[cfg(feature = "demo")]
async fn simulate(world: &str, db: &Db) -> Result<xapi_sim::Sim> {
    crate::demo::start(world, db).await
}

#[cfg(not(feature = "demo"))]
async fn simulate(world: &str, _: &Db) -> Result<()> {
    bail!("this server was built without the simulated pool, so it has no demo `{world}`");
}

/// Makes the data folder where it is missing; what is in it concerns nobody else.
fn create_folder(folder: &Path) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| {
        format!("cannot make the data folder `{}`; choose another with --data or `datadir`", folder.display())
    })
}

/// Reads the configuration and lays the command line over it.
fn configuration(args: &Args) -> Result<Config> {
    let mut config = match args.config.clone().or_else(usual_config) {
        Some(path) => Config::load(&path)?,
        None => Config::default(),
    };
    if let Some(data) = &args.data {
        config.datadir.clone_from(data);
    } else if args.demo.is_some() && args.config.is_none() {
        config.datadir = user_data();
    }
    if let Some(world) = &args.demo {
        config.datadir = config.datadir.join("demo").join(world.replace(['/', ':'], "-"));
    }
    Ok(config)
}

/// Returns the first configuration file that exists where one is looked for.
fn usual_config() -> Option<PathBuf> {
    let home = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".config")));
    let places = [home.map(|home| home.join("xo-server/config.toml")), Some("/etc/xo-server/config.toml".into())];
    places.into_iter().flatten().find(|path| path.exists())
}

/// Returns the folder in which a user's programs keep data.
fn user_data() -> PathBuf {
    let home = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".local/share")));
    home.unwrap_or_else(std::env::temp_dir).join("xo-server")
}

/// Lets the process hold as many sockets as the system allows it: the usual soft limit is 1024.
fn raise_file_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        warn!(error = %error, "cannot raise the limit of open files");
    }
}
