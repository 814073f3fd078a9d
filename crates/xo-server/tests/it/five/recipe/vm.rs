use serde_json::{Value, json};
use xapi_sim::World;

use super::{Recipe, after, device, id, loose, made, named, on, vbd};

fn of(world: &World, vm: &str) -> Value {
    json!({ "id": id(world, "VM", vm) })
}

/// Returns a card that VMs may have, and its kind.
fn card(world: &mut World) -> (String, String) {
    let kind = world.create("VGPU_type", [("model_name", "passthrough".into())]);
    let types = xapi_sim::Datum::set([kind]);
    let group = world.create("GPU_group", [("name_label", "cards".into()), ("enabled_VGPU_types", types.clone())]);
    let host = world.master();
    let card = [("GPU_group", group.into()), ("host", host.into()), ("enabled_VGPU_types", types)];
    world.create("PGPU", card);
    (world.uuid(group).to_owned(), world.uuid(kind).to_owned())
}

fn device_of_pci(world: &mut World) -> String {
    let host = world.master();
    made(world, "PCI", [("pci_id", "0000:81:00.0".into()), ("host", host.into()), ("class_name", "Display".into())])
}

fn snapshot(world: &World, vm: &str) -> String {
    world.uuid(world.objects(named(world, "VM", vm), "snapshots")[0]).to_owned()
}

