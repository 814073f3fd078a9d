//! Repositories on file servers: NFS, SMB, and images of discs.

use app::Cx;
use op::{Need, Op, Result, Secret, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{DeviceConfig, ImageFormat, New, Storage};

/// Make a storage repository on an NFS share, or attach the one that is there, and return its id.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "these are the names on the wire")]
pub(super) struct Nfs {
    #[serde(flatten)]
    new: New,
    /// Name or address of the server.
    server: String,
    /// Path of the share on it.
    server_path: String,
    /// Version of the protocol, such as `4.1`; the host chooses when left out.
    nfs_version: Option<String>,
    /// Further options for mounting.
    nfs_options: Option<String>,
    /// Uuid of the repository on the share that is to be attached.
    sr_uuid: Option<String>,
    /// Formats of disks, the preferred one first.
    preferred_image_format: Option<ImageFormat>,
}

impl Op<Cx> for Nfs {
    type Output = String;
    const SPEC: Spec = Spec::objects("sr.createNfs", &[Need::administrate("host", "*")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let config = DeviceConfig::new()
            .with("server", self.server)
            .with("serverpath", self.server_path)
            .with_some("nfsversion", self.nfs_version)
            .with_some("options", self.nfs_options)
            .with_formats(self.preferred_image_format);
        Storage::shared("nfs", config).create(&cx, &self.new, self.sr_uuid.as_deref()).await
    }
}

/// Make a storage repository on an SMB share, or attach the one that is there, and return its id.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Smb {
    /// Host that makes it.
    host: op::Id<crate::kind::Host>,
    /// Name.
    name_label: String,
    /// Text for people; none when left out.
    #[serde(default)]
    #[schemars(length(min = 0))]
    name_description: String,
    /// Share, as `\\server\share`.
    server: String,
    /// Uuid of the repository on the share that is to be attached.
    sr_uuid: Option<String>,
    /// Name to sign in with.
    user: Option<String>,
    /// Password to sign in with.
    password: Option<Secret>,
    /// Formats of disks, the preferred one first.
    preferred_image_format: Option<ImageFormat>,
}

impl Op<Cx> for Smb {
    type Output = String;
    const SPEC: Spec = Spec::objects("sr.createSmb", &[Need::administrate("host", "*")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let config = DeviceConfig::new()
            .with("server", self.server)
            .with_some("username", self.user)
            .with_secret("password", self.password)
            .with_formats(self.preferred_image_format);
        let new = New { host: self.host, name_label: self.name_label, name_description: self.name_description };
        Storage::shared("smb", config).create(&cx, &new, self.sr_uuid.as_deref()).await
    }
}

/// Where images of discs are.
#[derive(Clone, Copy, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Place {
    Local,
    Nfs,
    Smb,
}

/// Make a repository of the images of discs in a folder or on a share, or attach the one that is there, and return
/// its id.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Iso {
    #[serde(flatten)]
    new: New,
    /// Folder of the host, or share, as `server:/path` or `\\server\share`.
    path: String,
    /// Whether the path is `local`, or a share by `nfs` or `smb`.
    r#type: Place,
    /// Name to sign in with, for SMB.
    user: Option<String>,
    /// Password to sign in with, for SMB.
    password: Option<Secret>,
    /// Version of the protocol, for NFS, such as `4.1`; the host chooses when left out.
    nfs_version: Option<String>,
    /// Further options for mounting, for NFS.
    nfs_options: Option<String>,
    /// Uuid of the repository that is to be attached.
    sr_uuid: Option<String>,
}

impl Op<Cx> for Iso {
    type Output = String;
    const SPEC: Spec = Spec::objects("sr.createIso", &[Need::administrate("host", "*")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let config = DeviceConfig::new();
        let config = match self.r#type {
            Place::Local => config.with("legacy_mode", "true").with("location", self.path),
            Place::Nfs => config
                .with_some("nfsversion", self.nfs_version)
                .with_some("options", self.nfs_options)
                .with("location", self.path),
            Place::Smb => config
                .with("type", "cifs")
                .with_some("username", self.user)
                .with_secret("cifspassword", self.password)
                .with("location", self.path.replace('\\', "/")),
        };
        let storage = Storage { kind: "iso", content: "iso", shared: self.r#type != Place::Local, config };
        storage.create(&cx, &self.new, self.sr_uuid.as_deref()).await
    }
}
