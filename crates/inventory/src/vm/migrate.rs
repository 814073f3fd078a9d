//! Moving a VM to another host.
//!
//! Within a pool and with its disks where they are, a VM just changes its host. Where disks move, or the pool is another
//! one, the target is asked for a ticket (`host.migrate_receive`) with which the VM is sent. That the disks have to move
//! may turn out only when the pool refuses to move the VM alone.
//!
//! Virtual graphics cards are left to the pools: a card is taken from the group there whose cards are of the same
//! models, and a VM for which there is none is refused.

mod plan;
mod reason;
mod ticket;

use std::{collections::BTreeMap, time::Duration};

use app::{Cx, On};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use tracing::{info, warn};
use xapi::{Value, params};
use xapi_types::code;

use self::{plan::Plan, ticket::Ticket};
use super::xapi_code;
use crate::kind;

/// Between attempts while the host moves as many disks as it can at a time.
const REST: Duration = Duration::from_secs(1);

/// Attempts before that is told: half an hour, in which some of three large disks have arrived.
const ATTEMPTS: u32 = 1800;

/// Move a VM to another host, with its disks where that is needed or wanted.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Migrate {
    /// VM to move.
    vm: Id<kind::Vm>,
    /// Whether to move it even to a host with another kind of processor; no when left out.
    force: Option<bool>,
    /// Host to move it to, which may be of another pool.
    target_host: Id<kind::Host>,
    /// Storage repository for its disks; where they are if the host has that, else the default of its pool.
    sr: Option<Id<kind::Sr>>,
    /// Storage repository of single disks, by the id of the disk.
    map_vdis_srs: Option<BTreeMap<String, String>>,
    /// Network of single interfaces in the other pool, by the id of the interface.
    map_vifs_networks: Option<BTreeMap<String, String>>,
    /// Network to move it over; that of the pool's choice, or the one that the host is managed over, when left out.
    migration_network: Option<Id<kind::Network>>,
    /// Whether to move it without asking the hosts first whether that can work; no when left out.
    bypass_assert: Option<bool>,
}

impl Op<Cx> for Migrate {
    type Output = ();
    const SPEC: Spec = Spec::objects(
        "vm.migrate",
        &[
            Need::administrate("migrationNetwork", "read"),
            Need::operate("sr", "migrate-receive"),
            Need::administrate("targetHost", "migrate-receive"),
            Need::administrate("vm", "migrate-send"),
        ],
    )
    .rest(&[Rest::action("/vms/{id}/actions/migrate").named(&[
        ("id", "vm"),
        ("hostId", "targetHost"),
        ("srIdByVdiId", "mapVdisSrs"),
        ("networkIdByVifId", "mapVifsNetworks"),
    ])]);
    async fn run(self, cx: Cx) -> Result<()> {
        let (vm, host) = (cx.on(&self.vm)?, cx.on(&self.target_host)?);
        let within = vm.object.pool() == host.object.pool();
        if within {
            plan::stay_on_networks(&cx, self.map_vifs_networks.as_ref(), &vm)?;
        }
        // Networks are for those that leave; a selection may have both.
        let stays = self.sr.is_none() && !plan::places_disks(&cx, self.map_vdis_srs.as_ref(), &vm);
        let moved = if within && stays {
            match self.move_alone(&cx, &vm, &host).await {
                Err(error) if xapi_code(&error) == Some(code::VM_REQUIRES_SR) => {
                    info!(
                        vm.id = vm.object.id(),
                        "disks of a VM move with it: its new host does not have their storage"
                    );
                    self.send(&cx, &vm, &host).await
                }
                moved => moved,
            }
        } else {
            self.send(&cx, &vm, &host).await
        };
        moved.map_err(|error| reason::explain(&cx, error))
    }
}

impl Migrate {
    fn options(&self) -> Vec<(&'static str, Value)> {
        let force = self.force == Some(true);
        vec![("force", Value::from(if force { "true" } else { "false" }))]
    }

    async fn move_alone(&self, cx: &Cx, vm: &On, host: &On) -> Result<()> {
        let mut options = self.options();
        if let Some(network) = &self.migration_network {
            options.push(("network", cx.object(network)?.xapi_ref().to_string().into()));
        }
        let params = params![vm.reference(), host.reference(), Value::structure(options)];
        vm.pool.call_async("VM.pool_migrate", params).await.map(drop)
    }

    async fn send(&self, cx: &Cx, vm: &On, host: &On) -> Result<()> {
        let plan = Plan::make(cx, self, vm, host).await?;
        let mut ticket = Ticket::get(host, &plan.network).await?;
        let params = params![
            vm.reference(),
            ticket.dest(),
            true,
            map(&plan.disks),
            map(&plan.interfaces),
            Value::structure(self.options()),
        ];
        if self.bypass_assert != Some(true) {
            match vm.pool.call_async("VM.assert_can_migrate", params.clone()).await {
                // This is put right below.
                Err(error) if xapi_code(&error) == Some(code::VDI_CBT_ENABLED) => {}
                checked => drop(checked?),
            }
        }
        let sent = self.send_planned(vm, &plan, params).await;
        ticket.leave_unless_over(&sent);
        sent
    }

    async fn send_planned(&self, vm: &On, plan: &Plan, params: Vec<Value>) -> Result<()> {
        let mut tracked = true;
        for attempt in 1.. {
            let sent = vm.pool.call_async("VM.migrate_send", params.clone()).await;
            let Err(error) = sent else { break };
            match xapi_code(&error) {
                // Changed blocks are not tracked on the way; backups begin with a full one then.
                Some(code::VDI_CBT_ENABLED) if tracked => {
                    tracked = false;
                    stop_tracking(vm, plan).await?;
                }
                Some(code::TOO_MANY_STORAGE_MIGRATES) if attempt < ATTEMPTS => tokio::time::sleep(REST).await,
                _ => return Err(error),
            }
        }
        Ok(())
    }
}

async fn stop_tracking(vm: &On, plan: &Plan) -> Result<()> {
    for (disk, _) in &plan.disks {
        if vm.pool.call_as("VDI.get_cbt_enabled", params![disk]).await? {
            warn!(vm.id = vm.object.id(), "changed blocks of disks of a VM are not tracked any more: it moves");
            vm.pool.inform("changed blocks of its disks are not tracked any more");
            vm.pool.call_async("VDI.disable_cbt", params![disk]).await?;
        }
    }
    Ok(())
}

fn map(entries: &[(String, String)]) -> Value {
    Value::structure(entries.iter().map(|(key, value)| (key.as_str(), Value::from(value))))
}

/// Returns the error that says, in words for people, why a VM cannot be moved.
fn refused(message: String) -> Error {
    Error::refused(message)
}
