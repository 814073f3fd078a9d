//! Where servers are, and how they are reached.

use std::path::PathBuf;

use tokio::net::{TcpStream, UnixStream};

use crate::{Error, Result, io::Stream};

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A port of a host.
    Tcp {
        /// Name or number of the host, without brackets.
        host: String,
        /// Its port; 10809 is NBD's.
        port: u16,
    },
    /// A socket in the file system.
    Unix(PathBuf),
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Connects to a server.
pub(super) async fn dial(address: &Address) -> Result<Stream> {
    let stream = match address {
        Address::Tcp { host, port } => match TcpStream::connect((host.as_str(), *port)).await {
            // Requests are small, and each is waited for.
            Ok(stream) => stream.set_nodelay(true).map(|()| Box::new(stream) as Stream),
            Err(error) => Err(error),
        },
        Address::Unix(path) => UnixStream::connect(path).await.map(|stream| Box::new(stream) as Stream),
    };
    stream.map_err(|source| Error::Connect { address: address.to_string(), source: source.into() })
}

/// Returns the name to ask for within TLS.
pub(super) fn server_name(address: &Address) -> String {
    match address {
        Address::Tcp { host, .. } => host.clone(),
        Address::Unix(_) => "localhost".to_owned(),
    }
}
