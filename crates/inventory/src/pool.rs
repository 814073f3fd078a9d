//! Pools of hosts.

mod add_host;
mod criteria;
mod default_sr;
mod emergency_shutdown;
mod high_availability;
mod management;
mod master;
mod merge;
mod set;
mod state;
mod stats;
mod system_statuses;

use app::Cx;
use op::Ops;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<add_host::AddHost>()
        .add::<criteria::ListPoolsMatchingCriteria>()
        .add::<default_sr::SetDefaultSr>()
        .add::<emergency_shutdown::EmergencyShutdown>()
        .add::<high_availability::DisableHa>()
        .add::<high_availability::EnableHa>()
        .add::<management::ManagementReconfigure>()
        .add::<master::SetPoolMaster>()
        .add::<merge::MergeInto>()
        .add::<set::Set>()
        .add::<state::GetGuestSecureBootReadiness>()
        .add::<state::GetLicenseState>()
        .add::<stats::Stats>()
        .add::<system_statuses::GetSystemStatuses>();
}
