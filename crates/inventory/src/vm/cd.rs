//! Discs in the CD drive of a VM.

use app::{Cx, model::Object};
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;
use xapi_types::{class, code};

use super::{
    device::{self, NewVbd},
    permit::same_pool,
    xapi_code,
};
use crate::kind;

/// Put a disc into the CD drive of a VM; one that has no drive gets one.
#[derive(Deserialize, JsonSchema)]
pub(super) struct InsertCd {
    /// VM.
    id: Id<kind::Vm>,
    /// Disc, of a library of ISO images or a drive of a host.
    cd_id: Id<kind::Vdi>,
    /// Whether to take out the disc that is in there; yes when left out.
    force: Option<bool>,
}

impl Op<Cx> for InsertCd {
    type Output = ();
    const SPEC: Spec = Spec::objects(
        "vm.insertCd",
        &[
            Need::operate("id", "update"),
            Need::unchecked("cd_id", "discs are for everybody; that it is one is checked before it is used"),
        ],
    );
    async fn run(self, cx: Cx) -> Result<()> {
        let (vm, disc) = (cx.on(&self.id)?, cx.object(&self.cd_id)?);
        same_pool(&vm, &disc)?;
        check_disc(&cx, &disc)?;
        let disc = disc.xapi_ref().to_string();
        let record = super::record(&vm).await?;
        let vbds = device::vbds(&vm.pool, &record).await?;
        let Some(drive) = vbds.iter().find(|vbd| vbd.is_drive()) else {
            let reference = vm.reference();
            let drive =
                NewVbd { vm: &reference, vdi: &disc, drive: true, bootable: false, read_only: true, position: None };
            return drive.attach(&vm.pool).await.map(drop);
        };
        let insert = || vm.pool.call_async("VBD.insert", params![&drive.reference, &disc]);
        match insert().await {
            Err(error) if xapi_code(&error) == Some(code::VBD_NOT_EMPTY) && self.force != Some(false) => {
                vm.pool.call_async("VBD.eject", params![&drive.reference]).await?;
                insert().await.map(drop)
            }
            inserted => inserted.map(drop),
        }
    }
}

/// Refuses a disk that is no disc: nobody reads somebody else's disk as a CD.
pub(super) fn check_disc(cx: &Cx, disc: &Object) -> Result<()> {
    let sr = disc.get::<class::Vdi>().map(|vdi| vdi.sr.to_string());
    let sr = sr.and_then(|sr| cx.app.store().get(&sr));
    let holds_discs = |sr: &class::Sr| sr.content_type == "iso" || sr.r#type == "iso" || sr.r#type == "udev";
    if sr.is_some_and(|sr| sr.get::<class::Sr>().is_some_and(holds_discs)) {
        return Ok(());
    }
    Err(Error::invalid(format!("VDI `{}` is no disc: it is not in a library of ISO images", disc.id())))
}

/// Take the disc out of the CD drive of a VM.
#[derive(Deserialize, JsonSchema)]
pub(super) struct EjectCd {
    /// VM.
    id: Id<kind::Vm>,
}

impl Op<Cx> for EjectCd {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.ejectCd", &[Need::operate("id", "update")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vm = cx.on(&self.id)?;
        let record = super::record(&vm).await?;
        let mut drives = device::vbds(&vm.pool, &record).await?;
        drives.retain(device::Vbd::is_drive);
        let Some(drive) = drives.iter().find(|drive| !drive.record.empty).or(drives.first()) else { return Ok(()) };
        vm.pool.call_async("VBD.eject", params![&drive.reference]).await.map(drop)
    }
}