pub(super) const RECIPES: &[Recipe] = &[
    on("vm.addDataSource", |w| json!({ "id": id(w, "VM", "web-1"), "dataSource": "cpu0" })),
    on("vm.attachDisk", |w| json!({ "vdi": loose(w), "vm": id(w, "VM", "web-1") })),
    on("vm.attachPcis", |w| json!({ "id": id(w, "VM", "legacy-crm"), "pcis": [device_of_pci(w)] })),
    on("vm.clone", |w| json!({ "id": id(w, "VM", "legacy-crm"), "name": "second", "full_copy": false })),
    on("vm.clone", |w| json!({ "id": id(w, "VM", "legacy-crm"), "name": "second", "full_copy": true })),
    after("vm.coalesceLeaf", |lab| {
        Box::pin(async move {
            let vm = lab.sim.with(|world| id(world, "VM", "web-1"));
            lab.did("vm.snapshot", json!({ "id": vm, "name": "before" })).await;
            lab.sim.with(|world| {
                let disk = named(world, "VDI", "web-1 system");
                // Without the cleaning up that follows a deletion.
                for snapshot in world.objects(disk, "snapshots") {
                    world.destroy(snapshot);
                }
            });
            json!({ "id": vm })
        })
    }),
    on("vm.convert", |w| of(w, "legacy-crm")),
    on("vm.convertToTemplate", |w| of(w, "legacy-crm")),
    on("vm.copy", |w| json!({ "vm": id(w, "VM", "legacy-crm"), "sr": id(w, "SR", "NFS storage"), "name": "second" })),
    on("vm.copyToTemplate", |w| json!({ "id": snapshot(w, "mail-old") })),
    on("test.copyVm", |w| json!({ "vm": id(w, "VM", "legacy-crm"), "sr": id(w, "SR", "NFS storage") })),
    on("vm.create", |w| {
        json!({
            "template": id(w, "VM", "debian-12-cloud"), "name_label": "new", "name_description": "text", "CPUs": 2,
            "memory": "2 GiB", "VIFs": [{ "network": id(w, "network", "LAN") }], "tags": ["x"], "notes": "y",
            "VDIs": [{ "name_label": "data", "size": "1 GiB", "SR": id(w, "SR", "NFS storage") }],
            "existingDisks": { "0": { "size": "12 GiB", "$SR": id(w, "SR", "NFS storage"), "name_label": "root" } },
            "cloudConfig": "#cloud-config\nhostname: new\n", "bootAfterCreate": true, "affinityHost": id(w, "host", "xcp-lab-1"),
        })
    }),
    on("vm.create", |w| {
        let (group, kind) = card(w);
        json!({
            "template": named(w, "VM", "Debian Bookworm 12").to_string(), "name_label": "new", "clone": false, "gpuGroup": group,
            "vgpuType": kind, "createVtpm": true, "hvmBootFirmware": "uefi", "copyHostBiosStrings": true,
            "installation": { "method": "cdrom", "repository": id(w, "VDI", "systemrescue-12.01-amd64.iso") },
        })
    }),
    on("vm.createCloudInitConfigDrive", |w| {
        json!({
            "vm": id(w, "VM", "legacy-crm"), "sr": id(w, "SR", "NFS storage"), "config": "#cloud-config\n",
            "networkConfig": "version: 2\n",
        })
    }),
    on("vm.createInterface", |w| json!({ "vm": id(w, "VM", "web-1"), "network": id(w, "network", "LAN") })),
    on("vm.createVgpu", |w| {
        let (group, kind) = card(w);
        json!({ "vm": id(w, "VM", "legacy-crm"), "gpuGroup": group, "vgpuType": kind })
    }),
    on("vm.delete", |w| of(w, "legacy-crm")),
    on("vm.delete", |w| json!({ "id": id(w, "VM", "mail-old"), "force": true })),
    on("vm.delete", |w| json!({ "id": named(w, "VM", "debian-12-cloud").to_string(), "force": true })),
    on("vm.deleteVgpu", |w| {
        let (group, kind) = card(w);
        let vm = named(w, "VM", "legacy-crm");
        let (group, kind) = (w.by_uuid("GPU_group", &group).unwrap(), w.by_uuid("VGPU_type", &kind).unwrap());
        json!({ "vgpu": made(w, "VGPU", [("VM", vm.into()), ("GPU_group", group.into()), ("type", kind.into())]) })
    }),
    on("vm.detachPcis", |w| {
        let vm = named(w, "VM", "legacy-crm");
        w.put(vm, "other_config", "pci", "0/0000:81:00.0,0/0000:82:00.0");
        json!({ "id": id(w, "VM", "legacy-crm"), "pciIds": ["0000:81:00.0"] })
    }),
    on("vm.ejectCd", |w| of(w, "new-server")),
    on("vm.getCloudInitConfig", |w| {
        let host = w.master();
        w.put(host, "other_config", "sim:plugin:xscontainer.get_config_drive_default", "#cloud-config");
        json!({ "template": id(w, "VM", "debian-12-cloud") })
    }),
    on("vm.getSecurebootReadiness", |w| json!({ "id": id(w, "VM", "legacy-crm"), "forceRefresh": true })),
    on("vm.insertCd", |w| {
        let cd = id(w, "VDI", "systemrescue-12.01-amd64.iso");
        json!({ "id": id(w, "VM", "new-server"), "cd_id": cd, "force": true })
    }),
    on(
        "vm.insertCd",
        |w| json!({ "id": id(w, "VM", "legacy-crm"), "cd_id": id(w, "VDI", "systemrescue-12.01-amd64.iso") }),
    ),
    on("vm.migrate", |w| json!({ "vm": id(w, "VM", "web-1"), "targetHost": id(w, "host", "xcp-lab-2") })),
    on("vm.migrate", |w| json!({ "vm": id(w, "VM", "db-2"), "targetHost": id(w, "host", "xcp-lab-1") })),
    on("vm.pause", |w| of(w, "web-1")),
    on("vm.recoveryStart", |w| of(w, "legacy-crm")),
    on("vm.removeDataSource", |w| json!({ "id": id(w, "VM", "web-1"), "dataSource": "cpu0" })),
    on("vm.restart", |w| of(w, "web-1")),
    on("vm.restart", |w| json!({ "id": id(w, "VM", "web-1"), "force": true })),
    on("vm.resume", |w| of(w, "desk-anna")),
    on("vm.revert", |w| json!({ "snapshot": snapshot(w, "mail-old") })),
    on("vm.set", |w| {
        json!({
            "id": id(w, "VM", "legacy-crm"), "name_label": "n", "name_description": "d", "notes": "x", "tags": ["t"],
            "CPUs": 4, "cpusMax": 8, "memory": "3 GiB", "auto_poweron": true, "cpuWeight": 128, "cpuCap": 100,
            "cpuMask": [0, 1], "affinityHost": null, "vga": "std", "videoram": 8, "startDelay": 3, "coresPerSocket": 2,
            "blockedOperations": { "start": true }, "nestedVirt": true, "viridian": true, "nicType": "e1000",
            "hasVendorDevice": true, "secureBoot": false, "suspendSr": id(w, "SR", "NFS storage"), "xenStoreData": { "vm-data/a": "b" },
            "high_availability": "best-effort",
        })
    }),
    on("vm.set", |w| json!({ "id": id(w, "VM", "db-1"), "memory": "12 GiB", "notes": "busy" })),
    on("vm.setAndRestart", |w| json!({ "id": id(w, "VM", "web-1"), "cpusMax": 4, "nestedVirt": true })),
    on("vm.setBootOrder", |w| json!({ "vm": id(w, "VM", "legacy-crm"), "order": "nd" })),
    on("vm.snapshot", |w| json!({ "id": id(w, "VM", "web-1"), "name": "now", "description": "d" })),
    on("vm.snapshot", |w| json!({ "id": id(w, "VM", "web-1"), "name": "now", "saveMemory": true })),
    on("vm.start", |w| of(w, "legacy-crm")),
    on("vm.start", |w| json!({ "id": id(w, "VM", "mail-old"), "force": true, "host": id(w, "host", "xcp-lab-2") })),
    on("vm.stats", |w| of(w, "web-1")),
    on("vm.stop", |w| of(w, "web-1")),
    on("vm.stop", |w| json!({ "id": id(w, "VM", "fw-1"), "force": true })),
    on("vm.suspend", |w| of(w, "web-1")),
    on("vm.unpause", |w| of(w, "ci-runner")),
    on("vtpm.create", |w| of(w, "legacy-crm")),
    after("vtpm.destroy", |lab| {
        Box::pin(async move {
            let params = lab.sim.with(|world| of(world, "legacy-crm"));
            json!({ "id": lab.did("vtpm.create", params).await })
        })
    }),
    on("vbd.connect", |w| {
        let vbd = device(w, "web-1", "VBDs", |world, vbd| world.text(vbd, "type") == "Disk");
        w.set(vbd, "currently_attached", false);
        json!({ "id": w.uuid(vbd) })
    }),
    on("vbd.delete", |w| json!({ "id": vbd(w, "legacy-crm") })),
    on("vbd.disconnect", |w| {
        let disk = named(w, "VDI", "db-1 data");
        json!({ "id": w.uuid(w.objects(disk, "VBDs")[0]) })
    }),
    on("vbd.set", |w| json!({ "id": vbd(w, "legacy-crm"), "position": "5" })),
    on("vbd.setBootable", |w| json!({ "vbd": vbd(w, "legacy-crm"), "bootable": false })),
];
