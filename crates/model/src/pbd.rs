//! Attachments of storage repositories to hosts.

use compact_str::CompactString;
use serde::{Serialize, Serializer, ser::SerializeMap};
use xapi_types::{Map, class};

use crate::{declare::object, id::Id, mirror::View, text::Texts};

/// What clients see in place of a secret.
const OBFUSCATED: &str = "* obfuscated *";

object! {
    /// The attachment of a storage repository to a host.
    Pbd {
        /// Whether the host has it now.
        attached "attached" : bool,
        /// The host.
        host "host" ? Id<'m>,
        /// The storage repository.
        sr "SR" ? Id<'m>,
        /// How the host reaches the storage; secrets are not shown.
        device_config "device_config" : DeviceConfig<'m>,
        /// Free keys.
        other_config "otherConfig" : Texts<'m>,
    }
}

/// How a host reaches storage, without the secrets.
#[derive(Clone, Copy)]
pub struct DeviceConfig<'m>(&'m Map<CompactString, CompactString>);

impl Serialize for DeviceConfig<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.0 {
            map.serialize_entry(key.as_str(), if is_secret(key) { OBFUSCATED } else { value.as_str() })?;
        }
        map.end()
    }
}

impl std::fmt::Debug for DeviceConfig<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self.0.iter().map(|(key, value)| (key, if is_secret(key) { "***" } else { value.as_str() }));
        f.debug_map().entries(shown).finish()
    }
}

/// `password`, `cifspassword`, `chappassword`, `incoming_chappassword`, and the same with `_secret` behind.
fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.contains("password") || key.contains("secret") || key.contains("token")
}

impl<'m> Pbd<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Pbd) -> Self {
        Self {
            attached: record.currently_attached,
            host: view.id(&record.host),
            sr: view.id(&record.sr),
            device_config: DeviceConfig(&record.device_config),
            other_config: Texts(&record.other_config),
        }
    }
}
