//! One-time URLs: what an operation hands out, or takes in, besides its answer.
//!
//! A URL works once, for a few minutes, and for who asked: a request with the same user's token, or one without any token
//! from the same address, since command lines use it without. Who asked must still be there then, and must still be
//! allowed what they were allowed; otherwise the URL is gone.
//!
//! | | |
//! |---|---|
//! | [`Cx::offer`], [`Cx::offer_later`] | an operation hands out a [`Download`] |
//! | [`Cx::accept`] | an operation says what it does with an upload, once that begins |
//! | [`App::look`] | what waits there |
//! | [`App::fetch`] | a client takes the download |
//! | [`App::receive`] | a client sends the upload; the operation goes on |

mod content;
mod fetch;
mod told;
mod upload;

use std::{collections::HashMap, fmt::Write, net::IpAddr, sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use parking_lot::Mutex;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};
use tokio_util::task::TaskTracker;

use self::{content::Later, upload::Upload};
pub use self::{
    content::{Content, Download, Length},
    upload::{Ended, Received, SendTo},
};
use crate::{App, Cx, Peer, Session, SignedIn, TransferLimits, cx::Admission, failure};

/// URLs that wait at the same time, each holding what it will send; the oldest goes first.
const WAITING: usize = 256;

/// Uploads and downloads that are under way when the server stops have so long to take back what they have made.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// Where a file is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Offered {
    /// One-time URL, as a path.
    #[serde(rename = "$getFrom")]
    get_from: String,
}

/// Who requests a one-time URL.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// Id of the user whose token the request carries.
    pub user: Option<&'a str>,
    /// Address of the client.
    pub address: IpAddr,
}

/// Why a request for a one-time URL is refused.
#[derive(Debug)]
pub enum Refusal {
    /// There is no such URL, or no longer.
    Unknown,
    /// It is somebody else's; it still works for them.
    NotYours,
    /// It is for a download; it still works.
    IsDownload,
    /// It is for an upload; it still works.
    IsUpload,
    /// As much is sent already as may be at once; it still works.
    Busy,
    /// Who asked is no longer a user; it is gone.
    UserGone,
    /// Who asked may do this no longer, or the object is gone; so is the URL.
    Denied(op::Error),
}

/// What waits at a one-time URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A download.
    Download {
        /// MIME type.
        content_type: &'static str,
        /// Name to save it under.
        file_name: Option<String>,
    },
    /// An operation that takes an upload.
    Upload,
}

/// The one-time URLs that wait, and what is sent and taken there; clones are the same.
#[derive(Clone, Debug)]
pub struct Transfers(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limits: TransferLimits,
    waiting: Mutex<HashMap<String, Waiting>>,
    /// One for each download and upload under way.
    turns: Arc<Semaphore>,
    /// Uploads and downloads under way, and what takes back what they have made.
    work: TaskTracker,
}

#[derive(Debug)]
struct Waiting {
    what: What,
    suffix: String,
    owner: Owner,
    until: Instant,
}

#[derive(Debug)]
enum What {
    Download(Download),
    Later(Later),
    Upload(Upload),
}

/// Who asked, and what they were let in for.
#[derive(Clone, Debug)]
struct Owner {
    user: Option<String>,
    /// Id of the token by which they were signed in.
    token: Option<String>,
    /// When that token expires, milliseconds since the epoch.
    expiration: Option<i64>,
    address: IpAddr,
    admission: Option<Admission>,
}

/// What has been taken.
struct Taken {
    what: What,
    owner: Owner,
    turn: OwnedSemaphorePermit,
}

impl Cx {
    /// Hands out `download` to who calls, at a one-time URL: `/api/<token>` or `/api/<token>/<file name>`.
    pub fn offer(&self, download: Download) -> Offered {
        let name = download.file_name.clone();
        self.let_wait(What::Download(download), name)
    }

    /// The same, for content that `make` begins once it is fetched: of that a task tells, by which it can be cancelled.
    pub fn offer_later(
        &self,
        content_type: &'static str,
        file_name: String,
        make: impl FnOnce(Self) -> Content + Send + 'static,
    ) -> Offered {
        let (name, make) = (Some(file_name.clone()), Box::new(make));
        self.let_wait(What::Later(Later { content_type, file_name, make }), name)
    }

