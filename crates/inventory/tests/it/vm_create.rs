use serde_json::{Value, json};
use xapi_sim::Object;

use crate::Lab;

const HOUSE: &str = "debian-12-cloud";
const GIB: i64 = 1 << 30;

/// Returns the id of a template.
fn template(lab: &Lab, name: &str) -> String {
    let object = lab.named("VM", name);
    let reference = object.to_string();
    lab.test.app.store().get(&reference).expect("the template is shown").id().to_owned()
}

async fn create(lab: &Lab, from: &str, more: Value) -> Object {
    let made = lab.admin.call("vm.create", params(lab, from, more)).await;
    lab.sim.by_uuid("VM", made.as_str().unwrap()).expect("the new VM")
}

fn params(lab: &Lab, from: &str, more: Value) -> Value {
    let mut params = json!({ "template": template(lab, from), "name_label": "new" });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

/// Returns place, name, size in GiB, storage and whether it boots, of each disk.
fn disks(lab: &Lab, vm: Object) -> Vec<(String, String, i64, String, bool)> {
    lab.sim.with(|world| {
        let mut disks: Vec<_> = world
            .objects(vm, "VBDs")
            .into_iter()
            .filter(|vbd| world.text(*vbd, "type") == "Disk")
            .map(|vbd| {
                let disk = world.object(vbd, "VDI");
                let sr = world.text(world.object(disk, "SR"), "name_label").to_owned();
                let (place, name) =
                    (world.text(vbd, "userdevice").to_owned(), world.text(disk, "name_label").to_owned());
                (place, name, world.int(disk, "virtual_size") / GIB, sr, world.flag(vbd, "bootable"))
            })
            .collect();
        disks.sort();
        disks
    })
}

fn networks(lab: &Lab, vm: Object) -> Vec<String> {
    lab.sim.with(|world| {
        let networks = world.objects(vm, "VIFs").into_iter().map(|vif| world.object(vif, "network"));
        networks.map(|network| world.text(network, "name_label").to_owned()).collect()
    })
}

#[tokio::test]
async fn a_vm_is_made_of_a_template_and_says_who_made_it() {
    let lab = Lab::new().await;
    let vm = create(&lab, HOUSE, json!({})).await;
    assert!(!lab.sim.with(|world| world.flag(vm, "is_a_template")));
    assert_eq!((lab.field(vm, "name_label"), lab.field(vm, "power_state")), ("new".into(), "Halted".into()));
    assert_eq!(disks(&lab, vm).len(), 1);
    assert!(networks(&lab, vm).is_empty());
    let id = lab.id_soon(vm).await;
    let shown = lab.becomes(&id, |vm| vm["type"] == "VM" && !vm["creation"]["user"].is_null()).await;
    assert_eq!(shown["creation"]["user"], lab.admin.id());
    assert_eq!(shown["creation"]["template"], template(&lab, HOUSE));
}

#[tokio::test]
async fn a_full_copy_has_disks_of_its_own() {
    let lab = Lab::new().await;
    let vm = create(&lab, HOUSE, json!({ "clone": false, "name_description": "whole" })).await;
    assert_eq!(lab.field(vm, "name_description"), "whole");
    assert_eq!(disks(&lab, vm).len(), 1);
}

#[tokio::test]
async fn disks_of_the_template_are_resized_and_moved_and_new_ones_are_made() {
    let lab = Lab::new().await;
    let nfs = lab.id(lab.named("SR", "NFS storage"));
    let local = lab.sim.with(|world| world.by_name("SR", "Local storage").expect("local storage"));
    let local = lab.id(local);
    let more = json!({
        "existingDisks": { "0": { "name_label": "root", "name_description": "r", "size": 20 * GIB, "$SR": local } },
        "VDIs": [
            { "size": "5 GiB", "SR": nfs, "type": "user", "name_label": "data", "name_description": "d", "device": "1" },
            { "size": GIB, "type": "user" },
        ],
    });
    let vm = create(&lab, HOUSE, more).await;
    let expected = [
        ("0", "root", 20, "Local storage", true),
        ("1", "data", 5, "NFS storage", false),
        ("2", "new_1", 1, "NFS storage", false),
    ];
    let expected = expected.map(|(place, name, size, sr, boots)| (place.into(), name.into(), size, sr.into(), boots));
    assert_eq!(disks(&lab, vm), expected);
}

#[tokio::test]
async fn a_disk_that_cannot_move_is_copied() {
    let lab = Lab::new().await;
    let local = lab.sim.with(|world| world.by_name("SR", "Local storage").expect("local storage"));
    lab.sim.fail_next("VDI.pool_migrate", "VDI_NEEDS_VM_FOR_MIGRATE", ["x"]);
    let before = lab.census();
    let vm = create(&lab, HOUSE, json!({ "existingDisks": { "0": { "$SR": lab.id(local) } } })).await;
    let made = disks(&lab, vm);
    assert_eq!((made.len(), made[0].3.as_str(), made[0].4), (1, "Local storage", true));
    assert_eq!(lab.census()[0], before[0] + 1);
}

#[tokio::test]
async fn interfaces_are_those_that_were_asked_for() {
    let lab = Lab::new().await;
    let (lan, dmz) = (lab.id(lab.named("network", "LAN")), lab.id(lab.named("network", "DMZ")));
    let vifs = json!([
        { "network": dmz },
        { "network": lan, "mac": "02:00:5e:aa:bb:01", "allowedIpv4Addresses": ["192.0.2.7"] },
    ]);
    let vm = create(&lab, HOUSE, json!({ "VIFs": vifs })).await;
    assert_eq!(networks(&lab, vm), ["DMZ", "LAN"]);
    let vif = lab.sim.with(|world| world.objects(vm, "VIFs")[1]);
    assert_eq!((lab.field(vif, "MAC"), lab.field(vif, "locking_mode")), ("02:00:5e:aa:bb:01".into(), "locked".into()));
}

#[tokio::test]
async fn properties_of_vm_set_are_set() {
    let lab = Lab::new().await;
    let host = lab.sim.with(|world| world.list("host")[1]);
    let more = json!({
        "CPUs": 2, "cpusMax": 4, "coresPerSocket": 2, "memory": 3 * GIB, "cpuWeight": 512, "autoPoweron": true,
        "tags": ["a", "b"], "affinityHost": lab.id(host), "hvmBootFirmware": "uefi", "secureBoot": true, "createVtpm": true,
        "high_availability": "restart", "share": true, "multiple": 7,
    });
    let vm = create(&lab, HOUSE, more).await;
    let ints = ["VCPUs_at_startup", "VCPUs_max", "memory_dynamic_max", "memory_static_max"];
    let ints = ints.map(|field| lab.sim.with(|world| world.int(vm, field)));
    assert_eq!(ints, [2, 4, 3 * GIB, 3 * GIB]);
    assert_eq!(lab.entry(vm, "platform", "cores-per-socket"), "2");
    assert_eq!(lab.entry(vm, "platform", "secureboot"), "true");
    assert_eq!(lab.entry(vm, "HVM_boot_params", "firmware"), "uefi");
    assert_eq!(lab.entry(vm, "other_config", "auto_poweron"), "true");
    assert_eq!(lab.field(vm, "ha_restart_priority"), "restart");
    assert_eq!(lab.sim.with(|world| (world.object(vm, "affinity"), world.objects(vm, "VTPMs").len())), (host, 1));
    let id = lab.id_soon(vm).await;
    lab.becomes(&id, |vm| vm["tags"] == json!(["a", "b"])).await;
}

#[tokio::test]
async fn a_vm_is_installed_from_a_disc_or_the_network() {
    let lab = Lab::new().await;
    let disc = lab.named("VDI", "debian-12.11.0-amd64-netinst.iso");
    let disk = json!([{ "size": 10 * GIB, "type": "system" }]);
    let from = json!({ "method": "cdrom", "repository": lab.id(disc) });
    let vm = create(&lab, "Debian Bookworm 12", json!({ "installation": from, "VDIs": disk })).await;
    assert_eq!(lab.entry(vm, "HVM_boot_params", "order"), "dcn");
    let inserted = lab.sim.with(|world| {
        let drives = world.objects(vm, "VBDs").into_iter().filter(|vbd| world.text(*vbd, "type") == "CD");
        drives.map(|drive| world.object(drive, "VDI")).collect::<Vec<_>>()
    });
    assert_eq!(inserted, [disc]);
    assert_eq!(disks(&lab, vm), [("0".into(), "new_0".into(), 10, "NFS storage".into(), true)]);
    let from = json!({ "method": "network", "repository": "pxe" });
    let vm = create(&lab, "Debian Bookworm 12", json!({ "installation": from, "VDIs": disk })).await;
    assert_eq!(lab.entry(vm, "HVM_boot_params", "order"), "ncd");
}

#[tokio::test]
async fn a_vm_is_started_when_that_is_wanted_and_stays_if_it_cannot_be() {
    let lab = Lab::new().await;
    let vm = create(&lab, HOUSE, json!({ "bootAfterCreate": true })).await;
    assert_eq!(lab.field(vm, "power_state"), "Running");
    lab.sim.fail_next("VM.start", "NO_HOSTS_AVAILABLE", Vec::<String>::new());
    let vm = create(&lab, HOUSE, json!({ "bootAfterCreate": true })).await;
    assert_eq!(lab.field(vm, "power_state"), "Halted");
}

#[tokio::test]
async fn the_bios_names_the_maker_of_the_host_when_that_is_wanted() {
    let lab = Lab::new().await;
    let more = json!({ "copyHostBiosStrings": true });
    let vm = create(&lab, "Debian Bookworm 12", more.clone()).await;
    assert_eq!(lab.entry(vm, "bios_strings", "bios-vendor"), "Dell Inc.");
    let before = lab.census();
    // The template of the house has strings already, which cannot be changed.
    let error = lab.admin.refused("vm.create", params(&lab, HOUSE, more)).await;
    assert_eq!(error["data"]["code"], "VM_BIOS_STRINGS_ALREADY_SET");
    assert_eq!(lab.census(), before);
}

#[tokio::test]
async fn whatever_step_fails_nothing_is_left_behind() {
    let lab = Lab::new().await;
    let (lan, nfs) = (lab.id(lab.named("network", "LAN")), lab.id(lab.named("SR", "NFS storage")));
    let disc = lab.id(lab.named("VDI", "debian-12.11.0-amd64-netinst.iso"));
    let more = json!({
        "CPUs": 1, "memory": GIB, "VIFs": [{ "network": lan }], "VDIs": [{ "size": GIB, "SR": nfs, "type": "user" }],
        "existingDisks": { "0": { "name_label": "root", "size": 30 * GIB } }, "createVtpm": true, "tags": ["t"],
        "installation": { "method": "cdrom", "repository": disc },
    });
    let params = params(&lab, HOUSE, more);
    let before = lab.census();
    let more = json!({ "cloudConfig": "#cloud-config\n" });
    let mut params = params;
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    for method in [
        "VM.clone",
        "VM.remove_from_other_config",
        "VM.provision",
        "VM.add_to_other_config",
        "VM.add_to_HVM_boot_params",
        "VM.set_memory_limits",
        "VM.add_tags",
        "VDI.set_name_label",
        "VDI.resize",
        "VDI.create",
        "VBD.create",
        "VIF.destroy",
        "VIF.create",
        "VTPM.create",
        "SR.get_name_label",
        "task.create",
        "import_raw_vdi",
    ] {
        lab.sim.fail_next(method, "INTERNAL_ERROR", [method]);
        let error = lab.admin.refused("vm.create", params.clone()).await;
        assert_eq!(error["data"]["params"], json!([method]), "{method}");
        assert_eq!(lab.census(), before, "{method}");
    }
    let made = lab.admin.call("vm.create", params).await;
    assert!(lab.sim.by_uuid("VM", made.as_str().unwrap()).is_some());
}

#[tokio::test]
async fn bad_parameters_are_refused_before_anything_is_made() {
    let lab = Lab::new().await;
    let before = lab.census();
    lab.sim.fail_next("VM.clone", "INTERNAL_ERROR", ["must not be called"]);
    let disk = lab.id(lab.named("VDI", "web-1 system"));
    for (more, code) in [
        (json!({ "template": "nope" }), 1),
        (json!({ "name_label": "" }), 10),
        (json!({ "CPUs": "two" }), 10),
        (json!({ "VDIs": [{ "size": "lots", "type": "user" }] }), 10),
        (json!({ "VDIs": [{ "size": GIB, "SR": "nope", "type": "user" }] }), 1),
        (json!({ "VIFs": [{ "network": "nope" }] }), 1),
        (json!({ "existingDisks": { "0": { "$SR": "nope" } } }), 1),
        (json!({ "installation": { "method": "floppy", "repository": "a" } }), 10),
        (json!({ "installation": { "method": "cdrom", "repository": "nope" } }), 1),
        (json!({ "installation": { "method": "cdrom", "repository": disk } }), 10),
        (json!({ "affinityHost": "nope", "copyHostBiosStrings": true }), 1),
        (json!({ "vgpuType": "nope" }), 1),
        (json!({ "networkConfig": "version: 2" }), 10),
        (json!({ "acls": [{ "subject": "nope", "action": "admin" }] }), 1),
        (json!({ "acls": [{ "subject": lab.admin.id(), "action": "owner" }] }), 10),
        (json!({ "blockedOperations": { "start": 5 } }), 10),
    ] {
        let error = lab.admin.refused("vm.create", params(&lab, HOUSE, more.clone())).await;
        assert_eq!(error["code"], code, "{more}: {error}");
    }
    let error = lab.admin.refused("vm.create", params(&lab, HOUSE, json!({ "resourceSet": "nope" }))).await;
    assert_eq!(
        (&error["message"], &error["data"]),
        (&json!("no such resourceSet nope"), &json!({ "id": "nope", "type": "resourceSet" }))
    );
    assert_eq!(lab.census(), before);
}

#[tokio::test]
async fn a_disk_that_would_become_smaller_is_refused_and_nothing_stays() {
    let lab = Lab::new().await;
    let before = lab.census();
    let more = json!({ "existingDisks": { "0": { "size": GIB } } });
    assert_eq!(lab.admin.refused("vm.create", params(&lab, HOUSE, more)).await["code"], 10);
    assert_eq!(lab.census(), before);
}

#[tokio::test]
async fn who_may_not_change_the_pool_may_not_make_vms() {
    let lab = Lab::new().await;
    let user = lab.test.user("somebody@example.org").await;
    let error = user.refused("vm.create", params(&lab, HOUSE, json!({}))).await;
    assert_eq!((&error["code"], &error["data"]["permission"]), (&json!(2), &json!("administrate")));
}

#[tokio::test]
async fn rights_on_the_new_vm_are_given_with_it() {
    let lab = Lab::new().await;
    let user = lab.test.user("bob").await;
    let more = json!({ "acls": [{ "subject": user.id(), "action": "operator" }] });
    let vm = create(&lab, HOUSE, more).await;
    let id = lab.id_soon(vm).await;
    lab.becomes(&id, |vm| vm["type"] == "VM").await;
    let rules = lab.test.app.db().acl_rules().all().await.unwrap();
    let rules: Vec<_> = rules.into_iter().map(|rule| (rule.subject, rule.object, rule.action)).collect();
    assert_eq!(rules, [(user.id(), id.clone(), "operator".to_owned())]);
    user.call("vm.start", json!({ "id": id })).await;
    assert_eq!(user.refused("vm.delete", json!({ "id": id })).await["code"], 2);
}

#[tokio::test]
async fn a_graphics_card_comes_from_its_group_or_nothing_is_made() {
    let lab = Lab::new().await;
    let (group, kind, other) = lab.sim.with(|world| {
        let kind =
            world.create("VGPU_type", [("model_name", "NVIDIA A40-8Q".into()), ("vendor_name", "NVIDIA".into())]);
        let other = world.create("VGPU_type", [("model_name", "passthrough".into())]);
        let group = world.create("GPU_group", [("name_label", "A40".into())]);
        world.add(group, "enabled_VGPU_types", kind);
        (group, kind, other)
    });
    let (group, kind, other) = (lab.id_soon(group).await, lab.id_soon(kind).await, lab.id_soon(other).await);
    let vm = create(&lab, HOUSE, json!({ "gpuGroup": group, "vgpuType": kind })).await;
    let vgpus = lab.sim.with(|world| world.objects(vm, "VGPUs"));
    assert_eq!((vgpus.len(), lab.field(vgpus[0], "device")), (1, "0".to_owned()));
    let before = lab.census();
    let more = json!({ "gpuGroup": group, "vgpuType": other });
    let error = lab.admin.refused("vm.create", params(&lab, HOUSE, more)).await;
    assert_eq!(error["data"]["code"], "VGPU_TYPE_NOT_ENABLED");
    let alone = lab.admin.refused("vm.create", params(&lab, HOUSE, json!({ "vgpuType": kind }))).await;
    assert_eq!((&alone["code"], lab.census()), (&json!(10), before));
    // The card goes with `vm.deleteVgpu` while the VM is halted.
    let vgpu = lab.id_soon(vgpus[0]).await;
    assert_eq!(lab.admin.call("vm.deleteVgpu", json!({ "vgpu": vgpu })).await, true);
    lab.vanishes(&vgpu).await;
    let again = json!({ "vm": lab.id(vm), "gpuGroup": group, "vgpuType": kind });
    assert_eq!(lab.admin.call("vm.createVgpu", again.clone()).await, true);
    assert_eq!(lab.admin.refused("vm.createVgpu", again).await["data"]["code"], "DEVICE_ALREADY_EXISTS");
}
