//! Updates of hosts: what they lack, and installing it.
//!
//! | product | what a host lacks, says | installing |
//! |---|---|---|
//! | XCP-ng | a script of the host | the same script, the master first |
//! | XenServer 7.1 to 8.2 | a public list | an image, unpacked while it is got, on a disk of the pool; then each host |
//! | XenServer 8 | the master of its pool | the host itself, up to a state of the repository |
//! | XenServer before | the same list | a program, unpacked while it is got, sent to the pool; then each host |

mod difference;
mod install;
mod missing;
mod plan;
mod regime;
mod repository;
mod survey;
mod xcp_ng;
mod xen_server;

use app::Cx;
use op::Ops;

pub(crate) use install::{install_ahead, install_on, of_vms};
pub(crate) use missing::{key, missing};
pub(crate) use survey::{Told, survey};

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<difference::GetPatchesDifference>()
        .add::<install::InstallPatches>()
        .add::<missing::ListMissingPatches>()
        .add::<missing::ListMissingPatchesOfPool>();
}
