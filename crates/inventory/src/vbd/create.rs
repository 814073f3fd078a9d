//! Giving a disk or a drive to a VM, with every property.

use std::collections::BTreeMap;

use app::{Cx, model::Kind};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::warn;
use xapi::{Value, params};
use xapi_types::enums::VmPowerState;

use crate::{disk::same_pool, kind, vdi::texts};

/// Give a disk to a VM, plugged in at once if it runs, and return the id of the attachment.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Create {
    /// Disk.
    #[serde(rename = "VDI")]
    vdi: Id<kind::AnyVdi>,
    /// VM that gets it.
    #[serde(rename = "VM")]
    vm: Id<kind::VmOrTemplate>,
    /// Whether it is a disk, or a disc in a drive; a disk when left out.
    r#type: Option<Type>,
    /// Whether the VM may write; it may to a disk when left out.
    mode: Option<Mode>,
    /// Whether the VM can boot from it; no when left out.
    #[serde(default)]
    bootable: bool,
    /// Whether the drive is empty; no when left out.
    #[serde(default)]
    empty: bool,
    /// Whether it can be taken from a running VM; no when left out.
    #[serde(default)]
    unpluggable: bool,
    /// Place among the devices of the VM, such as `1`; a free one when left out.
    userdevice: Option<String>,
    /// What anybody keeps of it.
    #[serde(default)]
    other_config: BTreeMap<String, String>,
    /// How the quality of service is set; not at all when left out.
    #[serde(default)]
    #[schemars(length(min = 0))]
    qos_algorithm_type: String,
    /// Parameters of that.
    #[serde(default)]
    qos_algorithm_params: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema, PartialEq)]
enum Type {
    #[serde(rename = "CD")]
    Cd,
    Disk,
    Floppy,
}

#[derive(Clone, Copy, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "UPPERCASE")]
enum Mode {
    Ro,
    Rw,
}

/// Place of the CD drive, which disks leave free.
const DRIVE: &str = "3";

impl Op<Cx> for Create {
    type Output = String;
    const SPEC: Spec =
        Spec::objects("vbd.create", &[Need::administrate("VDI", "update"), Need::administrate("VM", "update")])
            .secret(&["other_config", "qos_algorithm_params"])
            .rest(&[Rest::create("/vbds", "vbds")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let (vm, vdi) = (cx.on(&self.vm)?, cx.object(&self.vdi)?);
        same_pool(&vm.object, &vdi)?;
        let pool = &vm.pool;
        let kind = self.r#type.unwrap_or(Type::Disk);
        let place = if let Some(place) = self.userdevice {
            place
        } else {
            let free: Vec<String> = pool.call_as("VM.get_allowed_VBD_devices", params![vm.reference()]).await?;
            let usual = free.iter().find(|place| (*place == DRIVE) == (kind == Type::Cd));
            let place = usual.or_else(|| free.first()).cloned();
            place.ok_or_else(|| Error::refused("the VM has no place left for another disk"))?
        };
        let read_only = self.mode.map_or(kind == Type::Cd, |mode| mode == Mode::Ro);
        let record = Value::structure([
            ("VM", Value::from(vm.reference())),
            ("VDI", vdi.xapi_ref().to_string().into()),
            ("userdevice", place.into()),
            ("bootable", self.bootable.into()),
            ("mode", if read_only { "RO" } else { "RW" }.into()),
            (
                "type",
                match kind {
                    Type::Cd => "CD",
                    Type::Disk => "Disk",
                    Type::Floppy => "Floppy",
                }
                .into(),
            ),
            ("unpluggable", self.unpluggable.into()),
            ("empty", self.empty.into()),
            ("other_config", texts(&self.other_config)),
            ("qos_algorithm_type", self.qos_algorithm_type.into()),
            ("qos_algorithm_params", texts(&self.qos_algorithm_params)),
        ]);
        let vbd: String = pool.call_as("VBD.create", params![record]).await?;
        let state: VmPowerState = pool.call_as("VM.get_power_state", params![vm.reference()]).await?;
        if state == VmPowerState::Running
            && let Err(error) = pool.call_async("VBD.plug", params![&vbd]).await
        {
            if let Err(left) = pool.call("VBD.destroy", params![&vbd]).await {
                warn!("cannot take a disk from a VM again that could not be plugged in: {left}");
            }
            return Err(error);
        }
        pool.id_of_new(Kind::Vbd, &vbd).await
    }
}
