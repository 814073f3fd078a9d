//! Networks.

use compact_str::CompactString;
use xapi_types::{Map, class, enums};

use crate::{
    declare::object,
    id::Ids,
    mirror::View,
    number::Number,
    text::{self, Texts},
};

object! {
    /// A network.
    Network {
        /// Whether new machines get an interface on it.
        automatic "automatic" : bool,
        /// Name of the bridge on the hosts.
        bridge "bridge" : &'m str,
        /// Operations in progress, by task.
        current_operations "current_operations" : &'m Map<CompactString, enums::NetworkOperations>,
        /// Whether interfaces that follow the network are locked.
        default_is_locked "defaultIsLocked" : bool,
        /// Largest frame, in bytes.
        mtu "MTU" : Number,
        /// Description.
        name_description "name_description" : &'m str,
        /// Name.
        name_label "name_label" : &'m str,
        /// Free keys.
        other_config "other_config" : Texts<'m>,
        /// Tags.
        tags "tags" : &'m [CompactString],
        /// Its interfaces of hosts.
        pifs "PIFs" : Ids<'m>,
        /// Its interfaces of virtual machines.
        vifs "VIFs" : Ids<'m>,
        /// Whether disks may be read over it by NBD with TLS.
        nbd "nbd" : bool,
        /// Whether disks may be read over it by NBD in the clear.
        insecure_nbd "insecureNbd" : bool,
        /// Whether one of its interfaces is a bond or part of one.
        is_bonded "isBonded" : bool,
    }
}

impl<'m> Network<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Network) -> Self {
        let bonded = |pif: &class::Pif| !pif.bond_master_of.is_empty() || !pif.bond_slave_of.is_null();
        Self {
            automatic: text::is_true(&record.other_config, "automatic"),
            bridge: &record.bridge,
            current_operations: &record.current_operations,
            default_is_locked: record.default_locking_mode == enums::NetworkDefaultLockingMode::Disabled,
            mtu: record.mtu.into(),
            name_description: &record.name_description,
            name_label: &record.name_label,
            other_config: Texts(&record.other_config),
            tags: &record.tags,
            pifs: view.ids(&record.pifs),
            vifs: view.ids(&record.vifs),
            nbd: record.purpose.contains(&enums::NetworkPurpose::Nbd),
            insecure_nbd: record.purpose.contains(&enums::NetworkPurpose::InsecureNbd),
            is_bonded: record.pifs.iter().filter_map(|pif| view.record(pif)).any(bonded),
        }
    }
}
