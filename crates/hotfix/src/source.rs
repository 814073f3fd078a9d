//! Where the list and the archives are got.

use std::{fmt, path::Path, time::Duration};

use futures_util::{StreamExt, TryStreamExt, future::BoxFuture};
use reqwest::{Client, Proxy, Response, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::{Error, Feed, Hotfix, Kind, Member};

/// Longest list that is read, in bytes; it has a quarter of a megabyte.
const LONGEST: usize = 32 << 20;
/// Until a connection is made, TLS included.
const CONNECT: Duration = Duration::from_secs(30);
/// Until the next piece of an answer.
const SILENCE: Duration = Duration::from_secs(60);
/// For the whole list.
const WHOLE: Duration = Duration::from_secs(120);
/// How often we are sent elsewhere.
const REDIRECTS: usize = 5;

/// Who asks for archives.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Name.
    pub user: String,
    /// Key.
    pub key: SecretString,
}

/// Where the list is, and what is used to get it.
#[derive(Clone)]
pub struct Source {
    place: String,
    client: Client,
    /// What errors say of the proxy; nothing where there is none.
    through: String,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.place).finish()
    }
}

impl Source {
    /// Makes a source of the list at `place`, a URL or the path of a file; what is got over HTTP is got through `proxy`
    /// where there is one.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`] where the proxy cannot be used.
    pub fn new(place: &str, proxy: Option<&str>) -> Result<Self, Error> {
        // The one provider of the process; somebody may have been quicker.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let failed = |what: &str| Error::Unreachable { url: shown(place), reason: what.to_owned() };
        let mut through = String::new();
        let mut builder = Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .redirect(Policy::limited(REDIRECTS))
            .user_agent(concat!("xo-server/", env!("CARGO_PKG_VERSION")))
            .no_proxy();
        if let Some(proxy) = proxy {
            // What is wrong with it may hold its password.
            builder = builder.proxy(Proxy::all(proxy).map_err(|_| failed("the proxy has no URL that can be used"))?);
            through = format!("through the proxy `{}`: ", shown(proxy).trim_end_matches('/'));
        }
        let client = builder.build().map_err(|error| failed(&format!("no client can be made: {error}")))?;
        Ok(Self { place: place.to_owned(), client, through })
    }

    /// Gets and reads the list.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`], and [`Error::Feed`] where it is none.
    pub async fn feed(&self) -> Result<Feed, Error> {
        let place = Url::parse(&self.place);
        let (through, read): (&str, BoxFuture<'_, _>) = match &place {
            Ok(url) if url.scheme() != "file" => (&self.through, Box::pin(self.download(url.clone()))),
            Ok(url) => ("", Box::pin(self.file(Path::new(url.path())))),
            Err(_) => ("", Box::pin(self.file(Path::new(&self.place)))),
        };
        let late = |_| self.unreachable(&format!("{through}it takes longer than {} seconds", WHOLE.as_secs()));
        let bytes = tokio::time::timeout(WHOLE, read).await.map_err(late)??;
        let wrong = |reason: String| Error::Feed { url: shown(&self.place), reason };
        let text = String::from_utf8(bytes).map_err(|error| wrong(error.to_string()))?;
        Feed::parse(&text).map_err(wrong)
    }

    async fn file(&self, path: &Path) -> Result<Vec<u8>, Error> {
        let length = tokio::fs::metadata(path).await.map_err(|error| self.unreachable(&error.to_string()))?.len();
        if length > LONGEST as u64 {
            return Err(self.unreachable(&format!("it is longer than {LONGEST} bytes")));
        }
        tokio::fs::read(path).await.map_err(|error| self.unreachable(&error.to_string()))
    }

    async fn download(&self, url: Url) -> Result<Vec<u8>, Error> {
        let answer = self.get(url, None).await?;
        let (mut bytes, mut pieces) = (Vec::new(), answer.bytes_stream());
        while let Some(piece) = pieces.next().await {
            let broken = |error| self.unreachable(&format!("{}{}", self.through, plain(error)));
            bytes.extend_from_slice(&piece.map_err(broken)?);
            if bytes.len() > LONGEST {
                return Err(self.unreachable(&format!("it is longer than {LONGEST} bytes")));
            }
        }
        Ok(bytes)
    }

    /// Begins to get the archive of an update, and returns the file in it that hosts take.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`], and [`Error::Archive`] where that file is not in it.
    pub async fn archive(&self, hotfix: &Hotfix, kind: Kind, who: Option<&Credentials>) -> Result<Member, Error> {
        let wrong = |reason: String| Error::Archive { name: hotfix.name.clone(), reason };
        let url = Url::parse(&hotfix.url).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
        let url = url.ok_or_else(|| wrong("the list of updates tells no URL of it".to_owned()))?;
        // A list that is not what it seems to be gets no password sent in clear to where it wants.
        let ours = Url::parse(&self.place).is_ok_and(|place| place.origin() == url.origin());
        let who = who.filter(|_| ours || url.scheme() == "https");
        let answer = self.get(url, who).await?;
        let pieces = answer.bytes_stream().map_err(|error| std::io::Error::other(plain(error)));
        Member::find(pieces, kind).await.map_err(wrong)
    }

    async fn get(&self, url: Url, who: Option<&Credentials>) -> Result<Response, Error> {
        let at = shown(url.as_str());
        let failed =
            |reason: String| Error::Unreachable { url: at.clone(), reason: format!("{}{reason}", self.through) };
        let mut request = self.client.get(url);
        if let Some(who) = who {
            request = request.basic_auth(&who.user, Some(who.key.expose_secret()));
        }
        let answer = request.send().await.map_err(|error| failed(plain(error)))?;
        match answer.status().as_u16() {
            200 => Ok(answer),
            401 | 403 => Err(failed(format!(
                "it answers {}: the user's XenServer credentials are missing or not good for it",
                answer.status()
            ))),
            407 => Err(failed(format!(
                "it answers {}: the proxy does not accept the user or the password of its URL",
                answer.status()
            ))),
            _ => Err(failed(format!("it answers {}", answer.status()))),
        }
    }

    fn unreachable(&self, reason: &str) -> Error {
        Error::Unreachable { url: shown(&self.place), reason: reason.to_owned() }
    }
}

/// Writes a URL without what may be secret in it.
fn shown(url: &str) -> String {
    let Ok(mut parsed) = Url::parse(url) else { return url.to_owned() };
    let _ = parsed.set_password(None);
    let _ = parsed.set_username("");
    parsed.set_query(None);
    parsed.to_string()
}

/// Writes an error with its causes, without the URL, which may hold a password.
fn plain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_proxy_that_says_nothing_is_waited_for_no_longer_than_a_list_may_take() {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = silent.local_addr().unwrap();
        let proxy = format!("http://bob:secret@{address}");
        for place in ["http://updates.example.org/updates.xml", "https://updates.example.org/updates.xml"] {
            let error = Source::new(place, Some(&proxy)).unwrap().feed().await.unwrap_err().to_string();
            let told = format!("cannot get `{place}`: through the proxy `http://{address}`: ");
            assert!(error.starts_with(&told) && error.contains("timed out"), "{error}");
        }
    }
}
