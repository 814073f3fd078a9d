//! Changing a storage repository.

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;
use xapi_types::class;

use crate::kind;

/// Change a storage repository; what is as wanted already is left alone.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Set {
    /// Storage repository to change.
    id: Id<kind::Sr>,
    /// Name.
    name_label: Option<String>,
    /// Text for people.
    #[schemars(length(min = 0))]
    name_description: Option<String>,
}

impl Op<Cx> for Set {
    type Output = ();
    const SPEC: Spec = Spec::objects("sr.set", &[Need::operate("id", "update").each()]);
    async fn run(self, cx: Cx) -> Result<()> {
        let sr = cx.on(&self.id)?;
        let record: class::Sr = sr.pool.call_as("SR.get_record", params![sr.reference()]).await?;
        if let Some(name) = self.name_label
            && name != record.name_label
        {
            sr.pool.call("SR.set_name_label", params![sr.reference(), name]).await?;
        }
        if let Some(text) = self.name_description
            && text != record.name_description
        {
            sr.pool.call("SR.set_name_description", params![sr.reference(), text]).await?;
        }
        Ok(())
    }
}
