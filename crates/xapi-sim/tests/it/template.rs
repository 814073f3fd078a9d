//! From a template to a VM.

use serde_json::json;

use crate::lab::{Lab, failure};

#[tokio::test]
async fn provision_makes_the_disks_of_a_template_and_the_vm_a_vm() {
    let lab = Lab::small().await;
    let template = lab.vm("Debian Bookworm 12");
    let vm = lab.run("VM.clone", [json!(template), json!("fresh")]).await.expect("cloned");
    lab.run("VM.provision", [vm.clone()]).await.expect("provisioned");
    let record = lab.ok("VM.get_record", [vm]).await;
    assert_eq!(record["is_a_template"], false);
    assert_eq!(record["other_config"].get("disks"), None);
    let vbd = lab.ok("VBD.get_record", [record["VBDs"][0].clone()]).await;
    assert_eq!((&vbd["userdevice"], &vbd["bootable"], &vbd["mode"]), (&json!("0"), &json!(true), &json!("RW")));
    let vdi = lab.ok("VDI.get_record", [vbd["VDI"].clone()]).await;
    assert_eq!(vdi["virtual_size"], 10_u64 << 30);
    assert_eq!(vdi["SR"], json!(lab.named_object("SR", "NFS storage")), "the pool's default");
    assert_eq!(vdi["type"], "system");
}

#[tokio::test]
async fn without_disks_key_provision_makes_none() {
    let lab = Lab::small().await;
    let vm = lab.run("VM.clone", [json!(lab.vm("Debian Bookworm 12")), json!("bare")]).await.expect("cloned");
    lab.ok("VM.remove_from_other_config", [vm.clone(), json!("disks")]).await;
    lab.run("VM.provision", [vm.clone()]).await.expect("provisioned");
    assert_eq!(lab.get("VM", "VBDs", vm.as_str().expect("a reference")).await, json!([]));
}

#[tokio::test]
async fn a_vm_is_not_provisioned() {
    let lab = Lab::small().await;
    assert_eq!(
        lab.run("VM.provision", [json!(lab.vm("legacy-crm"))]).await,
        Err(failure::<&str>("PROVISION_ONLY_ALLOWED_ON_TEMPLATE", []))
    );
}

#[tokio::test]
async fn a_halted_vm_becomes_a_template_and_a_running_one_does_not() {
    let lab = Lab::small().await;
    let (halted, running) = (lab.vm("legacy-crm"), lab.vm("web-1"));
    lab.ok("VM.set_is_a_template", [json!(halted), json!(true)]).await;
    assert!(lab.set("VM", "allowed_operations", &halted).await.contains(&"provision".to_owned()));
    assert_eq!(
        lab.call("VM.set_is_a_template", [json!(running), json!(true)]).await,
        Err(failure("VM_BAD_POWER_STATE", [running.as_str(), "halted", "running"]))
    );
}
