//! The VM that is made where another one moves to.

use std::{collections::BTreeMap, io};

use app::{Connection, Cx, DiskFormat, On, RawVdi, model::Kind};
use disk::{Content, vhd};
use futures_util::{StreamExt, TryStreamExt};
use op::{Error, Result};
use uuid::Uuid;
use xapi::{Value, params};
use xapi_types::class;

use super::disks_of;
use crate::{
    disk::{attach, content},
    incoming::{Blame, refused},
    transit::{self, MARK, Temporary, What},
    vm::copy,
};

/// Why nothing may start a VM whose disks are not up to date yet.
const BLOCKED: &str = "warm migration in progress...";

/// What a VM is made with of another one's record.
const FIELDS: &[&str] = &[
    "name_description",
    "user_version",
    "memory_static_max",
    "memory_dynamic_max",
    "memory_dynamic_min",
    "memory_static_min",
    "VCPUs_params",
    "VCPUs_max",
    "VCPUs_at_startup",
    "actions_after_shutdown",
    "actions_after_reboot",
    "actions_after_crash",
    "PV_bootloader",
    "PV_kernel",
    "PV_ramdisk",
    "PV_args",
    "PV_bootloader_args",
    "PV_legacy_args",
    "HVM_boot_policy",
    "HVM_boot_params",
    "HVM_shadow_multiplier",
    "platform",
    "PCI_bus",
    "recommendations",
    "xenstore_data",
    "tags",
    "generation_id",
    "hardware_platform_version",
    "has_vendor_device",
    "domain_type",
    "NVRAM",
    "start_delay",
    "shutdown_delay",
    "order",
];

/// What of `other_config` belongs to the old VM alone.
const OWN: &[&str] = &[MARK, "import_task", "mac_seed", "xo:backup:schedule", "xo:backup:job"];

/// The VM that is being made.
pub(super) struct Target<'a> {
    cx: &'a Cx,
    sr: &'a On,
    vm: Temporary,
}

/// A disk that was copied: of which one, and to which.
pub(super) struct Copied {
    base: String,
    copy: String,
}

impl<'a> Target<'a> {
    /// Makes a VM like `vm`, with its interfaces and drives but without disks.
    pub(super) async fn make(cx: &'a Cx, vm: &On, sr: &'a On, record: &class::Vm) -> Result<Self> {
        let whole = vm.pool.call("VM.get_record", params![vm.reference()]).await?;
        let mark = transit::mark(&cx.app).await?;
        let mut fields: Vec<(&str, Value)> =
            FIELDS.iter().filter_map(|field| Some((*field, whole.get(field)?.clone()))).collect();
        let other = record.other_config.iter().filter(|(key, _)| !OWN.contains(&key.as_str()));
        let other = other.map(|(key, text)| (key.as_str(), Value::from(text.as_str())));
        fields.extend([
            ("name_label", Value::from(format!("[Importing...] {}", record.name_label))),
            ("is_a_template", false.into()),
            ("affinity", "OpaqueRef:NULL".into()),
            ("other_config", Value::structure(other.chain([(MARK, Value::from(mark))]))),
            ("blocked_operations", Value::structure(super::STARTS.map(|start| (start, Value::from(BLOCKED))))),
        ]);
        let made: String = sr.pool.call_as("VM.create", params![Value::structure(fields)]).await?;
        let target = Self { cx, sr, vm: Temporary::new(&cx.app, &sr.pool, What::Vm, &made) };
        match target.equip(vm, record).await {
            Ok(()) => Ok(target),
            Err(error) => {
                target.remove().await;
                Err(error)
            }
        }
    }

    /// Gives it the interfaces and drives of the other.
    async fn equip(&self, vm: &On, record: &class::Vm) -> Result<()> {
        let (pool, here) = (&self.sr.pool, vm.object.pool() == self.sr.object.pool());
        let management = copy::management(self.cx, self.sr);
        for vif in &record.vifs {
            let vif: class::Vif = vm.pool.call_as("VIF.get_record", params![vif.to_string()]).await?;
            let mut network = Some(vif.network.to_string());
            if !here {
                let name: String = vm.pool.call_as("network.get_name_label", params![vif.network.to_string()]).await?;
                let named: Vec<String> = pool.call_as("network.get_by_name_label", params![name.as_str()]).await?;
                network = named.into_iter().next().or_else(|| management.clone());
            }
            let Some(network) = network else { continue };
            let record = Value::structure([
                ("VM", Value::from(self.vm.reference())),
                ("network", network.into()),
                ("device", vif.device.as_str().into()),
                ("MAC", vif.mac.as_str().into()),
                ("MTU", vif.mtu.into()),
                ("other_config", Value::structure::<&str>([])),
                ("qos_algorithm_type", "".into()),
                ("qos_algorithm_params", Value::structure::<&str>([])),
            ]);
            pool.call("VIF.create", params![record]).await?;
        }
        for (_, vbd) in disks_of(&vm.pool, record).await?.into_iter().filter(|(_, vbd)| vbd.is_drive()) {
            let record = Value::structure([
                ("VM", Value::from(self.vm.reference())),
                ("VDI", "OpaqueRef:NULL".into()),
                ("userdevice", vbd.record.userdevice.as_str().into()),
                ("bootable", vbd.record.bootable.into()),
                ("mode", "RO".into()),
                ("type", "CD".into()),
                ("empty", true.into()),
                ("unpluggable", true.into()),
                ("other_config", Value::structure::<&str>([])),
                ("qos_algorithm_type", "".into()),
                ("qos_algorithm_params", Value::structure::<&str>([])),
            ]);
            pool.call("VBD.create", params![record]).await?;
        }
        Ok(())
    }

