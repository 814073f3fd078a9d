//! A VM's domain on a host: what a start and a stop change in the records.

use crate::{Datum, Object, World, class::vbd};

use super::{guest, memory, operation, vcpu};

/// Puts a VM on a host: domain, consoles, metrics, devices, and a guest that will come up.
pub(crate) fn start(world: &mut World, vm: Object, host: Object, state: &str) {
    let granted = memory::granted(world, vm, host);
    let id = world.all("VM").map(|vm| world.int(vm, "domid")).max().unwrap_or(0).max(0) + 1;
    let vendor = world.entry(host, "cpu_info", "vendor").to_owned();
    let features = world.entry(host, "cpu_info", "features_hvm").to_owned();
    world.update(
        vm,
        [
            ("power_state", Datum::from(state)),
            ("resident_on", host.into()),
            ("domid", id.into()),
            ("memory_target", granted.into()),
            ("requires_reboot", false.into()),
            ("pending_guidances", Datum::set::<&str>([])),
            ("last_boot_CPU_flags", Datum::map([("vendor", vendor), ("features", features)])),
        ],
    );
    measure(world, vm, granted);
    open_console(world, vm, host);
    for vbd in world.objects(vm, "VBDs") {
        let device = vbd::device_name(world, vbd);
        world.set(vbd, "device", device);
        world.set(vbd, "currently_attached", true);
    }
    for vif in world.objects(vm, "VIFs") {
        world.set(vif, "currently_attached", true);
    }
    for vgpu in world.objects(vm, "VGPUs") {
        world.set(vgpu, "currently_attached", true);
    }
    memory::note_free(world, host);
    if state == "Running" {
        guest::expect(world, vm);
    }
}

fn measure(world: &mut World, vm: Object, granted: i64) {
    let (metrics, now, hvm) = (world.object(vm, "metrics"), world.now(), operation::is_hvm(world, vm));
    let vcpus = world.int(vm, "VCPUs_at_startup");
    let nested =
        world.entry(vm, "platform", "nested-virt") == "true" || world.entry(vm, "platform", "exp-nested-hvm") == "true";
    let immobile = world.entry(vm, "platform", "nomigrate") == "true";
    let kind = if hvm { "hvm".to_owned() } else { world.text(vm, "domain_type").to_owned() };
    world.update(
        metrics,
        [
            ("memory_actual", Datum::from(granted)),
            ("VCPUs_number", vcpus.into()),
            ("VCPUs_utilisation", vcpu::idle(vcpus)),
            ("start_time", now.into()),
            ("last_updated", now.into()),
            ("hvm", hvm.into()),
            ("nested_virt", nested.into()),
            ("nomigrate", immobile.into()),
            ("current_domain_type", kind.into()),
        ],
    );
    if world.get(metrics, "install_time").as_time() == xapi_types::DateTime::NEVER {
        world.set(metrics, "install_time", now);
    }
}

/// Replaces the VM's consoles by some at `host`.
pub(crate) fn open_console(world: &mut World, vm: Object, host: Object) {
    for console in world.objects(vm, "consoles") {
        world.destroy(console);
    }
    for protocol in protocols(world, vm) {
        let console = world.create("console", [("protocol", (*protocol).into()), ("VM", vm.into())]);
        let location = format!("https://{}/console?uuid={}", world.text(host, "address"), world.uuid(console));
        world.set(console, "location", location);
    }
}

/// Lets the consoles of what runs on `host` lie at the address that it has now.
pub(crate) fn address_consoles(world: &mut World, host: Object) {
    let address = world.text(host, "address").to_owned();
    let vms = world.objects(host, "resident_VMs");
    let consoles: Vec<_> = vms.into_iter().flat_map(|vm| world.objects(vm, "consoles")).collect();
    for console in consoles {
        if let Some((_, query)) = world.text(console, "location").split_once("/console?") {
            let location = format!("https://{address}/console?{query}");
            world.set(console, "location", location);
        }
    }
}

/// Returns what the consoles of a VM speak: a serial line is there where the platform has one, or no screen of its own.
fn protocols(world: &World, vm: Object) -> &'static [&'static str] {
    if world.entry(vm, "other_config", "disable_pv_vnc") == "1" {
        return &[];
    }
    let serial = world.entry(vm, "platform", "hvm_serial");
    let has_serial = !operation::is_hvm(world, vm) || !["", "none"].contains(&serial);
    if has_serial { &["rfb", "vt100"] } else { &["rfb"] }
}

/// Takes a VM off its host; `state` is what it then is, `Halted` or `Suspended`.
///
/// A suspended VM keeps its consoles. What the guest said is kept until the next start, as on a real host.
pub(crate) fn stop(world: &mut World, vm: Object, state: &str) {
    let host = world.object(vm, "resident_on");
    world.forget(vm, guest::COMES_UP);
    world.update(
        vm,
        [
            ("power_state", Datum::from(state)),
            ("resident_on", Object::NULL.into()),
            ("scheduled_to_be_resident_on", Object::NULL.into()),
            ("domid", (-1_i64).into()),
        ],
    );
    let (metrics, now) = (world.object(vm, "metrics"), world.now());
    world.set(metrics, "memory_actual", 0_i64);
    world.set(metrics, "last_updated", now);
    for field in ["VBDs", "VIFs", "VGPUs"] {
        for device in world.objects(vm, field) {
            world.set(device, "currently_attached", false);
        }
    }
    if state == "Halted" {
        world.set(vm, "memory_target", 0_i64);
        world.update(
            metrics,
            [
                ("VCPUs_number", Datum::from(0_i64)),
                ("hvm", false.into()),
                ("nested_virt", false.into()),
                ("nomigrate", false.into()),
                ("current_domain_type", "unspecified".into()),
            ],
        );
        for console in world.objects(vm, "consoles") {
            world.destroy(console);
        }
    }
    memory::note_free(world, host);
}
