//! The pools: one task for each server record that is connected.
//!
//! | what happens | what is done |
//! |---|---|
//! | connected, listed | the pool is claimed, its objects are swapped in at once |
//! | another server has claimed it | the link ends with an error that names the other |
//! | the pool is away | its objects stay for a while, then leave; the client tries on |
//! | it comes back | what changed meanwhile is shown, and written in the journal |
//! | disabled, removed | its objects leave |

mod claim;
mod connection;
mod join;
mod link;
mod made;
mod status;
mod stream;

use std::{collections::HashMap, sync::Arc, time::Duration};

use db::Server;
use parking_lot::Mutex;
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio::sync::Semaphore;
use tracing::warn;

use self::{claim::Claims, link::Link};
pub use self::{
    connection::{Connection, On},
    status::{Phase, PoolStatus},
    stream::Pieces,
};
use crate::{
    App, failure,
    journal::{Called, Recorder},
    store::StoreWriter,
    xapi_error,
};

/// Longest wait of a caller for a connection to succeed or fail.
const PATIENCE: Duration = Duration::from_secs(120);

/// Archives of logs that hosts make at the same time: each keeps a host busy, and a connection to it open.
const ARCHIVES: usize = 4;

/// The links to pools, by id of the server record.
#[derive(Debug)]
pub(crate) struct Pools {
    links: Mutex<HashMap<String, Arc<Link>>>,
    claims: Claims,
    writer: StoreWriter,
    recorder: Mutex<Option<Recorder>>,
    /// One for each archive of a host under way.
    archives: Arc<Semaphore>,
}

impl Pools {
    pub(crate) fn new(writer: StoreWriter, recorder: Recorder) -> Self {
        let recorder = Mutex::new(Some(recorder));
        let archives = Arc::new(Semaphore::new(ARCHIVES));
        Self { links: Mutex::default(), claims: Claims::default(), writer, recorder, archives }
    }

    fn link(&self, server: &str) -> Option<Arc<Link>> {
        self.links.lock().get(server).cloned()
    }

    /// Returns the link that has claimed the pool `pool`.
    fn of_pool(&self, pool: &str) -> Option<Arc<Link>> {
        self.claims.server_of(pool).and_then(|server| self.link(&server))
    }
}

impl App {
    /// Connects every enabled server, without waiting for any.
    pub(crate) async fn connect_enabled(&self) -> Result<(), db::Error> {
        for server in self.db().servers().all().await? {
            if server.enabled
                && let Err(error) = self.link_server(&server).await
            {
                warn!(server.id = %server.id, "cannot connect server `{}`: {error}", server.host);
            }
        }
        Ok(())
    }

    /// Checks the address of a server and of its proxy, without connecting.
    ///
    /// # Errors
    ///
    /// [`op::Error::InvalidParameters`], which names what is wrong.
    pub fn check_server(&self, host: &str, http_proxy: Option<&str>) -> op::Result<()> {
        let invalid = |error: xapi::Error| op::Error::invalid(error.to_string());
        host.parse::<xapi::Address>().map_err(invalid)?;
        http_proxy.map_or(Ok(()), |proxy| xapi::Proxy::parse(proxy).map(drop).map_err(invalid))
    }

    /// Returns how it stands with the server `id`.
    pub fn pool_status(&self, id: &str) -> PoolStatus {
        self.inner().pools.link(id).map_or_else(PoolStatus::default, |link| link.status())
    }

    /// Starts to connect `server` and returns at once.
    ///
    /// # Errors
    ///
    /// If its address or password cannot be read.
    pub async fn begin_connect(&self, server: &Server) -> op::Result<()> {
        self.link_server(server).await.map(drop)
    }

