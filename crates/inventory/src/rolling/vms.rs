//! VMs: those that cannot move and are shut down meanwhile, and the way back of the others.

use app::{Cx, On};
use futures_util::{StreamExt, future::join_all, stream};
use op::{Error, Result};
use xapi::{Value, params};
use xapi_types::{class, enums::UpdateGuidances};

use super::{
    record::{Host, Roll},
    settings::runs,
    wait::Seen,
};

/// VMs that start at the same time on a host, as the original.
const START: usize = 2;

async fn record(on: &On, vm: &On) -> Result<class::Vm> {
    on.pool.call_as("VM.get_record", params![vm.reference()]).await
}

/// Shuts down the VMs that hold a device of a host; one that takes too long is switched off.
pub(super) async fn shut_down(cx: &Cx, on: &On, roll: &Roll, host: &Host) -> Result<()> {
    let limit = cx.app.config().xapi_options.vm_shutdown_timeout.0;
    let down = async |vm: String| {
        let vm = cx.on(&vm)?;
        if !runs(&record(on, &vm).await?) {
            return Ok(());
        }
        let clean = vm.pool.call_async("VM.clean_shutdown", params![vm.reference()]);
        if matches!(tokio::time::timeout(limit, clean).await, Ok(Ok(_))) {
            return Ok(());
        }
        vm.pool.call_async("VM.hard_shutdown", params![vm.reference()]).await.map(drop)
    };
    join_all(roll.pinned_to(&host.id).into_iter().map(down)).await.into_iter().collect()
}

/// Starts them again where they were; what does not start is told.
pub(super) async fn start_again(cx: &Cx, on: &On, roll: &Roll, host: &Host) {
    let Ok(target) = cx.on(&host.id) else { return };
    let start = async |vm: String| {
        let started = async {
            let vm = cx.on(&vm)?;
            if record(on, &vm).await?.power_state != xapi_types::enums::VmPowerState::Halted {
                return Ok(());
            }
            let params = params![vm.reference(), target.reference(), false, false];
            vm.pool.call_async("VM.start_on", params).await.map(drop)
        };
        if let Err(error) = started.await {
            on.pool.warn(&format!("VM `{}` stays shut down", name(cx, &vm)), &error);
        }
    };
    stream::iter(roll.pinned_to(&host.id).into_iter().map(start)).buffer_unordered(START).collect::<Vec<()>>().await;
}

/// Moves VMs back to where they were, those of the host that restarted last first; what stays elsewhere is told.
pub(super) async fn move_back(cx: &Cx, on: &On, roll: &Roll) {
    let at_once = usize::from(cx.app.config().xapi_options.vm_evacuation_concurrency);
    for host in roll.hosts.iter().rev() {
        let Ok(home) = cx.on(&host.id) else { continue };
        let is_live = Seen::of(cx, &host.id).is_some_and(|seen| seen.is_live);
        // It may have been enabled a moment ago.
        let enabled = home.pool.call_as::<bool>("host.get_enabled", params![home.reference()]).await;
        let is_up = is_live && enabled.unwrap_or(false);
        let back = async |vm: String| {
            if cx.app.stops() {
                return;
            }
            if let Err(error) = back(cx, on, &vm, &home, is_up).await {
                on.pool.warn(&format!("VM `{}` does not go back to host `{}`", name(cx, &vm), host.name), &error);
            }
        };
        stream::iter(roll.at_home_on(&host.id).into_iter().map(back))
            .buffer_unordered(at_once)
            .collect::<Vec<()>>()
            .await;
    }
}

/// Does to VMs what updates of XenServer 8 ask for, if that is allowed; what fails is told.
pub(super) async fn see_to(cx: &Cx, on: &On, roll: &Roll) {
    if !roll.restart_vms {
        return;
    }
    for vm in roll.homes.keys() {
        if cx.app.stops() {
            return;
        }
        let done = async {
            let Ok(target) = cx.on(vm) else { return Ok(()) };
            let now = record(on, &target).await?;
            let waits = |word: UpdateGuidances| runs(&now) && now.pending_guidances.contains(&word);
            if waits(UpdateGuidances::RestartVm) {
                on.pool.call_async("VM.clean_reboot", params![target.reference()]).await?;
            } else if waits(UpdateGuidances::RestartDeviceModel) {
                on.pool.call_async("VM.restart_device_models", params![target.reference()]).await?;
            }
            Ok(())
        };
        if let Err(error) = done.await {
            on.pool.warn(&format!("VM `{}` is to be restarted by hand", name(cx, vm)), &error);
        }
    }
}

async fn back(cx: &Cx, on: &On, vm: &str, home: &On, is_up: bool) -> Result<()> {
    // Whoever has deleted it meanwhile does not want it back.
    let Ok(vm) = cx.on(vm) else { return Ok(()) };
    let now = record(on, &vm).await?;
    if !runs(&now) || now.resident_on.to_string() == home.reference() {
        return Ok(());
    }
    if !is_up {
        return Err(Error::refused("the host is not up, or takes no VMs"));
    }
    let options = Value::structure([("live", Value::from("true"))]);
    vm.pool.call_async("VM.pool_migrate", params![vm.reference(), home.reference(), options]).await.map(drop)
}

fn name(cx: &Cx, vm: &str) -> String {
    cx.app.store().get(vm).and_then(|vm| vm.text("name_label")).unwrap_or_else(|| vm.to_owned())
}
