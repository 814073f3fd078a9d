//! Certificates of hosts.

use app::Cx;
use op::{Error, Id, Need, Op, Result, Secret, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use super::public_key::{self, Key};
use crate::kind;

/// Bits of the shortest RSA key that newer hosts accept of each other; XenServer 8 and XCP-ng 8.3 do.
const SHORTEST: usize = 2048;

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
    const SPEC: Spec = Spec::objects("host.installCertificate", &[Need::administrate("id", "*")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let host = cx.on(&self.id)?;
        let chain = self.chain.unwrap_or_default();
        let params = params![host.reference(), self.certificate, self.private_key.expose(), chain];
        host.pool.call("host.install_server_certificate", params).await.map(drop)
    }
}

/// Return whether the key of the certificate of a host is too short for newer hosts.
#[derive(Deserialize, JsonSchema)]
pub(super) struct IsPubKeyTooShort {
    /// Host.
    id: Id<kind::Host>,
}

impl Op<Cx> for IsPubKeyTooShort {
    type Output = bool;
    const SPEC: Spec = Spec::objects("host.isPubKeyTooShort", &[Need::view("id", "read")]).read();
    async fn run(self, cx: Cx) -> Result<bool> {
        let host = cx.on(&self.id)?;
        let pem: String = host.pool.call_as("host.get_server_certificate", params![host.reference()]).await?;
        match public_key::of_pem(&pem) {
            Some(Key::Rsa(bits)) => Ok(bits < SHORTEST),
            Some(Key::Other) => Ok(false),
            None => Err(Error::failed("the host told no certificate")),
        }
    }
}
