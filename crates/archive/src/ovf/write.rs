//! Writing a descriptor.

use std::fmt::Write;

use quick_xml::escape::escape;

use super::{Disk, Drive, File, Firmware, Nic, Ovf, Vm};

/// Disks on a controller of SCSI: 16 addresses, of which the controller has the eighth.
const DISKS_A_CONTROLLER: usize = 15;
/// Address of the controller itself.
const ADDRESS_OF_CONTROLLER: usize = 7;

impl Ovf {
    /// Writes the descriptor.
    pub fn write(&self) -> String {
        let mut out = String::from(concat!(
            r#"<?xml version="1.0" encoding="UTF-8"?>"#,
            "\n",
            r#"<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1""#,
            r#" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1""#,
            r#" xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData""#,
            r#" xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData""#,
            r#" xmlns:vmw="http://www.vmware.com/schema/ovf""#,
            r#" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">"#,
            "\n",
        ));
        let mut writer = Writer(&mut out);
        writer.section("References", "", |writer| self.files.iter().for_each(|file| writer.file(file)));
        writer.section("DiskSection", "Disks of the machines", |writer| {
            self.disks.iter().for_each(|disk| writer.disk(disk));
        });
        writer.section("NetworkSection", "Networks of the machines", |writer| {
            for network in &self.networks {
                writer.line(format_args!("<Network ovf:name=\"{}\"/>", escape(network.as_str())));
            }
        });
        match self.vms.as_slice() {
            [vm] => writer.vm(vm),
            vms => {
                writer.line(format_args!("<VirtualSystemCollection ovf:id=\"machines\">"));
                writer.line(format_args!("<Info>Machines</Info>"));
                for vm in vms {
                    writer.vm(vm);
                }
                writer.line(format_args!("</VirtualSystemCollection>"));
            }
        }
        out.push_str("</Envelope>\n");
        out
    }
}

/// Lines of a descriptor.
struct Writer<'a>(&'a mut String);

