//! What else belongs to a VM: TPM, PCI devices, graphics, statistics, secure boot, high availability, chains of disks.

use serde_json::json;
use xapi_sim::Datum;

use crate::Lab;

#[tokio::test]
async fn the_values_of_high_availability_are_listed() {
    let lab = Lab::new().await;
    assert_eq!(lab.admin.call("vm.getHaValues", json!({})).await, json!(["best-effort", "restart", ""]));
}

#[tokio::test]
async fn a_vm_gets_a_tpm_once_and_loses_it() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "legacy-crm");
    let id = lab.id(vm);
    let vtpm = lab.admin.call("vtpm.create", json!({ "id": id })).await;
    lab.becomes(vtpm.as_str().unwrap(), |vtpm| vtpm["type"] == "VTPM").await;
    let error = lab.admin.refused("vtpm.create", json!({ "id": id })).await;
    assert_eq!(error["data"]["code"], "VTPM_MAX_AMOUNT_REACHED");
    assert_eq!(lab.admin.call("vtpm.destroy", json!({ "id": vtpm })).await, true);
    lab.vanishes(vtpm.as_str().unwrap()).await;
    let error = lab.admin.refused("vtpm.create", json!({ "id": lab.id(lab.vm("Running")) })).await;
    assert_eq!(error["code"], 13);
    lab.sim.fail_next("VTPM.create", "INTERNAL_ERROR", ["x"]);
    assert_eq!(lab.admin.refused("vtpm.create", json!({ "id": id })).await["code"], -32000);
    assert_eq!(lab.admin.refused("vtpm.destroy", json!({ "id": id })).await["code"], 1);
}

#[tokio::test]
async fn statistics_are_recorded_and_forgotten_while_a_vm_runs() {
    let lab = Lab::new().await;
    for method in ["vm.addDataSource", "vm.removeDataSource"] {
        let running = json!({ "id": lab.id(lab.vm("Running")), "dataSource": "cpu0" });
        assert_eq!(lab.admin.call(method, running).await, true);
        let halted = json!({ "id": lab.id(lab.vm("Halted")), "dataSource": "cpu0" });
        assert_eq!(lab.admin.refused(method, halted).await["code"], 13);
        let nameless = json!({ "id": lab.id(lab.vm("Running")), "dataSource": "" });
        assert_eq!(lab.admin.refused(method, nameless).await["code"], 10);
    }
}

#[tokio::test]
async fn the_readiness_for_secure_boot_is_told() {
    let lab = Lab::new().await;
    let vm = lab.vm("Halted");
    lab.sim.with(|world| world.put(vm, "HVM_boot_params", "firmware", "bios"));
    let params = json!({ "id": lab.id(vm), "forceRefresh": true });
    assert_eq!(lab.admin.call("vm.getSecurebootReadiness", params.clone()).await, "not_supported");
    lab.sim.fail_next("VM.get_secureboot_readiness", "INTERNAL_ERROR", ["x"]);
    assert_eq!(lab.admin.refused("vm.getSecurebootReadiness", params).await["code"], -32000);
}

#[tokio::test]
async fn a_vm_is_suspended_while_its_disks_are_merged_and_goes_on_even_if_that_fails() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    lab.sim.fail_next("host.call_plugin", "XENAPI_MISSING_PLUGIN", ["coalesce-leaf"]);
    let error = lab.admin.refused("vm.coalesceLeaf", json!({ "id": lab.id(vm) })).await;
    assert_eq!(error["data"]["code"], "XENAPI_MISSING_PLUGIN");
    assert_eq!(lab.field(vm, "power_state"), "Running");
    let domains = lab.sim.with(|world| world.int(vm, "domid"));
    lab.sim.fail_next("VM.suspend", "VM_LACKS_FEATURE", [lab.object(vm).xapi_ref().to_string()]);
    assert_eq!(lab.admin.refused("vm.coalesceLeaf", json!({ "id": lab.id(vm) })).await["code"], 14);
    assert_eq!(lab.sim.with(|world| world.int(vm, "domid")), domains);
}

#[tokio::test]
async fn disks_are_merged_with_what_only_they_hang_on() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "web-1");
    let none = lab.admin.refused("vm.coalesceLeaf", json!({ "id": lab.id(vm) })).await;
    assert_eq!(none["message"], "VM has no leaf-coalesceable VDIs");
    lab.admin.call("vm.snapshot", json!({ "id": lab.id(vm), "name": "before" })).await;
    let disk = lab.named("VDI", "web-1 system");
    let parent = || lab.entry(disk, "sm_config", "vhd-parent");
    assert_ne!(parent(), "");
    lab.sim.with(|world| {
        // Without the cleaning up that follows a deletion.
        for snapshot in world.objects(disk, "snapshots") {
            world.destroy(snapshot);
        }
    });
    assert_eq!(lab.admin.call("vm.coalesceLeaf", json!({ "id": lab.id(vm) })).await, true);
    assert_eq!(parent(), "");
    assert_eq!(lab.field(vm, "power_state"), "Running");
}

#[tokio::test]
async fn pci_devices_are_attached_and_detached() {
    let lab = Lab::new().await;
    let vm = lab.named("VM", "legacy-crm");
    let id = lab.id(vm);
    let pcis: Vec<_> = ["0000:81:00.0", "0000:82:00.0"]
        .into_iter()
        .map(|address| {
            lab.sim.with(|world| {
                let host = world.master();
                let fields =
                    [("pci_id", Datum::from(address)), ("host", host.into()), ("class_name", "Display".into())];
                world.create("PCI", fields)
            })
        })
        .collect();
    let mut ids = Vec::new();
    for pci in pcis {
        let uuid = lab.sim.with(|world| world.uuid(pci).to_owned());
        lab.becomes(&uuid, |_| true).await;
        ids.push(uuid);
    }
    assert_eq!(lab.admin.call("vm.attachPcis", json!({ "id": id, "pcis": [ids[0]] })).await, true);
    assert_eq!(lab.entry(vm, "other_config", "pci"), "0/0000:81:00.0");
    assert_eq!(lab.admin.call("vm.attachPcis", json!({ "id": id, "pcis": ids })).await, true);
    assert_eq!(lab.entry(vm, "other_config", "pci"), "0/0000:81:00.0,0/0000:82:00.0");
    lab.admin.call("vm.detachPcis", json!({ "id": id, "pciIds": ["0000:81:00.0"] })).await;
    assert_eq!(lab.entry(vm, "other_config", "pci"), "0/0000:82:00.0");
    lab.admin.call("vm.detachPcis", json!({ "id": id, "pciIds": ["0000:82:00.0"] })).await;
    assert_eq!(lab.entry(vm, "other_config", "pci"), "");
    let error = lab.admin.refused("vm.attachPcis", json!({ "id": id, "pcis": ["nope"] })).await;
    assert_eq!(error["data"], json!({ "id": "nope", "type": "PCI" }));
}
