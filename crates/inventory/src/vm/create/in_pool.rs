//! Making a VM in a pool, as REST clients say it.
//!
//! It is `vm.create` in other words, but for what the template has: here its disks and interfaces stay unless the caller says
//! otherwise, place by place.

use std::collections::{BTreeMap, BTreeSet};

use app::{
    Cx,
    model::{Kind, Object},
};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Create, Interfaces};
use crate::{kind, vm::permit::same_pool};

/// Make a VM of a template in a pool and return its id; if a step fails, nothing of it stays behind.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "these are the names on the wire")]
pub(in crate::vm) struct CreateInPool {
    /// Pool to make it in.
    id: Id<kind::Pool>,
    /// Template of that pool to make it of.
    template: Id<kind::Template>,
    /// Name.
    #[serde(rename = "name_label")]
    name: String,
    /// Text for people; that of the template when left out.
    #[serde(rename = "name_description")]
    #[schemars(length(min = 0))]
    description: Option<String>,
    /// Memory, in bytes; that of the template when left out.
    #[schemars(range(min = 1))]
    memory: Option<i64>,
    /// Virtual processors; those of the template when left out.
    #[schemars(range(min = 1))]
    cpus: Option<i64>,
    /// Whether it starts when its host does.
    auto_poweron: Option<bool>,
    /// Whether to start it at once; no when left out.
    boot: Option<bool>,
    /// Whether disks share what they have in common with those of the template; yes when left out.
    clone: Option<bool>,
    /// Whether it boots signed systems only.
    secure_boot: Option<bool>,
    /// How it boots.
    hvm_boot_firmware: Option<Firmware>,
    /// What high availability does for it: `restart`, `best-effort`, or nothing when empty.
    #[serde(rename = "high_availability")]
    high_availability: Option<Protection>,
    /// Id of the host to start it on if possible.
    affinity: Option<String>,
    /// Whether its BIOS names the maker of its host, which some licences ask for; no when left out.
    copy_host_bios_strings: Option<bool>,
    /// Whether to give it a TPM; no when left out.
    create_vtpm: Option<bool>,
    /// Group that its virtual graphics card comes from; goes with `vgpuType`.
    gpu_group: Option<Id<kind::GpuGroup>>,
    /// Type of its virtual graphics card.
    vgpu_type: Option<Id<kind::VgpuType>>,
    /// Its interfaces, besides those of the template; one at the place of one of these takes that place.
    #[serde(default)]
    vifs: Vec<Vif>,
    /// Its disks, besides those of the template, or what becomes of one of these.
    #[serde(default)]
    vdis: Vec<Vdi>,
    /// What to install from.
    install: Option<Install>,
    /// What cloud-init does at its first start.
    #[serde(rename = "cloud_config")]
    cloud_config: Option<String>,
    /// How cloud-init sets up its network; goes with `cloud_config`.
    #[serde(rename = "network_config")]
    network_config: Option<String>,
    /// Whether to delete the drive of cloud-init after the first start; no when left out.
    #[serde(rename = "destroy_cloud_config_vdi")]
    destroy_cloud_config_vdi: Option<bool>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema, serde::Serialize)]
#[serde(rename_all = "lowercase")]
enum Firmware {
    Uefi,
    Bios,
}

#[derive(Clone, Copy, Deserialize, JsonSchema, serde::Serialize)]
enum Protection {
    #[serde(rename = "best-effort")]
    BestEffort,
    #[serde(rename = "restart")]
    Restart,
    #[serde(rename = "")]
    Off,
}

/// An interface: one to make, or the place of one of the template that is to go.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Vif {
    /// Id of its network.
    network: Option<String>,
    /// Largest frame, in bytes; that of the network when left out.
    #[schemars(range(min = 68))]
    mtu: Option<i64>,
    /// Its address; one of its own when left out.
    mac: Option<String>,
    /// With addresses here or below, the only ones that it may use.
    #[serde(default)]
    ipv4_allowed: Vec<String>,
    /// The same, for IPv6.
    #[serde(default)]
    ipv6_allowed: Vec<String>,
    /// Place among the interfaces, such as `0`; a free one when left out.
    device: Option<String>,
    /// Whether the interface of the template at that place goes.
    #[serde(default)]
    destroy: bool,
}

