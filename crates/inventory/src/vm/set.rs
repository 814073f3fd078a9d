//! Changing a VM.

mod edit;
mod restart;

use std::collections::BTreeMap;

use app::Cx;
use op::{Error, Id, Need, Op, Patch, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use xapi::params;

pub(super) use self::{edit::Edit, restart::SetAndRestart};
use crate::{kind, size::Size};

/// Change a VM, a snapshot or a template; what is as wanted already is left alone.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Set {
    /// VM to change.
    id: Id<kind::AnyVm>,
    #[serde(flatten)]
    change: Change,
}

/// What a VM is to be like from now on; what is left out stays.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Change {
    /// Whether it starts when its host does.
    pub(super) auto_poweron: Option<bool>,
    /// Name.
    name_label: Option<String>,
    /// Text for people.
    #[schemars(length(min = 0))]
    name_description: Option<String>,
    /// Longer text for people, in Markdown; `null` removes it.
    #[serde(default)]
    notes: Patch<String>,
    /// Tags, in place of those it has.
    tags: Option<Vec<String>>,
    /// What high availability does for it: `restart`, `best-effort`, or nothing when empty.
    high_availability: Option<HighAvailability>,
    /// Virtual processors.
    #[serde(rename = "CPUs")]
    #[schemars(range(min = 1))]
    cpus: Option<i64>,
    /// Most virtual processors; only while it is halted.
    #[serde(rename = "cpusMax")]
    cpus_max: Option<Size>,
    /// Memory, in bytes or as `2 GiB`.
    memory: Option<Size>,
    /// Least memory, in bytes or as `2 GiB`.
    #[serde(rename = "memoryMin")]
    memory_min: Option<Size>,
    /// Most memory, in bytes or as `2 GiB`.
    #[serde(rename = "memoryMax")]
    memory_max: Option<Size>,
    /// Memory that it can never pass, in bytes or as `2 GiB`; only while it is halted.
    #[serde(rename = "memoryStaticMax")]
    memory_static_max: Option<Size>,
    /// Arguments of the kernel of a PV guest.
    #[serde(rename = "PV_args")]
    pub(super) pv_args: Option<String>,
    /// Processors of the host that it may use.
    #[serde(rename = "cpuMask")]
    #[schemars(inner(range(min = 0)))]
    cpu_mask: Option<Vec<i64>>,
    /// Share of processor time against others; `null` removes it.
    #[serde(rename = "cpuWeight", default)]
    #[schemars(range(min = 0))]
    cpu_weight: Patch<i64>,
    /// Most processor time, in percent of one processor; `null` removes it.
    #[serde(rename = "cpuCap", default)]
    #[schemars(range(min = 0))]
    cpu_cap: Patch<i64>,
    /// Host to start it on if possible; `null` removes it.
    #[serde(rename = "affinityHost", default)]
    pub(super) affinity_host: Patch<String>,
    /// Graphics card.
    vga: Option<String>,
    /// Memory of the graphics card, in MiB.
    #[schemars(range(min = 0))]
    videoram: Option<i64>,
    /// Cores of each virtual socket; `null` removes it.
    #[serde(rename = "coresPerSocket", default)]
    cores_per_socket: Patch<Size>,
    /// Whether Windows finds the vendor's drivers by itself; only while it is halted.
    #[serde(rename = "hasVendorDevice")]
    has_vendor_device: Option<bool>,
    /// Whether it may run virtual machines, on older hosts.
    #[serde(rename = "expNestedHvm")]
    exp_nested_hvm: Option<bool>,
    /// Whether it may run virtual machines.
    #[serde(rename = "nestedVirt")]
    nested_virt: Option<bool>,
    /// Id of the resource set that it counts against; `null` takes it out of one.
    #[serde(rename = "resourceSet", default)]
    resource_set: Patch<String>,
    /// Whether everybody in its resource set may use it.
    pub(super) share: Option<bool>,
    /// Seconds to wait after its start before others start.
    #[serde(rename = "startDelay")]
    #[schemars(range(min = 0))]
    start_delay: Option<i64>,
    /// Whether it boots signed systems only.
    #[serde(rename = "secureBoot")]
    secure_boot: Option<bool>,
    /// Network card; `null` removes it.
    #[serde(rename = "nicType", default)]
    nic_type: Patch<String>,
    /// `bios` or `uefi`; `null` removes it.
    #[serde(rename = "hvmBootFirmware", default)]
    hvm_boot_firmware: Patch<String>,
    /// `hvm` or `pv`.
    #[serde(rename = "virtualizationMode")]
    virtualization_mode: Option<String>,
    /// Whether it offers Windows the interface that this is used to.
    viridian: Option<bool>,
    /// Operations to block, each with `true` or a reason, or to let pass, with `false` or `null`.
    #[serde(rename = "blockedOperations")]
    blocked_operations: Option<Map<String, Value>>,
    /// Who created it.
    creation: Option<Creation>,
    /// Storage for its memory while it is suspended; `null` removes it.
    #[serde(rename = "suspendSr")]
    #[serde(default)]
    suspend_sr: Patch<Id<kind::Sr>>,
    /// `setup` to enrol keys, `user` to go by them.
    #[serde(rename = "uefiMode")]
    uefi_mode: Option<UefiMode>,
    /// Entries of its XenStore below `vm-data`; `null` removes one.
    #[serde(rename = "xenStoreData")]
    xen_store_data: Option<BTreeMap<String, Option<String>>>,
}

