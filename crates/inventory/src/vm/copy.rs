//! Copying a VM whole, disks included.

mod across;

pub(super) use self::across::management;

use app::{Compression, Connection, Cx, model::Kind};
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;
use xapi_types::enums::VmPowerState;

use super::{compression::Compress, delete, snapshot};
use crate::kind;

/// Copy a VM with its disks to a storage repository and return the id of the copy; a running one is copied as it is now.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Copy {
    /// How to compress what goes to another pool; nothing does in the same pool.
    compress: Option<Compress>,
    /// Name of the copy; that of the VM when left out.
    name: Option<String>,
    /// VM, snapshot or template to copy.
    vm: Id<kind::AnyVm>,
    /// Storage repository for the disks of the copy.
    sr: Id<kind::Sr>,
}

impl Op<Cx> for Copy {
    type Output = String;
    const SPEC: Spec = Spec::objects("vm.copy", &[Need::administrate("vm", "clone"), Need::operate("sr", "import:vm")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let compression = Compress::of(self.compress.as_ref())?;
        whole(&cx, &self.vm, &self.sr, self.name, compression).await
    }
    fn would(&self, first: &str) -> Option<String> {
        let what = if first == "VM.snapshot" { "as it is at that moment" } else { "with its disks" };
        Some(format!("it would be copied {what}"))
    }
}

/// Copy a VM with its disks to a storage repository of its pool and return the id of the copy, to try whether that works.
#[derive(Deserialize, JsonSchema)]
pub(super) struct TestCopy {
    /// VM to copy.
    vm: Id<kind::Vm>,
    /// Storage repository for the disks of the copy.
    sr: Id<kind::Sr>,
}

impl Op<Cx> for TestCopy {
    type Output = String;
    const SPEC: Spec =
        Spec::admin("test.copyVm").with(&[Need::administrate("vm", "clone"), Need::administrate("sr", "import:vm")]);
    async fn run(self, cx: Cx) -> Result<String> {
        if cx.object(&self.vm)?.pool() != cx.object(&self.sr)?.pool() {
            return Err(Error::refused(
                "the storage repository is in another pool than the VM; `vm.copy` copies there",
            ));
        }
        whole(&cx, &self.vm, &self.sr, None, Compression::None).await
    }
}

/// Copies a VM whole, to the storage `sr`.
///
/// Within a pool the host does that; to another pool the VM goes through the server, and nothing of it is kept there.
pub(super) async fn whole(
    cx: &Cx,
    vm: &str,
    sr: &str,
    name: Option<String>,
    compression: Compression,
) -> Result<String> {
    let (vm, sr) = (cx.on(vm)?, cx.on(sr)?);
    let record = super::record(&vm).await?;
    let name = name.unwrap_or_else(|| record.name_label.to_string());
    if vm.object.pool() != sr.object.pool() {
        return Box::pin(across::copy(cx, &vm, &record, &sr, &name, compression)).await;
    }
    let target = sr.reference();
    if record.power_state != VmPowerState::Running {
        let was_template = record.is_a_template && !record.is_a_snapshot;
        return copy(&vm.pool, &vm.reference(), &name, &target, was_template).await;
    }
    // Of a running VM a snapshot is copied, which is there for the copy alone.
    let frozen = snapshot::plain(cx, &vm, &record, &record.name_label).await?;
    let frozen = super::made(&frozen, "snapshot")?;
    let copied = copy(&vm.pool, &frozen, &name, &target, false).await;
    delete::discard(&vm.pool, &frozen).await;
    copied
}

async fn copy(pool: &Connection, vm: &str, name: &str, sr: &str, template: bool) -> Result<String> {
    let copy = super::made(&pool.call_async("VM.copy", params![vm, name, sr]).await?, "VM")?;
    let finish = async {
        if !template {
            pool.call("VM.set_is_a_template", params![&copy, false]).await?;
        }
        let kind = if template { Kind::VmTemplate } else { Kind::Vm };
        pool.id_of_new(kind, &copy).await
    };
    let finished = finish.await;
    if finished.is_err() {
        delete::discard(pool, &copy).await;
    }
    finished
}
