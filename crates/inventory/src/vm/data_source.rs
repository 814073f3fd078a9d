//! Statistics that a host records of a VM.

use app::Cx;
use op::{Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

/// Have the host record a statistic of a running VM.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Add {
    /// VM.
    id: Id<kind::Vm>,
    /// Name of the statistic, such as `cpu0`.
    data_source: String,
}

impl Op<Cx> for Add {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.addDataSource", &[Need::administrate("id", "update:datasources")])
        .rest(&[Rest::put("/vms/{id}/stats/data_source/{data_source}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vm = cx.on(&self.id)?;
        vm.pool.call("VM.record_data_source", params![vm.reference(), self.data_source]).await.map(drop)
    }
}

/// Have the host forget what it recorded of a statistic of a running VM.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Remove {
    /// VM.
    id: Id<kind::Vm>,
    /// Name of the statistic, such as `cpu0`.
    data_source: String,
}

impl Op<Cx> for Remove {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.removeDataSource", &[Need::administrate("id", "update:datasources")])
        .rest(&[Rest::delete("/vms/{id}/stats/data_source/{data_source}")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vm = cx.on(&self.id)?;
        vm.pool.call("VM.forget_data_source_archives", params![vm.reference(), self.data_source]).await.map(drop)
    }
}
