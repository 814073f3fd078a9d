//! Cloning a VM.

use app::{Compression, Cx, model::Kind};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use super::{copy, delete};
use crate::kind;

/// Make another VM like this one and return its id.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Clone {
    /// VM, snapshot or template to clone.
    id: Id<kind::AnyVm>,
    /// Name of the new VM.
    name: String,
    /// Whether to copy the disks whole instead of sharing what they have in common.
    full_copy: bool,
}

impl Op<Cx> for Clone {
    type Output = String;
    const SPEC: Spec = Spec::objects("vm.clone", &[Need::administrate("id", "clone")]);
    async fn run(self, cx: Cx) -> Result<String> {
        another(&cx, &self.id, &self.name, self.full_copy).await
    }
}

/// Make another VM like this one and return its id: by sharing what is on its disks, or with copies of them.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Duplicate {
    /// VM to make another one of.
    id: Id<kind::Vm>,
    /// Whether to share what is on the disks, instead of copying them where they are; yes when left out.
    fast: Option<bool>,
    /// Storage repository for copies of the disks.
    sr_id: Option<Id<kind::Sr>>,
    /// How to compress what goes to another pool: `gzip` or `zstd`; nothing does in the same pool.
    compress: Option<Method>,
    /// Name of the new VM; that of the VM when left out.
    #[serde(rename = "name_label")]
    name: Option<String>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Method {
    Gzip,
    Zstd,
}

impl Op<Cx> for Duplicate {
    type Output = String;
    const SPEC: Spec =
        Spec::objects("vm.duplicate", &[Need::administrate("id", "clone"), Need::operate("srId", "import:vm")])
            .rest(&[Rest::action("/vms/{id}/actions/clone").creating("vms")]);
    async fn run(self, cx: Cx) -> Result<String> {
        if let Some(sr) = &self.sr_id {
            if self.fast == Some(true) {
                return Err(Error::invalid("`fast` shares what is on the disks; it does not go with `srId`"));
            }
            let compression = match self.compress {
                None => Compression::None,
                Some(Method::Gzip) => Compression::Gzip,
                Some(Method::Zstd) => Compression::Zstd,
            };
            return copy::whole(&cx, &self.id, sr, self.name, compression).await;
        }
        let name = match self.name {
            Some(name) => name,
            None => super::record(&cx.on(&self.id)?).await?.name_label.to_string(),
        };
        another(&cx, &self.id, &name, self.fast == Some(false)).await
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("another VM like it would be made".to_owned())
    }
}

/// Makes another VM like `id`, with its disks where they are.
async fn another(cx: &Cx, id: &str, name: &str, full_copy: bool) -> Result<String> {
    let vm = cx.on(id)?;
    let made = if full_copy {
        vm.pool.call_async("VM.copy", params![vm.reference(), name, ""]).await?
    } else {
        vm.pool.call_async("VM.clone", params![vm.reference(), name]).await?
    };
    let made = super::made(&made, "VM")?;
    let finish = async {
        vm.pool.call("VM.set_is_a_template", params![&made, false]).await?;
        vm.pool.id_of_new(Kind::Vm, &made).await
    };
    let finished = finish.await;
    if finished.is_err() {
        delete::discard(&vm.pool, &made).await;
    }
    finished
}
