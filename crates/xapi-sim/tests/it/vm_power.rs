//! Power states of VMs: before, during, after; and what is refused.

use serde_json::json;

use crate::lab::{Lab, failure};

const HALTED: &[&str] = &[
    "changing_NVRAM",
    "changing_dynamic_range",
    "changing_shadow_memory",
    "changing_static_range",
    "clone",
    "copy",
    "create_vtpm",
    "destroy",
    "export",
    "make_into_template",
    "metadata_export",
    "migrate_send",
    "snapshot",
    "start",
    "start_on",
];

#[tokio::test]
async fn a_start_shows_in_the_operations_and_ends_running() {
    let lab = Lab::small().await;
    let vm = lab.vm("legacy-crm");
    assert_eq!(lab.set("VM", "allowed_operations", &vm).await, HALTED);
    let task = lab.begin("VM.start", [json!(vm), json!(false), json!(false)]).await.expect("start");
    assert_eq!(lab.get("VM", "current_operations", &vm).await, json!({task.as_str(): "start"}));
    assert!(lab.set("VM", "allowed_operations", &vm).await.is_empty());
    assert_eq!(lab.get("VM", "power_state", &vm).await, "Halted");
    lab.finish("VM.start", &task).await.expect("started");
    assert_eq!(lab.get("VM", "power_state", &vm).await, "Running");
    assert_eq!(lab.get("VM", "current_operations", &vm).await, json!({}));
    let host = lab.get("VM", "resident_on", &vm).await;
    assert_eq!(host, json!(lab.named_object("host", "xcp-lab-1")), "its disk is there");
    assert!(lab.get("VM", "domid", &vm).await.as_i64().expect("a number") > 0);
    assert_eq!(lab.get("VM", "consoles", &vm).await.as_array().expect("a set").len(), 1);
    for vbd in lab.set("VM", "VBDs", &vm).await {
        assert_eq!(lab.get("VBD", "currently_attached", &vbd).await, true);
        assert_eq!(lab.get("VBD", "device", &vbd).await, "xvda");
    }
}

#[tokio::test]
async fn the_guest_agent_comes_up_after_the_start_and_is_forgotten_with_the_next_one() {
    let lab = Lab::small().await;
    let vm = lab.vm("legacy-crm");
    lab.run("VM.start", [json!(vm), json!(false), json!(false)]).await.expect("started");
    assert_eq!(lab.get("VM", "guest_metrics", &vm).await, "OpaqueRef:NULL");
    assert!(!lab.set("VM", "allowed_operations", &vm).await.contains(&"clean_shutdown".to_owned()));
    assert_eq!(lab.run("VM.clean_shutdown", [json!(vm)]).await, Err(failure("VM_LACKS_FEATURE", [&vm])));
    lab.step(&vm, "guest agent");
    let guest = lab.text("VM.get_guest_metrics", [json!(vm)]).await;
    let report = lab.ok("VM_guest_metrics.get_record", [json!(guest)]).await;
    assert!(report["os_version"]["name"].as_str().expect("a name").contains("Windows Server 2016"));
    assert!(report["networks"]["0/ip"].as_str().is_some());
    assert_eq!(report["PV_drivers_detected"], true);
    assert!(lab.set("VM", "allowed_operations", &vm).await.contains(&"clean_shutdown".to_owned()));
    lab.run("VM.clean_shutdown", [json!(vm)]).await.expect("stopped");
    assert_eq!(lab.get("VM", "guest_metrics", &vm).await, json!(guest), "hosts keep what it said last");
    assert_eq!(lab.set("VM", "allowed_operations", &vm).await, HALTED);
    lab.run("VM.start", [json!(vm), json!(false), json!(false)]).await.expect("started");
    assert_eq!(lab.get("VM", "guest_metrics", &vm).await, "OpaqueRef:NULL");
    assert_eq!(
        lab.call("VM_guest_metrics.get_record", [json!(guest)]).await,
        Err(failure("HANDLE_INVALID", ["VM_guest_metrics", &guest]))
    );
}

#[tokio::test]
async fn a_state_that_does_not_fit_names_what_was_expected() {
    let lab = Lab::small().await;
    let (running, halted, suspended) = (lab.vm("web-1"), lab.vm("legacy-crm"), lab.vm("desk-anna"));
    let (no, yes) = (json!(false), json!(true));
    let bad = |vm: &str, expected: &str, actual: &str| Err(failure("VM_BAD_POWER_STATE", [vm, expected, actual]));
    assert_eq!(lab.run("VM.start", [json!(running), no.clone(), no.clone()]).await, bad(&running, "halted", "running"));
    assert_eq!(
        lab.run("VM.start", [json!(suspended), no.clone(), no.clone()]).await,
        bad(&suspended, "halted", "suspended")
    );
    assert_eq!(lab.run("VM.clean_shutdown", [json!(halted)]).await, bad(&halted, "running", "halted"));
    assert_eq!(
        lab.run("VM.hard_shutdown", [json!(halted)]).await,
        bad(&halted, "paused, suspended, running", "halted")
    );
    assert_eq!(lab.run("VM.hard_reboot", [json!(halted)]).await, bad(&halted, "paused, running", "halted"));
    assert_eq!(lab.run("VM.unpause", [json!(running)]).await, bad(&running, "paused", "running"));
    assert_eq!(lab.run("VM.resume", [json!(running), no, yes]).await, bad(&running, "suspended", "running"));
    assert_eq!(lab.run("VM.destroy", [json!(running)]).await, bad(&running, "halted, suspended", "running"));
    assert_eq!(lab.run("VM.clone", [json!(running), json!("x")]).await, bad(&running, "halted", "running"));
}

