//! Opens the listeners that the command line or the configuration asks for.

use std::path::Path;

use anyhow::{Context, Result, bail};
use app::{Config, Listen};
use serve::{Certificate, Listener};

/// Where a demo listens when nothing is said.
const DEMO_ADDRESS: &str = "127.0.0.1:8080";
/// Where the server listens when nothing is said: every address, as the original.
const DEFAULT_ADDRESS: &str = "[::]:80";

/// Opens the listeners; `asked` are those of the command line.
///
/// # Errors
///
/// If one cannot be opened; the message names its address.
pub(crate) async fn open(asked: &[String], config: &Config, demo: bool) -> Result<Vec<Listener>> {
    let mut listeners = Vec::new();
    let configured = &config.http.listen.0;
    if !asked.is_empty() {
        for address in asked {
            listeners.push(by_address(address, &config.datadir).await?);
        }
    } else if configured.is_empty() {
        listeners.push(Listener::bind(if demo { DEMO_ADDRESS } else { DEFAULT_ADDRESS }, None).await?);
    } else {
        for (name, listen) in configured {
            let listener = by_config(listen, &config.datadir).await;
            listeners.push(listener.with_context(|| format!("`http.listen.{name}` of the configuration"))?);
        }
    }
    Ok(listeners)
}

/// Opens `host:port`, `http://host:port` or `https://host:port`.
async fn by_address(address: &str, data: &Path) -> Result<Listener> {
    let (tls, bare) = match address.split_once("://") {
        Some(("https", bare)) => (true, bare),
        Some(("http", bare)) => (false, bare),
        Some(_) => bail!("cannot listen on `{address}`: write `host:port`, or `https://host:port` for TLS"),
        None => (false, address),
    };
    let bare = bare.trim_end_matches('/');
    if bare.rsplit_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_err()) {
        bail!("cannot listen on `{address}`: write `host:port`; port 0 picks one");
    }
    // As many write it: a port alone is one on every address.
    let bare = if bare.starts_with(':') { &format!("[::]{bare}") } else { bare };
    let certificate = if tls { Some(own_certificate(data)?) } else { None };
    Ok(Listener::bind(bare, certificate.as_ref()).await?)
}

async fn by_config(listen: &Listen, data: &Path) -> Result<Listener> {
    if let Some(socket) = &listen.socket {
        bail!("Unix sockets are not supported; give `port` in place of `socket = \"{}\"`", socket.display());
    }
    let certificate = match (&listen.cert, &listen.key) {
        (Some(cert), Some(key)) if listen.auto_cert => Some(Certificate::self_signed(cert, key)?),
        (Some(cert), Some(key)) => Some(Certificate::files(cert, key)),
        _ if listen.auto_cert => Some(own_certificate(data)?),
        _ => None,
    };
    let port = listen.port.unwrap_or(if certificate.is_some() { 443 } else { 80 });
    let host = match listen.hostname.as_deref() {
        None => "[::]".to_owned(),
        Some(host) if host.contains(':') && !host.starts_with('[') => format!("[{host}]"),
        Some(host) => host.to_owned(),
    };
    Ok(Listener::bind(&format!("{host}:{port}"), certificate.as_ref()).await?)
}

/// Returns the certificate that the server keeps for itself, made at the first start.
fn own_certificate(data: &Path) -> Result<Certificate> {
    Ok(Certificate::self_signed(data.join("tls/cert.pem"), data.join("tls/key.pem"))?)
}