    /// Copies the disks of `source`, a VM that does not run, and gives them to it; returns them by their places.
    pub(super) async fn copy(&self, from: &Connection, source: &class::Vm) -> Result<BTreeMap<String, Copied>> {
        let mut copies = BTreeMap::new();
        for (place, vbd) in disks_of(from, source).await? {
            let Some(vdi) = vbd.disk() else { continue };
            self.expect_wanted()?;
            let copy = self.disk(from, &vdi, &vbd.record).await?;
            self.send(content::read(from, &vdi).await?, &copy, "copied").await?;
            copies.insert(place, Copied { base: vdi, copy });
        }
        Ok(copies)
    }

    /// Makes an empty disk like `vdi` and gives it to the VM, with which it goes. Until then it has a mark of its own.
    async fn disk(&self, from: &Connection, vdi: &str, like: &class::Vbd) -> Result<String> {
        let record: class::Vdi = from.call_as("VDI.get_record", params![vdi]).await?;
        let mark = transit::mark(&self.cx.app).await?;
        let fields = Value::structure([
            ("name_label", Value::from(record.name_label.as_str())),
            ("name_description", record.name_description.as_str().into()),
            ("other_config", Value::structure([(MARK, Value::from(mark))])),
            ("read_only", false.into()),
            ("sharable", record.sharable.into()),
            ("SR", self.sr.reference().into()),
            ("type", record.r#type.as_str().into()),
            ("virtual_size", record.virtual_size.into()),
        ]);
        let pool = &self.sr.pool;
        let copy: String = pool.call_as("VDI.create", params![fields]).await?;
        let made = Temporary::new(&self.cx.app, pool, What::Vdi, &copy);
        let like = class::Vbd { vm: xapi_types::Ref::parse(self.vm.reference()), ..like.clone() };
        match attach(pool, &like, &copy).await {
            Ok(_) => made.keep().await,
            Err(error) => {
                made.remove().await;
                Err(error)
            }
        }
    }

    /// Sends after what the disks of `source` have more than what was copied.
    pub(super) async fn update(
        &self,
        from: &Connection,
        source: &class::Vm,
        copies: &BTreeMap<String, Copied>,
    ) -> Result<()> {
        for (place, vbd) in disks_of(from, source).await? {
            let (Some(vdi), Some(Copied { base, copy })) = (vbd.disk(), copies.get(&place)) else { continue };
            self.send(content::difference(from, &vdi, base).await?, copy, "brought up to date").await?;
        }
        Ok(())
    }

    /// Writes content over a disk; what it does not have stays as it is.
    async fn send(&self, content: Content, vdi: &str, what: &str) -> Result<()> {
        let parent = vhd::Parent { uuid: Uuid::nil(), timestamp: 0, name: "base.vhd".to_owned() };
        let parent = (content.gaps() == disk::Gaps::Parent).then_some(parent);
        let (form, image) = if content.size() <= vhd::MAX_SIZE {
            (DiskFormat::Vhd, vhd::encode(content, &vhd::Options { parent, ..vhd::Options::default() }))
        } else {
            (DiskFormat::Pieces, disk::raw::encode_chunked(content))
        };
        let image = image.map_err(|error| refused(&error))?;
        let (length, blame) = (image.length(), Blame::default());
        let label = format!("[XO] a disk is {what}");
        let sent = RawVdi { vdi, format: form, label: &label, length };
        let passing = self.cx.app.passing(app::Content::stream(image.map_err(io::Error::other)));
        let sent = self.sr.pool.import_raw_vdi(sent, blame.of_stream(passing.into_stream().boxed())).await;
        sent.map_err(|error| blame.take().unwrap_or(error))
    }

    /// Makes it one that people can use; returns its id.
    pub(super) async fn finish(&self, name: &str) -> Result<String> {
        let (pool, vm) = (&self.sr.pool, self.vm.reference());
        for operation in super::STARTS {
            pool.call("VM.remove_from_blocked_operations", params![vm, operation]).await?;
        }
        pool.call("VM.set_name_label", params![vm, name]).await?;
        pool.id_of_new(Kind::Vm, vm).await
    }

    /// Refuses to go on where the call has been cancelled.
    pub(super) fn expect_wanted(&self) -> Result<()> {
        if self.cx.is_cancelled() {
            return Err(Error::refused("the call has been cancelled"));
        }
        Ok(())
    }

    pub(super) async fn keep(self) -> Result<()> {
        self.vm.keep().await.map(drop)
    }

    pub(super) async fn remove(self) {
        self.vm.remove().await;
    }
}