impl Writer<'_> {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.0, "{line}").expect("a text can be written to");
    }

    fn section(&mut self, name: &str, info: &str, content: impl FnOnce(&mut Self)) {
        self.line(format_args!("<{name}>"));
        if !info.is_empty() {
            self.line(format_args!("<Info>{info}</Info>"));
        }
        content(self);
        self.line(format_args!("</{name}>"));
    }

    fn file(&mut self, file: &File) {
        let size = file.size.map(|size| format!(" ovf:size=\"{size}\"")).unwrap_or_default();
        let gzip = if file.gzip { " ovf:compression=\"gzip\"" } else { "" };
        let (id, href) = (escape(file.id.as_str()), escape(file.href.as_str()));
        self.line(format_args!("<File ovf:id=\"{id}\" ovf:href=\"{href}\"{size}{gzip}/>"));
    }

    fn disk(&mut self, disk: &Disk) {
        // Mebibytes, which all readers know, where the size is a number of them.
        let (capacity, unit) = match disk.capacity {
            capacity if capacity.is_multiple_of(1 << 20) => (capacity >> 20, "byte * 2^20"),
            capacity => (capacity, "byte"),
        };
        let file = disk.file.as_deref().map(|file| format!(" ovf:fileRef=\"{}\"", escape(file))).unwrap_or_default();
        let (id, format) = (escape(disk.id.as_str()), escape(disk.format.as_str()));
        self.line(format_args!(
            "<Disk ovf:diskId=\"{id}\"{file} ovf:capacity=\"{capacity}\" ovf:capacityAllocationUnits=\"{unit}\" \
             ovf:format=\"{format}\"/>"
        ));
    }

    fn vm(&mut self, vm: &Vm) {
        self.line(format_args!("<VirtualSystem ovf:id=\"{}\">", escape(vm.id.as_str())));
        self.line(format_args!("<Info>A machine</Info>"));
        self.field("Name", &vm.name);
        if !vm.description.is_empty() {
            self.section("AnnotationSection", "Description", |writer| writer.field("Annotation", &vm.description));
        }
        // 1 is CIM's `Other`.
        self.line(format_args!("<OperatingSystemSection ovf:id=\"1\">"));
        self.line(format_args!("<Info>System inside</Info>"));
        self.field("Description", &vm.system);
        self.line(format_args!("</OperatingSystemSection>"));
        self.section("VirtualHardwareSection", "Hardware", |writer| writer.hardware(vm));
        self.line(format_args!("</VirtualSystem>"));
    }

    fn hardware(&mut self, vm: &Vm) {
        self.line(format_args!("<System>"));
        self.field("vssd:ElementName", "Virtual Hardware Family");
        self.field("vssd:InstanceID", "0");
        self.field("vssd:VirtualSystemIdentifier", &vm.name);
        // VMware refuses descriptors without a type that it knows; this is that of its version 6.5.
        self.field("vssd:VirtualSystemType", "vmx-13");
        self.line(format_args!("</System>"));
        let mut ids = 1..;
        let mut id = || ids.next().expect("there are more numbers than items").to_string();
        let cores = vm.cores_per_socket.map(|cores| cores.to_string());
        self.item(|item| {
            item.field("rasd:AllocationUnits", "hertz * 10^6");
            item.field("rasd:Description", "Number of virtual CPUs");
            item.field("rasd:ElementName", &format!("{} virtual CPU(s)", vm.cpus));
            item.field("rasd:InstanceID", &id());
            item.field("rasd:ResourceType", "3");
            item.field("rasd:VirtualQuantity", &vm.cpus.to_string());
            if let Some(cores) = &cores {
                item.line(format_args!("<vmw:CoresPerSocket ovf:required=\"false\">{cores}</vmw:CoresPerSocket>"));
            }
        });
        let (memory, unit) =
            if vm.memory.is_multiple_of(1 << 20) { (vm.memory >> 20, "byte * 2^20") } else { (vm.memory, "byte") };
        self.item(|item| {
            item.field("rasd:AllocationUnits", unit);
            item.field("rasd:Description", "Memory size");
            item.field("rasd:ElementName", "Memory");
            item.field("rasd:InstanceID", &id());
            item.field("rasd:ResourceType", "4");
            item.field("rasd:VirtualQuantity", &memory.to_string());
        });
        for (bus, drives) in vm.disks.chunks(DISKS_A_CONTROLLER).enumerate() {
            let controller = id();
            self.item(|item| {
                item.field("rasd:Address", &bus.to_string());
                item.field("rasd:Description", "SCSI controller");
                item.field("rasd:ElementName", &format!("SCSI controller {bus}"));
                item.field("rasd:InstanceID", &controller);
                item.field("rasd:ResourceSubType", "lsilogic");
                item.field("rasd:ResourceType", "6");
            });
            for (address, drive) in drives.iter().enumerate() {
                let address = if address < ADDRESS_OF_CONTROLLER { address } else { address + 1 };
                self.drive(drive, &controller, address, &id());
            }
        }
        for nic in &vm.nics {
            self.nic(nic, &id());
        }
        let firmware = if vm.firmware == Firmware::Uefi { "efi" } else { "bios" };
        self.config("firmware", firmware);
        if vm.secure_boot {
            self.config("bootOptions.efiSecureBootEnabled", "true");
        }
    }

    fn drive(&mut self, drive: &Drive, controller: &str, address: usize, id: &str) {
        self.item(|item| {
            item.field("rasd:AddressOnParent", &address.to_string());
            if !drive.name.is_empty() {
                item.field("rasd:Caption", &drive.name);
            }
            if !drive.description.is_empty() {
                item.field("rasd:Description", &drive.description);
            }
            item.field("rasd:ElementName", &format!("Hard disk {id}"));
            item.field("rasd:HostResource", &format!("ovf:/disk/{}", drive.disk));
            item.field("rasd:InstanceID", id);
            item.field("rasd:Parent", controller);
            item.field("rasd:ResourceType", "17");
        });
    }

    fn nic(&mut self, nic: &Nic, id: &str) {
        self.item(|item| {
            if let Some(mac) = &nic.mac {
                item.field("rasd:Address", mac);
            }
            item.field("rasd:AutomaticAllocation", "true");
            if let Some(network) = &nic.network {
                item.field("rasd:Connection", network);
            }
            item.field("rasd:ElementName", &format!("Network adapter {id}"));
            item.field("rasd:InstanceID", id);
            if !nic.kind.is_empty() {
                item.field("rasd:ResourceSubType", &nic.kind);
            }
            item.field("rasd:ResourceType", "10");
        });
    }

    fn item(&mut self, content: impl FnOnce(&mut Self)) {
        self.line(format_args!("<Item>"));
        content(self);
        self.line(format_args!("</Item>"));
    }

    fn field(&mut self, name: &str, value: &str) {
        // Control characters have no place in XML.
        let value: String = value.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        self.line(format_args!("<{name}>{}</{name}>", escape(value.as_str())));
    }

    fn config(&mut self, key: &str, value: &str) {
        self.line(format_args!("<vmw:Config ovf:required=\"false\" vmw:key=\"{key}\" vmw:value=\"{value}\"/>"));
    }
}
