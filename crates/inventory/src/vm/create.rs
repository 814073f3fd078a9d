//! Making a VM of a template.
//!
//! Everything that can be refused without the pool is refused first. From the moment on that the VM is there, a step that
//! fails takes the whole VM with it: nobody finds half a VM, or disks that belong to none.

mod disk;
mod in_pool;
mod rights;

use std::collections::{BTreeMap, BTreeSet};

use app::{
    Connection, Cx, On,
    model::{Kind, Object},
};
use op::{Error, Id, Level, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tracing::warn;
use xapi::params;
use xapi_types::{class, enums::DomainType};

use self::disk::{NewDisk, TemplateDisk};
pub(super) use self::in_pool::CreateInPool;
use super::{
    cd::check_disc,
    cloud_init::Drive,
    delete,
    device::{NewVbd, NewVif},
    permit::{named, permit, same_pool},
    set::{Change, Edit},
    vgpu,
};
use crate::kind;

/// Make a VM of a template and return its id; if a step fails, nothing of it stays behind.
///
/// Parameters of `vm.set` may be given as well.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "these are the names on the wire")]
pub(super) struct Create {
    /// Who else gets rights on it.
    #[serde(default)]
    acls: Vec<Right>,
    /// Whether it starts with its host: another name of `auto_poweron`.
    auto_poweron: Option<bool>,
    /// Whether to start it at once; no when left out.
    boot_after_create: Option<bool>,
    /// What cloud-init does at its first start.
    cloud_config: Option<String>,
    /// Whether to give it a TPM.
    #[serde(default)]
    create_vtpm: bool,
    /// How cloud-init sets up its network.
    network_config: Option<String>,
    /// Whether `cloudConfig` is for CoreOS; it makes no difference.
    #[allow(dead_code, reason = "all drives are made alike")]
    core_os: Option<bool>,
    /// Whether disks share what they have in common with those of the template; yes when left out.
    clone: Option<bool>,
    /// Whether to delete the drive of cloud-init after the first start.
    destroy_cloud_config_vdi_after_boot: Option<bool>,
    /// What to install from.
    installation: Option<Installation>,
    /// Type of its virtual graphics card.
    vgpu_type: Option<Id<kind::VgpuType>>,
    /// Group that its virtual graphics card comes from.
    gpu_group: Option<Id<kind::GpuGroup>>,
    /// Name.
    #[serde(rename = "name_label")]
    name: String,
    /// Arguments of the kernel of a PV guest.
    #[serde(rename = "pv_args")]
    pv_args: Option<String>,
    /// Template to make it of.
    template: Id<kind::Template>,
    /// Its network interfaces; those of the template are not taken over.
    #[serde(rename = "VIFs", default)]
    vifs: Vec<Interface>,
    /// Disks that it gets besides those of the template.
    #[serde(rename = "VDIs", default)]
    vdis: Vec<NewDisk>,
    /// What becomes of disks of the template, by their place, such as `0`.
    #[serde(default)]
    existing_disks: BTreeMap<String, TemplateDisk>,
    /// Whether its BIOS names the maker of its host, which some licences ask for; no when left out.
    copy_host_bios_strings: Option<bool>,
    #[serde(flatten)]
    change: Change,
    /// What becomes of the interfaces of the template; only `vm.createInPool` says so.
    #[serde(skip)]
    interfaces: Interfaces,
    #[serde(flatten)]
    #[allow(dead_code, reason = "clients of the original send more than it reads")]
    rest: Map<String, Value>,
}

/// A right on the new VM.
#[derive(Deserialize, JsonSchema)]
struct Right {
    /// Id of a user or a group.
    subject: String,
    /// Role: `viewer`, `operator` or `admin`.
    action: String,
}

/// What a VM is installed from.
#[derive(Deserialize, JsonSchema)]
struct Installation {
    /// `cdrom` for a disc, `network` for PXE or, of a PV guest, a URL.
    method: String,
    /// Id of the disc, `pxe`, or the URL.
    repository: String,
}

/// A network interface of the new VM.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Interface {
    /// Id of its network.
    network: String,
    /// Its address; one of its own when left out.
    mac: Option<String>,
    /// With addresses here or below, the only ones that it may use.
    #[serde(default)]
    allowed_ipv4_addresses: Vec<String>,
    /// The same, for IPv6.
    #[serde(default)]
    allowed_ipv6_addresses: Vec<String>,
    /// Place among the interfaces; its place in the list, or a free one where the template's stay, when left out.
    #[serde(skip)]
    device: Option<String>,
    /// Largest frame, in bytes; that of the network when left out.
    #[serde(skip)]
    mtu: Option<i64>,
}

