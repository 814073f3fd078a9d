//! Templates of virtual machines.

use serde::Serialize;
use xapi_types::class;

use crate::{
    declare::object,
    mirror::View,
    number::Number,
    text,
    vm::{self, VmBase},
    xml,
};

object! {
    /// A template of virtual machines.
    VmTemplate: VmBase {
        /// Whether it came with the host.
        is_default_template "isDefaultTemplate" : bool,
        /// What machines made of it get.
        template_info "template_info" : TemplateInfo<'m>,
    }
}

/// What machines made of a template get.
#[derive(Clone, Debug, Serialize)]
pub struct TemplateInfo<'m> {
    /// Architecture, such as `amd64`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arch: Option<&'m str>,
    /// Disks.
    pub disks: Vec<Disk>,
    /// How they can be installed: `cdrom`, `http`, `nfs`, `ftp`.
    pub install_methods: Vec<&'m str>,
    /// Where they are installed from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_repository: Option<&'m str>,
}

/// A disk that a machine gets.
#[derive(Clone, Debug, Serialize)]
pub struct Disk {
    /// Place among the devices of the machine, `0` first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Size, in bytes.
    pub size: Number,
    /// Whether the machine boots from it.
    pub bootable: bool,
    /// What it is for, such as `system`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub disk_type: Option<String>,
    /// The storage repository; empty for the default one.
    #[serde(rename = "SR")]
    pub sr: String,
}

impl<'m> VmTemplate<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Vm) -> Self {
        Self {
            base: VmBase::from_xapi(view, record),
            is_default_template: vm::is_default_template(record),
            template_info: template_info(record),
        }
    }
}

fn template_info(record: &class::Vm) -> TemplateInfo<'_> {
    let other = |key| text::of(&record.other_config, key);
    let methods = other("install-methods").unwrap_or("");
    TemplateInfo {
        arch: other("install-arch"),
        disks: other("disks").map(disks).unwrap_or_default(),
        install_methods: methods.split(',').filter(|method| !method.is_empty()).collect(),
        install_repository: other("install-repository"),
    }
}

/// Reads `<provision><disk device="0" size="8589934592" sr="" bootable="true" type="system"/></provision>`.
fn disks(text: &str) -> Vec<Disk> {
    let disks = xml::tags(text).filter(|tag| tag.name == "disk" && !tag.is_end());
    disks
        .map(|disk| Disk {
            device: disk.attribute("device"),
            size: Number::parse(disk.attribute("size").as_deref()),
            bootable: disk.attribute("bootable").as_deref() == Some("true"),
            disk_type: disk.attribute("type"),
            sr: disk.attribute("sr").unwrap_or_default(),
        })
        .collect()
}
