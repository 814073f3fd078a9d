//! A file over a disk.

use app::{Cx, SendTo};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::params;

use super::image::{Format, Image};
use crate::kind;

/// Write an image over a disk, which no VM that runs has: the answer says where to send it.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ImportContent {
    /// Disk.
    id: Id<kind::Vdi>,
    /// Form of the image; `vhd` when left out.
    format: Option<Format>,
}

impl Op<Cx> for ImportContent {
    type Output = SendTo;
    const SPEC: Spec = Spec::objects("disk.importContent", &[Need::operate("id", "import-content")])
        .rest(&[Rest::put("/vdis/{id}.{format}").receiving()]);
    async fn run(self, cx: Cx) -> Result<SendTo> {
        let (id, format) = (self.id.to_string(), self.format.unwrap_or(Format::Vhd));
        cx.on(&id)?;
        let write = async move |received, cx: Cx| {
            let disk = cx.on(&id)?;
            let size: i64 = disk.pool.call_as("VDI.get_virtual_size", params![disk.reference()]).await?;
            let size = u64::try_from(size).unwrap_or(0);
            let image = Image::of(format, received).await?;
            if image.size > size {
                let larger = format!(
                    "the image is of a disk of {} bytes, and `{id}` has {size}; make it larger before",
                    image.size
                );
                return Err(Error::invalid(larger));
            }
            let name = disk.object.text("name_label").unwrap_or_default();
            image.replace(&disk.pool, &disk.reference(), &format!("[XO] Importing content into VDI {name}")).await
        };
        Ok(cx.accept(write).await)
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("what it holds would be written over, once the image is sent".to_owned())
    }
}