/// What becomes of the interfaces of the template.
#[derive(Default)]
enum Interfaces {
    /// They go.
    #[default]
    Replaced,
    /// They stay, but for those at these places.
    Kept { but: BTreeSet<String> },
}

/// Where to install from, by reference.
enum Source {
    Disc(String),
    Network(String),
}

/// What was looked up before anything is made.
struct Parts {
    /// Reference of the network of each interface.
    networks: Vec<String>,
    /// Reference of the storage of each new disk.
    storages: Vec<String>,
    /// Reference of the storage that disks of the template move to, by place.
    moves: BTreeMap<String, String>,
    source: Option<Source>,
    graphics: Option<(String, String)>,
    /// Host whose BIOS strings are copied.
    bios: Option<String>,
}

impl Op<Cx> for Create {
    type Output = String;
    const SPEC: Spec = Spec::objects(
        "vm.create",
        &[
            Need::unchecked("gpuGroup", "it is in the pool that the caller may make VMs in"),
            Need::administrate("suspendSr", "read"),
            Need::unchecked("template", "the rights to make VMs in its pool and of it are asked for"),
            Need::unchecked("vgpuType", "types are no more than names"),
        ],
    )
    .secret(&["cloudConfig", "networkConfig", Change::SECRET]);
    async fn run(mut self, cx: Cx) -> Result<String> {
        let template = cx.on(&self.template)?;
        permit(&cx, Level::Administrate, "create:vm", &*cx.object(template.object.pool().as_str())?)?;
        permit(&cx, Level::Administrate, "instantiate", &template.object)?;
        self.check()?;
        rights::check(&cx, &self.acls).await?;
        let parts = self.look_up(&cx, &template)?;
        let method = if self.clone == Some(false) { "VM.copy" } else { "VM.clone" };
        let mut params = params![template.reference(), &self.name];
        if self.clone == Some(false) {
            params.push("".into());
        }
        let pool = template.pool.clone();
        let vm = super::made(&pool.call_async(method, params).await?, "VM")?;
        let boot = self.boot_after_create == Some(true);
        let completed = Box::pin(self.complete(&cx, &template, &vm, &parts)).await;
        let id = match completed {
            Ok(id) => id,
            Err(error) => {
                delete::discard(&pool, &vm).await;
                return Err(error);
            }
        };
        if boot && let Err(error) = pool.call("VM.start", params![&vm, false, false]).await {
            // It is complete and can be started once there is room for it.
            warn!(vm.id = id, "a new VM does not start: {error}");
            pool.warn("the new VM does not start", &error);
        }
        pool.seen(&[Kind::Vm], &id).await;
        Ok(id)
    }
    fn would(&self, _: &str) -> Option<String> {
        Some(format!("a VM `{}` would be made of it", self.name))
    }
}

impl Create {
    fn check(&mut self) -> Result<()> {
        if self.network_config.is_some() && self.cloud_config.is_none() {
            return Err(Error::invalid("`networkConfig` goes with `cloudConfig`"));
        }
        if self.vgpu_type.is_some() != self.gpu_group.is_some() {
            return Err(Error::invalid("`vgpuType` and `gpuGroup` go together"));
        }
        if let Some(on) = self.auto_poweron.take() {
            self.change.auto_poweron = Some(on);
        }
        if let Some(args) = self.pv_args.take() {
            self.change.pv_args = Some(args);
        }
        // Nobody shares a VM that is in no resource set; it is not wrong to say so of a new one.
        self.change.share = None;
        self.change.check()
    }

