//! The `[http]` section.

use std::{
    collections::BTreeMap,
    fmt,
    net::IpAddr,
    path::{Path, PathBuf},
};

use op::Secret;
use serde::{Deserialize, Deserializer, de};

use super::anchor;

/// HTTP: listeners, folders, upstreams, cookies.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Http {
    /// Whether requests on a plain port are sent to the TLS one.
    pub redirect_to_https: bool,
    /// Address under which users reach the server, such as `https://xo.example.org`.
    pub public_url: Option<String>,
    /// Whose `X-Forwarded-*` headers are believed.
    pub use_forwarded_headers: Forwarded,
    /// Of the original, which signs its session cookie with it; ours is random, so it does nothing.
    pub session_secret: Option<Secret>,
    /// Of the original; the security headers are always sent, so it does nothing.
    pub helmet: Option<toml::Value>,
    /// How cookies are set.
    pub cookies: Cookies,
    /// Where to listen.
    pub listen: Listeners,
    /// Of the original; does nothing here.
    pub listen_options: Option<toml::Value>,
    /// URL path → folders served to anyone.
    pub public_mounts: BTreeMap<String, Paths>,
    /// URL path → folders served to those who are signed in.
    pub mounts: BTreeMap<String, Paths>,
    /// URL path → URL of the upstream that requests below it are passed to.
    pub proxies: BTreeMap<String, String>,
    /// The proxy for clients.
    pub proxy: HttpProxy,
}

/// Whose `X-Forwarded-*` headers are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Forwarded {
    /// Nobody's.
    #[default]
    Nobody,
    /// Everybody's.
    Everybody,
    /// Those of requests from these addresses.
    From(Vec<IpAddr>),
}

/// How cookies are set.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Cookies {
    /// Whether scripts are kept from reading the token; `false` lets the original's web clients work.
    pub http_only: bool,
    /// Whether browsers send cookies over TLS only; by the connection when left out.
    pub secure: Option<bool>,
    /// Which requests from other sites carry cookies.
    pub same_site: SameSite,
}

/// Which requests from other sites carry cookies.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum SameSite {
    /// Links only.
    #[default]
    Lax,
    /// None.
    Strict,
    /// All; browsers then want TLS.
    None,
}

/// The proxy for clients; not made yet.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct HttpProxy {
    /// Whether it is on.
    pub enabled: bool,
}

/// Where to listen, by name; a list has the names `0`, `1` …
#[derive(Clone, Debug, Default)]
pub struct Listeners(pub BTreeMap<String, Listen>);

/// One place to listen.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Listen {
    /// Name or address; every address when left out.
    pub hostname: Option<String>,
    /// Port; 0 picks a free one.
    pub port: Option<u16>,
    /// Unix socket, in place of a port.
    pub socket: Option<PathBuf>,
    /// PEM file of the certificate chain; makes it a TLS port.
    #[serde(alias = "certificate")]
    pub cert: Option<PathBuf>,
    /// PEM file of the key of `cert`.
    pub key: Option<PathBuf>,
    /// Whether missing `cert` and `key` files are made, self-signed; where these are not named, in the data folder.
    pub auto_cert: bool,
    /// Domain for which to get a certificate; not made yet.
    pub acme_domain: Option<String>,
}

/// One folder or several, of which the first that has the file serves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths(pub Vec<PathBuf>);

impl Default for Cookies {
    fn default() -> Self {
        Self { http_only: true, secure: None, same_site: SameSite::Lax }
    }
}

impl Http {
    pub(super) fn anchor(&mut self, folder: &Path) {
        for listen in self.listen.0.values_mut() {
            for path in [&mut listen.socket, &mut listen.cert, &mut listen.key].into_iter().flatten() {
                anchor(path, folder);
            }
        }
        for path in self.mounts.values_mut().chain(self.public_mounts.values_mut()).flat_map(|paths| &mut paths.0) {
            anchor(path, folder);
        }
    }

    /// Returns the folders to be served that are not there, each with its key.
    pub fn missing_folders(&self) -> Vec<(String, &Path)> {
        let sections = [("http.mounts", &self.mounts), ("http.publicMounts", &self.public_mounts)];
        let all = sections.into_iter().flat_map(|(section, mounts)| mounts.iter().map(move |mount| (section, mount)));
        all.flat_map(|(section, (path, folders))| {
            let missing = folders.0.iter().filter(|folder| !folder.is_dir());
            missing.map(move |folder| (format!("{section}.{path}"), &**folder))
        })
        .collect()
    }

    pub(super) fn check(&self) -> Result<(), (String, String)> {
        for (name, listen) in &self.listen.0 {
            let refuse = |key: &str, what: &str| Err((format!("http.listen.{name}{key}"), what.to_owned()));
            match (listen.port, &listen.socket) {
                (None, None) => return refuse("", "without `port` or `socket`"),
                (Some(_), Some(_)) => return refuse("", "with both `port` and `socket`"),
                _ => {}
            }
            if listen.cert.is_some() != listen.key.is_some() {
                return refuse("", "with only one of `cert` and `key`");
            }
            if listen.acme_domain.is_some() {
                return refuse(".acmeDomain", "not supported by this version; give `cert` and `key`");
            }
        }
        let paths = [("mounts", self.mounts.keys()), ("publicMounts", self.public_mounts.keys())];
        for (section, keys) in paths {
            if let Some(key) = keys.into_iter().find(|key| !key.starts_with('/')) {
                return Err((format!("http.{section}.{key}"), "not a URL path: it does not start with `/`".to_owned()));
            }
        }
        for (key, target) in &self.proxies {
            if !key.starts_with('/') {
                return Err((format!("http.proxies.{key}"), "not a URL path: it does not start with `/`".to_owned()));
            }
            let known = ["http", "https", "ws", "wss"];
            if !url::Url::parse(target).is_ok_and(|url| known.contains(&url.scheme())) {
                return Err((format!("http.proxies.{key}"), "not an http or https URL".to_owned()));
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Listeners {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Listeners;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("sections such as `[http.listen.main]`")
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Listeners, A::Error> {
                BTreeMap::deserialize(de::value::MapAccessDeserializer::new(map)).map(Listeners)
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, list: A) -> Result<Listeners, A::Error> {
                let list = Vec::deserialize(de::value::SeqAccessDeserializer::new(list))?;
                Ok(Listeners(list.into_iter().enumerate().map(|(n, listen)| (n.to_string(), listen)).collect()))
            }
        }
        from.deserialize_any(Visitor)
    }
}

impl<'de> Deserialize<'de> for Paths {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Paths;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a folder or a list of folders")
            }
            fn visit_str<E: de::Error>(self, path: &str) -> Result<Paths, E> {
                Ok(Paths(vec![path.into()]))
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, list: A) -> Result<Paths, A::Error> {
                Vec::deserialize(de::value::SeqAccessDeserializer::new(list)).map(Paths)
            }
        }
        from.deserialize_any(Visitor)
    }
}

impl<'de> Deserialize<'de> for Forwarded {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Forwarded;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false or a list of addresses")
            }
            fn visit_bool<E: de::Error>(self, everybody: bool) -> Result<Forwarded, E> {
                Ok(if everybody { Forwarded::Everybody } else { Forwarded::Nobody })
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, list: A) -> Result<Forwarded, A::Error> {
                Vec::deserialize(de::value::SeqAccessDeserializer::new(list)).map(Forwarded::From)
            }
        }
        from.deserialize_any(Visitor)
    }
}
