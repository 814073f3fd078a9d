//! How a machine is virtualised and boots.

use xapi_types::{class, enums};

use crate::{host, mirror::View, text, xml};

/// Returns `hvm`, `pv`, `pvh` or `pv_in_pvh`; old hosts tell by the boot policy alone.
pub(super) fn virtualization_mode(record: &class::Vm) -> &str {
    match &record.domain_type {
        enums::DomainType::Unspecified if record.hvm_boot_policy.is_empty() => "pv",
        enums::DomainType::Unspecified => "hvm",
        known => known.as_str(),
    }
}

/// Tells whether the machine may run a hypervisor; since platform 3.4 the key has another name.
pub(super) fn is_nested_virt_enabled(view: &View<'_>, record: &class::Vm) -> bool {
    let platform = view.master().and_then(|master| text::of(&master.software_version, "platform_version"));
    let key = if host::version_at_least(platform, [3, 4]) { "nested-virt" } else { "exp-nested-hvm" };
    text::is_true(&record.platform, key)
}

/// Tells whether the recommendations of the template do not speak against the firmware.
pub(super) fn is_firmware_supported(record: &class::Vm) -> bool {
    // Nearly all recommendations say nothing of firmware: no need to read their XML.
    if !record.recommendations.contains("supports-") {
        return true;
    }
    let firmware = text::of(&record.hvm_boot_params, "firmware").unwrap_or("bios");
    let field = format!("supports-{firmware}");
    !xml::tags(&record.recommendations)
        .filter(|tag| tag.name == "restriction" && tag.attribute("field").as_ref() == Some(&field))
        .any(|tag| tag.attribute("value").as_deref() == Some("no"))
}
