//! Clones, copies, creation and destruction of VMs.

use serde_json::json;

use crate::lab::{Lab, failure};

#[tokio::test]
async fn a_clone_shares_blocks_and_has_addresses_of_its_own() {
    let lab = Lab::small().await;
    let vm = lab.vm("debian-12-cloud");
    let task = lab.begin("VM.clone", [json!(vm), json!("copy")]).await.expect("clone");
    assert_eq!(lab.get("VM", "current_operations", &vm).await, json!({task.as_str(): "clone"}));
    let made = lab.finish("VM.clone", &task).await.expect("cloned");
    let copy = made.as_str().expect("a reference");
    let record = lab.ok("VM.get_record", [json!(copy)]).await;
    assert_eq!(record["name_label"], "copy");
    assert_eq!((&record["is_a_template"], &record["is_a_snapshot"]), (&json!(true), &json!(false)));
    let mac = |vm: String| {
        let lab = &lab;
        async move {
            let vif = lab.set("VM", "VIFs", &vm).await.remove(0);
            lab.get("VIF", "MAC", &vif).await
        }
    };
    assert_ne!(mac(copy.to_owned()).await, mac(vm.clone()).await);
    let disk = |vm: String| {
        let lab = &lab;
        async move {
            let vbd = lab.set("VM", "VBDs", &vm).await.remove(0);
            lab.text("VBD.get_VDI", [json!(vbd)]).await
        }
    };
    let (source, cloned) = (disk(vm.clone()).await, disk(copy.to_owned()).await);
    let parent = |config: serde_json::Value| config["vhd-parent"].clone();
    let base = parent(lab.get("VDI", "sm_config", &source).await);
    assert!(base.as_str().is_some(), "the source hangs on a base copy");
    assert_eq!(parent(lab.get("VDI", "sm_config", &cloned).await), base);
    let base = lab.text("VDI.get_by_uuid", [base]).await;
    assert_eq!(lab.get("VDI", "managed", &base).await, false);
}

#[tokio::test]
async fn a_clone_of_a_default_template_is_no_default_template() {
    let lab = Lab::small().await;
    let template = lab.vm("Debian Bookworm 12");
    let copy = lab.run("VM.clone", [json!(template), json!("new")]).await.expect("cloned");
    let record = lab.ok("VM.get_record", [copy]).await;
    assert_eq!(record["is_default_template"], false);
    assert_eq!(record["other_config"].get("default_template"), None);
    assert_eq!(record["other_config"]["base_template_name"], "Debian Bookworm 12");
    assert_eq!(record["reference_label"], "debian-12");
}

#[tokio::test]
async fn a_copy_has_the_content_and_shares_nothing() {
    let lab = Lab::small().await;
    let (vm, sr) = (lab.vm("legacy-crm"), lab.named_object("SR", "NFS storage"));
    let copy = lab.run("VM.copy", [json!(vm), json!("legacy-copy"), json!(sr)]).await.expect("copied");
    let same = lab.sim.with(|world| {
        let disk = |vm| {
            let vbd = world.objects(vm, "VBDs")[0];
            world.object(vbd, "VDI")
        };
        let (from, to) = (disk(vm.parse().expect("a VM")), disk(copy.as_str().expect("a VM").parse().expect("a VM")));
        assert_eq!(world.object(to, "SR").to_string(), sr);
        let (mut a, mut b) = ([0; 512], [0; 512]);
        world.disks.read(from, 5 << 20, &mut a);
        world.disks.read(to, 5 << 20, &mut b);
        assert_ne!(a, [0; 512]);
        a == b
    });
    assert!(same);
}

#[tokio::test]
async fn a_destroyed_vm_leaves_its_disks() {
    let lab = Lab::small().await;
    let vm = lab.vm("legacy-crm");
    let vbd = lab.set("VM", "VBDs", &vm).await.remove(0);
    let (vdi, metrics) = (lab.text("VBD.get_VDI", [json!(vbd)]).await, lab.text("VM.get_metrics", [json!(vm)]).await);
    lab.run("VM.destroy", [json!(vm)]).await.expect("destroyed");
    assert_eq!(lab.call("VM.get_uuid", [json!(vm)]).await, Err(failure("HANDLE_INVALID", ["VM", &vm])));
    assert_eq!(lab.call("VBD.get_uuid", [json!(vbd)]).await, Err(failure("HANDLE_INVALID", ["VBD", &vbd])));
    assert_eq!(
        lab.call("VM_metrics.get_uuid", [json!(metrics)]).await,
        Err(failure("HANDLE_INVALID", ["VM_metrics", &metrics]))
    );
    assert_eq!(lab.get("VDI", "VBDs", &vdi).await, json!([]));
}

#[tokio::test]
async fn what_is_blocked_or_default_is_not_destroyed() {
    let lab = Lab::small().await;
    let (kept, default) = (lab.vm("mail-old"), lab.vm("Rocky Linux 9"));
    assert_eq!(
        lab.run("VM.destroy", [json!(kept)]).await,
        Err(failure("OPERATION_BLOCKED", [kept.as_str(), "keep until the audit"]))
    );
    assert_eq!(
        lab.run("VM.destroy", [json!(default)]).await,
        Err(failure("VM_CANNOT_DELETE_DEFAULT_TEMPLATE", [&default]))
    );
}

#[tokio::test]
async fn a_clone_in_progress_allows_another_but_no_start() {
    let lab = Lab::small().await;
    let vm = lab.vm("legacy-crm");
    let first = lab.begin("VM.clone", [json!(vm), json!("a")]).await.expect("clone");
    let second = lab.begin("VM.clone", [json!(vm), json!("b")]).await.expect("another");
    let refused = lab.run("VM.start", [json!(vm), json!(false), json!(false)]).await.expect_err("busy");
    assert_eq!(refused.code, "OTHER_OPERATION_IN_PROGRESS");
    assert_eq!(&refused.params[..3], ["VM", vm.as_str(), "{clone,clone}"]);
    lab.finish("VM.clone", &first).await.expect("cloned");
    lab.finish("VM.clone", &second).await.expect("cloned");
}