    fn look_up(&self, cx: &Cx, template: &On) -> Result<Parts> {
        let networks = self.vifs.iter().map(|vif| in_pool(cx, template, Kind::Network, &vif.network));
        let networks = networks.collect::<Result<_>>()?;
        let storage = |sr: &str| in_pool(cx, template, Kind::Sr, sr);
        let storages = self.vdis.iter().map(|disk| match disk.sr() {
            Some(sr) => storage(sr),
            None => default_storage(cx, template),
        });
        let storages = storages.collect::<Result<_>>()?;
        let moves = self.existing_disks.iter().filter_map(|(place, disk)| Some((place, disk.sr()?)));
        let moves = moves.map(|(place, sr)| Ok((place.clone(), storage(sr)?))).collect::<Result<_>>()?;
        let graphics = match (&self.gpu_group, &self.vgpu_type) {
            (Some(group), Some(kind)) => {
                let (group, kind) = (cx.object(group)?, cx.object(kind)?);
                same_pool(template, &group)?;
                same_pool(template, &kind)?;
                Some((group.xapi_ref().to_string(), kind.xapi_ref().to_string()))
            }
            _ => None,
        };
        let source = self.installation.as_ref().map(|from| source(cx, template, from)).transpose()?;
        let bios = if self.copy_host_bios_strings == Some(true) { Some(self.host(cx, template)?) } else { None };
        Ok(Parts { networks, storages, moves, source, graphics, bios })
    }

    /// Returns the host that the VM is to run on if possible, else the pool's master.
    fn host(&self, cx: &Cx, template: &On) -> Result<String> {
        if let op::Patch::Set(host) = &self.change.affinity_host {
            return in_pool(cx, template, Kind::Host, host);
        }
        let pool = cx.object(template.object.pool().as_str())?;
        let pool = pool.get::<class::Pool>().ok_or_else(|| Error::failed("the pool has no record"))?;
        Ok(pool.master.to_string())
    }

    /// Makes what was cloned the VM that was asked for, and returns its id.
    async fn complete(self, cx: &Cx, template: &On, vm: &str, parts: &Parts) -> Result<String> {
        let pool = &template.pool;
        if let Some(host) = &parts.bios {
            pool.call_async("VM.copy_bios_strings", params![vm, host]).await?;
        }
        // What the template would have provisioned is what the caller names instead.
        pool.call("VM.remove_from_other_config", params![vm, "disks"]).await?;
        pool.call_async("VM.provision", params![vm]).await?;
        let record = super::record_of(pool, vm).await?;
        let id = record.uuid.to_string();
        let interfaces: Vec<_> = record.vifs.iter().map(ToString::to_string).collect();
        let hardware = record.domain_type != DomainType::Pv;
        let edit = Edit::new(pool.clone(), vm.to_owned(), record);
        note_creation(cx, &edit, &template.object).await?;
        if let Some(source) = &parts.source {
            install(pool, &edit, vm, hardware, source).await?;
        }
        self.change.apply(cx, Edit::new(pool.clone(), vm.to_owned(), super::record_of(pool, vm).await?)).await?;
        disk::change(pool, vm, &self.existing_disks, &parts.moves).await?;
        disk::add(pool, vm, &self.vdis, &parts.storages).await?;
        for vif in interfaces {
            let goes = match &self.interfaces {
                Interfaces::Replaced => true,
                Interfaces::Kept { but } => {
                    but.contains(&pool.call_as::<String>("VIF.get_device", params![&vif]).await?)
                }
            };
            if goes {
                pool.call_async("VIF.destroy", params![vif]).await?;
            }
        }
        for (at, (vif, network)) in self.vifs.iter().zip(&parts.networks).enumerate() {
            let vif = NewVif {
                vm,
                network,
                mac: vif.mac.as_deref(),
                mtu: vif.mtu,
                position: match (&vif.device, &self.interfaces) {
                    (Some(place), _) => Some(place.clone()),
                    (None, Interfaces::Replaced) => Some(at.to_string()),
                    (None, Interfaces::Kept { .. }) => None,
                },
                ipv4_allowed: &vif.allowed_ipv4_addresses,
                ipv6_allowed: &vif.allowed_ipv6_addresses,
            };
            vif.attach(pool).await?;
        }
        if self.create_vtpm {
            pool.call("VTPM.create", params![vm, false]).await?;
        }
        if let Some((group, kind)) = &parts.graphics {
            vgpu::add(pool, vm, group, kind).await?;
        }
        if let Some(user) = &self.cloud_config {
            let drive = Drive {
                vm,
                sr: &first_storage(cx, template, vm).await?,
                user,
                network: self.network_config.as_deref(),
                passing: self.destroy_cloud_config_vdi_after_boot == Some(true),
            };
            drive.attach(pool).await?;
        }
        rights::give(cx, &self.acls, &id).await?;
        Ok(id)
    }
}

