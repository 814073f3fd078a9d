//! Updates of hosts: what they lack, and installing it.
//!
//! | product | what a host lacks, says | installing |
//! |---|---|---|
//! | XCP-ng | a script of the host | the same script, the master first |

mod difference;
mod install;
mod missing;
mod regime;
mod xcp_ng;

use app::Cx;
use op::Ops;

pub(crate) use install::install_on;
pub(crate) use missing::missing;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<difference::GetPatchesDifference>()
        .add::<install::InstallPatches>()
        .add::<missing::ListMissingPatches>()
        .add::<missing::ListMissingPatchesOfPool>();
}
