//! Memory and virtual CPUs by power state.

use serde_json::json;

use crate::lab::{Lab, failure};

const GIB: u64 = 1 << 30;

#[tokio::test]
async fn static_memory_needs_a_halted_vm() {
    let lab = Lab::small().await;
    let (running, halted) = (lab.vm("web-1"), lab.vm("legacy-crm"));
    assert_eq!(
        lab.call("VM.set_memory_static_max", [json!(running), json!(8 * GIB)]).await,
        Err(failure("VM_BAD_POWER_STATE", [running.as_str(), "halted", "running"]))
    );
    assert_eq!(
        lab.run("VM.set_memory_limits", [json!(running), json!(GIB), json!(GIB), json!(GIB), json!(GIB)]).await,
        Err(failure("VM_BAD_POWER_STATE", [running.as_str(), "halted", "running"]))
    );
    lab.call("VM.set_memory_static_max", [json!(halted), json!(8 * GIB)]).await.expect("set");
    assert_eq!(lab.get("VM", "memory_static_max", &halted).await, json!(8 * GIB));
}

#[tokio::test]
async fn limits_out_of_order_are_refused() {
    let lab = Lab::small().await;
    let vm = lab.vm("legacy-crm");
    assert_eq!(
        lab.run("VM.set_memory_dynamic_range", [json!(vm), json!(16 * GIB), json!(16 * GIB)]).await,
        Err(failure::<&str>("MEMORY_CONSTRAINT_VIOLATION_ORDER", []))
    );
}

#[tokio::test]
async fn a_running_vm_balloons_within_its_static_maximum() {
    let lab = Lab::small().await;
    let vm = lab.vm("db-1");
    lab.run("VM.set_memory_dynamic_range", [json!(vm), json!(8 * GIB), json!(10 * GIB)]).await.expect("set");
    let metrics = lab.text("VM.get_metrics", [json!(vm)]).await;
    assert_eq!(lab.get("VM_metrics", "memory_actual", &metrics).await, json!(10 * GIB));
    assert_eq!(lab.get("VM", "memory_target", &vm).await, json!(10 * GIB));
}

#[tokio::test]
async fn virtual_cpus_follow_their_rules() {
    let lab = Lab::small().await;
    let (running, halted, silent) = (lab.vm("db-1"), lab.vm("legacy-crm"), lab.vm("fw-1"));
    assert_eq!(
        lab.call("VM.set_VCPUs_max", [json!(running), json!(16)]).await,
        Err(failure("VM_BAD_POWER_STATE", [running.as_str(), "halted", "running"]))
    );
    assert_eq!(
        lab.call("VM.set_VCPUs_at_startup", [json!(halted), json!(64)]).await,
        Err(failure("VALUE_NOT_SUPPORTED", ["VCPUs-at-startup", "64", "value greater than VCPUs-max"]))
    );
    assert_eq!(
        lab.call("VM.set_VCPUs_max", [json!(halted), json!(5)]).await,
        Err(failure("VCPU_MAX_NOT_CORES_PER_SOCKET_MULTIPLE", ["5", "2"]))
    );
    assert_eq!(
        lab.run("VM.set_VCPUs_number_live", [json!(silent), json!(1)]).await,
        Err(failure("VM_LACKS_FEATURE", [&silent]))
    );
    lab.run("VM.set_VCPUs_number_live", [json!(running), json!(6)]).await.expect("plugged");
    let metrics = lab.text("VM.get_metrics", [json!(running)]).await;
    assert_eq!(lab.get("VM_metrics", "VCPUs_number", &metrics).await, 6);
}

#[tokio::test]
async fn overhead_is_what_a_real_host_was_seen_to_count() {
    let lab = Lab::small().await;
    let vm = lab.vm("sandbox");
    lab.call("VM.set_VCPUs_max", [json!(vm), json!(2)]).await.expect("set");
    assert_eq!(lab.ok("VM.compute_memory_overhead", [json!(vm)]).await, 13_631_488);
}
