//! What goes where when a VM is sent.

use std::{collections::BTreeMap, sync::Arc};

use app::{
    Cx, On,
    model::{Kind, Object},
};
use op::{Error, Level, Result};
use xapi::params;
use xapi_types::class;

use super::{Migrate, refused};
use crate::vm::{device, permit::named, record_of};

/// Where the pool notes the network that its VMs move over.
const NETWORK_OF_POOL: &str = "xo:migrationNetwork";

/// What goes where, by references.
pub(super) struct Plan {
    /// Network to send over.
    pub(super) network: String,
    /// Disks, each with its storage.
    pub(super) disks: Vec<(String, String)>,
    /// Interfaces, each with its network; none within a pool, where they stay on theirs.
    pub(super) interfaces: Vec<(String, String)>,
}

/// What is to be looked up while planning.
struct Planner<'a> {
    cx: &'a Cx,
    host: &'a On,
    /// The target's pool.
    pool: Arc<Object>,
}

impl Plan {
    pub(super) async fn make(cx: &Cx, wanted: &Migrate, vm: &On, host: &On) -> Result<Self> {
        let planner = Planner { cx, host, pool: cx.object(host.object.pool().as_str())? };
        let network = planner.network(wanted)?;
        let disks = planner.disks(wanted, vm).await?;
        let interfaces =
            if vm.object.pool() == host.object.pool() { Vec::new() } else { planner.interfaces(wanted, vm).await? };
        Ok(Self { network, disks, interfaces })
    }
}

impl Planner<'_> {
    /// Returns the network to send over: the wanted one, that of the pool's choice, or the host's own.
    fn network(&self, wanted: &Migrate) -> Result<String> {
        let chosen = match &wanted.migration_network {
            Some(network) => Some(self.cx.object(network)?),
            None => self.network_of_pool(),
        };
        match chosen {
            Some(network) if !self.reaches(&network) => {
                let (network, host) = (name(&network), name(&self.host.object));
                Err(refused(format!(
                    "host {host} has no interface on network {network}; choose another `migrationNetwork`"
                )))
            }
            Some(network) => Ok(network.xapi_ref().to_string()),
            None => self.management_network(),
        }
    }

    fn network_of_pool(&self) -> Option<Arc<Object>> {
        let network = self.pool.get::<class::Pool>()?.other_config.get(NETWORK_OF_POOL)?;
        self.cx.app.store().get(network)
    }

    fn interfaces_of_host(&self) -> impl Iterator<Item = class::Pif> {
        let host = self.host.reference();
        let pifs = self.cx.app.store().snapshot().of_kind(Kind::Pif);
        pifs.filter_map(|pif| pif.get::<class::Pif>().cloned()).filter(move |pif| pif.host.to_string() == host)
    }

    fn reaches(&self, network: &Object) -> bool {
        let network = network.xapi_ref().to_string();
        self.interfaces_of_host().any(|pif| pif.network.to_string() == network)
    }

    fn management_network(&self) -> Result<String> {
        let management = self.interfaces_of_host().find(|pif| pif.management);
        let host = || name(&self.host.object);
        let management = management.ok_or_else(|| refused(format!("host {} has no management interface", host())))?;
        Ok(management.network.to_string())
    }

    /// Returns where each disk of the VM and of its snapshots goes; a disk takes its own snapshots with it.
    async fn disks(&self, wanted: &Migrate, vm: &On) -> Result<Vec<(String, String)>> {
        let record = record_of(&vm.pool, &vm.reference()).await?;
        let mut found = Vec::new();
        for machine in std::iter::once(vm.reference()).chain(record.snapshots.iter().map(ToString::to_string)) {
            let record = record_of(&vm.pool, &machine).await?;
            for disk in device::vbds(&vm.pool, &record).await?.iter().filter_map(device::Vbd::disk) {
                let record: class::Vdi = vm.pool.call_as("VDI.get_record", params![&disk]).await?;
                found.push((disk, record));
            }
        }
        let has = |disk: &str| found.iter().any(|(known, _)| known == disk);
        let known = wanted.map_vdis_srs.clone().unwrap_or_default();
        check_keys(self.cx, &known, &[Kind::Vdi, Kind::VdiSnapshot])?;
        let goes = found.iter().filter(|(_, record)| !has(&record.snapshot_of.to_string()));
        goes.map(|(disk, record)| Ok((disk.clone(), self.storage(wanted, &known, record)?))).collect()
    }

    fn storage(&self, wanted: &Migrate, known: &BTreeMap<String, String>, disk: &class::Vdi) -> Result<String> {
        if let Some(sr) = known.get(disk.uuid.as_str()) {
            let sr = named(self.cx, Kind::Sr, sr, Level::Operate, "migrate-receive")?;
            return self.expect_storage(&sr);
        }
        if let Some(sr) = &wanted.sr {
            let sr = self.cx.object(sr)?;
            return self.expect_storage(&sr);
        }
        let own = disk.sr.to_string();
        if self.has_storage(&own) {
            return Ok(own);
        }
        let default = self.pool.get::<class::Pool>().and_then(|pool| pool.default_sr.get().map(ToString::to_string));
        let default = default.and_then(|sr| self.cx.app.store().get(&sr));
        let Some(default) = default else {
            let (disk, host) = (&disk.name_label, name(&self.host.object));
            return Err(refused(format!("host {host} cannot reach the storage of disk `{disk}`; choose an `sr`")));
        };
        self.expect_storage(&default)
    }

    fn expect_storage(&self, sr: &Object) -> Result<String> {
        let reference = sr.xapi_ref().to_string();
        if self.has_storage(&reference) {
            return Ok(reference);
        }
        let (sr, host) = (name(sr), name(&self.host.object));
        Err(refused(format!("SR {sr} is not connected to host {host}")))
    }

    fn has_storage(&self, sr: &str) -> bool {
        let host = self.host.reference();
        let is_it =
            |pbd: &class::Pbd| pbd.currently_attached && pbd.host.to_string() == host && pbd.sr.to_string() == sr;
        self.cx.app.store().snapshot().of_kind(Kind::Pbd).any(|pbd| pbd.get().is_some_and(is_it))
    }

    /// Returns the network in the other pool of each interface of the VM, and of those that only snapshots have.
    async fn interfaces(&self, wanted: &Migrate, vm: &On) -> Result<Vec<(String, String)>> {
        let known = wanted.map_vifs_networks.clone().unwrap_or_default();
        check_keys(self.cx, &known, &[Kind::Vif])?;
        let record = record_of(&vm.pool, &vm.reference()).await?;
        let (mut interfaces, mut places) = (Vec::new(), Vec::new());
        for machine in std::iter::once(vm.reference()).chain(record.snapshots.iter().map(ToString::to_string)) {
            let is_vm = machine == vm.reference();
            for vif in record_of(&vm.pool, &machine).await?.vifs {
                let record: class::Vif = vm.pool.call_as("VIF.get_record", params![vif.to_string()]).await?;
                if is_vm {
                    places.push(record.device.clone());
                } else if places.contains(&record.device) {
                    continue;
                }
                let network = match known.get(record.uuid.as_str()) {
                    Some(network) => {
                        let network = named(self.cx, Kind::Network, network, Level::Operate, "read")?;
                        network.xapi_ref().to_string()
                    }
                    None => self.management_network()?,
                };
                interfaces.push((vif.to_string(), network));
            }
        }
        Ok(interfaces)
    }
}

