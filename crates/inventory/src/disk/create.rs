//! Making a disk.

use app::{Connection, Cx, On, model::Kind};
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::{Value, params};
use xapi_types::{
    Ref, class,
    enums::{VbdMode, VbdType, VmPowerState},
};

use super::{attach, same_pool};
use crate::{kind, size::Size};

/// Place of the CD drive, which disks leave free.
const DRIVE: &str = "3";

/// Make a disk, give it to a VM if one is named, and return its id.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Create {
    /// Name.
    name: String,
    /// Size that a VM sees, in bytes or as `20 GiB`.
    size: Size,
    /// Storage repository.
    sr: Id<kind::Sr>,
    /// VM that gets it; a running one at once.
    vm: Option<Id<kind::Vm>>,
    /// Whether the VM can boot from it; no when left out.
    bootable: Option<bool>,
    /// `RW` to let the VM write, which it may when left out, or `RO`.
    mode: Option<Mode>,
    /// Place among the devices of the VM; the first free one when left out.
    position: Option<String>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum Mode {
    Ro,
    Rw,
}

impl Op<Cx> for Create {
    type Output = String;
    const SPEC: Spec =
        Spec::objects("disk.create", &[Need::administrate("sr", "import:vdi"), Need::administrate("vm", "update")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let sr = cx.on(&self.sr)?;
        let vm = self.vm.as_ref().map(|vm| cx.on(vm)).transpose()?;
        if let Some(vm) = &vm {
            same_pool(&vm.object, &sr.object)?;
        }
        let record = Value::structure([
            ("name_label", self.name.as_str().into()),
            ("other_config", Value::structure::<&str>([])),
            ("read_only", false.into()),
            ("sharable", false.into()),
            ("SR", sr.reference().into()),
            ("type", "user".into()),
            ("virtual_size", self.size.0.into()),
        ]);
        let disk: String = sr.pool.call_as("VDI.create", params![record]).await?;
        if let Some(vm) = vm
            && let Err(error) = self.give(&vm, &disk).await
        {
            undo(&sr.pool, "VDI.destroy", &disk).await;
            return Err(error);
        }
        sr.pool.id_of_new(Kind::Vdi, &disk).await
    }
}

impl Create {
    /// Gives the disk to the VM; where that fails, the VM has nothing new.
    async fn give(&self, vm: &On, disk: &str) -> Result<()> {
        let place = match &self.position {
            Some(place) => place.clone(),
            None => free_place(vm).await?,
        };
        let state: VmPowerState = vm.pool.call_as("VM.get_power_state", params![vm.reference()]).await?;
        let like = class::Vbd {
            bootable: self.bootable == Some(true),
            mode: if matches!(self.mode, Some(Mode::Ro)) { VbdMode::Ro } else { VbdMode::Rw },
            r#type: VbdType::Disk,
            userdevice: place.as_str().into(),
            vm: Ref::parse(&vm.reference()),
            ..class::Vbd::default()
        };
        let vbd = attach(&vm.pool, &like, disk).await?;
        if state == VmPowerState::Running
            && let Err(error) = vm.pool.call_async("VBD.plug", params![&vbd]).await
        {
            undo(&vm.pool, "VBD.destroy", &vbd).await;
            return Err(error);
        }
        Ok(())
    }
}

async fn free_place(vm: &On) -> Result<String> {
    let free: Vec<String> = vm.pool.call_as("VM.get_allowed_VBD_devices", params![vm.reference()]).await?;
    let disk = free.iter().find(|place| *place != DRIVE).or_else(|| free.first());
    disk.cloned().ok_or_else(|| Error::refused("the VM has no place left for a disk"))
}

/// Takes back what was made for something that failed.
async fn undo(pool: &Connection, method: &str, reference: &str) {
    if let Err(error) = pool.call_async(method, params![reference]).await {
        warn!("cannot take back a disk that could not be given to its VM, by `{method}`: {error}");
    }
}
