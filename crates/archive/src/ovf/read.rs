//! Reading a descriptor.

use std::collections::HashSet;

use super::{Disk, Drive, File, Firmware, Nic, Ovf, Vm, units};
use crate::{Fault, error::shortened, tree::Element};

/// Memory that no machine has less of, in bytes: a number below it without a unit counts mebibytes.
const LEAST_MEMORY: u64 = 4 << 20;
/// Most machines, disks and files of a package each; several hundred have not been seen.
const MOST: usize = 10_000;

/// Kinds of hardware (`ResourceType`), from CIM's `CIM_ResourceAllocationSettingData`.
mod kind {
    pub(super) const CPU: &str = "3";
    pub(super) const MEMORY: &str = "4";
    pub(super) const NIC: &str = "10";
    pub(super) const DISK: &str = "17";
}

impl Ovf {
    /// Reads a descriptor.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words.
    pub fn parse(document: &[u8]) -> Result<Self, Fault> {
        let envelope = Element::parse(document)?;
        if envelope.name != "Envelope" {
            return Err(wrong(format!("an OVF descriptor is an `Envelope`, this is a `{}`", envelope.name)));
        }
        let files = envelope.all("References").flat_map(|references| references.all("File"));
        let files = files.map(file).collect::<Result<Vec<_>, _>>()?;
        let sections =
            || envelope.all("DiskSection").chain(envelope.all("Section").filter(|section| is_disks(section)));
        let disks = sections().flat_map(|section| section.all("Disk")).map(disk).collect::<Result<Vec<_>, _>>()?;
        let networks = envelope.all("NetworkSection").flat_map(|section| section.all("Network"));
        let networks = networks.filter_map(|network| network.attribute("name")).map(str::to_owned).collect();
        let mut systems = Vec::new();
        collect_systems(&envelope, &mut systems);
        let vms = systems.into_iter().map(vm).collect::<Result<Vec<_>, _>>()?;
        let ovf = Self { files, disks, networks, vms };
        ovf.check()?;
        Ok(ovf)
    }

    fn check(&self) -> Result<(), Fault> {
        if self.vms.is_empty() {
            return Err(wrong("it describes no machine".to_owned()));
        }
        if self.files.len().max(self.disks.len()).max(self.vms.len()) > MOST {
            return Err(wrong(format!("it has more than {MOST} files, disks or machines")));
        }
        let mut ids = HashSet::new();
        let mut names = HashSet::new();
        for file in &self.files {
            if !ids.insert(&file.id) || !names.insert(&file.href) {
                return Err(wrong(format!("two files are called `{}`", file.id)));
            }
        }
        let mut disks = HashSet::new();
        for disk in &self.disks {
            if !disks.insert(&disk.id) {
                return Err(wrong(format!("two disks are called `{}`", disk.id)));
            }
            if let Some(file) = &disk.file
                && !ids.contains(file)
            {
                return Err(wrong(format!("the disk `{}` is in the file `{file}`, which is not described", disk.id)));
            }
        }
        let drives = || self.vms.iter().flat_map(|vm| vm.disks.iter().map(move |drive| (vm, drive)));
        match drives().find(|(_, drive)| !disks.contains(&drive.disk)) {
            Some((vm, drive)) => {
                Err(wrong(format!("the machine `{}` has the disk `{}`, which is not described", vm.name, drive.disk)))
            }
            None => Ok(()),
        }
    }
}

/// OVF 0.9 has sections whose type is an attribute.
fn is_disks(section: &Element) -> bool {
    section.attribute("type").is_some_and(|kind| kind.contains("DiskSection"))
}

/// Finds machines, also in collections of them.
fn collect_systems<'a>(element: &'a Element, systems: &mut Vec<&'a Element>) {
    for child in &element.children {
        match child.name.as_str() {
            "VirtualSystem" => systems.push(child),
            "VirtualSystemCollection" => collect_systems(child, systems),
            _ => {}
        }
    }
}

fn file(file: &Element) -> Result<File, Fault> {
    let href = needed(file, "href")?;
    let gzip = match file.attribute("compression").unwrap_or_default() {
        "" | "identity" => false,
        "gzip" => true,
        other => return Err(wrong(format!("the file `{href}` is compressed by `{other}`, only `gzip` is read"))),
    };
    if file.attribute("chunkSize").is_some() {
        return Err(wrong(format!("the file `{href}` is cut into several, which is not read")));
    }
    let size = file.attribute("size").map(|size| number("size", size)).transpose()?;
    Ok(File { id: needed(file, "id")?, href, size, gzip })
}

fn disk(disk: &Element) -> Result<Disk, Fault> {
    let id = needed(disk, "diskId")?;
    if disk.attribute("parentRef").is_some() {
        return Err(wrong(format!("the disk `{id}` is a difference to another, which is not read")));
    }
    let unit = disk.attribute("capacityAllocationUnits").unwrap_or("byte");
    let unit = units::bytes(unit).ok_or_else(|| wrong(format!("the disk `{id}` is measured in `{unit}`")))?;
    let capacity = number("capacity", &needed(disk, "capacity")?)?.checked_mul(unit);
    let capacity = capacity.ok_or_else(|| wrong(format!("the disk `{id}` is larger than there are disks")))?;
    let file = disk.attribute("fileRef").filter(|file| !file.is_empty()).map(str::to_owned);
    Ok(Disk { id, file, capacity, format: disk.attribute("format").unwrap_or_default().to_owned() })
}

/// A disk with what its place among the others depends on.
struct Placed {
    controller: usize,
    address: u64,
    drive: Drive,
}

