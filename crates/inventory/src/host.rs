//! Hosts.

mod address;
mod agent;
mod bios;
mod certificate;
mod clear;
mod dom0_memory;
mod enable;
mod hardware;
mod ipmi;
mod leave;
mod logs;
mod maintenance;
mod multipathing;
mod public_key;
mod restart;
mod scheduler;
mod set;
mod smart_reboot;
mod stats;
mod stop;
mod syslog;
mod system_status;
mod time;

use app::{Cx, On};
use op::{Ops, Result};
use xapi::params;
use xapi_types::class;

pub(crate) use agent::restart as restart_agent;
pub(crate) use clear::{clear, restore};
pub(crate) use restart::reboot;
pub(crate) use stats::{HostStats, stats};
pub(crate) use stop::emergency_shutdown;
pub(crate) use system_status::{Report, file_name};

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<address::ManagementReconfigure>()
        .add::<address::ScanPifs>()
        .add::<agent::RestartAgent>()
        .add::<agent::RestartAgentAlias>()
        .add::<bios::GetBiosInfo>()
        .add::<certificate::InstallCertificate>()
        .add::<certificate::IsPubKeyTooShort>()
        .add::<dom0_memory::SetControlDomainMemory>()
        .add::<enable::Disable>()
        .add::<enable::Enable>()
        .add::<hardware::GetBlockdevices>()
        .add::<hardware::GetMdadmHealth>()
        .add::<hardware::GetSmartctlHealth>()
        .add::<hardware::GetSmartctlInformation>()
        .add::<hardware::GetSmt>()
        .add::<hardware::IsHyperThreadingEnabled>()
        .add::<ipmi::GetIpmiSensors>()
        .add::<leave::Detach>()
        .add::<leave::Forget>()
        .add::<logs::GetAuditLog>()
        .add::<logs::GetLogs>()
        .add::<maintenance::SetMaintenanceMode>()
        .add::<restart::Restart>()
        .add::<scheduler::GetSchedulerGranularity>()
        .add::<scheduler::SetSchedulerGranularity>()
        .add::<set::Set>()
        .add::<stats::Stats>()
        .add::<stop::EmergencyShutdownHost>()
        .add::<stop::Start>()
        .add::<stop::Stop>()
        .add::<syslog::SetRemoteSyslogHost>()
        .add::<system_status::GetSystemStatus>()
        .add::<time::IsHostServerTimeConsistent>();
}

/// Returns the record of a host as its pool has it now.
async fn record(host: &On) -> Result<class::Host> {
    host.pool.call_as("host.get_record", params![host.reference()]).await
}
