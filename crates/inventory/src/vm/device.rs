//! Disks, drives and network interfaces of a VM, at its pool.

use app::Connection;
use op::Result;
use tracing::warn;
use xapi::{Value, params};
use xapi_types::{class, enums::VbdType};

/// Where hardware VMs have their CD drive.
const DRIVE: &str = "3";

/// An attachment of a disk, with its reference.
pub(super) struct Vbd {
    pub(super) reference: String,
    pub(super) record: class::Vbd,
}

/// Returns the attachments of a VM.
pub(super) async fn vbds(pool: &Connection, vm: &class::Vm) -> Result<Vec<Vbd>> {
    let mut vbds = Vec::with_capacity(vm.vbds.len());
    for vbd in &vm.vbds {
        let reference = vbd.to_string();
        let record = pool.call_as("VBD.get_record", params![&reference]).await?;
        vbds.push(Vbd { reference, record });
    }
    Ok(vbds)
}

impl Vbd {
    /// Returns the disk that is attached; nothing for a drive.
    pub(super) fn disk(&self) -> Option<String> {
        let vdi = self.record.vdi.get().filter(|_| self.record.r#type == VbdType::Disk);
        vdi.map(ToString::to_string)
    }

    /// Returns whether it is a CD drive.
    pub(super) fn is_drive(&self) -> bool {
        self.record.r#type == VbdType::Cd
    }
}

/// A disk or a drive to give to a VM.
pub(super) struct NewVbd<'a> {
    pub(super) vm: &'a str,
    pub(super) vdi: &'a str,
    pub(super) drive: bool,
    pub(super) bootable: bool,
    pub(super) read_only: bool,
    /// Place among the devices; a free one when left out.
    pub(super) position: Option<String>,
}

impl NewVbd<'_> {
    /// Attaches it, and plugs it in if the VM runs; what cannot be plugged in is detached again.
    pub(super) async fn attach(self, pool: &Connection) -> Result<String> {
        let position = match self.position {
            Some(position) => position,
            None => free_position(pool, self.vm, self.drive).await?,
        };
        let none = || Value::structure::<&str>([]);
        let record = Value::structure([
            ("VM", Value::from(self.vm)),
            ("VDI", self.vdi.into()),
            ("userdevice", position.into()),
            ("bootable", self.bootable.into()),
            ("mode", if self.read_only { "RO" } else { "RW" }.into()),
            ("type", if self.drive { "CD" } else { "Disk" }.into()),
            ("unpluggable", false.into()),
            ("empty", false.into()),
            ("other_config", none()),
            ("qos_algorithm_type", "".into()),
            ("qos_algorithm_params", none()),
        ]);
        let vbd: String = pool.call_as("VBD.create", vec![record]).await?;
        plug(pool, self.vm, "VBD", &vbd).await?;
        Ok(vbd)
    }
}

async fn free_position(pool: &Connection, vm: &str, drive: bool) -> Result<String> {
    let free: Vec<String> = pool.call_as("VM.get_allowed_VBD_devices", params![vm]).await?;
    let usual = free.iter().find(|position| (*position == DRIVE) == drive);
    let position = usual.or_else(|| free.first()).cloned();
    position.ok_or_else(|| op::Error::refused("the VM has no place left for another disk"))
}

/// Plugs a new device in if its VM runs; one that cannot be is destroyed.
async fn plug(pool: &Connection, vm: &str, class: &str, device: &str) -> Result<()> {
    let state: String = pool.call_as("VM.get_power_state", params![vm]).await?;
    if state != "Running" {
        return Ok(());
    }
    let plugged = pool.call_async(&format!("{class}.plug"), params![device]).await;
    if plugged.is_err()
        && let Err(error) = pool.call(&format!("{class}.destroy"), params![device]).await
    {
        warn!("cannot remove a {class} that could not be plugged in: {error}");
    }
    plugged.map(drop)
}

/// A network interface to give to a VM.
pub(super) struct NewVif<'a> {
    pub(super) vm: &'a str,
    pub(super) network: &'a str,
    /// One of its own when left out.
    pub(super) mac: Option<&'a str>,
    /// Largest frame, in bytes; that of the network when left out.
    pub(super) mtu: Option<i64>,
    /// Place among the interfaces; a free one when left out.
    pub(super) position: Option<String>,
    /// With addresses in either list, it may use only these.
    pub(super) ipv4_allowed: &'a [String],
    pub(super) ipv6_allowed: &'a [String],
}

impl NewVif<'_> {
    /// Attaches it, and plugs it in if the VM runs; what cannot be plugged in is taken away again.
    pub(super) async fn attach(self, pool: &Connection) -> Result<String> {
        let position = if let Some(position) = self.position {
            position
        } else {
            let free: Vec<String> = pool.call_as("VM.get_allowed_VIF_devices", params![self.vm]).await?;
            let first = free.into_iter().next();
            first.ok_or_else(|| op::Error::refused("the VM has no place left for another network interface"))?
        };
        let mtu = match self.mtu {
            Some(mtu) => mtu,
            None => pool.call_as("network.get_MTU", params![self.network]).await?,
        };
        let locked = !self.ipv4_allowed.is_empty() || !self.ipv6_allowed.is_empty();
        let none = || Value::structure::<&str>([]);
        let record = Value::structure([
            ("VM", Value::from(self.vm)),
            ("network", self.network.into()),
            ("device", position.into()),
            ("MAC", self.mac.unwrap_or_default().into()),
            ("MTU", mtu.into()),
            ("locking_mode", if locked { "locked" } else { "network_default" }.into()),
            ("ipv4_allowed", self.ipv4_allowed.to_vec().into()),
            ("ipv6_allowed", self.ipv6_allowed.to_vec().into()),
            ("other_config", none()),
            ("qos_algorithm_type", "".into()),
            ("qos_algorithm_params", none()),
        ]);
        let vif: String = pool.call_as("VIF.create", vec![record]).await?;
        plug(pool, self.vm, "VIF", &vif).await?;
        Ok(vif)
    }
}
