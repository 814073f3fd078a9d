//! Texts for cloud-init, kept for all who make VMs.
//!
//! Whoever makes a VM fills in `{name}` and the like and hands the text to `vm.create`; here it is text.

use app::{
    Cx,
    db::{CloudConfig, CloudConfigKind},
    failure,
};
use op::{Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::existence::must_exist;

/// Kind that errors name where no text has the id.
const KIND: &str = "cloudConfig";

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Create>()
        .add::<CreateNetworkConfig>()
        .add::<Delete>()
        .add::<GetAll>()
        .add::<GetAllNetworkConfigs>()
        .add::<Update>();
}

/// A text for cloud-init.
#[derive(Serialize, JsonSchema)]
struct CloudConfigInfo {
    /// Name.
    name: String,
    /// The text.
    template: String,
    /// `network` if it is about the network.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    /// Its id.
    id: String,
}

impl From<CloudConfig> for CloudConfigInfo {
    fn from(CloudConfig { id, name, template, kind }: CloudConfig) -> Self {
        let kind = match kind {
            CloudConfigKind::User => None,
            CloudConfigKind::Network => Some("network"),
        };
        Self { name, template, kind, id }
    }
}

/// Keep a text that tells guests what to do at their first start.
#[derive(Deserialize, JsonSchema)]
struct Create {
    /// Name.
    name: String,
    /// The text.
    template: String,
}

impl Op<Cx> for Create {
    type Output = CloudConfigInfo;
    const SPEC: Spec = Spec::admin("cloudConfig.create").secret(&["template"]);
    async fn run(self, cx: Cx) -> Result<CloudConfigInfo> {
        create(&cx, &self.name, &self.template, CloudConfigKind::User).await
    }
}

/// Keep a text that tells guests how to set up their network.
#[derive(Deserialize, JsonSchema)]
struct CreateNetworkConfig {
    /// Name.
    name: String,
    /// The text.
    template: String,
}

impl Op<Cx> for CreateNetworkConfig {
    type Output = CloudConfigInfo;
    const SPEC: Spec = Spec::admin("cloudConfig.createNetworkConfig").secret(&["template"]);
    async fn run(self, cx: Cx) -> Result<CloudConfigInfo> {
        create(&cx, &self.name, &self.template, CloudConfigKind::Network).await
    }
}

async fn create(cx: &Cx, name: &str, template: &str, kind: CloudConfigKind) -> Result<CloudConfigInfo> {
    let made = cx.app.db().cloud_configs().create(name, template, kind).await;
    made.map(CloudConfigInfo::from).map_err(failure)
}

/// Change a text.
#[derive(Deserialize, JsonSchema)]
struct Update {
    /// Text to change.
    id: String,
    /// Name.
    name: Option<String>,
    /// The text.
    template: Option<String>,
}

impl Op<Cx> for Update {
    type Output = ();
    const SPEC: Spec = Spec::admin("cloudConfig.update").secret(&["template"]);
    async fn run(self, cx: Cx) -> Result<()> {
        let configs = cx.app.db().cloud_configs();
        let found = configs.update(&self.id, self.name.as_deref(), self.template.as_deref()).await.map_err(failure)?;
        must_exist(found, KIND, self.id)
    }
}

/// Delete a text; VMs that were made with it keep what they were told.
#[derive(Deserialize, JsonSchema)]
struct Delete {
    /// Text to delete.
    id: String,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec = Spec::admin("cloudConfig.delete");
    async fn run(self, cx: Cx) -> Result<()> {
        let found = cx.app.db().cloud_configs().delete(&self.id).await.map_err(failure)?;
        must_exist(found, KIND, self.id)
    }
}

/// List the texts that tell guests what to do.
#[derive(Deserialize, JsonSchema)]
struct GetAll {}

impl Op<Cx> for GetAll {
    type Output = Vec<CloudConfigInfo>;
    const SPEC: Spec = Spec::signed_in("cloudConfig.getAll");
    async fn run(self, cx: Cx) -> Result<Vec<CloudConfigInfo>> {
        list(&cx, CloudConfigKind::User).await
    }
}

/// List the texts that tell guests how to set up their network.
#[derive(Deserialize, JsonSchema)]
struct GetAllNetworkConfigs {}

impl Op<Cx> for GetAllNetworkConfigs {
    type Output = Vec<CloudConfigInfo>;
    const SPEC: Spec = Spec::signed_in("cloudConfig.getAllNetworkConfigs");
    async fn run(self, cx: Cx) -> Result<Vec<CloudConfigInfo>> {
        list(&cx, CloudConfigKind::Network).await
    }
}

async fn list(cx: &Cx, kind: CloudConfigKind) -> Result<Vec<CloudConfigInfo>> {
    let all = cx.app.db().cloud_configs().all(kind).await.map_err(failure)?;
    Ok(all.into_iter().map(CloudConfigInfo::from).collect())
}
