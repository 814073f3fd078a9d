//! Certificates of hosts.

use app::Cx;
use op::{Id, Need, Op, Result, Secret, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

/// Give a host another certificate.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct InstallCertificate {
    /// Host.
    id: Id<kind::Host>,
    /// Certificate, as PEM.
    certificate: String,
    /// Certificates between it and a root, as PEM; none when left out.
    chain: Option<String>,
    /// Private key, as PEM.
    private_key: Secret,
}

impl Op<Cx> for InstallCertificate {
    type Output = ();
    const SPEC: Spec = Spec::objects("host.installCertificate", &[Need::administrate("id", "install-certificate")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.id)?;
        let chain = self.chain.unwrap_or_default();
        let params = params![host.reference(), self.certificate, self.private_key.expose(), chain];
        host.pool.call("host.install_server_certificate", params).await.map(drop)
    }
}
