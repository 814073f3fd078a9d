//! The worlds that come with the simulator.

use serde_json::json;

use xapi_sim::Sim;

use crate::lab::Lab;

#[tokio::test]
async fn the_small_world_has_the_stories_it_promises() {
    let lab = Lab::small().await;
    let vms = lab.ok("VM.get_all_records", []).await;
    let vms = vms.as_object().expect("records");
    let count = |wanted: &dyn Fn(&serde_json::Value) -> bool| vms.values().filter(|vm| wanted(vm)).count();
    let guest = |vm: &serde_json::Value| vm["is_a_template"] == false && vm["is_control_domain"] == false;
    let state = |state: &str| count(&|vm| guest(vm) && vm["power_state"] == state);
    assert_eq!((state("Running"), state("Halted"), state("Suspended"), state("Paused")), (7, 3, 1, 1));
    assert_eq!(count(&|vm| vm["is_a_snapshot"] == true), 6);
    assert_eq!(count(&|vm| vm["is_default_template"] == true), 29);
    assert_eq!(count(&|vm| vm["is_control_domain"] == true), 2);
}

#[tokio::test]
async fn every_object_of_the_small_world_allows_what_its_state_allows() {
    let lab = Lab::small().await;
    for class in ["VM", "VBD", "VDI", "VIF", "SR", "host", "pool"] {
        let records = lab.ok(&format!("{class}.get_all_records"), []).await;
        assert!(!records.as_object().expect("records").is_empty(), "no {class}");
    }
    let web = lab.vm("web-1");
    assert!(lab.set("VM", "allowed_operations", &web).await.contains(&"clean_shutdown".to_owned()));
    let sr = lab.named_object("SR", "NFS storage");
    assert!(lab.set("SR", "allowed_operations", &sr).await.contains(&"vdi_create".to_owned()));
}

#[tokio::test]
async fn references_of_the_small_world_lead_somewhere() {
    let lab = Lab::small().await;
    for (class, field, of) in [
        ("VBD", "VM", "VM"),
        ("VIF", "network", "network"),
        ("PIF", "host", "host"),
        ("PIF", "metrics", "PIF_metrics"),
        ("PBD", "SR", "SR"),
        ("VM", "metrics", "VM_metrics"),
        ("VDI", "SR", "SR"),
        ("host", "control_domain", "VM"),
        ("pool", "default_SR", "SR"),
        ("VLAN", "tagged_PIF", "PIF"),
        ("Bond", "master", "PIF"),
    ] {
        let records = lab.ok(&format!("{class}.get_all_records"), []).await;
        let targets = lab.ok(&format!("{of}.get_all_records"), []).await;
        for (object, record) in records.as_object().expect("records") {
            let target = record[field].as_str().expect("a reference");
            assert!(targets.get(target).is_some(), "{class}.{field} of {object} is {target}");
        }
    }
}

#[tokio::test]
async fn two_pools_are_two_pools() {
    let lab = Lab::named("two-pools").await;
    assert_eq!(lab.sim.pools(), 2);
    let hosts = |pool| lab.sim.with_pool(pool, |world| world.list("host").len());
    assert_eq!((hosts(0), hosts(1)), (3, 1));
}

#[tokio::test]
async fn the_large_world_is_as_large_as_it_is_asked_to_be() {
    let lab = Lab::of(Sim::builder().world("large").size(30, 4)).await;
    assert_eq!(lab.ok("host.get_all", []).await.as_array().map(Vec::len), Some(4));
    let vms = lab.ok("VM.get_all_records", []).await;
    let guest = |vm: &&serde_json::Value| {
        vm["is_a_template"] == false && vm["is_control_domain"] == false && vm["is_a_snapshot"] == false
    };
    assert_eq!(vms.as_object().expect("records").values().filter(guest).count(), 30);
}

#[tokio::test]
async fn the_default_templates_ask_for_disks() {
    let lab = Lab::small().await;
    let template = lab.vm("Debian Bookworm 12");
    let config = lab.get("VM", "other_config", &template).await;
    assert_eq!(config["default_template"], json!("true"));
    let disks = config["disks"].as_str().expect("disks");
    assert!(disks.contains("size=\"10737418240\"") && disks.starts_with("<provision>"), "{disks}");
}

#[tokio::test]
async fn an_unfurnished_pool_has_what_its_file_says_and_no_more() {
    let text = "[pool.bare]\nfurnished = false\nmaster = \"one\"\n[host.one]\n[VM.only]\n";
    let sim = xapi_sim::Sim::builder().seed_text(text).explicit().start().await.expect("the world starts");
    let counts = sim.with(|world| ["VM", "host", "SR", "network"].map(|class| world.list(class).len()));
    assert_eq!(counts, [1, 1, 0, 0]);
}
