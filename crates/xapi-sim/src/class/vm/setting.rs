//! Setters that ask for a power state or look at what they are given, and questions about a VM.

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::plain,
    methods::Methods,
    transition::Outcome,
};

use super::{operation, placement};

/// Setters without any rule.
const PLAIN: &[&str] = &[
    "set_platform",
    "add_to_platform",
    "remove_from_platform",
    "set_other_config",
    "add_to_other_config",
    "remove_from_other_config",
    "set_blocked_operations",
    "add_to_blocked_operations",
    "remove_from_blocked_operations",
    "set_actions_after_crash",
    "set_start_delay",
    "set_shutdown_delay",
    "set_order",
    "set_appliance",
    "set_groups",
    "set_snapshot_schedule",
    "set_suspend_VDI",
    "set_HVM_boot_policy",
];

pub(crate) fn register(methods: &mut Methods) {
    plain::register(methods, "VM", PLAIN);
    for name in ["set_domain_type", "set_has_vendor_device"] {
        methods.on("VM", name, set_halted);
    }
    for name in ["set_NVRAM", "add_to_NVRAM", "remove_from_NVRAM"] {
        methods.on("VM", name, nvram);
    }
    methods.on("VM", "set_uefi_mode", set_uefi_mode);
    methods.on("VM", "get_secureboot_readiness", secureboot_readiness);
    methods.on("VM", "set_bios_strings", set_bios_strings);
    methods.on("VM", "copy_bios_strings", copy_bios_strings);
    methods.on("VM", "set_ha_restart_priority", set_ha_restart_priority);
    methods.on("VM", "set_ha_always_run", set_ha_always_run);
    methods.on("VM", "update_allowed_operations", update_allowed_operations);
    methods.on("VM", "assert_operation_valid", assert_operation_valid);
    methods.on("VM", "assert_can_boot_here", assert_can_boot_here);
    methods.on("VM", "assert_agile", assert_agile);
    methods.on("VM", "get_possible_hosts", get_possible_hosts);
    methods.on("VM", "get_cooperative", get_cooperative);
    methods.on("VM", "query_services", query_services);
    methods.on("VM", "retrieve_wlb_recommendations", retrieve_wlb_recommendations);
    methods.on("VM", "get_data_sources", get_data_sources);
    methods.on("VM", "record_data_source", data_source);
    methods.on("VM", "forget_data_source_archives", data_source);
    methods.on("VM", "query_data_source", query_data_source);
    methods.on("VM", "send_sysrq", send_sysrq);
    methods.on("VM", "send_trigger", send_trigger);
    methods.on("VM", "call_plugin", call_plugin);
    methods.on("VM", "get_allowed_VBD_devices", get_allowed_vbd_devices);
    methods.on("VM", "get_allowed_VIF_devices", get_allowed_vif_devices);
    methods.on("VM", "restart_device_models", restart_device_models);
}

fn set_halted(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    operation::expect_state(call.world, vm, &["Halted"])?;
    plain::set(call)
}

fn nvram(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    operation::expect(call.world, vm, "changing_NVRAM")?;
    plain::run(call)
}

fn set_uefi_mode(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    operation::expect_state(call.world, vm, &["Halted"])?;
    if call.world.entry(vm, "HVM_boot_params", "firmware") != "uefi" {
        return fail(code::VALUE_NOT_SUPPORTED, ["mode", &call.text("mode"), "the VM does not boot by UEFI"]);
    }
    call.world.hide(vm, "uefi mode", call.arg("mode").clone());
    Outcome::done("")
}

fn secureboot_readiness(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    let uefi = call.world.entry(vm, "HVM_boot_params", "firmware") == "uefi";
    let wanted = matches!(call.world.entry(vm, "platform", "secureboot"), "true" | "auto");
    let setup = call.world.hidden(vm, "uefi mode").as_text() == "setup";
    Outcome::done(match (uefi, wanted, setup) {
        (false, ..) => "not_supported",
        (true, false, _) => "disabled",
        (true, true, true) => "setup_mode",
        (true, true, false) => "ready",
    })
}

