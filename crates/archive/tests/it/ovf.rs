//! Descriptors as several programs write them.

use archive::{
    Fault,
    ovf::{Disk, Drive, File, Firmware, Nic, Ovf, STREAM_OPTIMIZED, Vm},
};

/// A descriptor in the manner of VMware: default namespace, two disks on two controllers, UEFI.
pub(crate) const VMWARE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- a comment -->
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:rasd="r" xmlns:vmw="http://www.vmware.com/schema/ovf" xmlns:vssd="s">
  <References>
    <File ovf:href="web-disk1.vmdk" ovf:id="file1" ovf:size="11"/>
    <File ovf:href="web-disk2.vmdk.gz" ovf:id="file2" ovf:compression="gzip"/>
    <File ovf:href="web.nvram" ovf:id="file3" ovf:size="8684"/>
  </References>
  <DiskSection>
    <Info>Virtual disk information</Info>
    <Disk ovf:capacity="16" ovf:capacityAllocationUnits="byte * 2^30" ovf:diskId="vmdisk1" ovf:fileRef="file1"
      ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
    <Disk ovf:capacity="5000192" ovf:diskId="vmdisk2" ovf:fileRef="file2" ovf:format="x"/>
    <Disk ovf:capacity="1" ovf:capacityAllocationUnits="GigaBytes" ovf:diskId="vmdisk3" ovf:format="x"/>
  </DiskSection>
  <NetworkSection><Info/><Network ovf:name="VM &amp; Network"><Description/></Network></NetworkSection>
  <VirtualSystem ovf:id="web">
    <Info>A virtual machine</Info>
    <Name>web &lt;1&#62;</Name>
    <OperatingSystemSection ovf:id="94" vmw:osType="ubuntu64Guest"><Info/></OperatingSystemSection>
    <VirtualHardwareSection>
      <Info/>
      <System><vssd:VirtualSystemIdentifier>other</vssd:VirtualSystemIdentifier></System>
      <Item><rasd:AllocationUnits>hertz * 10^6</rasd:AllocationUnits><rasd:InstanceID>1</rasd:InstanceID>
        <rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>4</rasd:VirtualQuantity>
        <vmw:CoresPerSocket ovf:required="false">2</vmw:CoresPerSocket></Item>
      <Item><rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits><rasd:InstanceID>2</rasd:InstanceID>
        <rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>8192</rasd:VirtualQuantity></Item>
      <Item><rasd:InstanceID>3</rasd:InstanceID><rasd:ResourceType>6</rasd:ResourceType></Item>
      <Item><rasd:InstanceID>4</rasd:InstanceID><rasd:ResourceType>20</rasd:ResourceType></Item>
      <Item><rasd:AddressOnParent>0</rasd:AddressOnParent><rasd:ElementName>late</rasd:ElementName>
        <rasd:HostResource>/disk/vmdisk3</rasd:HostResource><rasd:InstanceID>5</rasd:InstanceID>
        <rasd:Parent>4</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType></Item>
      <Item><rasd:AddressOnParent>1</rasd:AddressOnParent><rasd:ElementName>second</rasd:ElementName>
        <rasd:HostResource>ovf:/disk/vmdisk2</rasd:HostResource><rasd:InstanceID>6</rasd:InstanceID>
        <rasd:Parent>3</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType></Item>
      <Item><rasd:AddressOnParent>0</rasd:AddressOnParent><rasd:ElementName>first</rasd:ElementName>
        <rasd:Description>root</rasd:Description>
        <rasd:HostResource>ovf:/disk/vmdisk1</rasd:HostResource><rasd:InstanceID>7</rasd:InstanceID>
        <rasd:Parent>3</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType></Item>
      <Item><rasd:AutomaticAllocation>true</rasd:AutomaticAllocation><rasd:Connection>VM &amp; Network</rasd:Connection>
        <rasd:InstanceID>8</rasd:InstanceID><rasd:ResourceSubType>VmxNet3</rasd:ResourceSubType>
        <rasd:ResourceType>10</rasd:ResourceType></Item>
      <vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="efi"/>
      <vmw:Config ovf:required="false" vmw:key="bootOptions.efiSecureBootEnabled" vmw:value="true"/>
    </VirtualHardwareSection>
    <AnnotationSection><Info/><Annotation>What it
