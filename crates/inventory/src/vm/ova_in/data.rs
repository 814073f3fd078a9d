//! What is to be different from what an archive says of its machine: `data` of `vm.import`.
//!
//! Clients of the original read the descriptor themselves and send all of this, with tables of the disks (`tables`), which
//! the disks have themselves.

use std::collections::BTreeSet;

use app::{Cx, On, model::Kind};
use archive::ovf::{Ovf, Vm};
use op::{Error, Level, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::vm::permit::{named, same_pool};

/// Places of disks that a VM has.
const PLACES: u32 = 255;

/// What is to be different from what an OVA says of its machine.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::vm) struct Data {
    /// Text for people.
    #[schemars(length(min = 0))]
    description_label: Option<String>,
    /// Disks to import, by their files; all when left out.
    pub(super) disks: Option<Vec<DiskData>>,
    /// Memory, in bytes.
    #[schemars(range(min = 1))]
    memory: Option<u64>,
    /// Number of virtual processors.
    #[schemars(range(min = 1, max = 1024))]
    n_cpus: Option<u32>,
    /// Name.
    name_label: Option<String>,
    /// Ids of the networks of its interfaces, in their order; those of the same names as in the archive when left out.
    networks: Option<Vec<String>>,
    /// What is passed over.
    #[serde(flatten)]
    #[allow(dead_code, reason = "clients of the original send it, and the archive says it, too")]
    others: serde_json::Map<String, serde_json::Value>,
}

/// What is to be different from what an OVA says of a disk.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DiskData {
    /// Size, in bytes; not less than that of its image, which it is when left out.
    pub(super) capacity: Option<u64>,
    /// Text for people.
    #[schemars(length(min = 0))]
    pub(super) description_label: Option<String>,
    /// Name.
    pub(super) name_label: Option<String>,
    /// File of the archive.
    pub(super) path: String,
    /// Place among the disks of the VM, from 0 on; in the order of the archive when left out.
    pub(super) position: Option<u32>,
}

impl Data {
    /// Returns whether it says nothing.
    pub(in crate::vm) fn is_empty(&self) -> bool {
        let Self { description_label, disks, memory, n_cpus, name_label, networks, others: _ } = self;
        let texts = description_label.is_none() && name_label.is_none();
        texts && disks.is_none() && memory.is_none() && n_cpus.is_none() && networks.is_none()
    }

    /// Refuses what is wrong whatever the archive says.
    ///
    /// # Errors
    ///
    /// That name the parameter.
    pub(in crate::vm) fn check(&self, cx: &Cx, sr: &On) -> Result<()> {
        self.networks(cx, sr)?;
        let (mut paths, mut places) = (BTreeSet::new(), BTreeSet::new());
        for (at, disk) in self.disks.iter().flatten().enumerate() {
            if !paths.insert(&disk.path) {
                return Err(Error::invalid(format!("`data/disks/{at}/path`: `{}` is there twice", disk.path)));
            }
            let Some(place) = disk.position else { continue };
            if place > PLACES {
                return Err(Error::invalid(format!("`data/disks/{at}/position`: a VM has places up to {PLACES}")));
            }
            if !places.insert(place) {
                return Err(Error::invalid(format!("`data/disks/{at}/position`: place {place} is taken twice")));
            }
        }
        Ok(())
    }

    /// Returns the references of the networks, where it says any.
    pub(super) fn networks(&self, cx: &Cx, sr: &On) -> Result<Option<Vec<String>>> {
        let Some(networks) = &self.networks else { return Ok(None) };
        let reference = |id: &String| {
            let network = named(cx, Kind::Network, id, Level::View, "read")?;
            same_pool(sr, &network)?;
            Ok(network.xapi_ref().to_string())
        };
        networks.iter().map(reference).collect::<Result<_>>().map(Some)
    }

    /// Refuses files that the archive does not have as disks.
    pub(super) fn check_files(&self, ovf: &Ovf) -> Result<()> {
        for (at, disk) in self.disks.iter().flatten().enumerate() {
            if !ovf.disk_files().any(|file| file.href == disk.path) {
                let path = &disk.path;
                return Err(Error::invalid(format!("`data/disks/{at}/path`: the archive has no disk `{path}`")));
            }
        }
        Ok(())
    }

    /// Changes what an archive says of its machine.
    pub(super) fn apply(&self, vm: &mut Vm) {
        if let Some(name) = &self.name_label {
            vm.name.clone_from(name);
        }
        if let Some(description) = &self.description_label {
            vm.description.clone_from(description);
        }
        vm.memory = self.memory.unwrap_or(vm.memory);
        if let Some(cpus) = self.n_cpus {
            vm.cpus = cpus;
        }
    }
}
