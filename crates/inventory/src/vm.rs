//! Virtual machines, their snapshots and templates.

mod attach_disk;
mod block;
mod boot;
mod cd;
mod clone;
pub(crate) mod cloud_init;
mod coalesce;
mod compression;
mod copy;
mod create;
mod create_interface;
mod data_source;
mod delete;
mod device;
mod export;
mod frozen;
mod high_availability;
mod import;
mod migrate;
mod ova_in;
mod ova_out;
mod pci;
mod permit;
mod restart;
mod revert;
mod secure_boot;
mod set;
mod snapshot;
mod start;
mod stats;
mod stop;
mod suspend;
mod template;
mod vdis;
mod vgpu;
mod warm;

pub(crate) use delete::discard;

use app::{Connection, Cx, On};
use op::{Error, Ops, Result};
use xapi::{Value, params};
use xapi_types::class;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<attach_disk::AttachDisk>()
        .add::<boot::RecoveryStart>()
        .add::<boot::SetBootOrder>()
        .add::<cd::EjectCd>()
        .add::<cd::InsertCd>()
        .add::<clone::Clone>()
        .add::<clone::Duplicate>()
        .add::<cloud_init::CreateCloudInitConfigDrive>()
        .add::<cloud_init::GetCloudInitConfig>()
        .add::<coalesce::CoalesceLeaf>()
        .add::<copy::Copy>()
        .add::<copy::TestCopy>()
        .add::<create::Create>()
        .add::<create::CreateInPool>()
        .add::<create_interface::CreateInterface>()
        .add::<data_source::Add>()
        .add::<data_source::Remove>()
        .add::<delete::Delete>()
        .add::<export::Export>()
        .add::<high_availability::GetHaValues>()
        .add::<import::Import>()
        .add::<import::ImportInPool>()
        .add::<migrate::Migrate>()
        .add::<pci::AttachPcis>()
        .add::<pci::DetachPcis>()
        .add::<restart::Restart>()
        .add::<revert::Revert>()
        .add::<revert::RevertSnapshot>()
        .add::<secure_boot::GetSecurebootReadiness>()
        .add::<set::Set>()
        .add::<set::SetAndRestart>()
        .add::<snapshot::Snapshot>()
        .add::<start::Start>()
        .add::<stats::Stats>()
        .add::<stop::Stop>()
        .add::<suspend::Pause>()
        .add::<suspend::Resume>()
        .add::<suspend::Suspend>()
        .add::<suspend::Unpause>()
        .add::<template::Convert>()
        .add::<template::ConvertToTemplate>()
        .add::<template::CopyToTemplate>()
        .add::<vdis::GetVdis>()
        .add::<vgpu::CreateVgpu>()
        .add::<vgpu::DeleteVgpu>()
        .add::<warm::WarmMigration>();
}

/// Returns the record of a VM as its pool has it now.
async fn record(vm: &On) -> Result<class::Vm> {
    record_of(&vm.pool, &vm.reference()).await
}

async fn record_of(pool: &Connection, vm: &str) -> Result<class::Vm> {
    pool.call_as("VM.get_record", params![vm]).await
}

/// Returns the reference that a pool answered with, of the `what` that it made.
fn made(answer: &Value, what: &str) -> Result<String> {
    let reference =
        answer.as_str().ok_or_else(|| Error::failed(format!("the pool did not say which {what} it made")))?;
    Ok(reference.to_owned())
}

/// Returns XAPI's code of an error that has no name of its own here.
fn xapi_code(error: &Error) -> Option<&str> {
    match error {
        Error::Failed { data, .. } => data.get("code")?.as_str(),
        _ => None,
    }
}
