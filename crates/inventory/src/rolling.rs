//! Restarting the hosts of a pool one after the other while its VMs go on, with updates in between or without.
//!
//! | step | what is done | what is kept before |
//! |---|---|---|
//! | `check` | nothing: whether it can go to its end | |
//! | `settings` | what would get in the way is switched off: high availability, balancing, starting VMs with their hosts | how it was |
//! | `host` | each host, the master first: VMs leave, updates come, it restarts, VMs of its own start again | which step it is at |
//! | `vms` | VMs go back to where they were | |
//! | `settings` | all is switched on again | |
//!
//! Each step is written to the database before it is taken. Where this server stops on the way, everything stays as it is;
//! nothing goes on by itself at the next start, since somebody may have stopped the server for that: the journal and the
//! interrupted task tell, and an administrator goes on (`pool.resumeRolling`) or gives up (`pool.abandonRolling`).

mod begin;
mod check;
mod host;
mod record;
mod resume;
mod run;
mod settings;
mod vms;
mod wait;

use app::{App, Cx};
use op::Ops;
use tracing::{error, warn};

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<begin::RollingReboot>()
        .add::<begin::RollingUpdate>()
        .add::<resume::AbandonRolling>()
        .add::<resume::GetRolling>()
        .add::<resume::ResumeRolling>();
}

/// Says of which pools the hosts were being restarted when the server stopped.
pub(crate) fn start(app: &App) {
    app.background(|app, _| async move {
        let pools = match app.db().rolls().pools().await {
            Ok(pools) => pools,
            Err(error) => return error!("cannot look for pools whose hosts were being restarted: {error}"),
        };
        for pool in pools {
            warn!(
                pool.id = pool,
                "the hosts of pool `{pool}` were being restarted when the server stopped: go on with \
                 `pool.resumeRolling` or give up with `pool.abandonRolling`"
            );
        }
    });
}