/// Most characters of the notes.
const LONGEST_NOTES: usize = 2048;

/// Where the original notes the resource set of a VM.
const RESOURCE_SET: &str = "xo:resource_set";

#[derive(Deserialize, JsonSchema)]
enum HighAvailability {
    #[serde(rename = "best-effort")]
    BestEffort,
    #[serde(rename = "restart")]
    Restart,
    #[serde(rename = "")]
    Off,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum UefiMode {
    Setup,
    User,
}

/// Who created a VM.
#[derive(Deserialize, JsonSchema)]
struct Creation {
    /// Id of the user.
    user: Option<String>,
}

impl Op<Cx> for Set {
    type Output = ();
    const SPEC: Spec =
        Spec::objects("vm.set", &[Need::administrate("id", "update").each(), Need::administrate("suspendSr", "read")])
            .secret(&[Change::SECRET])
            .rest(&[Rest::patch("/vms/{id}").named(&[("cpusStaticMax", "cpusMax")])]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vm = cx.on(&self.id)?;
        let edit = Edit::new(vm.pool.clone(), vm.reference(), super::record(&vm).await?);
        self.change.apply(&cx, edit).await
    }
}

impl Change {
    /// What a guest is told through its XenStore may be anything, under any name.
    pub(super) const SECRET: &str = "xenStoreData";

    /// Makes the VM so, at its pool.
    pub(super) async fn apply(self, cx: &Cx, mut edit: Edit) -> Result<()> {
        self.check()?;
        if self.resource_set == Patch::Clear {
            edit.entry("other_config", RESOURCE_SET, None).await?;
        }
        self.texts(&mut edit).await?;
        self.sizes(&mut edit).await?;
        self.platform(&mut edit).await?;
        self.entries(&mut edit).await?;
        self.places(cx, &edit).await
    }

    /// Refuses what is wrong whatever the VM is like, before anything is done to it.
    pub(super) fn check(&self) -> Result<()> {
        if let Patch::Set(notes) = &self.notes
            && notes.chars().count() > LONGEST_NOTES
        {
            return Err(Error::invalid("`notes` must NOT have more than 2048 characters"));
        }
        if let Patch::Set(set) = &self.resource_set {
            return Err(Error::no_such("resourceSet", set));
        }
        if self.share == Some(true) {
            return Err(Error::refused("the vm is not in a resource set"));
        }
        for (operation, reason) in self.blocked_operations.iter().flatten() {
            if !matches!(reason, Value::Null | Value::Bool(_) | Value::String(_)) {
                return Err(Error::invalid(format!("`blockedOperations.{operation}` must be boolean,null,string")));
            }
        }
        Ok(())
    }

    async fn texts(&self, edit: &mut Edit) -> Result<()> {
        let record = edit.record.clone();
        if let Some(name) = self.name_label.as_deref().filter(|name| *name != record.name_label) {
            edit.set("name_label", name).await?;
        }
        if let Some(text) = self.name_description.as_deref().filter(|text| *text != record.name_description) {
            edit.set("name_description", text).await?;
        }
        edit.patch("other_config", "xo:notes", &self.notes).await?;
        if let Some(tags) = &self.tags {
            for tag in tags.iter().filter(|tag| !record.tags.iter().any(|had| had == tag.as_str())) {
                edit.call("VM.add_tags", params![edit.reference(), tag]).await?;
            }
            for tag in record.tags.iter().filter(|had| !tags.iter().any(|tag| *had == tag.as_str())) {
                edit.call("VM.remove_tags", params![edit.reference(), tag.as_str()]).await?;
            }
        }
        if let Some(args) = self.pv_args.as_deref().filter(|args| *args != record.pv_args) {
            edit.set("PV_args", args).await?;
        }
        if let Some(mode) = self.virtualization_mode.as_deref().filter(|mode| *mode != record.domain_type.as_str()) {
            edit.set("domain_type", mode).await?;
        }
        if let Some(delay) = self.start_delay.filter(|delay| *delay != record.start_delay) {
            edit.set("start_delay", delay).await?;
        }
        let priority = self.high_availability.as_ref().map(|wanted| match wanted {
            HighAvailability::BestEffort => "best-effort",
            HighAvailability::Restart => "restart",
            HighAvailability::Off => "",
        });
        if let Some(priority) = priority.filter(|priority| *priority != record.ha_restart_priority) {
            edit.set("ha_restart_priority", priority).await?;
        }
        if let Some(wanted) = self.has_vendor_device.filter(|wanted| *wanted != record.has_vendor_device) {
            edit.set("has_vendor_device", wanted).await?;
        }
        Ok(())
    }