/// Keys that `set_bios_strings` takes, and the longest value of each.
const BIOS_STRINGS: &[&str] = &[
    "bios-vendor",
    "bios-version",
    "system-manufacturer",
    "system-product-name",
    "system-version",
    "system-serial-number",
    "baseboard-manufacturer",
    "baseboard-product-name",
    "baseboard-version",
    "baseboard-serial-number",
    "baseboard-asset-tag",
    "baseboard-location-in-chassis",
    "enclosure-asset-tag",
];
const LONGEST_BIOS_STRING: usize = 512;

fn set_bios_strings(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    if !call.world.get(vm, "bios_strings").entries().is_empty() {
        return fail::<_, &str>(code::VM_BIOS_STRINGS_ALREADY_SET, []);
    }
    let given = call.arg("value").clone();
    let wrong = given.entries().iter().find(|(key, value)| {
        let text = value.as_text();
        !BIOS_STRINGS.contains(&&**key) || text.is_empty() || text.len() > LONGEST_BIOS_STRING || !text.is_ascii()
    });
    if let Some((key, value)) = wrong {
        return fail(code::INVALID_VALUE, [&**key, value.as_text()]);
    }
    let strings = given
        .entries()
        .iter()
        .fold(generic_bios_strings(), |strings, (key, value)| strings.with_entry(key, value.clone()));
    call.world.set(vm, "bios_strings", strings);
    Outcome::void()
}

/// Returns the strings of a machine that has none of its own.
pub(crate) fn generic_bios_strings() -> Datum {
    let named = [
        ("bios-vendor", "Xen"),
        ("system-manufacturer", "Xen"),
        ("system-product-name", "HVM domU"),
        ("hp-rombios", ""),
        ("oem-1", "Xen"),
        ("oem-2", "MS_VM_CERT/SHA1/bdbeb6e0a816d43fa6d3fe8aaef04c2bad9d3e3d"),
    ];
    let empty = Datum::map(BIOS_STRINGS.iter().map(|key| (key, "")));
    named.into_iter().fold(empty, |strings, (key, value)| strings.with_entry(key, value))
}

fn copy_bios_strings(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vm, host) = (call.object("vm")?, call.object("host")?);
    if !call.world.get(vm, "bios_strings").entries().is_empty() {
        return fail::<_, &str>(code::VM_BIOS_STRINGS_ALREADY_SET, []);
    }
    let strings = call.world.get(host, "bios_strings").clone();
    call.world.set(vm, "bios_strings", strings);
    Outcome::void()
}

fn set_ha_restart_priority(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vm, value) = (call.object("self")?, call.text("value"));
    if !matches!(value.as_str(), "" | "restart" | "best-effort") {
        return fail(code::INVALID_VALUE, ["ha_restart_priority", &value]);
    }
    call.world.set(vm, "ha_restart_priority", value);
    Outcome::void()
}

fn set_ha_always_run(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vm, value) = (call.object("self")?, call.flag("value"));
    call.world.set(vm, "ha_always_run", value);
    call.world.set(vm, "ha_restart_priority", if value { "restart" } else { "" });
    Outcome::void()
}

fn update_allowed_operations(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    let allowed = operation::allowed(call.world, vm);
    call.world.set(vm, "allowed_operations", Datum::set(allowed));
    Outcome::void()
}

fn assert_operation_valid(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vm, operation) = (call.object("self")?, call.text("op"));
    operation::expect(call.world, vm, &operation)?;
    Outcome::void()
}

fn assert_can_boot_here(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vm, host) = (call.object("self")?, call.object("host")?);
    placement::check_bootable(call.world, vm)?;
    let metrics = call.world.object(vm, "metrics");
    if call.world.object(vm, "resident_on") == host && call.world.int(metrics, "memory_actual") > 0 {
        placement::check_devices(call.world, vm, host)?;
    } else {
        placement::check(call.world, vm, host)?;
    }
    Outcome::void()
}

