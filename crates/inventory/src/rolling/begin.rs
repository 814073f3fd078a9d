//! Beginning it.

use app::{Cx, Held, On};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, json};

use super::{
    check::{Wanted, check},
    record::{Kind, Roll},
    run::run,
};
use crate::kind;

/// Restart the hosts of a pool one after the other, the master first; VMs move away before and back afterwards.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RollingReboot {
    /// Whether to go on even if backups of the pool run.
    #[serde(default)]
    bypass_backup_check: bool,
    /// Pool.
    pool: Id<kind::Pool>,
    /// Whether VMs that cannot move, because they hold a device of their host, are shut down meanwhile.
    #[serde(default)]
    shutdown_pinned_vms: bool,
}

impl Op<Cx> for RollingReboot {
    type Output = ();
    const SPEC: Spec = Spec::objects("pool.rollingReboot", &[Need::administrate("pool", "rolling-reboot")])
        .rest(&[Rest::action("/pools/{id}/actions/rolling_reboot").named(&[("id", "pool")])]);
    async fn run(self, cx: Cx) -> Result<()> {
        let wanted = Wanted { kind: Kind::Reboot, shut_down: self.shutdown_pinned_vms, restart_vms: false };
        begin(&cx, &self.pool, &wanted, self.bypass_backup_check).await
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("its hosts would be emptied and restarted one after the other".to_owned())
    }
}

/// Update the hosts of a pool one after the other, the master first, and restart them; VMs move away before and back
/// afterwards. Hosts that lack nothing stay as they are.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RollingUpdate {
    /// Whether to go on even if backups of the pool run; no when left out.
    bypass_backup_check: Option<bool>,
    /// Pool.
    pool: Id<kind::Pool>,
    /// Whether VMs are restarted, or their device models, where an update of XenServer 8 asks for that; no when left out.
    reboot_vm: Option<bool>,
    /// Whether VMs that cannot move, because they hold a device of their host, are shut down meanwhile.
    #[serde(default)]
    shutdown_pinned_vms: bool,
}

impl Op<Cx> for RollingUpdate {
    type Output = ();
    const SPEC: Spec = Spec::objects("pool.rollingUpdate", &[Need::administrate("pool", "rolling-update")])
        .rest(&[Rest::action("/pools/{id}/actions/rolling_update").named(&[("id", "pool")])]);
    async fn run(self, cx: Cx) -> Result<()> {
        let restart_vms = self.reboot_vm == Some(true);
        let wanted = Wanted { kind: Kind::Update, shut_down: self.shutdown_pinned_vms, restart_vms };
        begin(&cx, &self.pool, &wanted, self.bypass_backup_check == Some(true)).await
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("its hosts would be emptied, updated and restarted one after the other".to_owned())
    }
}

async fn begin(cx: &Cx, pool: &str, wanted: &Wanted, anyway: bool) -> Result<()> {
    let on = cx.on(pool)?;
    let held = cx.begin_upkeep(on.object.id(), wanted.kind.operation(), anyway)?;
    if let Some(roll) = Roll::of(cx, on.object.id()).await? {
        return Err(Error::refused(format!(
            "a {} of the pool was interrupted: go on with `pool.resumeRolling` or give it up with `pool.abandonRolling`",
            roll.kind.title().to_lowercase()
        )));
    }
    let roll = check(cx, &on, wanted).await?;
    if roll.done() == roll.hosts.len() {
        on.pool.inform("no host lacks an update");
        return Ok(());
    }
    roll.keep(cx).await?;
    undertake(cx, on, roll, held).await
}

/// Lets it go on by itself, as a task.
pub(super) async fn undertake(cx: &Cx, on: On, roll: Roll, held: Held) -> Result<()> {
    let about = json!({
        "name": roll.kind.title(),
        "objectId": on.object.id(),
        "type": roll.kind.operation(),
        "plan": roll.plan(),
    });
    let about: Map<_, _> = about.as_object().cloned().unwrap_or_default();
    cx.undertake(about, |cx, course| async move {
        let _held = held;
        let on = cx.on(on.object.id())?;
        run(&cx, &course, &on, roll).await
    })
    .await
}
