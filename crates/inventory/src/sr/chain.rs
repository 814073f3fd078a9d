//! Chains of disks: which wait to be merged, and which hang on nothing.
//!
//! A disk that was snapshotted hangs on a base copy, named by uuid in `sm_config:vhd-parent`. One that only a single
//! disk hangs on is of no use: the storage merges the two sooner or later. Until then the chain is longer, and slower,
//! than it need be.

use std::collections::{BTreeMap, HashMap, HashSet};

use app::{
    Cx,
    model::{Kind, Object, Snapshot},
};
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xapi_types::class;

use crate::kind;

/// List the disks of a storage repository whose chains are longer than they need be.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetInfo {
    /// Storage repository.
    id: Id<kind::Sr>,
}

impl Op<Cx> for GetInfo {
    type Output = Chains;
    const SPEC: Spec = Spec::objects("sr.getVdiChainsInfo", &[Need::operate("id", "read")]).read();
    async fn run(self, cx: Cx) -> Result<Chains> {
        let sr = cx.object(&self.id)?;
        Ok(Chains::of(&cx.app.store().snapshot(), &sr))
    }
}

/// List, by storage repository, the disks whose chains are longer than they need be.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetAll {}

impl Op<Cx> for GetAll {
    type Output = BTreeMap<String, Chains>;
    const SPEC: Spec = Spec::admin("sr.getAllUnhealthyVdiChainsLength");
    async fn run(self, cx: Cx) -> Result<BTreeMap<String, Chains>> {
        let objects = cx.app.store().snapshot();
        // It goes over all disks, which takes a while where there are many.
        let work = tokio::task::spawn_blocking(move || {
            let holds_disks = |sr: &class::Sr| sr.content_type != "iso" && sr.physical_size > 0;
            let srs = objects.of_kind(Kind::Sr).filter(|sr| sr.get::<class::Sr>().is_some_and(holds_disks));
            srs.map(|sr| (sr.id().to_owned(), Chains::of(&objects, &sr))).collect()
        });
        work.await.map_err(|error| Error::failed(format!("the chains could not be read: {error}")))
    }
}

/// What is amiss with the chains of disks of a storage repository.
#[derive(Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Chains {
    /// What hangs on a disk that is not there: the uuid of the disk, and that of what is missing.
    vdis_with_unknown_vhd_parent: BTreeMap<String, String>,
    /// How many disks below, by uuid, wait to be merged.
    unhealthy_vdis: BTreeMap<String, u64>,
    /// How many disks wait to be merged.
    n_unhealthy_vdis: u64,
}

impl Chains {
    fn of(objects: &Snapshot, sr: &Object) -> Self {
        let vdis = sr.get::<class::Sr>().map_or(&[][..], |sr| &sr.vdis);
        let vdis: Vec<_> = vdis.iter().filter_map(|vdi| objects.by_ref(&vdi.erase())).collect();
        let vdis: Vec<&class::Vdi> = vdis.iter().filter_map(|vdi| vdi.get::<class::Vdi>()).collect();
        Self::among(&vdis)
    }

    fn among(vdis: &[&class::Vdi]) -> Self {
        let by_uuid: HashMap<&str, &class::Vdi> = vdis.iter().map(|vdi| (vdi.uuid.as_str(), *vdi)).collect();
        let mut children: HashMap<&str, u64> = HashMap::new();
        for parent in vdis.iter().filter_map(|vdi| parent(vdi)) {
            *children.entry(parent).or_default() += 1;
        }
        let mut chains = Self::default();
        let mut counted = HashSet::new();
        for disk in vdis.iter().filter(|vdi| vdi.managed && !vdi.is_a_snapshot) {
            let (mut at, mut waiting, mut seen) = (disk.uuid.as_str(), 0, HashSet::new());
            // Damaged storage may have a loop.
            while seen.insert(at) {
                if children.get(at) == Some(&1) {
                    waiting += 1;
                    chains.n_unhealthy_vdis += u64::from(counted.insert(at));
                }
                let Some(vdi) = by_uuid.get(at) else {
                    chains.vdis_with_unknown_vhd_parent.insert(disk.uuid.to_string(), at.to_owned());
                    break;
                };
                let Some(below) = parent(vdi) else { break };
                at = below;
            }
            if waiting > 0 {
                chains.unhealthy_vdis.insert(disk.uuid.to_string(), waiting);
            }
        }
        chains
    }
}

fn parent(vdi: &class::Vdi) -> Option<&str> {
    let parent = vdi.sm_config.get("vhd-parent").filter(|parent| !parent.is_empty())?;
    Some(parent)
}

#[cfg(test)]
mod tests {
    use super::{Chains, class};

    fn vdi(uuid: &str, parent: Option<&str>, managed: bool) -> class::Vdi {
        let sm_config = parent.map(|parent| ("vhd-parent".into(), parent.into())).into_iter().collect();
        class::Vdi { uuid: uuid.into(), managed, sm_config, ..class::Vdi::default() }
    }

    fn check(vdis: &[class::Vdi], expected: &str) {
        let chains = Chains::among(&vdis.iter().collect::<Vec<_>>());
        assert_eq!(serde_json::to_string(&chains).unwrap(), expected);
    }

    #[test]
    fn a_base_that_two_disks_hang_on_is_healthy() {
        let vdis = [vdi("base", None, false), vdi("a", Some("base"), true), vdi("b", Some("base"), true)];
        check(&vdis, r#"{"vdisWithUnknownVhdParent":{},"unhealthyVdis":{},"nUnhealthyVdis":0}"#);
    }

    #[test]
    fn a_base_with_one_child_waits_and_counts_once_for_all_disks_above_it() {
        let vdis = [
            vdi("root", None, false),
            vdi("base", Some("root"), false),
            vdi("a", Some("base"), true),
            vdi("b", Some("base"), true),
        ];
        check(&vdis, r#"{"vdisWithUnknownVhdParent":{},"unhealthyVdis":{"a":1,"b":1},"nUnhealthyVdis":1}"#);
    }

    #[test]
    fn what_hangs_on_nothing_is_named_with_what_is_missing() {
        let vdis = [vdi("a", Some("lost"), true)];
        check(&vdis, r#"{"vdisWithUnknownVhdParent":{"a":"lost"},"unhealthyVdis":{"a":1},"nUnhealthyVdis":1}"#);
    }

    #[test]
    fn a_loop_ends() {
        let vdis = [vdi("a", Some("b"), true), vdi("b", Some("a"), false)];
        check(&vdis, r#"{"vdisWithUnknownVhdParent":{},"unhealthyVdis":{"a":2},"nUnhealthyVdis":2}"#);
    }
}