fn vm(system: &Element) -> Result<Vm, Fault> {
    let id = system.attribute("id").unwrap_or_default();
    let hardware = system.child("VirtualHardwareSection").or_else(|| {
        system.all("Section").find(|section| section.attribute("type").is_some_and(|kind| kind.contains("Hardware")))
    });
    let Some(hardware) = hardware else { return Err(wrong(format!("the machine `{id}` has no hardware"))) };
    let named = hardware.child("System").and_then(|described| described.text_of("VirtualSystemIdentifier"));
    let os = system.child("OperatingSystemSection");
    let described = system.child("AnnotationSection").and_then(|section| section.text_of("Annotation"));
    let mut vm = Vm {
        id: id.to_owned(),
        name: system.text_of("Name").or(named).unwrap_or(id).to_owned(),
        description: described.unwrap_or_default().to_owned(),
        system: os.and_then(|os| os.attribute("osType").or(os.text_of("Description"))).unwrap_or_default().to_owned(),
        cpus: 1,
        ..Vm::default()
    };
    let items: Vec<_> = hardware
        .children
        .iter()
        .filter(|item| ["Item", "StorageItem", "EthernetPortItem"].contains(&&*item.name))
        .collect();
    let ids: Vec<_> = items.iter().map(|item| item.text_of("InstanceID").or(item.text_of("InstanceId"))).collect();
    let mut drives = Vec::new();
    for item in &items {
        match item.text_of("ResourceType").unwrap_or_default() {
            kind::CPU => {
                let cpus = number("VirtualQuantity", item.text_of("VirtualQuantity").unwrap_or("1"))?;
                vm.cpus = u32::try_from(cpus).map_err(|_| wrong(format!("{cpus} processors are too many")))?;
                vm.cores_per_socket = item.text_of("CoresPerSocket").and_then(|cores| cores.parse().ok());
            }
            kind::MEMORY => vm.memory = memory(item)?,
            kind::NIC => vm.nics.push(nic(item)),
            kind::DISK => {
                let parent = item.text_of("Parent");
                let controller = ids.iter().position(|id| id.is_some() && *id == parent).unwrap_or(usize::MAX);
                drives.extend(drive(item).map(|drive| Placed { controller, address: address(item), drive }));
            }
            _ => {}
        }
    }
    // Sorting keeps the order of those with the same address.
    drives.sort_by_key(|placed| (placed.controller, placed.address));
    vm.disks = drives.into_iter().map(|placed| placed.drive).collect();
    firmware(system, hardware, &mut vm);
    Ok(vm)
}

fn memory(item: &Element) -> Result<u64, Fault> {
    let amount = number("VirtualQuantity", item.text_of("VirtualQuantity").unwrap_or_default())?;
    let unit = match item.text_of("AllocationUnits") {
        Some(unit) => units::bytes(unit).ok_or_else(|| wrong(format!("memory is measured in `{unit}`")))?,
        None if amount < LEAST_MEMORY => 1 << 20,
        None => 1,
    };
    amount.checked_mul(unit).ok_or_else(|| wrong(format!("{amount} × {unit} bytes of memory are too many")))
}

fn nic(item: &Element) -> Nic {
    let text = |name| item.text_of(name).map(str::to_owned);
    Nic { network: text("Connection"), mac: text("Address"), kind: text("ResourceSubType").unwrap_or_default() }
}

/// Returns a disk that has content in the package or is empty; one that stands for a device of the host is none.
fn drive(item: &Element) -> Option<Drive> {
    let resource = item.text_of("HostResource")?;
    let (_, disk) = resource.strip_prefix("ovf:").unwrap_or(resource).split_once("/disk/")?;
    let text = |name| item.text_of(name).map(str::to_owned);
    let name = text("Caption").or(text("ElementName")).unwrap_or_default();
    Some(Drive { disk: disk.to_owned(), name, description: text("Description").unwrap_or_default() })
}

/// Returns where on its controller a disk is; `AddressOnParent`, or `target=n` in what Xen's tools write.
fn address(item: &Element) -> u64 {
    let target = || {
        let target = item.text_of("Address")?.split_once("target=")?.1;
        target.split(|c: char| !c.is_ascii_digit()).next()
    };
    item.text_of("AddressOnParent").or_else(target).and_then(|address| address.parse().ok()).unwrap_or(u64::MAX)
}

fn firmware(system: &Element, hardware: &Element, vm: &mut Vm) {
    for config in hardware.all("Config").chain(hardware.all("ExtraConfig")) {
        let value = config.attribute("value").unwrap_or_default().to_ascii_lowercase();
        match config.attribute("key").unwrap_or_default() {
            "firmware" if value == "efi" || value == "uefi" => vm.firmware = Firmware::Uefi,
            "bootOptions.efiSecureBootEnabled" | "uefi.secureBoot.enabled" => vm.secure_boot = value == "true",
            _ => {}
        }
    }
    // VirtualBox has it in a section of its own.
    let machine = system.child("Machine").and_then(|machine| machine.child("Hardware"));
    let kind = machine.and_then(|hardware| hardware.child("Firmware")?.attribute("type"));
    if kind.is_some_and(|kind| kind.to_ascii_uppercase().starts_with("EFI")) {
        vm.firmware = Firmware::Uefi;
    }
}

fn needed(element: &Element, name: &str) -> Result<String, Fault> {
    let value = element.attribute(name).filter(|value| !value.is_empty());
    value.map(str::to_owned).ok_or_else(|| wrong(format!("a `{}` has no `{name}`", element.name)))
}

fn number(what: &str, text: &str) -> Result<u64, Fault> {
    text.parse().map_err(|_| wrong(format!("`{what}` should be a number, and is `{text}`")))
}

fn wrong(what: String) -> Fault {
    Fault::Description(shortened(&what, 400))
}
