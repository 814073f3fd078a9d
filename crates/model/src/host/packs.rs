//! Supplemental packs of hosts.

use serde::Serialize;
use xapi_types::class;

use crate::{
    id::{Id, Ids},
    mirror::View,
    number::Number,
    text,
};

/// Software added to a host by its owner.
#[derive(Clone, Debug, Serialize)]
pub struct Pack<'m> {
    /// Name.
    pub name: &'m str,
    /// Description.
    pub description: &'m str,
    /// Maker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<&'m str>,
    /// Version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<&'m str>,
    /// What releases with updates know besides.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub update: Option<Update<'m>>,
}

/// A pack that is an update of the pool.
#[derive(Clone, Debug, Serialize)]
pub struct Update<'m> {
    /// What to do after applying it, by commas.
    pub guidance: String,
    /// Hosts that have it.
    pub hosts: Ids<'m>,
    /// Disk that it is kept on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vdi: Option<Id<'m>>,
    /// Size, in bytes.
    pub size: Number,
}

/// Returns the packs of a host: since XenServer 7.1 they are updates, before that entries of the version.
pub(super) fn of<'m>(view: &View<'m>, host: &'m class::Host) -> Vec<Pack<'m>> {
    if version_at_least(text::of(&host.software_version, "product_version"), [7, 1]) {
        let updates = host.updates.iter().filter_map(|update| view.record(update));
        return updates.filter(|update| !update.name_label.starts_with("XS")).map(|u| from_update(view, u)).collect();
    }
    host.software_version.iter().filter_map(|(key, value)| from_version(key, value)).collect()
}

fn from_update<'m>(view: &View<'m>, update: &'m class::PoolUpdate) -> Pack<'m> {
    let guidance: Vec<&str> =
        update.after_apply_guidance.iter().map(xapi_types::enums::UpdateAfterApplyGuidance::as_str).collect();
    Pack {
        name: &update.name_label,
        description: &update.name_description,
        author: update.key.split('-').nth(3),
        version: Some(&update.version),
        update: Some(Update {
            guidance: guidance.join(","),
            hosts: view.ids(&update.hosts),
            vdi: view.id(&update.vdi),
            size: update.installation_size.into(),
        }),
    }
}

/// Reads `author:name` = `description, version 1.0` or `description, build 5`.
fn from_version<'m>(key: &'m str, value: &'m str) -> Option<Pack<'m>> {
    let (author, name) = key.split_once(':')?;
    let (description, version) = match value.split_once(", ") {
        Some((description, version)) => (description, version.split_whitespace().last()),
        None => (value, None),
    };
    Some(Pack { name, description, author: Some(author), version, update: None })
}

/// Tells whether a version such as `8.3.0` is at least that of `wanted`.
pub(crate) fn version_at_least(version: Option<&str>, wanted: [u32; 2]) -> bool {
    let mut parts = version.unwrap_or("").split('.').map(|part| part.parse().unwrap_or(0));
    [parts.next().unwrap_or(0), parts.next().unwrap_or(0)] >= wanted
}

#[cfg(test)]
mod tests {
    use super::{from_version, version_at_least};

    #[test]
    fn versions_are_compared_by_number() {
        assert!(version_at_least(Some("8.3.0"), [7, 1]));
        assert!(version_at_least(Some("7.10"), [7, 2]));
        assert!(!version_at_least(Some("7.0.0"), [7, 1]));
        assert!(!version_at_least(None, [7, 1]));
    }

    #[test]
    fn packs_of_old_hosts_are_read_from_the_version() {
        let pack = from_version("acme:tools", "Tools of Acme, version 1.2").unwrap();
        assert_eq!(
            (pack.author, pack.name, pack.description, pack.version),
            (Some("acme"), "tools", "Tools of Acme", Some("1.2"))
        );
        assert!(from_version("product_version", "6.5").is_none());
    }
}
