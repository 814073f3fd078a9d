//! What goes on with an object while a call is under way, and the calls that its state refuses.

use serde_json::{Value, json};

use crate::lab::{Lab, failure};

/// Operations that may go on with an object more than once at a time.
const TOGETHER: &[&str] = &["clone", "copy", "snapshot", "checkpoint", "vm_start", "vm_resume", "vm_migrate"];

/// Does a call, and checks what it shows on objects while it goes on: class, object, operation.
async fn shows<const N: usize>(lab: &Lab, method: &str, args: [Value; N], on: &[(&str, &str, &str)]) -> String {
    let task = lab.begin(method, args).await.unwrap_or_else(|failure| panic!("{method}: {failure:?}"));
    for (class, object, operation) in on {
        let current = lab.get(class, "current_operations", object).await;
        assert_eq!(current[task.as_str()], *operation, "{method} on {class}: {current}");
        let allowed = lab.set(class, "allowed_operations", object).await;
        let again = allowed.iter().any(|allowed| allowed == operation);
        assert!(!again || TOGETHER.contains(operation), "{method} on {class} allows {allowed:?}");
    }
    let result = lab.finish(method, &task).await.unwrap_or_else(|failure| panic!("{method}: {failure:?}"));
    for (class, object, _) in on {
        if let Ok(current) = lab.call(&format!("{class}.get_current_operations"), [json!(object)]).await {
            assert_eq!(current, json!({}), "{method} on {class}, when it has ended");
        }
    }
    result.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_vm_and_its_host_show_what_goes_on_with_its_power() {
    let lab = Lab::small().await;
    let (vm, host) = (lab.vm("web-1"), lab.named_object("host", "xcp-lab-1"));
    let (other, no) = (lab.named_object("host", "xcp-lab-2"), json!(false));
    let on_vm = |operation| [("VM", vm.as_str(), operation)];
    shows(&lab, "VM.pause", [json!(vm)], &on_vm("pause")).await;
    shows(&lab, "VM.unpause", [json!(vm)], &on_vm("unpause")).await;
    shows(&lab, "VM.clean_reboot", [json!(vm)], &on_vm("clean_reboot")).await;
    lab.step(&vm, "guest agent");
    shows(&lab, "VM.suspend", [json!(vm)], &on_vm("suspend")).await;
    let on = [("VM", vm.as_str(), "resume_on"), ("host", &host, "vm_resume")];
    shows(&lab, "VM.resume_on", [json!(vm), json!(host), no.clone(), no.clone()], &on).await;
    let on = [("VM", vm.as_str(), "pool_migrate"), ("host", &other, "vm_migrate")];
    shows(&lab, "VM.pool_migrate", [json!(vm), json!(other), json!({})], &on).await;
    assert_eq!(lab.get("VM", "resident_on", &vm).await, json!(other));
    shows(&lab, "VM.hard_reboot", [json!(vm)], &on_vm("hard_reboot")).await;
    lab.step(&vm, "guest agent");
    shows(&lab, "VM.suspend", [json!(vm)], &on_vm("suspend")).await;
    shows(&lab, "VM.resume", [json!(vm), no.clone(), no.clone()], &on_vm("resume")).await;
    shows(&lab, "VM.clean_shutdown", [json!(vm)], &on_vm("clean_shutdown")).await;
    let on = [("VM", vm.as_str(), "start_on"), ("host", &other, "vm_start")];
    shows(&lab, "VM.start_on", [json!(vm), json!(other), no.clone(), no.clone()], &on).await;
    shows(&lab, "VM.hard_shutdown", [json!(vm)], &on_vm("hard_shutdown")).await;
    shows(&lab, "VM.start", [json!(vm), no.clone(), no], &on_vm("start")).await;
}

#[tokio::test]
async fn a_vm_shows_what_is_made_of_it() {
    let lab = Lab::small().await;
    let (vm, halted) = (lab.vm("web-1"), lab.vm("legacy-crm"));
    shows(&lab, "VM.checkpoint", [json!(vm), json!("c")], &[("VM", &vm, "checkpoint")]).await;
    let snapshot = shows(&lab, "VM.snapshot", [json!(vm), json!("s"), json!([])], &[("VM", &vm, "snapshot")]).await;
    let on = [("VM", snapshot.as_str(), "revert"), ("VM", &vm, "reverting")];
    shows(&lab, "VM.revert", [json!(snapshot)], &on).await;
    shows(&lab, "VM.clone", [json!(halted), json!("a")], &[("VM", &halted, "clone")]).await;
    shows(&lab, "VM.copy", [json!(halted), json!("b"), json!("OpaqueRef:NULL")], &[("VM", &halted, "copy")]).await;
    let template = lab.vm("Debian Bookworm 12");
    let fresh = shows(&lab, "VM.clone", [json!(template), json!("c")], &[("VM", &template, "clone")]).await;
    shows(&lab, "VM.provision", [json!(fresh)], &[("VM", &fresh, "provision")]).await;
}

#[tokio::test]
async fn a_disk_and_its_sr_show_what_goes_on() {
    let lab = Lab::small().await;
    let sr = lab.named_object("SR", "NFS storage");
    let disk = json!({
        "name_label": "d", "name_description": "", "SR": sr, "virtual_size": 1 << 30, "type": "user",
        "sharable": false, "read_only": false, "other_config": {},
    });
    let on = |operation| [("SR", sr.as_str(), operation)];
    let vdi = shows(&lab, "VDI.create", [disk], &on("vdi_create")).await;
    let both = |operation, on_sr| [("VDI", vdi.as_str(), operation), ("SR", sr.as_str(), on_sr)];
    shows(&lab, "VDI.snapshot", [json!(vdi)], &both("snapshot", "vdi_snapshot")).await;
    shows(&lab, "VDI.clone", [json!(vdi)], &both("clone", "vdi_clone")).await;
    shows(&lab, "VDI.resize", [json!(vdi), json!(2_u64 << 30)], &both("resize", "vdi_resize")).await;
    shows(&lab, "VDI.copy", [json!(vdi), json!(sr)], &[("VDI", &vdi, "copy")]).await;
    shows(&lab, "VDI.destroy", [json!(vdi)], &both("destroy", "vdi_destroy")).await;
    let moved = lab.named_object("VDI", "legacy-crm C");
    let on = [("VDI", moved.as_str(), "copy"), ("SR", &sr, "vdi_mirror")];
    shows(&lab, "VDI.pool_migrate", [json!(moved), json!(sr), json!({})], &on).await;
    shows(&lab, "SR.scan", [json!(sr)], &[("SR", &sr, "scan")]).await;
}

#[tokio::test]
async fn devices_show_how_they_come_and_go() {
    let lab = Lab::small().await;
    let (vm, sandbox) = (lab.vm("new-server"), lab.vm("sandbox"));
    let vif = lab.set("VM", "VIFs", &vm).await.remove(0);
    shows(&lab, "VIF.unplug", [json!(vif)], &[("VIF", &vif, "unplug")]).await;
    shows(&lab, "VIF.plug", [json!(vif)], &[("VIF", &vif, "plug")]).await;
    let drive = lab.set("VM", "VBDs", &sandbox).await.remove(0);
    let iso = lab.named_object("VDI", "systemrescue-12.01-amd64.iso");
    shows(&lab, "VBD.insert", [json!(drive), json!(iso)], &[("VBD", &drive, "insert")]).await;
    shows(&lab, "VBD.eject", [json!(drive)], &[("VBD", &drive, "eject")]).await;
}

#[tokio::test]
async fn an_sr_shows_how_hosts_come_and_go_and_its_end() {
    let lab = Lab::small().await;
    let host = lab.named_object("host", "xcp-lab-1");
    let (config, kind) = (json!({"device": "/dev/sdy"}), json!("ext"));
    let args = [json!(host), config, json!(0), json!("s"), json!(""), kind, json!("user"), json!(false), json!({})];
    let sr = lab.run("SR.create", args).await.expect("made").as_str().expect("a reference").to_owned();
    let pbd = lab.set("SR", "PBDs", &sr).await.remove(0);
    let refused = lab.run("PBD.destroy", [json!(pbd)]).await;
    assert_eq!(refused, Err(failure("OPERATION_NOT_ALLOWED", ["PBD is currently attached"])));
    assert_eq!(lab.run("SR.destroy", [json!(sr)]).await, Err(failure("SR_HAS_PBD", [&sr])));
    shows(&lab, "PBD.unplug", [json!(pbd)], &[("SR", &sr, "unplug")]).await;
    assert_eq!(lab.get("PBD", "currently_attached", &pbd).await, false);
    assert_eq!(lab.run("SR.scan", [json!(sr)]).await, Err(failure("SR_HAS_NO_PBDS", [&sr])));
    shows(&lab, "PBD.plug", [json!(pbd)], &[("SR", &sr, "plug")]).await;
    lab.run("PBD.unplug", [json!(pbd)]).await.expect("unplugged");
    shows(&lab, "SR.destroy", [json!(sr)], &[("SR", &sr, "destroy")]).await;
    assert_eq!(lab.call("PBD.get_uuid", [json!(pbd)]).await, Err(failure("HANDLE_INVALID", ["PBD", &pbd])));
}

#[tokio::test]
async fn a_host_that_is_emptied_and_its_vms_show_it() {
    let lab = Lab::small().await;
    let (host, vm) = (lab.named_object("host", "xcp-lab-1"), lab.vm("web-1"));
    for name in ["fw-1", "new-server", "db-1"] {
        lab.run("VM.hard_shutdown", [json!(lab.vm(name))]).await.expect("stopped");
    }
    let task = lab.begin("host.evacuate", [json!(host)]).await.expect("it can");
    assert_eq!(lab.get("host", "current_operations", &host).await, json!({task.as_str(): "evacuate"}));
    assert_eq!(lab.get("VM", "current_operations", &vm).await, json!({task.as_str(): "pool_migrate"}));
    assert!(!lab.set("host", "allowed_operations", &host).await.contains(&"evacuate".to_owned()));
    let again = lab.run("host.evacuate", [json!(host)]).await;
    assert_eq!(again, Err(failure("HOST_EVACUATE_IN_PROGRESS", [&host])));
    lab.finish("host.evacuate", &task).await.expect("emptied");
    assert_eq!(lab.get("VM", "resident_on", &vm).await, json!(lab.named_object("host", "xcp-lab-2")));
    assert_eq!(lab.get("host", "current_operations", &host).await, json!({}));
}

/// Calls that need a VM in one of some power states.
fn needing(vm: &str, host: &str) -> Vec<(&'static str, Vec<Value>, &'static str)> {
    let (vm, host, no) = (json!(vm), json!(host), json!(false));
    let (name, gib) = (json!("x"), json!(1_u64 << 30));
    vec![
        ("VM.start", vec![vm.clone(), no.clone(), no.clone()], "halted"),
        ("VM.start_on", vec![vm.clone(), host.clone(), no.clone(), no.clone()], "halted"),
        ("VM.clean_shutdown", vec![vm.clone()], "running"),
        ("VM.hard_shutdown", vec![vm.clone()], "paused, suspended, running"),
        ("VM.clean_reboot", vec![vm.clone()], "running"),
        ("VM.hard_reboot", vec![vm.clone()], "paused, running"),
        ("VM.pause", vec![vm.clone()], "running"),
        ("VM.unpause", vec![vm.clone()], "paused"),
        ("VM.suspend", vec![vm.clone()], "running"),
        ("VM.resume", vec![vm.clone(), no.clone(), no.clone()], "suspended"),
        ("VM.resume_on", vec![vm.clone(), host.clone(), no.clone(), no], "suspended"),
        ("VM.clone", vec![vm.clone(), name.clone()], "halted"),
        ("VM.copy", vec![vm.clone(), name.clone(), json!("OpaqueRef:NULL")], "halted"),
        ("VM.checkpoint", vec![vm.clone(), name], "paused, suspended, running"),
        ("VM.provision", vec![vm.clone()], "halted"),
        ("VM.destroy", vec![vm.clone()], "halted, suspended"),
        ("VM.pool_migrate", vec![vm.clone(), host.clone(), json!({})], "running"),
        ("VM.set_VCPUs_max", vec![vm.clone(), json!(2)], "halted"),
        ("VM.set_VCPUs_at_startup", vec![vm.clone(), json!(1)], "halted"),
        ("VM.set_VCPUs_number_live", vec![vm.clone(), json!(1)], "running"),
        ("VM.set_memory_static_max", vec![vm.clone(), gib.clone()], "halted"),
        ("VM.set_memory_static_range", vec![vm.clone(), gib.clone(), gib.clone()], "halted"),
        ("VM.set_memory_dynamic_range", vec![vm.clone(), gib.clone(), gib.clone()], "halted, running"),
        ("VM.set_memory_limits", vec![vm, gib.clone(), gib.clone(), gib.clone(), gib], "halted"),
    ]
}

#[tokio::test]
async fn each_call_names_the_states_that_it_needs() {
    let lab = Lab::small().await;
    let host = lab.named_object("host", "xcp-lab-2");
    for (name, state) in
        [("web-1", "running"), ("sandbox", "halted"), ("desk-anna", "suspended"), ("ci-runner", "paused")]
    {
        let vm = lab.vm(name);
        for (method, args, needed) in needing(&vm, &host) {
            if needed.split(", ").any(|needed| needed == state) {
                continue;
            }
            let refused = lab.with(method, args).await;
            assert_eq!(refused, Err(failure("VM_BAD_POWER_STATE", [&vm, needed, state])), "{method} of {name}");
        }
    }
}

#[tokio::test]
async fn a_busy_vm_names_what_goes_on() {
    let lab = Lab::small().await;
    let vm = lab.vm("web-1");
    let task = lab.begin("VM.suspend", [json!(vm)]).await.expect("it may");
    for method in ["VM.clean_shutdown", "VM.pause", "VM.suspend", "VM.clean_reboot"] {
        let busy = failure("OTHER_OPERATION_IN_PROGRESS", ["VM", &vm, "suspend", &task]);
        assert_eq!(lab.call(method, [json!(vm)]).await, Err(busy), "{method}");
    }
    lab.finish("VM.suspend", &task).await.expect("suspended");
}
