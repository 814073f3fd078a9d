//! Dropping what no object needs: it would be a good part of the memory of a large pool.

use std::{mem::take, sync::Arc};

use xapi_types::Record;

/// Empties the fields that no mapping reads and that are large or stand in every record.
pub(super) fn trim(record: &mut Record) {
    match record {
        Record::Vm(vm) => {
            let vm = Arc::make_mut(vm);
            vm.last_booted_record = xapi_types::Shared::default();
            take(&mut vm.snapshot_metadata);
            take(&mut vm.nvram);
            take(&mut vm.allowed_operations);
            take(&mut vm.last_boot_cpu_flags);
            take(&mut vm.consoles);
            take(&mut vm.crash_dumps);
            take(&mut vm.blobs);
            take(&mut vm.snapshot_info);
            take(&mut vm.children);
        }
        Record::Host(host) => {
            let host = Arc::make_mut(host);
            take(&mut host.allowed_operations);
            take(&mut host.host_cpus);
            take(&mut host.features);
            take(&mut host.uefi_certificates);
        }
        Record::Pool(pool) => {
            let pool = Arc::make_mut(pool);
            take(&mut pool.allowed_operations);
            take(&mut pool.uefi_certificates);
            take(&mut pool.custom_uefi_certificates);
            take(&mut pool.gui_config);
        }
        Record::Sr(sr) => {
            let sr = Arc::make_mut(sr);
            take(&mut sr.allowed_operations);
        }
        Record::Vdi(vdi) => {
            let vdi = Arc::make_mut(vdi);
            take(&mut vdi.allowed_operations);
            take(&mut vdi.location);
            take(&mut vdi.xenstore_data);
        }
        Record::Vbd(vbd) => {
            let vbd = Arc::make_mut(vbd);
            take(&mut vbd.allowed_operations);
            take(&mut vbd.qos_supported_algorithms);
            take(&mut vbd.runtime_properties);
        }
        Record::Vif(vif) => {
            let vif = Arc::make_mut(vif);
            take(&mut vif.allowed_operations);
            take(&mut vif.qos_supported_algorithms);
            take(&mut vif.runtime_properties);
        }
        Record::VmMetrics(metrics) => {
            let metrics = Arc::make_mut(metrics);
            take(&mut metrics.vcpus_utilisation);
            take(&mut metrics.vcpus_cpu);
            take(&mut metrics.vcpus_params);
            take(&mut metrics.vcpus_flags);
            take(&mut metrics.numa_node_memory);
            // The time of the sample would make every sample a change.
            metrics.last_updated = xapi_types::DateTime::NEVER;
        }
        Record::VmGuestMetrics(metrics) => {
            let metrics = Arc::make_mut(metrics);
            take(&mut metrics.disks);
            take(&mut metrics.services);
            metrics.last_updated = xapi_types::DateTime::NEVER;
        }
        Record::HostMetrics(metrics) => Arc::make_mut(metrics).last_updated = xapi_types::DateTime::NEVER,
        Record::PifMetrics(metrics) => {
            let metrics = Arc::make_mut(metrics);
            metrics.last_updated = xapi_types::DateTime::NEVER;
            (metrics.io_read_kbs, metrics.io_write_kbs) = (0.0, 0.0);
        }
        Record::Task(task) => {
            let task = Arc::make_mut(task);
            take(&mut task.backtrace);
        }
        _ => {}
    }
}
