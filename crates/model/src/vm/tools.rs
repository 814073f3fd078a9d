//! What is known of the tools and drivers in a machine.

use serde::{Serialize, Serializer, ser::SerializeMap};
use xapi_types::class;

use super::is_running;
use crate::{number::Number, text};

/// Version of the tools in a running machine, or that there are none.
#[derive(Clone, Copy, Debug)]
pub enum XenTools<'m> {
    /// None are known; `false` on the wire.
    Unknown,
    /// Their version.
    Version {
        /// Major part.
        major: &'m str,
        /// Minor part.
        minor: &'m str,
    },
}

impl Serialize for XenTools<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self::Version { major, minor } = self else { return serializer.serialize_bool(false) };
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("major", &Number::parse(Some(major)))?;
        map.serialize_entry("minor", &Number::parse(Some(minor)))?;
        map.serialize_entry("version", &Number::parse(Some(&format!("{major}.{minor}"))))?;
        map.end()
    }
}

/// What is known of the tools; nothing is of machines that do not run.
#[derive(Debug, Default)]
pub(super) struct Tools<'m> {
    pub(super) version_known: bool,
    pub(super) version: Option<XenTools<'m>>,
    pub(super) agent_detected: Option<bool>,
    pub(super) drivers_detected: Option<bool>,
    pub(super) drivers_version: Option<String>,
    pub(super) drivers_up_to_date: Option<bool>,
}

pub(super) fn of<'m>(record: &class::Vm, guest: Option<&'m class::VmGuestMetrics>) -> Tools<'m> {
    if !is_running(record) {
        return Tools::default();
    }
    let part = |key| guest.and_then(|guest| text::of(&guest.pv_drivers_version, key));
    let version = part("major").zip(part("minor"));
    let known = version.is_some();
    let static_ip = guest.and_then(|guest| text::of(&guest.other, "feature-static-ip-setting"));
    let detected = known || guest.is_some_and(|guest| guest.pv_drivers_detected);
    Tools {
        version_known: known,
        version: Some(version.map_or(XenTools::Unknown, |(major, minor)| XenTools::Version { major, minor })),
        agent_detected: Some(known || static_ip == Some("1")),
        drivers_detected: Some(detected),
        drivers_version: version.map(|(major, minor)| {
            format!("{major}.{minor}.{}-{}", part("micro").unwrap_or("0"), part("build").unwrap_or("0"))
        }),
        drivers_up_to_date: guest.filter(|_| detected).map(|guest| guest.pv_drivers_up_to_date),
    }
}
