//! Hosts: what they see, enabled and not, their agents.

mod evacuate;
pub(crate) mod plugin;
pub(crate) mod power;
mod query;
pub(crate) mod repository;
mod seed;

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::plain,
    methods::Methods,
    transition::Outcome,
    wire::tls,
    world::Wish,
};

pub(crate) fn register(methods: &mut Methods) {
    methods.allowed("host", &[], allowed);
    methods.on("host", "enable", enable);
    methods.on("host", "disable", disable);
    methods.on("host", "set_iscsi_iqn", set_iscsi_iqn);
    methods.on("host", "set_multipathing", set_multipathing);
    methods.on("host", "set_hostname_live", set_hostname_live);
    methods.on("host", "set_power_on_mode", set_power_on_mode);
    methods.on("host", "set_sched_gran", set_sched_gran);
    methods.on("host", "set_ssl_legacy", |_| Outcome::void());
    methods.on("host", "install_server_certificate", install_server_certificate);
    methods.on("host", "management_reconfigure", management_reconfigure);
    methods.on("host", "destroy", destroy);
    for name in [
        "syslog_reconfigure",
        "backup_rrds",
        "sync_data",
        "refresh_pack_info",
        "record_data_source",
        "forget_data_source_archives",
        "send_debug_keys",
        "enable_local_storage_caching",
        "disable_local_storage_caching",
    ] {
        methods.on("host", name, |call| {
            let host = call.object("host")?;
            expect_live(call.world, host)?;
            Outcome::void()
        });
    }
    plain::register(
        methods,
        "host",
        &[
            "set_https_only",
            "set_numa_affinity_policy",
            "set_uefi_certificates",
            "set_console_idle_timeout",
            "set_ssh_enabled_timeout",
            "set_ssh_auto_mode",
            "set_max_cstate",
            "set_timezone",
            "set_ntp_mode",
            "set_ntp_custom_servers",
        ],
    );
    evacuate::register(methods);
    plugin::register(methods);
    power::register(methods);
    query::register(methods);
    repository::register(methods);
    seed::register(methods);
}

/// Works out `allowed_operations`.
pub(crate) fn allowed(world: &World, host: Object) -> Vec<&'static str> {
    if !is_live(world, host) {
        return vec!["power_on"];
    }
    let current: Vec<&str> =
        world.get(host, "current_operations").entries().iter().map(|(_, operation)| operation.as_text()).collect();
    let goes = |operation: &str| current.contains(&operation);
    let mut allowed = vec!["vm_migrate", "provision", "vm_resume", "enable"];
    if current.is_empty() {
        allowed.push("evacuate");
    }
    allowed.push("vm_start");
    if goes("evacuate") || goes("shutdown") || goes("reboot") {
        allowed.clear();
    }
    if current.is_empty() && !world.flag(host, "enabled") {
        allowed.extend(["shutdown", "reboot"]);
    }
    allowed
}

/// Returns whether the host is up.
pub(crate) fn is_live(world: &World, host: Object) -> bool {
    world.flag(world.object(host, "metrics"), "live")
}

/// Checks that the host is up.
///
/// # Errors
///
/// `HOST_OFFLINE`.
pub(crate) fn expect_live(world: &World, host: Object) -> Result<(), Failure> {
    if is_live(world, host) { Ok(()) } else { fail(code::HOST_OFFLINE, [host]) }
}

/// Returns whether the host has the SR attached.
pub(crate) fn sees(world: &World, host: Object, sr: Object) -> bool {
    let pbds = world.objects(sr, "PBDs");
    pbds.into_iter().any(|pbd| world.object(pbd, "host") == host && world.flag(pbd, "currently_attached"))
}

/// Writes name and uuid as messages do: `xen-1 (uuid: …)`.
pub(crate) fn described(world: &World, host: Object) -> String {
    format!("{} (uuid: {})", world.text(host, "name_label"), world.uuid(host))
}

/// Writes name and uuid as messages of migrations do: `'xen-1' (uuid: …)`.
pub(crate) fn quoted(world: &World, host: Object) -> String {
    format!("'{}' (uuid: {})", world.text(host, "name_label"), world.uuid(host))
}

/// Returns the VMs on the host that are not its own.
pub(crate) fn guests(world: &World, host: Object) -> Vec<Object> {
    let mut guests = world.objects(host, "resident_VMs");
    guests.retain(|vm| !world.flag(*vm, "is_control_domain"));
    guests
}

fn enable(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    expect_live(call.world, host)?;
    call.world.set(host, "enabled", true);
    Outcome::void()
}

fn disable(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    expect_live(call.world, host)?;
    call.world.set(host, "enabled", false);
    Outcome::void()
}

fn set_iscsi_iqn(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (host, iqn) = (call.object("host")?, call.text("value"));
    if iqn.is_empty() {
        return fail(code::INVALID_VALUE, ["value", "an empty string"]);
    }
    call.world.set(host, "iscsi_iqn", iqn.as_str());
    call.world.put(host, "other_config", "iscsi_iqn", iqn);
    Outcome::void()
}

fn set_multipathing(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (host, value) = (call.object("host")?, call.flag("value"));
    call.world.set(host, "multipathing", value);
    call.world.put(host, "other_config", "multipathing", value.to_string());
    if value {
        call.world.put(host, "other_config", "multipathhandle", "dmp");
    }
    Outcome::void()
}

