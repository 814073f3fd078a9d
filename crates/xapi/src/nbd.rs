//! Servers of disks by NBD, which hosts have on networks with the purpose `nbd` or `insecure_nbd`.
//!
//! What surprises: the name of an export holds the session, which has to last until the disk has been chosen.

use tokio::io::{AsyncRead, AsyncWrite};
use xapi_types::class::VdiNbdServerInfo;

use crate::{Address, Error, Pool, Route, Secret, dial, params};

/// Where a disk is offered, and under which name.
#[derive(Clone, Debug)]
pub struct NbdServer {
    /// How it is reached: a host at its address on a network for this, which need not be the one where it is managed.
    pub at: Route,
    /// Name of the export.
    pub export: Secret,
    /// Certificate of the host, in PEM form.
    pub certificate: String,
    /// Name that the certificate is for.
    pub subject: String,
}

impl Pool {
    /// Returns where a disk, by its reference, is offered by NBD: by each host that sees its storage, at each of its
    /// addresses on a network for that. Nowhere, if the pool has no such network.
    ///
    /// # Errors
    ///
    /// As [`Pool::call`].
    pub async fn nbd_servers(&self, vdi: &str) -> Result<Vec<NbdServer>, Error> {
        let told: Vec<VdiNbdServerInfo> = self.call_as("VDI.get_nbd_info", params![vdi]).await?;
        // A place that cannot be read is none to go to; others may be.
        Ok(told.into_iter().filter_map(|told| self.nbd_server(told)).collect())
    }

    /// Connects to a server of [`nbd_servers`](Self::nbd_servers): through the proxy of the pool, and without TLS, which
    /// NBD begins by itself.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`] and [`Error::Timeout`].
    pub async fn dial_nbd(
        &self,
        server: &NbdServer,
    ) -> Result<impl AsyncRead + AsyncWrite + Send + Unpin + use<>, Error> {
        let options = &self.core().options;
        dial::dial(&server.at.address, None, options.http_proxy.as_ref(), &options.limits).await
    }

    fn nbd_server(&self, told: VdiNbdServerInfo) -> Option<NbdServer> {
        let address: Address = told.address.parse().ok()?;
        let address = address.with_port(u16::try_from(told.port).ok()?);
        Some(NbdServer {
            at: self.core().options.route(&address),
            export: Secret::new(&told.exportname),
            certificate: told.cert.into(),
            subject: told.subject.into(),
        })
    }
}
