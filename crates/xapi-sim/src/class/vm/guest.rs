//! The agent inside a guest: what it reports a moment after start, and is kept until the next one.
//!
//! Which system a guest runs follows from the template that it was made from (`reference_label`). A
//! VM without disks, or with an installation disc in its drive, has no system to report.

use std::{sync::LazyLock, time::Duration};

use indexmap::IndexMap;
use serde::Deserialize;

use crate::{Datum, Object, World};

use super::cloud_init;

/// Name of the agenda's entry at the end of which the agent answers.
pub(crate) const COMES_UP: &str = "guest agent";

/// From the start of the domain to the first report.
const BOOT: Duration = Duration::from_secs(8);

static TEXT: &str = include_str!("../../seed/guests.toml");

static SYSTEMS: LazyLock<IndexMap<String, System>> =
    LazyLock::new(|| toml::from_str(TEXT).expect("seed/guests.toml is part of the program"));

/// What an agent reports of a system.
#[derive(Deserialize)]
struct System {
    os: IndexMap<String, String>,
    drivers: IndexMap<String, String>,
}

/// Returns the system of a VM that was made from the template `label`.
fn system(label: &str) -> Option<&'static System> {
    SYSTEMS.get(label).or_else(|| SYSTEMS.get(label.strip_suffix("-64bit")?))
}

/// Lets the agent come up a moment after the start, if the VM has a system with one.
pub(crate) fn expect(world: &mut World, vm: Object) {
    if system_of(world, vm).is_some() {
        world.forget(vm, COMES_UP);
        world.later(vm, COMES_UP, BOOT, move |world| report(world, vm));
    }
}

fn system_of(world: &World, vm: Object) -> Option<&'static System> {
    let vbds = world.objects(vm, "VBDs");
    let has_disk = vbds.iter().any(|vbd| world.text(*vbd, "type") == "Disk" && !world.flag(*vbd, "empty"));
    let installs = vbds.iter().any(|vbd| {
        let disc = world.object(*vbd, "VDI");
        world.text(*vbd, "type") == "CD" && world.is(disc, "VDI") && !world.flag(disc, "is_tools_iso")
    });
    if !has_disk || installs {
        return None;
    }
    match world.hidden(vm, "system").as_text() {
        "" => system(world.text(vm, "reference_label")),
        told => system(told),
    }
}

/// Makes the agent's report, if the VM still runs.
pub(crate) fn report(world: &mut World, vm: Object) {
    let Some(system) = system_of(world, vm) else { return };
    if !matches!(world.text(vm, "power_state"), "Running" | "Paused" | "Suspended") {
        return;
    }
    cloud_init::run(world, vm);
    drop_report(world, vm);
    let names = match cloud_init::host_name(world, vm) {
        "" => Datum::map::<&str, &str>([]),
        name => Datum::map([("host_name", name)]),
    };
    let features = [
        "feature-shutdown",
        "feature-poweroff",
        "feature-reboot",
        "feature-suspend",
        "feature-vcpu-hotplug",
        "feature-balloon",
        "platform-feature-multiprocessor-suspend",
        "platform-feature-xs_reset_watches",
    ];
    let now = world.now();
    let report = world.create(
        "VM_guest_metrics",
        [
            ("os_version", Datum::map(&system.os)),
            ("PV_drivers_version", Datum::map(&system.drivers)),
            ("PV_drivers_up_to_date", true.into()),
            ("PV_drivers_detected", true.into()),
            ("networks", addresses(world, vm)),
            ("netbios_name", names),
            ("other", Datum::map(features.map(|feature| (feature, "1")))),
            ("last_updated", now.into()),
            ("live", true.into()),
            ("can_use_hotplug_vbd", "yes".into()),
            ("can_use_hotplug_vif", "yes".into()),
        ],
    );
    world.set(vm, "guest_metrics", report);
}

/// Brings the reported addresses in step with the interfaces, for an agent that is up.
pub(crate) fn report_addresses(world: &mut World, vm: Object) {
    let report = world.object(vm, "guest_metrics");
    if world.is(report, "VM_guest_metrics") && world.text(vm, "power_state") == "Running" {
        let (networks, now) = (addresses(world, vm), world.now());
        if !world.get(report, "networks").same(&networks) {
            world.set(report, "networks", networks);
            world.set(report, "last_updated", now);
        }
    }
}

fn addresses(world: &World, vm: Object) -> Datum {
    let mut networks = Vec::new();
    for vif in world.objects(vm, "VIFs") {
        if !world.flag(vif, "currently_attached") {
            continue;
        }
        let device = world.text(vif, "device");
        let addresses = addresses_of(world, vif);
        let (v6, v4): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|address| address.contains(':'));
        if let Some(first) = v4.first() {
            networks.push((format!("{device}/ip"), first.clone()));
        }
        networks.extend(v4.into_iter().enumerate().map(|(at, address)| (format!("{device}/ipv4/{at}"), address)));
        networks.extend(v6.into_iter().enumerate().map(|(at, address)| (format!("{device}/ipv6/{at}"), address)));
    }
    Datum::map(networks)
}

/// Returns the addresses of an interface: those of its story, or one that follows from its MAC.
fn addresses_of(world: &World, vif: Object) -> Vec<String> {
    let told = world.hidden(vif, "addresses");
    if !told.items().is_empty() {
        return told.texts().map(str::to_owned).collect();
    }
    let mac = world.text(vif, "MAC");
    let byte = |at: usize| mac.split(':').nth(at).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(1);
    let vlan = world.objects(world.object(vif, "network"), "PIFs").first().map_or(0, |pif| world.int(*pif, "VLAN"));
    vec![format!("10.{}.{}.{}", vlan.clamp(0, 255), byte(4), byte(5).clamp(1, 254))]
}

/// Lets the agent report once more, as it does when the guest finds itself on another host.
pub(crate) fn report_again(world: &mut World, vm: Object) {
    let (report, now) = (world.object(vm, "guest_metrics"), world.now());
    world.set(report, "last_updated", now);
}

/// Forgets what the guest reported.
pub(crate) fn gone(world: &mut World, vm: Object) {
    world.forget(vm, COMES_UP);
    drop_report(world, vm);
}

fn drop_report(world: &mut World, vm: Object) {
    let report = world.object(vm, "guest_metrics");
    if !report.is_null() {
        world.set(vm, "guest_metrics", Object::NULL);
        world.destroy(report);
    }
}