/// Returns the reference of an object of the template's pool.
fn in_pool(cx: &Cx, template: &On, kind: Kind, id: &str) -> Result<String> {
    // Whoever may make VMs in the pool may use what it has.
    let object = named(cx, kind, id, Level::View, "read")?;
    same_pool(template, &object)?;
    Ok(object.xapi_ref().to_string())
}

fn default_storage(cx: &Cx, template: &On) -> Result<String> {
    let pool = cx.object(template.object.pool().as_str())?;
    let sr = pool.get::<class::Pool>().and_then(|pool| pool.default_sr.get().map(ToString::to_string));
    sr.ok_or_else(|| Error::invalid("the pool has no default storage; name an `SR` for each of the `VDIs`"))
}

/// Returns the storage of the first disk of the new VM, else the default of the pool.
async fn first_storage(cx: &Cx, template: &On, vm: &str) -> Result<String> {
    let pool = &template.pool;
    let mut disks = super::device::vbds(pool, &super::record_of(pool, vm).await?).await?;
    disks.sort_by_key(|vbd| vbd.record.userdevice.parse().unwrap_or(u32::MAX));
    match disks.iter().find_map(super::device::Vbd::disk) {
        Some(disk) => pool.call_as("VDI.get_SR", params![disk]).await,
        None => default_storage(cx, template),
    }
}

fn source(cx: &Cx, template: &On, from: &Installation) -> Result<Source> {
    match from.method.as_str() {
        "cdrom" => {
            let disc = named(cx, Kind::Vdi, &from.repository, Level::View, "read")?;
            same_pool(template, &disc)?;
            check_disc(cx, &disc)?;
            Ok(Source::Disc(disc.xapi_ref().to_string()))
        }
        "network" => Ok(Source::Network(from.repository.clone())),
        other => Err(Error::invalid(format!("a VM is not installed by `{other}`, but by `cdrom` or `network`"))),
    }
}

/// Notes who made the VM, when, and of what.
async fn note_creation(cx: &Cx, edit: &Edit, template: &Object) -> Result<()> {
    let key = format!("xo:{}", edit.record.uuid.get(..8).unwrap_or_default());
    let date = format!("{:.3}", jiff::Timestamp::now());
    let template = template.text("uuid");
    let note = json!({ "creation": { "date": date, "template": template, "user": cx.user()?.id } });
    edit.entry("other_config", &key, Some(&note.to_string())).await
}

/// Lets the VM begin with what it is installed from.
async fn install(pool: &Connection, edit: &Edit, vm: &str, hardware: bool, source: &Source) -> Result<()> {
    let letter = match source {
        Source::Disc(_) => 'd',
        Source::Network(_) => 'n',
    };
    if hardware {
        let order = edit.record.hvm_boot_params.get("order").map_or("cd", |order| order.as_str());
        let order: String = std::iter::once(letter).chain(order.chars().filter(|other| *other != letter)).collect();
        edit.entry("HVM_boot_params", "order", Some(&order)).await?;
    }
    match source {
        Source::Disc(disc) => {
            if !hardware {
                edit.entry("other_config", "install-repository", Some("cdrom")).await?;
            }
            let record = super::record_of(pool, vm).await?;
            let drives = super::device::vbds(pool, &record).await?;
            for drive in drives.iter().filter(|vbd| vbd.is_drive()) {
                pool.call("VBD.destroy", params![&drive.reference]).await?;
            }
            let drive = NewVbd { vm, vdi: disc, drive: true, bootable: true, read_only: true, position: None };
            drive.attach(pool).await.map(drop)
        }
        Source::Network(url) if !hardware => edit.entry("other_config", "install-repository", Some(url)).await,
        Source::Network(_) => Ok(()),
    }
}
