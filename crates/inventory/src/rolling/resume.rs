//! Going on after the server has stopped on the way, or giving up.

use app::Cx;
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    begin::undertake,
    record::{Phase, Roll},
    run::finish,
    vms,
    wait::Seen,
};
use crate::{host, kind};

/// How far the restarts of a pool's hosts have come.
#[derive(Serialize, JsonSchema)]
pub(super) struct Shown {
    /// Whether it goes on; otherwise the server has stopped meanwhile.
    running: bool,
    #[serde(flatten)]
    roll: Roll,
}

/// Return how far a rolling update or reboot of a pool has come that goes on or was interrupted; `null` where there is none.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetRolling {
    /// Pool.
    pool: Id<kind::Pool>,
}

impl Op<Cx> for GetRolling {
    type Output = Option<Shown>;
    const SPEC: Spec = Spec::objects("pool.getRolling", &[Need::administrate("pool", "read")]).read();
    async fn run(self, cx: Cx) -> Result<Option<Shown>> {
        let roll = Roll::of(&cx, &self.pool).await?;
        Ok(roll.map(|roll| Shown { running: cx.app.upkeep().goes_on(&self.pool), roll }))
    }
}

/// Go on with a rolling update or reboot of a pool that was interrupted because this server stopped.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResumeRolling {
    /// Pool.
    pool: Id<kind::Pool>,
    /// Whether to go on even if backups of the pool run; no when left out.
    bypass_backup_check: Option<bool>,
}

impl Op<Cx> for ResumeRolling {
    type Output = ();
    const SPEC: Spec = Spec::objects("pool.resumeRolling", &[Need::administrate("pool", "rolling-update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let on = cx.on(&self.pool)?;
        let roll = kept(&cx, &self.pool).await?;
        let anyway = self.bypass_backup_check == Some(true);
        let held = cx.begin_upkeep(&self.pool, roll.kind.operation(), anyway)?;
        // Nothing is written before the first host, so a dry run is told here.
        roll.keep(&cx).await?;
        undertake(&cx, on, roll, held).await
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("its other hosts would be emptied and restarted one after the other".to_owned())
    }
}

/// Give up a rolling update or reboot of a pool that was interrupted: hosts take VMs again, these go back to where they
/// were, and what was switched off is switched on.
#[derive(Deserialize, JsonSchema)]
pub(super) struct AbandonRolling {
    /// Pool.
    pool: Id<kind::Pool>,
}

impl Op<Cx> for AbandonRolling {
    type Output = ();
    const SPEC: Spec = Spec::objects("pool.abandonRolling", &[Need::administrate("pool", "rolling-update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let on = cx.on(&self.pool)?;
        let roll = kept(&cx, &self.pool).await?;
        let held = cx.begin_upkeep(&self.pool, roll.kind.operation(), true)?;
        roll.keep(&cx).await?;
        let about = serde_json::json!({ "name": "Giving up", "objectId": on.object.id(), "plan": roll.plan() });
        let about = about.as_object().cloned().unwrap_or_default();
        cx.undertake(about, |cx, course| async move {
            let _held = held;
            let on = cx.on(on.object.id())?;
            course.of(0, 1);
            for state in roll.hosts.iter().filter(|state| !state.is_over() && state.phase != Phase::Waiting) {
                let is_live = Seen::of(&cx, &state.id).is_some_and(|seen| seen.is_live);
                if !is_live {
                    on.pool.inform(&format!("host `{}` is not up", state.name));
                    continue;
                }
                host::restore(&cx.on(&state.id)?, state.was_enabled).await;
                vms::start_again(&cx, &on, &roll, state).await;
            }
            let finished = finish(&cx, &course, &on, &roll).await;
            roll.forget(&cx).await?;
            finished
        })
        .await
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("its hosts would take VMs again, and these go back to where they were".to_owned())
    }
}

async fn kept(cx: &Cx, pool: &str) -> Result<Roll> {
    let roll = Roll::of(cx, pool).await?;
    roll.ok_or_else(|| Error::refused(format!("no rolling update or reboot of pool `{pool}` was interrupted")))
}