#[tokio::test]
async fn templates_and_snapshots_do_not_start() {
    let lab = Lab::small().await;
    let (template, snapshot) = (lab.vm("Rocky Linux 9"), lab.vm("nightly"));
    assert_eq!(
        lab.run("VM.start", [json!(template), json!(false), json!(false)]).await,
        Err(failure("VM_IS_TEMPLATE", [template.as_str(), "start"]))
    );
    assert_eq!(
        lab.run("VM.start", [json!(snapshot), json!(false), json!(false)]).await,
        Err(failure("VM_IS_SNAPSHOT", [snapshot.as_str(), "start"]))
    );
}

#[tokio::test]
async fn a_blocked_operation_is_refused_with_its_reason() {
    let lab = Lab::small().await;
    let vm = lab.vm("mail-old");
    assert_eq!(
        lab.run("VM.start", [json!(vm), json!(false), json!(false)]).await,
        Err(failure("OPERATION_BLOCKED", [vm.as_str(), "replaced by a service"]))
    );
    lab.ok("VM.remove_from_blocked_operations", [json!(vm), json!("start")]).await;
    lab.run("VM.start", [json!(vm), json!(false), json!(false)]).await.expect("started");
}

#[tokio::test]
async fn start_on_says_what_the_host_lacks() {
    let lab = Lab::small().await;
    let (vm, host) = (lab.vm("legacy-crm"), lab.named_object("host", "xcp-lab-2"));
    let start = |host: &str| [json!(vm), json!(host), json!(false), json!(false)];
    let sr = lab.sim.with(|world| {
        let host = world.by_name("host", "xcp-lab-1").expect("the host");
        let pbds = world.objects(host, "PBDs").into_iter().map(|pbd| world.object(pbd, "SR"));
        pbds.into_iter().find(|sr| world.text(*sr, "name_label") == "Local storage").expect("the SR").to_string()
    });
    assert_eq!(lab.run("VM.start_on", start(&host)).await, Err(failure("VM_REQUIRES_SR", [&vm, &sr])));
    lab.ok("host.disable", [json!(host)]).await;
    assert_eq!(lab.run("VM.start_on", start(&host)).await, Err(failure("HOST_DISABLED", [&host])));
    let home = lab.named_object("host", "xcp-lab-1");
    lab.run("VM.set_memory", [json!(vm), json!(1_u64 << 41)]).await.expect("memory");
    let refused = lab.run("VM.start_on", start(&home)).await.expect_err("too much memory");
    assert_eq!(refused.code, "HOST_NOT_ENOUGH_FREE_MEMORY");
    assert_eq!(refused.params.len(), 2);
}

#[tokio::test]
async fn pause_and_unpause_keep_the_guest() {
    let lab = Lab::small().await;
    let vm = lab.vm("web-1");
    let task = lab.begin("VM.pause", [json!(vm)]).await.expect("pause");
    assert_eq!(lab.set("VM", "allowed_operations", &vm).await, ["hard_reboot", "hard_shutdown"]);
    lab.finish("VM.pause", &task).await.expect("paused");
    assert_eq!(lab.get("VM", "power_state", &vm).await, "Paused");
    lab.run("VM.unpause", [json!(vm)]).await.expect("unpaused");
    assert_eq!(lab.get("VM", "power_state", &vm).await, "Running");
    assert!(lab.set("VM", "allowed_operations", &vm).await.contains(&"suspend".to_owned()));
}

#[tokio::test]
async fn suspend_writes_an_image_that_resume_uses_up() {
    let lab = Lab::small().await;
    let vm = lab.vm("web-1");
    lab.run("VM.suspend", [json!(vm)]).await.expect("suspended");
    assert_eq!(lab.get("VM", "power_state", &vm).await, "Suspended");
    assert_eq!(lab.get("VM", "resident_on", &vm).await, "OpaqueRef:NULL");
    let image = lab.text("VM.get_suspend_VDI", [json!(vm)]).await;
    assert_eq!(lab.get("VDI", "type", &image).await, "suspend");
    lab.run("VM.resume", [json!(vm), json!(false), json!(false)]).await.expect("resumed");
    assert_eq!(lab.get("VM", "power_state", &vm).await, "Running");
    assert_eq!(lab.get("VM", "suspend_VDI", &vm).await, "OpaqueRef:NULL");
    assert_eq!(lab.call("VDI.get_uuid", [json!(image)]).await, Err(failure("HANDLE_INVALID", ["VDI", &image])));
    assert_ne!(lab.get("VM", "guest_metrics", &vm).await, "OpaqueRef:NULL");
}