is for</Annotation></AnnotationSection>
  </VirtualSystem>
</Envelope>"#;

#[test]
fn a_descriptor_of_vmware_is_read() {
    let ovf = Ovf::parse(VMWARE.as_bytes()).unwrap();
    let files: Vec<_> = ovf.disk_files().map(|file| (file.href.as_str(), file.size, file.gzip)).collect();
    assert_eq!(files, [("web-disk1.vmdk", Some(11), false), ("web-disk2.vmdk.gz", None, true)]);
    let capacities: Vec<_> = ovf.disks.iter().map(|disk| disk.capacity).collect();
    assert_eq!(capacities, [16 << 30, 5_000_192, 1 << 30]);
    assert_eq!(ovf.networks, ["VM & Network"]);
    let vm = &ovf.vms[0];
    assert_eq!((vm.name.as_str(), vm.description.as_str()), ("web <1>", "What it\nis for"));
    assert_eq!((vm.cpus, vm.cores_per_socket, vm.memory, vm.system.as_str()), (4, Some(2), 8 << 30, "ubuntu64Guest"));
    assert_eq!((vm.firmware, vm.secure_boot), (Firmware::Uefi, true));
    let disks: Vec<_> = vm.disks.iter().map(|drive| (drive.disk.as_str(), drive.name.as_str())).collect();
    assert_eq!(disks, [("vmdisk1", "first"), ("vmdisk2", "second"), ("vmdisk3", "late")]);
    assert_eq!(vm.nics, [Nic { network: Some("VM & Network".into()), mac: None, kind: "VmxNet3".into() }]);
}

#[test]
fn a_descriptor_of_virtualbox_with_items_of_ovf_2_is_read() {
    let document = r#"<?xml version="1.0"?><ovf:Envelope xmlns:ovf="o" xmlns:rasd="r" xmlns:vbox="v">
      <ovf:References><ovf:File ovf:id="f" ovf:href="d.vmdk"/></ovf:References>
      <ovf:DiskSection><ovf:Disk ovf:capacity="512" ovf:diskId="d" ovf:fileRef="f"/></ovf:DiskSection>
      <ovf:VirtualSystemCollection ovf:id="all"><ovf:VirtualSystem ovf:id="named by id"><ovf:VirtualHardwareSection>
        <ovf:Item><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>512</rasd:VirtualQuantity></ovf:Item>
        <ovf:StorageItem><rasd:HostResource>/disk/d</rasd:HostResource><rasd:ResourceType>17</rasd:ResourceType>
        </ovf:StorageItem>
        <ovf:EthernetPortItem><rasd:Connection>NAT</rasd:Connection><rasd:Address>0800275B0001</rasd:Address>
          <rasd:ResourceType>10</rasd:ResourceType></ovf:EthernetPortItem>
      </ovf:VirtualHardwareSection><vbox:Machine><Hardware><Firmware type="EFI"/></Hardware></vbox:Machine>
      </ovf:VirtualSystem></ovf:VirtualSystemCollection></ovf:Envelope>"#;
    let vm = Ovf::parse(document.as_bytes()).unwrap().vms.remove(0);
    assert_eq!((vm.name.as_str(), vm.cpus, vm.memory, vm.firmware), ("named by id", 1, 512 << 20, Firmware::Uefi));
    assert_eq!(vm.disks[0].disk, "d");
    assert_eq!(vm.nics[0].mac.as_deref(), Some("0800275B0001"));
}

/// A package of two disks for one machine.
pub(crate) fn package() -> Ovf {
    let file = |n: u32| File { id: format!("file{n}"), href: format!("disk{n}.vmdk"), size: Some(512), gzip: false };
    let disk = |n: u32, capacity| Disk {
        id: format!("vmdisk{n}"),
        file: Some(format!("file{n}")),
        capacity,
        format: STREAM_OPTIMIZED.to_owned(),
    };
    let drive = |n: u32| Drive { disk: format!("vmdisk{n}"), name: format!("d & {n}"), description: "<x>".to_owned() };
    Ovf {
        files: vec![file(1), file(2)],
        disks: vec![disk(1, 10 << 30), disk(2, 512)],
        networks: vec!["\"lan\"".to_owned()],
        vms: vec![Vm {
            id: "vm".to_owned(),
            name: "web <é>".to_owned(),
            description: "two\nlines".to_owned(),
            system: "Debian".to_owned(),
            cpus: 3,
            cores_per_socket: Some(1),
            memory: (2 << 30) + 1,
            firmware: Firmware::Uefi,
            secure_boot: true,
            disks: vec![drive(1), drive(2)],
            nics: vec![Nic {
                network: Some("\"lan\"".to_owned()),
                mac: Some("00:16:3e:00:00:01".to_owned()),
                kind: "E1000".to_owned(),
            }],
        }],
    }
}

