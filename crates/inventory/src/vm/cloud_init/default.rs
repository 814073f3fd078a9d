//! What hosts propose for the first start of a VM of a template.

use app::Cx;
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::{Value, params};
use xapi_types::class;

use crate::kind;

/// Script that hosts with support for containers have.
const SCRIPT: &str = "xscontainer";

/// What its answer begins with when it worked; the text follows at once.
const DONE: &str = "True";

/// Tell what cloud-init may be told for VMs of a CoreOS template, as the script `xscontainer` of the master has it.
#[derive(Deserialize, JsonSchema)]
pub(in crate::vm) struct GetCloudInitConfig {
    /// Template.
    template: Id<kind::Template>,
}

impl Op<Cx> for GetCloudInitConfig {
    type Output = String;
    const SPEC: Spec = Spec::objects("vm.getCloudInitConfig", &[Need::administrate("template", "instantiate")]).read();
    async fn run(self, cx: Cx) -> Result<String> {
        let template = cx.on(&self.template)?;
        let pool = cx.object(template.object.pool().as_str())?;
        let pool = pool.get::<class::Pool>().ok_or_else(|| Error::failed("the pool has no record"))?;
        let uuid = template.object.text("uuid").unwrap_or_default();
        let args = Value::structure([("templateuuid", Value::from(uuid))]);
        let params = params![pool.master.to_string(), SCRIPT, "get_config_drive_default", args];
        let said: String = template.pool.call_as("host.call_plugin", params).await?;
        Ok(said.strip_prefix(DONE).unwrap_or_default().to_owned())
    }
}