    fn let_wait(&self, what: What, file_name: Option<String>) -> Offered {
        let suffix = file_name.as_deref().map_or_else(String::new, |name| format!("/{}", encoded(name)));
        Offered { get_from: self.app.transfers().add(Owner::of(self), what, suffix) }
    }
}

impl App {
    /// Returns what waits at `path`, which goes on waiting.
    ///
    /// # Errors
    ///
    /// [`Refusal`], which says whether the URL is gone.
    pub async fn look(&self, path: &str, caller: Caller<'_>) -> Result<Shown, Refusal> {
        let (shown, owner) = self.transfers().look(path, caller)?;
        if let Err(refusal) = self.admit(&owner).await {
            // Nobody gets it any more, even if the right comes back.
            drop(self.transfers().remove(path, caller));
            return Err(refusal);
        }
        Ok(shown)
    }

    /// Takes the download that waits at `path`, as the request has it (still percent-encoded, without query).
    ///
    /// # Errors
    ///
    /// [`Refusal`], which says whether the URL is used up.
    pub async fn fetch(&self, path: &str, caller: Caller<'_>) -> Result<Download, Refusal> {
        let Taken { what, owner, turn } = self.transfers().take(path, caller, true)?;
        let cx = self.admit(&owner).await?;
        let mut download = match what {
            What::Download(download) => download,
            What::Later(later) => {
                let begun = self.begin_download(later, cx.clone())?;
                self.tasks().written().await;
                begun
            }
            What::Upload(_) => return Err(Refusal::IsUpload),
        };
        download.body =
            download.body.bounded(self.config().transfers.longest.0, cx.stop, (turn, self.transfers().0.work.token()));
        Ok(download)
    }

    /// Does `work`, in which something passes through from one pool to another or the same: a server that stops waits for its
    /// end, for which [`passing`](Self::passing) content ends.
    pub async fn through<T>(&self, work: impl Future<Output = T>) -> T {
        self.transfers().0.work.track_future(work).await
    }

    /// Returns the same content, which ends when the server stops, and when it has taken as long as any may.
    #[must_use]
    pub fn passing(&self, content: Content) -> Content {
        content.bounded(self.config().transfers.longest.0, self.stopping(), ())
    }

    /// Forgets the download that waits at `path`, and returns what it was.
    ///
    /// # Errors
    ///
    /// [`Refusal`], which says whether the URL is gone.
    pub async fn discard(&self, path: &str, caller: Caller<'_>) -> Result<Shown, Refusal> {
        let shown = self.look(path, caller).await?;
        drop(self.transfers().remove(path, caller));
        Ok(shown)
    }

    /// Takes back what was made at a pool for a transfer that ends, which nobody may be there to wait for; a server that
    /// stops waits for it.
    pub fn take_back(&self, work: impl Future<Output = ()> + Send + 'static) {
        // What nothing runs any more cannot be taken back either.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            self.transfers().0.work.spawn_on(work, &runtime);
        }
    }

    /// Makes the view of a call of who asked, if they may still do what they were let in for.
    async fn admit(&self, owner: &Owner) -> Result<Cx, Refusal> {
        let session = self.session(Peer { address: owner.address, user_agent: None });
        if let Some(user) = &owner.user {
            let user = self.db().users().get(user).await.map_err(|error| Refusal::Denied(failure(error)))?;
            let user = Arc::new(user.ok_or(Refusal::UserGone)?);
            session.enter(SignedIn { user, token: owner.token.clone(), expiration: owner.expiration });
        }
        let mut cx = Cx::new(self.clone(), session);
        if let Some(Admission { operation, ids }) = &owner.admission {
            self.ops().check_access(operation, ids.clone(), &cx).map_err(Refusal::Denied)?;
        }
        cx.admission.clone_from(&owner.admission);
        Ok(cx)
    }
}

impl Owner {
    fn of(cx: &Cx) -> Self {
        let session: &Session = &cx.session;
        let (user, token, expiration) = match session.signed_in() {
            Some(SignedIn { user, token, expiration }) => (Some(user.id.clone()), token, expiration),
            None => (None, None, None),
        };
        Self { user, token, expiration, address: session.peer().address, admission: cx.admission.clone() }
    }

    /// Returns whether `caller` is who asked.
    fn is(&self, caller: Caller<'_>) -> bool {
        match caller.user {
            // Who says who they are is not taken for somebody else at the same address.
            Some(user) => self.user.as_deref().map_or(caller.address == self.address, |owner| owner == user),
            None => caller.address == self.address,
        }
    }
}