fn set_hostname_live(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (host, name) = (call.object("host")?, call.text("hostname"));
    let valid = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    if !valid {
        return fail(code::HOST_NAME_INVALID, ["hostname contains invalid characters"]);
    }
    call.world.set(host, "hostname", name.as_str());
    call.world.put(host, "software_version", "hostname", name);
    Outcome::void()
}

fn set_power_on_mode(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (host, mode) = (call.object("self")?, call.text("power_on_mode"));
    let config = call.arg("power_on_config").clone();
    call.world.set(host, "power_on_mode", mode);
    call.world.set(host, "power_on_config", config);
    Outcome::void()
}

/// What the scheduler of a host gives to VMs at a time, where it was changed.
const GRANULARITY: &str = "granularity";

/// Products allow it in the host's configuration; XAPI by itself, which was recorded, does not.
fn set_sched_gran(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (host, granularity) = (call.object("self")?, call.text("value"));
    expect_live(call.world, host)?;
    if call.world.profile.name == crate::profile::NEWEST.name {
        return fail(code::OPERATION_NOT_ALLOWED, ["Disabled by xapi.conf"]);
    }
    call.world.hide(host, GRANULARITY, granularity);
    Outcome::void()
}

/// Gives a host another certificate, which its ports show from then on.
fn install_server_certificate(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    expect_live(call.world, host)?;
    let text = |name: &str| call.text(name);
    let (certificate, key) = (text("certificate"), text("private_key"));
    let shown = tls::given(&format!("{certificate}\n{}", text("certificate_chain")), &key)?;
    let now = call.world.now().unix();
    let old = call.world.objects(host, "certificates");
    for old in old.into_iter().filter(|old| call.world.text(*old, "type") == "host").collect::<Vec<_>>() {
        call.world.destroy(old);
    }
    let print: Vec<String> = (0..32).map(|_| format!("{:02X}", call.world.random(0, 256))).collect();
    call.world.create(
        "Certificate",
        [
            ("type", Datum::from("host")),
            ("host", host.into()),
            ("not_before", xapi_types::DateTime::from_unix(now).into()),
            ("not_after", xapi_types::DateTime::from_unix(now + 365 * 86_400).into()),
            ("fingerprint", print.join(":").into()),
            ("fingerprint_sha256", print.join(":").into()),
        ],
    );
    call.world.wish(Wish::Certificate(host, shown));
    Outcome::void()
}

fn management_reconfigure(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let pif = call.object("pif")?;
    make_management(call.world, pif)?;
    Outcome::void()
}

/// Makes `pif` the interface by which its host is managed.
///
/// # Errors
///
/// `PIF_HAS_NO_NETWORK_CONFIGURATION` if it has no address.
pub(crate) fn make_management(world: &mut World, pif: Object) -> Result<(), Failure> {
    if world.text(pif, "ip_configuration_mode") == "None" {
        return fail(code::PIF_HAS_NO_NETWORK_CONFIGURATION, [pif]);
    }
    for other in world.objects(world.object(pif, "host"), "PIFs") {
        world.set(other, "management", other == pif);
    }
    Ok(())
}

fn destroy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("self")?;
    if is_live(call.world, host) {
        return fail(code::HOST_IS_LIVE, [host]);
    }
    if call.world.master() == host {
        return fail(code::HOST_CANNOT_DESTROY_SELF, [host]);
    }
    if !guests(call.world, host).is_empty() {
        return fail(code::HOST_HAS_RESIDENT_VMS, [host]);
    }
    remove(call.world, host);
    Outcome::void()
}

/// Removes a host with its interfaces, connections and own domain.
pub(crate) fn remove(world: &mut World, host: Object) {
    let metrics = world.object(host, "metrics");
    for pif in world.objects(host, "PIFs") {
        for field in ["VLAN_master_of", "bond_slave_of"] {
            let over = world.object(pif, field);
            world.destroy(over);
        }
        crate::class::pif::remove(world, pif);
    }
    for pbd in world.objects(host, "PBDs") {
        let sr = world.object(pbd, "SR");
        world.destroy(pbd);
        if !world.flag(sr, "shared") && world.objects(sr, "PBDs").is_empty() {
            for vdi in world.objects(sr, "VDIs") {
                world.destroy(vdi);
            }
            world.destroy(sr);
        }
    }
    for field in ["host_CPUs", "PCIs", "certificates", "resident_VMs"] {
        for part in world.objects(host, field) {
            if world.is(part, "VM") {
                crate::class::vm::life::remove(world, part);
            } else {
                world.destroy(part);
            }
        }
    }
    world.destroy(metrics);
    world.destroy(host);
}

/// Returns the interface by which a host is managed.
pub(crate) fn management(world: &World, host: Object) -> Object {
    let mut pifs = world.objects(host, "PIFs").into_iter();
    pifs.find(|pif| world.flag(*pif, "management")).unwrap_or_default()
}

/// Writes a time as hosts do in `other_config`: seconds with a point at the end.
pub(crate) fn stamp(unix: i64) -> Datum {
    Datum::from(format!("{unix}."))
}
