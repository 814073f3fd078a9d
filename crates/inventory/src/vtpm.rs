//! Virtual TPMs.

use app::{Cx, model::Kind};
use op::{Id, Need, Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use crate::kind;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Create>().add::<Destroy>();
}

/// Give a halted VM a TPM and return its id.
#[derive(Deserialize, JsonSchema)]
struct Create {
    /// VM.
    id: Id<kind::Vm>,
}

impl Op<Cx> for Create {
    type Output = String;
    const SPEC: Spec = Spec::objects("vtpm.create", &[Need::administrate("id", "update")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let vm = cx.on(&self.id)?;
        let vtpm: String = vm.pool.call_as("VTPM.create", params![vm.reference(), false]).await?;
        vm.pool.id_of_new(Kind::Vtpm, &vtpm).await
    }
}

/// Take the TPM away from a halted VM; what is sealed by it is lost.
#[derive(Deserialize, JsonSchema)]
struct Destroy {
    /// TPM.
    id: Id<kind::Vtpm>,
}

impl Op<Cx> for Destroy {
    type Output = ();
    const SPEC: Spec = Spec::objects("vtpm.destroy", &[Need::administrate("id", "*")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vtpm = cx.on(&self.id)?;
        vtpm.pool.call("VTPM.destroy", params![vtpm.reference()]).await.map(drop)
    }
}