    async fn sizes(&self, edit: &mut Edit) -> Result<()> {
        if let Some(Size(size)) = self.memory_static_max {
            edit.memory_static_max(size).await?;
        }
        if let Some(Size(size)) = self.memory {
            edit.memory(size).await?;
        }
        if let Some(Size(size)) = self.memory_min {
            edit.memory_min(size).await?;
        }
        if let Some(Size(size)) = self.memory_max {
            edit.memory_max(size).await?;
        }
        if let Some(count) = self.cpus {
            edit.cpus(count).await?;
        }
        if let Some(Size(count)) = self.cpus_max {
            edit.cpus_max(count).await?;
        }
        Ok(())
    }

    async fn platform(&self, edit: &mut Edit) -> Result<()> {
        let flags = [
            ("exp-nested-hvm", self.exp_nested_hvm),
            ("nested-virt", self.nested_virt),
            ("secureboot", self.secure_boot),
        ];
        for (key, flag) in flags {
            if let Some(flag) = flag {
                edit.entry("platform", key, Some(if flag { "true" } else { "false" })).await?;
            }
        }
        if let Some(viridian) = self.viridian {
            edit.entry("platform", "viridian", viridian.then_some("true")).await?;
        }
        if let Some(vga) = &self.vga {
            edit.entry("platform", "vga", Some(vga)).await?;
        }
        if let Some(size) = self.videoram {
            edit.entry("platform", "videoram", Some(&size.to_string())).await?;
        }
        edit.patch("platform", "nic_type", &self.nic_type).await?;
        let cores = match &self.cores_per_socket {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(Size(cores)) => Patch::Set(cores.to_string()),
        };
        edit.patch("platform", "cores-per-socket", &cores).await?;
        if self.hvm_boot_firmware != Patch::Keep {
            let uefi = matches!(&self.hvm_boot_firmware, Patch::Set(firmware) if firmware == "uefi");
            let model = if uefi { "qemu-upstream-uefi" } else { "qemu-upstream-compat" };
            edit.patch("HVM_boot_params", "firmware", &self.hvm_boot_firmware).await?;
            edit.entry("platform", "device-model", Some(model)).await?;
        }
        if let Some(mask) = &self.cpu_mask {
            let mask: Vec<_> = mask.iter().map(ToString::to_string).collect();
            edit.entry("VCPUs_params", "mask", Some(&mask.join(","))).await?;
        }
        for (key, patch) in [("weight", self.cpu_weight), ("cap", self.cpu_cap)] {
            if let Some(value) = patch.into_change() {
                edit.entry("VCPUs_params", key, value.map(|value| value.to_string()).as_deref()).await?;
            }
        }
        Ok(())
    }

    async fn entries(&self, edit: &mut Edit) -> Result<()> {
        if let Some(on) = self.auto_poweron {
            edit.entry("other_config", "auto_poweron", on.then_some("true")).await?;
            if on {
                // Without the pool's own switch that of the VM does nothing.
                edit.switch_pool("auto_poweron").await?;
            }
        }
        for (operation, reason) in self.blocked_operations.iter().flatten() {
            let reason = match reason {
                Value::Bool(true) => Some("true"),
                Value::String(reason) => Some(reason.as_str()),
                _ => None,
            };
            edit.entry("blocked_operations", operation, reason).await?;
        }
        for (key, value) in self.xen_store_data.iter().flatten() {
            let key = if key.starts_with("vm-data/") { key.clone() } else { format!("vm-data/{key}") };
            edit.entry("xenstore_data", &key, value.as_deref()).await?;
        }
        if let Some(user) = self.creation.as_ref().and_then(|creation| creation.user.as_deref()) {
            let key = format!("xo:{}", edit.record.uuid.get(..8).unwrap_or_default());
            let known = edit.record.other_config.get(key.as_str());
            let mut data: Value = known.and_then(|data| serde_json::from_str(data).ok()).unwrap_or_else(|| json!({}));
            data["creation"]["user"] = user.into();
            edit.entry("other_config", &key, Some(&data.to_string())).await?;
        }
        Ok(())
    }

    async fn places(self, cx: &Cx, edit: &Edit) -> Result<()> {
        if let Some(host) = self.affinity_host.into_change() {
            let reference = match host {
                Some(host) => {
                    let found = cx.app.store().get(&host).filter(|found| found.kind() == app::model::Kind::Host);
                    found.ok_or_else(|| Error::no_such("host", host))?.xapi_ref().to_string()
                }
                None => "OpaqueRef:NULL".to_owned(),
            };
            edit.set("affinity", reference).await?;
        }
        if let Some(sr) = self.suspend_sr.into_change() {
            let reference = match sr {
                Some(sr) => cx.object(&sr)?.xapi_ref().to_string(),
                None => "OpaqueRef:NULL".to_owned(),
            };
            edit.set("suspend_SR", reference).await?;
        }
        if let Some(mode) = self.uefi_mode {
            let mode = match mode {
                UefiMode::Setup => "setup",
                UefiMode::User => "user",
            };
            edit.set("uefi_mode", mode).await?;
        }
        Ok(())
    }
}
