use serde_json::{Value, json};
use xapi_sim::{Datum, World};

use super::{Refusal, refused, refused_after};
use crate::five::recipe::{full, id, loose, made, named, vbd, vif};

fn halted(world: &mut World) -> Value {
    json!({ "id": id(world, "VM", "legacy-crm") })
}

fn running(world: &mut World) -> Value {
    json!({ "id": id(world, "VM", "web-1") })
}

/// Blocks an operation on a VM.
fn block(world: &mut World, vm: &str, operation: &str) -> String {
    let object = named(world, "VM", vm);
    world.put(object, "blocked_operations", operation, "the owner says so");
    world.uuid(object).to_owned()
}

pub(super) const REFUSALS: &[Refusal] = &[
    refused("vm.addDataSource", "13", |w| json!({ "id": id(w, "VM", "legacy-crm"), "dataSource": "cpu0" })),
    refused("vm.attachDisk", "17", |w| json!({ "vdi": id(w, "VDI", "db-1 data"), "vm": id(w, "VM", "web-1") })),
    refused("vm.clone", "13", |w| json!({ "id": id(w, "VM", "web-1"), "name": "second", "full_copy": false })),
    refused(
        "vm.clone",
        "19",
        |w| json!({ "id": block(w, "legacy-crm", "clone"), "name": "second", "full_copy": false }),
    ),
    refused("vm.coalesceLeaf", "-32000", running),
    refused("vm.convert", "13", running),
    refused("vm.convertToTemplate", "13", running),
    refused("vm.convertToTemplate", "19", |w| json!({ "id": block(w, "legacy-crm", "make_into_template") })),
    refused(
        "vm.copy",
        "SR_BACKEND_FAILURE_44",
        |w| json!({ "vm": id(w, "VM", "legacy-crm"), "sr": full(w, "NFS storage"), "name": "second" }),
    ),
    refused(
        "test.copyVm",
        "SR_BACKEND_FAILURE_44",
        |w| json!({ "vm": id(w, "VM", "legacy-crm"), "sr": full(w, "NFS storage") }),
    ),
    refused("vm.create", "SR_BACKEND_FAILURE_44", |w| {
        full(w, "NFS storage");
        let template = named(w, "VM", "debian-12-cloud").to_string();
        json!({ "template": template, "name_label": "new", "clone": false })
    }),
    refused(
        "vm.createCloudInitConfigDrive",
        "SR_BACKEND_FAILURE_44",
        |w| json!({ "vm": id(w, "VM", "legacy-crm"), "sr": full(w, "NFS storage"), "config": "#cloud-config\n" }),
    ),
    refused(
        "vm.createInterface",
        "DEVICE_ALREADY_EXISTS",
        |w| json!({ "vm": id(w, "VM", "legacy-crm"), "network": id(w, "network", "LAN"), "position": 0 }),
    ),
    refused("vm.createVgpu", "13", |w| {
        let kind = w.create("VGPU_type", [("model_name", "passthrough".into())]);
        let group = w.create("GPU_group", [("enabled_VGPU_types", Datum::set([kind]))]);
        json!({ "vm": id(w, "VM", "web-1"), "gpuGroup": w.uuid(group), "vgpuType": w.uuid(kind) })
    }),
    refused("vm.deleteVgpu", "OPERATION_NOT_ALLOWED", |w| {
        let vm = named(w, "VM", "web-1");
        json!({ "vgpu": made(w, "VGPU", [("VM", vm.into()), ("currently_attached", true.into())]) })
    }),
    refused("vm.delete", "5", |w| json!({ "id": id(w, "VM", "mail-old") })),
    refused("vm.delete", "25", |w| json!({ "id": named(w, "VM", "Debian Bookworm 12").to_string() })),
    refused("vm.insertCd", "OPERATION_NOT_ALLOWED", |w| {
        for drive in w.objects(named(w, "VM", "web-1"), "VBDs") {
            if w.text(drive, "type") == "CD" {
                w.destroy(drive);
            }
        }
        json!({ "id": id(w, "VM", "web-1"), "cd_id": id(w, "VDI", "systemrescue-12.01-amd64.iso") })
    }),
    refused(
        "vm.migrate",
        "13",
        |w| json!({ "vm": id(w, "VM", "ci-runner"), "targetHost": id(w, "host", "xcp-lab-1") }),
    ),
    refused("vm.migrate", "HOST_DISABLED", |w| {
        let host = named(w, "host", "xcp-lab-2");
        w.set(host, "enabled", false);
        json!({ "vm": id(w, "VM", "web-1"), "targetHost": id(w, "host", "xcp-lab-2") })
    }),
    refused("vm.pause", "13", halted),
    refused("vm.pause", "19", |w| json!({ "id": block(w, "web-1", "pause") })),
    refused("vm.recoveryStart", "13", running),
    refused("vm.removeDataSource", "13", |w| json!({ "id": id(w, "VM", "legacy-crm"), "dataSource": "cpu0" })),
    refused("vm.restart", "13", halted),
    refused("vm.restart", "19", |w| json!({ "id": block(w, "web-1", "clean_reboot") })),
    refused("vm.resume", "13", running),
    refused("vm.revert", "19", |w| {
        let snapshot = w.objects(named(w, "VM", "mail-old"), "snapshots")[0];
        w.put(snapshot, "blocked_operations", "revert", "the owner says so");
        json!({ "snapshot": w.uuid(snapshot) })
    }),
    refused("vm.set", "13", |w| json!({ "id": id(w, "VM", "web-1"), "cpusMax": 64 })),
    refused("vm.setAndRestart", "19", |w| json!({ "id": block(w, "web-1", "clean_shutdown"), "cpusMax": 4 })),
    refused("vm.setBootOrder", "10", |w| {
        let vm = named(w, "VM", "legacy-crm");
        w.set(vm, "domain_type", "pv");
        json!({ "vm": id(w, "VM", "legacy-crm"), "order": "nd" })
    }),
    refused("vm.snapshot", "19", |w| json!({ "id": block(w, "web-1", "snapshot") })),
    refused("vm.start", "13", running),
    refused("vm.start", "5", |w| json!({ "id": id(w, "VM", "mail-old") })),
    refused("vm.stats", "25", halted),
    refused("vm.stop", "13", halted),
    refused("vm.stop", "19", |w| json!({ "id": block(w, "web-1", "clean_shutdown") })),
    refused("vm.suspend", "13", halted),
    refused("vm.unpause", "13", running),
    refused("vtpm.create", "13", running),
    refused("vtpm.destroy", "13", |w| {
        let vtpm = w.objects(named(w, "VM", "dc-1"), "VTPMs")[0];
        json!({ "id": w.uuid(vtpm) })
    }),
    refused("vbd.connect", "13", |w| json!({ "id": vbd(w, "legacy-crm") })),
    refused("vbd.connect", "DEVICE_ALREADY_ATTACHED", |w| json!({ "id": vbd(w, "web-1") })),
    refused("vbd.disconnect", "13", |w| json!({ "id": vbd(w, "legacy-crm") })),
    refused("vif.connect", "13", |w| json!({ "id": vif(w, "legacy-crm") })),
    refused("vif.disconnect", "13", |w| json!({ "id": vif(w, "legacy-crm") })),
    refused("vif.set", "13", |w| json!({ "id": vif(w, "legacy-crm"), "attached": true })),
    refused(
        "disk.create",
        "SR_BACKEND_FAILURE_44",
        |w| json!({ "name": "more", "size": "1 GiB", "sr": full(w, "NFS storage") }),
    ),
    refused("vdi.delete", "17", |w| json!({ "id": id(w, "VDI", "web-1 system") })),
    refused("vdi.migrate", "SR_BACKEND_FAILURE_44", |w| json!({ "id": loose(w), "sr_id": full(w, "Local storage") })),
    refused(
        "vdi.set",
        "SR_OPERATION_NOT_SUPPORTED",
        |w| json!({ "id": id(w, "VDI", "web-1 system"), "size": "400 GiB" }),
    ),
    refused("vusb.create", "USB_GROUP_CONFLICT", |w| {
        let vm = named(w, "VM", "legacy-crm");
        let group = w.create("USB_group", [("name_label", "sticks".into())]);
        w.create("VUSB", [("VM", vm.into()), ("USB_group", group.into())]);
        json!({ "vm": id(w, "VM", "sandbox"), "usbGroup": w.uuid(group) })
    }),
    refused("vusb.destroy", "OPERATION_NOT_ALLOWED", |w| {
        let vm = named(w, "VM", "web-1");
        json!({ "id": made(w, "VUSB", [("VM", vm.into()), ("currently_attached", true.into())]) })
    }),
    refused("vusb.unplug", "DEVICE_ALREADY_DETACHED", |w| {
        let vm = named(w, "VM", "legacy-crm");
        json!({ "id": made(w, "VUSB", [("VM", vm.into())]) })
    }),
    refused_after("pusb.set", "USB_GROUP_CONTAINS_VUSB", |lab| {
        Box::pin(async move {
            let (device, group) = lab.stick().await;
            let vm = lab.sim.with(|world| id(world, "VM", "legacy-crm"));
            lab.did("vusb.create", json!({ "vm": vm, "usbGroup": group })).await;
            json!({ "id": device, "enabled": false })
        })
    }),
];