/// Refuses a map that names what does not exist; what exists and is not of the VM does no harm.
fn check_keys(cx: &Cx, map: &BTreeMap<String, String>, kinds: &[Kind]) -> Result<()> {
    let is_known = |id: &str| cx.app.store().get(id).is_some_and(|object| kinds.contains(&object.kind()));
    match map.keys().find(|id| !is_known(id)) {
        Some(id) => Err(Error::no_such(kinds[0].name(), id)),
        None => Ok(()),
    }
}

/// Refuses other networks for a VM that stays in its pool: hosts do not change them on the way.
pub(super) fn stay_on_networks(cx: &Cx, map: Option<&BTreeMap<String, String>>, vm: &On) -> Result<()> {
    let Some(map) = map else { return Ok(()) };
    check_keys(cx, map, &[Kind::Vif])?;
    for (vif, network) in map {
        let vif = named(cx, Kind::Vif, vif, Level::View, "read")?;
        let Some(vif) = vif.get::<class::Vif>().filter(|vif| vif.vm.erase() == *vm.object.xapi_ref()) else { continue };
        let network = named(cx, Kind::Network, network, Level::View, "read")?;
        if vif.network.erase() != *network.xapi_ref() {
            let network = name(&network);
            let way = "move it first, then change the interface with `vif.set`";
            return Err(refused(format!(
                "a VM that stays in its pool cannot change to network {network} while it moves; {way}"
            )));
        }
    }
    Ok(())
}

/// Returns whether a map says where disks of a VM or of its snapshots go, or names what does not exist.
pub(super) fn places_disks(cx: &Cx, map: Option<&BTreeMap<String, String>>, vm: &On) -> bool {
    let store = cx.app.store();
    let of_vm = vm.reference();
    let is_of_vm = |vbd: &class::Vbd| {
        let machine = vbd.vm.to_string();
        let snapshot_of = || store.get(&machine)?.get::<class::Vm>().map(|vm| vm.snapshot_of.to_string());
        machine == of_vm || snapshot_of().as_deref() == Some(of_vm.as_str())
    };
    map.into_iter().flat_map(BTreeMap::keys).any(|disk| {
        let Some(disk) = store.get(disk) else { return true };
        let Some(disk) = disk.get::<class::Vdi>() else { return true };
        disk.vbds
            .iter()
            .any(|vbd| store.get(&vbd.to_string()).is_some_and(|vbd| vbd.get::<class::Vbd>().is_some_and(is_of_vm)))
    })
}

/// Returns what people call an object.
fn name(object: &Object) -> String {
    format!("`{}`", object.text("name_label").unwrap_or_else(|| object.id().to_owned()))
}
