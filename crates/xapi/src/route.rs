//! How a host is reached.

use std::fmt;

use crate::{Address, Proxy};

/// A host, and the proxy that lies before it, if one does: written as errors name them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The host.
    pub address: Address,
    /// Where the proxy listens.
    pub proxy: Option<Address>,
}

impl Route {
    /// Makes the way to `address`, through `proxy` if there is one.
    pub(crate) fn new(address: &Address, proxy: Option<&Proxy>) -> Self {
        Self { address: address.clone(), proxy: proxy.map(|proxy| proxy.address().clone()) }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.address)?;
        match &self.proxy {
            Some(proxy) => write!(f, " (through the proxy `{proxy}`)"),
            None => Ok(()),
        }
    }
}
