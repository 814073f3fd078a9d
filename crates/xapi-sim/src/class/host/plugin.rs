//! Scripts that hosts run for their clients.
//!
//! Those of XCP-ng that tell of the hardware answer as on a server with two disks in a mirror and one that wears
//! out. XCP-ng is updated by one ([`updater`]). What a test writes to the host's `other_config` as `sim:plugin:NAME.FUNCTION` is answered in place of that.

mod pack;
pub(crate) mod updater;

use xapi_types::{Failure, code};

use crate::{
    World,
    call::{Call, fail},
    class::{vdi, vm::copy},
    methods::Methods,
    transition::Outcome,
};

pub(super) fn register(methods: &mut Methods) {
    methods.on("host", "call_plugin", call_plugin);
}

const BLOCK_DEVICES: &str = r#"{"blockdevices":[{"name":"sda","kname":"sda","pkname":null,"size":"480103981056","type":"disk","ro":"0","mountpoint":null,"children":[{"name":"sda1","kname":"sda1","pkname":"sda","size":"19327352832","type":"part","ro":"0","mountpoint":"/"}]},{"name":"sdb","kname":"sdb","pkname":null,"size":"480103981056","type":"disk","ro":"0","mountpoint":null}]}"#;

const RAID: &str = r#"{"raid":{"Version":"1.0","Raid Level":"raid1","Raid Devices":"2","Total Devices":"2","State":"clean","Active Devices":"2","Working Devices":"2","Failed Devices":"0","Spare Devices":"0","Name":"localhost:127"},"volumes":[["0","8","0","0","active sync","/dev/sda"],["1","8","16","1","active sync","/dev/sdb"]]}"#;

const SMART_HEALTH: &str = r#"{"/dev/sda:sat":"PASSED","/dev/sdb:sat":"FAILED!"}"#;

const SMART_INFORMATION: &str = r#"{"/dev/sda:sat":{"device":{"name":"/dev/sda","type":"sat","protocol":"ATA"},"model_name":"INTEL SSDSC2KB480G8","smart_status":{"passed":true},"power_on_time":{"hours":21304},"temperature":{"current":29}},"/dev/sdb:sat":{"device":{"name":"/dev/sdb","type":"sat","protocol":"ATA"},"model_name":"INTEL SSDSC2KB480G8","smart_status":{"passed":false},"power_on_time":{"hours":48117},"temperature":{"current":31}}}"#;

const SENSORS: &str = r#"[{"name":"Fan1A","value":"10920 RPM","event":"ok"},{"name":"Inlet Temp","value":"22 degrees C","event":"ok"},{"name":"Pwr Consumption","value":"210 Watts","event":"ok"}]"#;

const ZFS_POOLS: &str = r#"{"tank":{"type":"filesystem","used":"98304","available":"966367641600","mountpoint":"/tank","compression":"lz4"}}"#;

/// Scripts that every host has.
const SCRIPTS: &[&str] = &[
    "coalesce-leaf",
    "hyperthreading.py",
    "install-supp-pack",
    "ipmitool.py",
    "lsblk.py",
    "raid.py",
    "smartctl.py",
    "trim",
    "zfs.py",
];

/// Returns what a function of a script prints.
fn printed(plugin: &str, function: &str) -> Option<&'static str> {
    Some(match (plugin, function) {
        ("hyperthreading.py", "get_hyperthreading") | ("ipmitool.py", "is_ipmi_device_available") => "true",
        ("ipmitool.py", "get_all_sensors") => SENSORS,
        ("lsblk.py", "list_block_devices") => BLOCK_DEVICES,
        ("raid.py", "check_raid_pool") => RAID,
        ("zfs.py", "list_zfs_pools") => ZFS_POOLS,
        ("smartctl.py", "health") => SMART_HEALTH,
        ("smartctl.py", "information") => SMART_INFORMATION,
        _ => return None,
    })
}

fn call_plugin(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    super::expect_live(call.world, host)?;
    let (plugin, function) = (call.text("plugin"), call.text("fn"));
    let told = call.world.entry(host, "other_config", &format!("sim:plugin:{plugin}.{function}")).to_owned();
    if !told.is_empty() {
        return Outcome::done(told);
    }
    let argument = |name: &str| call.entry("args", name);
    match (plugin.as_str(), function.as_str()) {
        ("trim", "do_trim") => return Outcome::done(trim(call.world, &argument("sr_uuid"))),
        ("install-supp-pack", "install") => {
            let vdi = argument("vdi");
            return pack::install(call, host, &vdi);
        }
        (updater::NAME, _) if !updater::is_there(call.world) => return updater::missing(),
        (updater::NAME, function) => {
            let ran = updater::run(call, host, function);
            return ran.unwrap_or_else(|| fail("UNKNOWN_XENAPI_PLUGIN_FUNCTION", [function]));
        }
        ("coalesce-leaf", "leaf-coalesce") => {
            let vm = argument("vm_uuid");
            return Outcome::done(coalesce(call.world, &vm));
        }
        _ => {}
    }
    match printed(&plugin, &function) {
        Some(text) => Outcome::done(text),
        None if SCRIPTS.contains(&plugin.as_str()) => fail("UNKNOWN_XENAPI_PLUGIN_FUNCTION", [function]),
        None => fail(code::XENAPI_MISSING_PLUGIN, [plugin]),
    }
}

/// Gives freed space back to the array, where the driver can: it is one of LVM's.
fn trim(world: &World, sr: &str) -> String {
    let error = |code: &str, text: &str| {
        let pair =
            |key: &str, value: &str| format!("<key_value_pair><key>{key}</key><value>{value}</value></key_value_pair>");
        let pairs = pair("errcode", code) + &pair("errmsg", text);
        format!("<?xml version=\"1.0\" ?><trim_response>{pairs}</trim_response>")
    };
    match world.by_uuid("SR", sr) {
        None => error("UnavailableSRException", "SR could not be found"),
        Some(sr) if !world.text(sr, "type").starts_with("lvm") => {
            error("UnsupportedSRForTrim", "Trim is not supported on this SR")
        }
        Some(_) => "True".to_owned(),
    }
}

/// Merges the disks of a VM with the base copies that only they hang on.
fn coalesce(world: &mut World, vm: &str) -> String {
    let Some(vm) = world.by_uuid("VM", vm) else { return format!("VM {vm} not found") };
    let merged = copy::disks_of(world, vm).into_iter().filter(|disk| vdi::merge_leaf(world, *disk)).count();
    if merged > 0 { "Success" } else { "VM has no leaf-coalesceable VDIs" }.to_owned()
}