    /// Connects `server` and waits until its objects are there.
    ///
    /// # Errors
    ///
    /// Why it cannot be connected; unless somebody has to change something first, it is tried again all the same.
    pub async fn connect(&self, server: &Server) -> op::Result<()> {
        if let Some(link) = self.inner().pools.link(&server.id)
            && link.status().phase == Phase::Disconnected
        {
            // Its client may rest, or have given up: a new one tries at once.
            self.disconnect(&server.id).await;
        }
        let link = self.link_server(server).await?;
        let settled = tokio::time::timeout(PATIENCE, link.settled());
        match settled.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(op::Error::failed(format!("`{}` takes too long to connect", server.host))),
        }
    }

    /// Ends the link of the server `id`; its objects leave. Returns whether there was one.
    pub async fn disconnect(&self, id: &str) -> bool {
        let link = self.inner().pools.links.lock().remove(id);
        let Some(link) = link else { return false };
        link.end().await;
        true
    }

    /// Tells the link of the server `id` whether calls that change the pool are refused.
    pub fn set_read_only(&self, id: &str, read_only: bool) {
        if let Some(link) = self.inner().pools.link(id) {
            link.set_read_only(read_only);
        }
    }

    /// Writes a call in the journal.
    pub(crate) async fn record_call(&self, called: Called) {
        let recorder = self.inner().pools.recorder.lock().clone();
        if let Some(recorder) = recorder {
            recorder.record_call(called).await;
        }
    }

    /// Ends every link, keeping what was seen.
    pub(crate) async fn disconnect_all(&self) {
        let links: Vec<_> = self.inner().pools.links.lock().drain().map(|(_, link)| link).collect();
        for link in links {
            link.end().await;
        }
        self.inner().pools.recorder.lock().take();
    }

    async fn link_server(&self, server: &Server) -> op::Result<Arc<Link>> {
        if let Some(link) = self.inner().pools.link(&server.id)
            && !link.has_ended()
        {
            return Ok(link);
        }
        let options = self.options(server).await?;
        let Some(recorder) = self.inner().pools.recorder.lock().clone() else { return Err(stopping()) };
        let pools = &self.inner().pools;
        let mut links = pools.links.lock();
        // Somebody else may have been quicker.
        if let Some(link) = links.get(&server.id)
            && !link.has_ended()
        {
            return Ok(Arc::clone(link));
        }
        let link = Link::start(self, server, options, recorder);
        links.insert(server.id.clone(), Arc::clone(&link));
        drop(links);
        self.db().changes().tell(db::RecordKind::Server);
        Ok(link)
    }

    async fn options(&self, server: &Server) -> op::Result<xapi::Options> {
        let password = self.db().servers().password(&server.id).await.map_err(failure)?;
        let password = password.ok_or_else(|| op::Error::no_such("xenServer", &server.id))?;
        let address = server.host.parse().map_err(refused)?;
        let mut options = xapi::Options::new(address, &server.username, password.expose_secret())
            .allow_unauthorized(server.allow_unauthorized);
        options.unneeded = model::unneeded;
        let proxy = server.http_proxy.as_ref().or(self.config().http_proxy.as_ref());
        options.http_proxy = proxy.map(|proxy| xapi::Proxy::parse(proxy).map_err(refused)).transpose()?;
        Ok(options)
    }

    pub(crate) fn store_writer(&self) -> &StoreWriter {
        &self.inner().pools.writer
    }

    pub(crate) fn claims(&self) -> &Claims {
        &self.inner().pools.claims
    }

    /// Keeps why a server cannot be used beside its record, where it differs from what is there.
    pub(crate) async fn note_error(&self, server: &str, error: Option<Value>) {
        let servers = self.db().servers();
        match servers.get(server).await {
            Ok(Some(record)) if record.error == error => return,
            Ok(None) => return,
            _ => {}
        }
        if let Err(failed) = servers.update(server, None, |record| record.error = error).await {
            warn!(server.id = server, "cannot keep the state of a server: {failed}");
        }
    }
}

fn refused(error: xapi::Error) -> op::Error {
    op::Error::refused(error.to_string())
}

fn stopping() -> op::Error {
    op::Error::refused("the server is stopping")
}

/// Turns why a link failed into what the caller of `server.enable` sees.
fn link_error(error: &xapi::Error) -> op::Error {
    if error.failure().is_some() {
        return xapi_error::translate(error, "session.login_with_password", |_| None);
    }
    let Value::Object(data) = xapi_error::describe(error) else { return op::Error::failed(error.to_string()) };
    op::Error::Failed { message: error.to_string(), name: "Error", data }
}