#[test]
fn what_is_written_is_read() {
    let mut ovf = package();
    assert_eq!(Ovf::parse(ovf.write().as_bytes()).unwrap(), ovf);
    // More disks than a controller takes keep their order.
    let many = (0..40).map(|_| ovf.vms[0].disks[0].clone()).enumerate();
    ovf.vms[0].disks = many.map(|(n, drive)| Drive { name: n.to_string(), ..drive }).collect();
    ovf.vms.push(Vm { id: "2".into(), name: "2".into(), cpus: 1, ..Vm::default() });
    assert_eq!(Ovf::parse(ovf.write().as_bytes()).unwrap(), ovf);
}

#[test]
fn no_cut_and_no_changed_byte_makes_reading_panic() {
    for at in 0..VMWARE.len() {
        assert!(Ovf::parse(&VMWARE.as_bytes()[..at]).is_err(), "cut at {at}");
        let mut bytes = VMWARE.as_bytes().to_vec();
        for value in [b'<', b'9', 0xff] {
            bytes[at] = value;
            let _ = Ovf::parse(&bytes);
        }
    }
}

fn check(from: &str, to: &str, told: &str) {
    assert!(VMWARE.contains(from), "{from}");
    let fault = Ovf::parse(VMWARE.replacen(from, to, 1).as_bytes()).unwrap_err();
    assert_eq!(fault, Fault::Description(told.to_owned()));
}

#[test]
fn what_is_wrong_is_said() {
    check("ovf:capacity=\"16\"", "", "a `Disk` has no `capacity`");
    check("ovf:capacity=\"16\"", "ovf:capacity=\"${size}\"", "`capacity` should be a number, and is `${size}`");
    check("byte * 2^30", "byte * 2^63", "the disk `vmdisk1` is larger than there are disks");
    check("byte * 2^30", "hertz", "the disk `vmdisk1` is measured in `hertz`");
    check(
        "ovf:fileRef=\"file1\"",
        "ovf:fileRef=\"f\"",
        "the disk `vmdisk1` is in the file `f`, which is not described",
    );
    check("ovf:/disk/vmdisk2", "ovf:/disk/x", "the machine `web <1>` has the disk `x`, which is not described");
    check(
        "ovf:compression=\"gzip\"",
        "ovf:compression=\"xz\"",
        "the file `web-disk2.vmdk.gz` is compressed by `xz`, only `gzip` is read",
    );
    check("ovf:id=\"file2\"", "ovf:id=\"file1\"", "two files are called `file1`");
    let nothing = VMWARE.replace("VirtualHardwareSection", "Nothing");
    assert_eq!(Ovf::parse(nothing.as_bytes()).unwrap_err().to_string(), "the machine `web` has no hardware");
}

#[test]
fn entities_are_not_declared() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><Envelope>&b;</Envelope>";
    let fault = Ovf::parse(bomb.as_bytes()).unwrap_err();
    assert!(fault.to_string().contains("a document type, which would declare entities"), "{fault}");
    let fault = Ovf::parse(b"<Envelope>&b;</Envelope>").unwrap_err();
    assert!(fault.to_string().contains("an entity that XML has not"), "{fault}");
}

#[test]
fn deep_and_many_elements_are_refused() {
    let deep = ["<a>".repeat(1000), "</a>".repeat(1000)].concat();
    Ovf::parse(deep.as_bytes()).unwrap_err();
    let many = ["<Envelope>", &"<a/>".repeat(300_000), "</Envelope>"].concat();
    Ovf::parse(many.as_bytes()).unwrap_err();
}