#[tokio::test]
async fn a_reboot_gives_a_new_domain_on_the_same_host() {
    let lab = Lab::small().await;
    let vm = lab.vm("web-2");
    let (domain, host) = (lab.get("VM", "domid", &vm).await, lab.get("VM", "resident_on", &vm).await);
    lab.run("VM.clean_reboot", [json!(vm)]).await.expect("rebooted");
    assert_eq!(lab.get("VM", "power_state", &vm).await, "Running");
    assert_eq!(lab.get("VM", "resident_on", &vm).await, host);
    assert_ne!(lab.get("VM", "domid", &vm).await, domain);
}

#[tokio::test]
async fn a_hard_shutdown_overtakes_a_clean_one() {
    let lab = Lab::small().await;
    let vm = lab.vm("web-1");
    let clean = lab.begin("VM.clean_shutdown", [json!(vm)]).await.expect("clean");
    let hard = lab.begin("VM.hard_shutdown", [json!(vm)]).await.expect("hard");
    lab.finish("VM.hard_shutdown", &hard).await.expect("stopped");
    assert_eq!(lab.get("VM", "power_state", &vm).await, "Halted");
    lab.finish("VM.clean_shutdown", &clean).await.expect("stopped already");
    assert_eq!(lab.set("VM", "allowed_operations", &vm).await, HALTED);
}

#[tokio::test]
async fn a_migration_shows_on_vm_and_host_and_ends_elsewhere() {
    let lab = Lab::small().await;
    let (vm, to) = (lab.vm("web-1"), lab.named_object("host", "xcp-lab-2"));
    let task = lab.begin("VM.pool_migrate", [json!(vm), json!(to), json!({})]).await.expect("migrate");
    assert_eq!(lab.set("VM", "allowed_operations", &vm).await, ["hard_reboot", "hard_shutdown"]);
    assert_eq!(lab.get("VM", "current_operations", &vm).await, json!({task.as_str(): "pool_migrate"}));
    assert_eq!(lab.get("host", "current_operations", &to).await, json!({task.as_str(): "vm_migrate"}));
    lab.finish("VM.pool_migrate", &task).await.expect("migrated");
    assert_eq!(lab.get("VM", "resident_on", &vm).await, json!(to));
    assert!(lab.set("host", "resident_VMs", &to).await.contains(&vm));
    assert_eq!(lab.get("host", "current_operations", &to).await, json!({}));
}

#[tokio::test]
async fn a_vm_with_a_local_disk_or_without_agent_does_not_migrate() {
    let lab = Lab::small().await;
    let (local, silent) = (lab.vm("db-2"), lab.vm("fw-1"));
    let (one, two) = (lab.named_object("host", "xcp-lab-1"), lab.named_object("host", "xcp-lab-2"));
    let refused = lab.run("VM.pool_migrate", [json!(local), json!(one), json!({})]).await.expect_err("local disk");
    assert_eq!((refused.code.as_str(), refused.params.first()), ("VM_REQUIRES_SR", Some(&local)));
    assert_eq!(
        lab.run("VM.pool_migrate", [json!(silent), json!(two), json!({})]).await,
        Err(failure("VM_LACKS_FEATURE", [&silent]))
    );
}

#[tokio::test]
async fn a_cancelled_shutdown_leaves_the_vm_running() {
    let lab = Lab::small().await;
    let vm = lab.vm("web-1");
    let task = lab.begin("VM.clean_shutdown", [json!(vm)]).await.expect("asked");
    lab.ok("task.cancel", [json!(task)]).await;
    assert_eq!(lab.get("task", "status", &task).await, "cancelled");
    assert_eq!(lab.get("VM", "power_state", &vm).await, "Running");
    assert_eq!(lab.get("VM", "current_operations", &vm).await, json!({}));
}

#[tokio::test]
async fn memory_of_the_host_follows_its_vms() {
    let lab = Lab::small().await;
    let (vm, host) = (lab.vm("web-1"), lab.named_object("host", "xcp-lab-1"));
    let free = || async { lab.ok("host.compute_free_memory", [json!(host)]).await.as_i64().expect("a number") };
    let before = free().await;
    lab.run("VM.hard_shutdown", [json!(vm)]).await.expect("stopped");
    assert!(free().await >= before + (4 << 30), "4 GiB came back");
    let metrics = lab.text("host.get_metrics", [json!(host)]).await;
    assert_eq!(lab.get("host_metrics", "memory_free", &metrics).await.as_i64(), Some(free().await));
}

#[tokio::test]
async fn power_state_reset_halts_without_asking_but_spares_the_control_domain() {
    let lab = Lab::small().await;
    let (vm, dom0) = (lab.vm("fw-1"), lab.vm("Control domain on host: xcp-lab-1"));
    lab.run("VM.power_state_reset", [json!(vm)]).await.expect("reset");
    assert_eq!(lab.get("VM", "power_state", &vm).await, "Halted");
    assert_eq!(
        lab.run("VM.power_state_reset", [json!(dom0)]).await,
        Err(failure("CANNOT_RESET_CONTROL_DOMAIN", [&dom0]))
    );
}
