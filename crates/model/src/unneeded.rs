//! What no object is made of: it would be a good part of the time and the memory that a large pool takes.

use xapi_types::Kind;

/// Names the fields of a class that no object needs, as the wire has them, and that are large, stand in every record, or
/// change all the time.
///
/// Records are best read without them: the [`crate::Mirror`] keeps what it is given, and takes a new time of a sample
/// for a change.
pub fn unneeded(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Vm => &[
            "allowed_operations",
            "blobs",
            "children",
            "consoles",
            "crash_dumps",
            "last_boot_CPU_flags",
            "last_booted_record",
            "NVRAM",
            "snapshot_info",
            "snapshot_metadata",
        ],
        Kind::VmMetrics => {
            &["last_updated", "numa_node_memory", "VCPUs_CPU", "VCPUs_flags", "VCPUs_params", "VCPUs_utilisation"]
        }
        Kind::VmGuestMetrics => &["disks", "last_updated", "services"],
        Kind::Host => &["allowed_operations", "features", "host_CPUs", "uefi_certificates"],
        Kind::HostMetrics => &["last_updated"],
        Kind::Pool => &["allowed_operations", "custom_uefi_certificates", "gui_config", "uefi_certificates"],
        Kind::Sr => &["allowed_operations"],
        Kind::Vdi => &["allowed_operations", "location", "xenstore_data"],
        Kind::Vbd | Kind::Vif => &["allowed_operations", "qos_supported_algorithms", "runtime_properties"],
        Kind::PifMetrics => &["io_read_kbs", "io_write_kbs", "last_updated"],
        Kind::Task => &["backtrace"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use xapi_types::{Kind, table};

    use super::unneeded;

    #[test]
    fn each_name_is_that_of_a_field() {
        for kind in Kind::ALL {
            let class = table::classes().iter().find(|class| class.name == kind.name()).expect("every kind is a class");
            for name in unneeded(kind) {
                assert!(class.fields.iter().any(|field| field.name == *name), "{} has no field {name}", class.name);
            }
        }
    }
}