fn assert_agile(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    let (world, srs) = (&*call.world, placement::storage(call.world, vm));
    if let Some(sr) = srs.into_iter().find(|sr| !world.flag(*sr, "shared")) {
        return fail(code::HA_CONSTRAINT_VIOLATION_SR_NOT_SHARED, [sr]);
    }
    let hosts = world.all("host").count();
    let networks = world.objects(vm, "VIFs").into_iter().map(|vif| world.object(vif, "network"));
    if let Some(network) = networks.into_iter().find(|network| world.objects(*network, "PIFs").len() < hosts) {
        return fail(code::HA_CONSTRAINT_VIOLATION_NETWORK_NOT_SHARED, [network]);
    }
    Outcome::void()
}

fn get_possible_hosts(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    Outcome::done(placement::possible(call.world, vm))
}

fn get_cooperative(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    call.object("self")?;
    Outcome::done(true)
}

fn query_services(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    fail(code::NOT_SYSTEM_DOMAIN, [vm])
}

fn retrieve_wlb_recommendations(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    call.object("vm")?;
    fail::<_, &str>(code::WLB_NOT_INITIALIZED, [])
}

fn get_data_sources(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    call.object("self")?;
    Outcome::done(Datum::set::<Datum>([]))
}

fn data_source(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    operation::expect(call.world, vm, "data_source_op")?;
    Outcome::void()
}

fn query_data_source(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    operation::expect(call.world, vm, "data_source_op")?;
    let cpu = call.text("data_source").strip_prefix("cpu").map(str::to_owned);
    let used = cpu.and_then(|cpu| {
        let metrics = call.world.object(vm, "metrics");
        call.world.get(metrics, "VCPUs_utilisation").get(&cpu).map(Datum::as_float)
    });
    Outcome::done(used.unwrap_or(0.0))
}

fn send_sysrq(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    operation::expect(call.world, vm, "send_sysrq")?;
    fail(code::NOT_IMPLEMENTED, ["send_sysrq"])
}

fn send_trigger(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    operation::expect(call.world, vm, "send_trigger")?;
    fail(code::NOT_IMPLEMENTED, ["send_trigger"])
}

fn call_plugin(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    operation::expect(call.world, vm, "call_plugin")?;
    fail(code::XENAPI_MISSING_PLUGIN, [call.text("plugin")])
}

fn restart_device_models(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("self")?;
    operation::expect_state(call.world, vm, &["Running"])?;
    call.world.take(vm, "pending_guidances", "restart_device_model");
    Outcome::void()
}

/// Highest number of a disk; hosts count to 254 with the block devices of a hardware VM.
const LAST_DISK: u32 = 254;

/// Returns the device numbers that no VBD of `vm` takes. A hardware VM keeps 3 for the drive.
pub(crate) fn free_vbd_devices(world: &World, vm: Object) -> Vec<String> {
    let taken: Vec<String> =
        world.objects(vm, "VBDs").into_iter().map(|vbd| world.text(vbd, "userdevice").to_owned()).collect();
    (0..=LAST_DISK).map(|at| at.to_string()).filter(|at| !taken.contains(at)).collect()
}

fn get_allowed_vbd_devices(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    Outcome::done(free_vbd_devices(call.world, vm))
}

fn get_allowed_vif_devices(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    Outcome::done(free_vif_devices(call.world, vm))
}

/// Returns the device numbers, 0 to 6, that no VIF of `vm` takes.
pub(crate) fn free_vif_devices(world: &World, vm: Object) -> Vec<String> {
    let taken: Vec<String> =
        world.objects(vm, "VIFs").into_iter().map(|vif| world.text(vif, "device").to_owned()).collect();
    (0..7).map(|at| at.to_string()).filter(|at| !taken.contains(at)).collect()
}