impl Transfers {
    pub(crate) fn new(limits: TransferLimits) -> Self {
        Self(Arc::new(Inner {
            limits,
            waiting: Mutex::default(),
            turns: Arc::new(Semaphore::new(limits.at_once.min(Semaphore::MAX_PERMITS))),
            work: TaskTracker::new(),
        }))
    }

    /// Lets `what` wait, and returns the path.
    fn add(&self, owner: Owner, what: What, suffix: String) -> String {
        let token = BASE64URL.encode(rand::random::<[u8; 32]>());
        let path = format!("/api/{token}{suffix}");
        let now = Instant::now();
        let waiting = Waiting { what, suffix, owner, until: now + self.0.limits.validity.0 };
        let mut all = self.0.waiting.lock();
        // What is dropped may be the last to hold something, so not under the lock.
        let mut gone: Vec<_> = all.extract_if(|_, waiting| waiting.until <= now).collect();
        if all.len() >= WAITING
            && let Some(oldest) = all.iter().min_by_key(|(_, waiting)| waiting.until).map(|(token, _)| token.clone())
        {
            gone.extend(all.remove_entry(&oldest));
        }
        all.insert(token, waiting);
        drop(all);
        path
    }

    fn look(&self, path: &str, caller: Caller<'_>) -> Result<(Shown, Owner), Refusal> {
        let all = self.0.waiting.lock();
        let (_, Waiting { what, owner, .. }) = find(&all, path, caller)?;
        let shown = match what {
            What::Download(Download { content_type, file_name, .. }) => {
                Shown::Download { content_type, file_name: file_name.clone() }
            }
            What::Later(Later { content_type, file_name, .. }) => {
                Shown::Download { content_type, file_name: Some(file_name.clone()) }
            }
            What::Upload(_) => Shown::Upload,
        };
        Ok((shown, owner.clone()))
    }

    fn remove(&self, path: &str, caller: Caller<'_>) -> Option<Waiting> {
        let mut all = self.0.waiting.lock();
        let token = find(&all, path, caller).ok()?.0.to_owned();
        all.remove(&token)
    }

    /// Takes what waits at `path`, if it is a download or not, as the caller wants it.
    fn take(&self, path: &str, caller: Caller<'_>, download: bool) -> Result<Taken, Refusal> {
        let mut all = self.0.waiting.lock();
        let (token, waiting) = find(&all, path, caller)?;
        match waiting.what {
            What::Upload(_) if download => return Err(Refusal::IsUpload),
            What::Download(_) | What::Later(_) if !download => return Err(Refusal::IsDownload),
            _ => {}
        }
        let turn = Arc::clone(&self.0.turns).try_acquire_owned().map_err(|_| Refusal::Busy)?;
        let token = token.to_owned();
        let Waiting { what, owner, .. } = all.remove(&token).expect("it was just there");
        Ok(Taken { what, owner, turn })
    }

    /// Forgets what was handed out to whom the token `id` had signed in.
    pub(crate) fn revoke(&self, id: &str) {
        let mut all = self.0.waiting.lock();
        let gone: Vec<_> = all.extract_if(|_, waiting| waiting.owner.token.as_deref() == Some(id)).collect();
        drop((all, gone));
    }

    /// Forgets all that waits, and lets uploads and downloads end that have been told to.
    pub(crate) async fn end(&self) {
        drop(std::mem::take(&mut *self.0.waiting.lock()));
        self.0.work.close();
        if timeout(LAST_WORDS, self.0.work.wait()).await.is_err() {
            tracing::warn!(
                "{} uploads and downloads do not end; what they have made at pools may stay",
                self.0.work.len()
            );
        }
    }
}

/// Returns what waits at `path` for `caller`, with its token.
fn find<'a>(
    all: &'a HashMap<String, Waiting>,
    path: &'a str,
    caller: Caller<'_>,
) -> Result<(&'a str, &'a Waiting), Refusal> {
    let rest = path.strip_prefix("/api/").ok_or(Refusal::Unknown)?;
    let (token, suffix) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let waiting = all.get(token).ok_or(Refusal::Unknown)?;
    if waiting.suffix != suffix || Instant::now() >= waiting.until {
        return Err(Refusal::Unknown);
    }
    if !waiting.owner.is(caller) {
        return Err(Refusal::NotYours);
    }
    Ok((token, waiting))
}

fn encoded(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests;