/// A disk: one to make, or what becomes of one of the template.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Vdi {
    /// Name; a disk of the template keeps its own when left out.
    name_label: Option<String>,
    /// Text for people.
    #[schemars(length(min = 0))]
    name_description: Option<String>,
    /// Size, in bytes; a disk of the template can only grow.
    #[schemars(range(min = 1))]
    size: Option<i64>,
    /// Id of the storage repository; that of the disk of the template, or the default of the pool, when left out.
    sr: Option<String>,
    /// Place of a disk of the template, such as `0`.
    userdevice: Option<String>,
    /// The same, as the original spells it for a disk that goes.
    userdervice: Option<String>,
    /// Whether the disk of the template at that place goes.
    #[serde(default)]
    destroy: bool,
}

/// What a VM is installed from.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Install {
    /// `cdrom` for a disc, `network` for PXE.
    method: Method,
    /// Id of the disc; empty for PXE.
    #[schemars(length(min = 0))]
    repository: String,
}

#[derive(Clone, Copy, Deserialize, JsonSchema, PartialEq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
enum Method {
    Cdrom,
    Network,
}

impl Op<Cx> for CreateInPool {
    type Output = String;
    const SPEC: Spec = Spec::objects(
        "vm.createInPool",
        &[
            Need::unchecked("gpuGroup", "it is in the pool that the caller may make VMs in"),
            Need::administrate("id", "create:vm"),
            Need::unchecked("template", "it is in the pool that the caller may make VMs in"),
            Need::unchecked("vgpuType", "types are no more than names"),
        ],
    )
    .secret(&["cloud_config", "network_config"])
    .rest(&[Rest::action("/pools/{id}/actions/create_vm").creating("vms")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let (pool, template) = (cx.on(&self.id)?, cx.object(&self.template)?);
        same_pool(&pool, &template)?;
        self.into_create(&cx, &template)?.run(cx).await
    }
    fn would(&self, _: &str) -> Option<String> {
        Some(format!("a VM `{}` would be made in it", self.name))
    }
}

impl CreateInPool {
    /// Says the same as `vm.create` does.
    fn into_create(self, cx: &Cx, template: &Object) -> Result<Create> {
        let (new, existing, gone_disks) = disks(self.vdis, &places(cx, template))?;
        let (vifs, gone) = interfaces(&self.vifs)?;
        let said = json!({
            "template": self.template.as_str(),
            "name_label": self.name,
            "name_description": self.description,
            "memory": self.memory,
            "CPUs": self.cpus,
            "auto_poweron": self.auto_poweron,
            "bootAfterCreate": self.boot,
            "clone": self.clone,
            "secureBoot": self.secure_boot,
            "hvmBootFirmware": self.hvm_boot_firmware,
            "high_availability": self.high_availability,
            "affinityHost": self.affinity,
            "copyHostBiosStrings": self.copy_host_bios_strings,
            "createVtpm": self.create_vtpm,
            "gpuGroup": self.gpu_group.map(Id::into_string),
            "vgpuType": self.vgpu_type.map(Id::into_string),
            "VIFs": vifs,
            "VDIs": new,
            "existingDisks": existing,
            "installation": self.install.map(|from| json!({ "method": from.method, "repository": from.source() })),
            "cloudConfig": self.cloud_config,
            "networkConfig": self.network_config,
            "destroyCloudConfigVdiAfterBoot": self.destroy_cloud_config_vdi,
        });
        // What is not said there must not be said as `null`, which some properties are cleared by.
        let said: Map<_, _> = match said {
            Value::Object(said) => said.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            _ => unreachable!("it was just made"),
        };
        let mut create: Create = serde_json::from_value(said.into())
            .map_err(|error| Error::invalid(format!("the VM cannot be made so: {error}")))?;
        create.interfaces = Interfaces::Kept { but: gone };
        for (vif, said) in create.vifs.iter_mut().zip(self.vifs.iter().filter(|vif| !vif.destroy)) {
            vif.device.clone_from(&said.device);
            vif.mtu = said.mtu;
        }
        for place in gone_disks {
            create.existing_disks.entry(place).or_default().destroy = true;
        }
        Ok(create)
    }
}

impl Install {
    fn source(&self) -> &str {
        if self.method == Method::Network { "pxe" } else { &self.repository }
    }
}

/// Returns the interfaces to make, as `vm.create` has them, and the places where the template's go.
fn interfaces(wanted: &[Vif]) -> Result<(Vec<Value>, BTreeSet<String>)> {
    let mut gone = BTreeSet::new();
    let mut new = Vec::new();
    for (at, vif) in wanted.iter().enumerate() {
        if let Some(place) = vif.device.as_ref().filter(|place| !gone.insert((*place).clone())) {
            return Err(Error::invalid(format!("`vifs` names the place `{place}` twice")));
        }
        match (&vif.network, vif.destroy) {
            (Some(network), false) => new.push(json!({
                "network": network,
                "allowedIpv4Addresses": vif.ipv4_allowed,
                "allowedIpv6Addresses": vif.ipv6_allowed,
            })),
            (None, true) if vif.device.is_some() => continue,
            (None, true) => return Err(Error::invalid(format!("`vifs.{at}` names no `device` to destroy"))),
            (Some(_), true) => return Err(Error::invalid(format!("`vifs.{at}` is to be made and to be destroyed"))),
            (None, false) => return Err(Error::invalid(format!("`vifs.{at}` names no `network`"))),
        }
        if let (Some(mac), Some(last)) = (&vif.mac, new.last_mut()) {
            last["mac"] = mac.as_str().into();
        }
    }
    Ok((new, gone))
}

type Disks = (Vec<Value>, BTreeMap<String, Value>, Vec<String>);

/// Returns the disks to make and those of the template to change, as `vm.create` has them, and the places of those that
/// go.
fn disks(wanted: Vec<Vdi>, places: &BTreeSet<String>) -> Result<Disks> {
    let (mut new, mut existing, mut gone) = (Vec::new(), BTreeMap::new(), Vec::new());
    for (at, vdi) in wanted.into_iter().enumerate() {
        let mut said = Map::new();
        for (name, value) in [("name_label", vdi.name_label), ("name_description", vdi.name_description)] {
            said.extend(value.map(|value| (name.to_owned(), value.into())));
        }
        said.extend(vdi.size.map(|size| ("size".to_owned(), size.into())));
        let Some(place) = vdi.userdevice.or(vdi.userdervice) else {
            if vdi.destroy {
                return Err(Error::invalid(format!("`vdis.{at}` names no `userdevice` to destroy")));
            }
            if vdi.size.is_none() {
                return Err(Error::invalid(format!("`vdis.{at}` has no `size`")));
            }
            said.extend(vdi.sr.map(|sr| ("SR".to_owned(), sr.into())));
            new.push(said.into());
            continue;
        };
        if !places.contains(&place) {
            return Err(Error::invalid(format!("`vdis.{at}`: the template has no disk at `{place}`")));
        }
        if existing.contains_key(&place) || gone.contains(&place) {
            return Err(Error::invalid(format!("`vdis` names the place `{place}` twice")));
        }
        if vdi.destroy {
            gone.push(place);
        } else {
            said.extend(vdi.sr.map(|sr| ("$SR".to_owned(), sr.into())));
            existing.insert(place, said.into());
        }
    }
    Ok((new, existing, gone))
}

/// Returns the places of the disks of a template.
fn places(cx: &Cx, template: &Object) -> BTreeSet<String> {
    #[derive(Deserialize)]
    struct Vbd {
        #[serde(rename = "VM")]
        vm: String,
        is_cd_drive: bool,
        position: Option<String>,
    }
    let objects = cx.app.store().snapshot();
    let vbds = objects.of_kind(Kind::Vbd).filter(|vbd| vbd.pool() == template.pool());
    let own = vbds.filter_map(|vbd| vbd.decode::<Vbd>().ok()).filter(|vbd| vbd.vm == template.id() && !vbd.is_cd_drive);
    own.filter_map(|vbd| vbd.position).collect()
}
