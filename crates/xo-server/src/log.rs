//! Logs: to standard error, for people or as JSON.

use anyhow::{Context, Result};
use app::{LogFormat, Logs};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Starts logging as `RUST_LOG`, else `DEBUG`, else the configuration say.
///
/// # Errors
///
/// If the directives cannot be read.
pub(crate) fn start(config: &Logs) -> Result<()> {
    let level = format!("{:?}", config.level).to_lowercase();
    let (source, directives) = match (std::env::var("RUST_LOG"), std::env::var("DEBUG")) {
        (Ok(directives), _) if !directives.is_empty() => ("RUST_LOG", directives),
        (_, Ok(names)) if !names.is_empty() => ("DEBUG", of_debug(&names)),
        _ => ("`logs.filter` of the configuration", config.filter.clone().unwrap_or(level)),
    };
    let filter = EnvFilter::try_new(&directives).with_context(|| {
        format!("{source} is not a log filter: `{directives}`; write for example `info,xapi=debug`")
    })?;
    let registry = tracing_subscriber::registry().with(filter);
    match config.format {
        LogFormat::Json => registry.with(fmt::layer().json().with_writer(std::io::stderr)).try_init(),
        LogFormat::Text => {
            let colours =
                std::io::IsTerminal::is_terminal(&std::io::stderr()) && std::env::var_os("NO_COLOR").is_none();
            registry.with(fmt::layer().with_ansi(colours).with_writer(std::io::stderr)).try_init()
        }
    }
    .context("cannot start logging")
}

/// Translates what the original's users write: `DEBUG=*`, `DEBUG=xo:*`, `DEBUG=xo:xapi`.
fn of_debug(names: &str) -> String {
    let one = |name: &str| match name.trim().trim_end_matches('*').trim_end_matches(':') {
        "" | "xo" => "debug".to_owned(),
        name if name.contains('=') => name.to_owned(),
        name => format!("{}=debug", name.trim_start_matches("xo:").replace([':', '-'], "_")),
    };
    let directives: Vec<_> = names.split([',', ' ']).filter(|name| !name.is_empty()).map(one).collect();
    format!("info,{}", directives.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_names_of_the_original_are_understood() {
        for (names, directives) in
            [("*", "info,debug"), ("xo:*", "info,debug"), ("xo:xapi,xo:app", "info,xapi=debug,app=debug")]
        {
            assert_eq!(of_debug(names), directives);
            assert!(EnvFilter::try_new(directives).is_ok());
        }
    }
}
