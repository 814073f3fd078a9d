//! A disk out of a file.

use app::{Cx, Received, model::Kind};
use op::{Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::{Value, params};

use super::image::{Format, Image};
use crate::{
    incoming::SendToOrId,
    kind,
    transit::{self, MARK, Temporary, What},
};

/// Make a disk of an image and return its id. The answer says where to send the image, unless it is to be fetched from a
/// URL.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Import {
    /// Text for people.
    #[schemars(length(min = 0))]
    description: Option<String>,
    /// Name.
    name: String,
    /// Storage repository.
    sr: Id<kind::Sr>,
    /// Where to fetch the image, by HTTP or HTTPS.
    url: Option<String>,
    /// Form of the image; `iso` and `raw` are the same.
    r#type: Format,
    /// What clients have read in a VMDK; it is read here, and so need not be told.
    #[allow(dead_code, reason = "the tables in the image itself are what counts")]
    vmdk_data: Option<serde_json::Map<String, serde_json::Value>>,
}

impl Op<Cx> for Import {
    type Output = SendToOrId;
    const SPEC: Spec =
        Spec::objects("disk.import", &[Need::administrate("sr", "import:vdi")]).secret(&["url", "vmdkData"]);
    async fn run(self, cx: Cx) -> Result<SendToOrId> {
        let Self { name, description, sr, url, r#type: format, .. } = self;
        let new = NewDisk { name, description: description.unwrap_or_default(), sr: sr.to_string(), format };
        match url {
            Some(url) => {
                let received = cx.fetch(&url).await?;
                new.make(cx, received).await.map(SendToOrId::Id)
            }
            None => Ok(SendToOrId::SendTo(cx.accept(move |received, cx| new.make(cx, received)).await)),
        }
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("a disk would be made on it, once its image is sent".to_owned())
    }
}

/// Make a disk of an image, on a storage repository, and return its id: the answer says where to send the image.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ImportOnSr {
    /// Storage repository.
    id: Id<kind::Sr>,
    /// Name.
    #[schemars(length(min = 0))]
    name_label: Option<String>,
    /// Text for people.
    #[schemars(length(min = 0))]
    name_description: Option<String>,
    /// Whether the image is the bytes of the disk; a VHD when left out.
    raw: Option<bool>,
}

impl Op<Cx> for ImportOnSr {
    type Output = app::SendTo;
    const SPEC: Spec = Spec::objects("disk.importOnSr", &[Need::administrate("id", "import:vdi")])
        .rest(&[Rest::create("/srs/{id}/vdis", "vdis").receiving()]);
    async fn run(self, cx: Cx) -> Result<app::SendTo> {
        let new = NewDisk {
            name: self.name_label.unwrap_or_default(),
            description: self.name_description.unwrap_or_default(),
            sr: self.id.to_string(),
            format: if self.raw == Some(true) { Format::Raw } else { Format::Vhd },
        };
        Ok(cx.accept(move |received, cx| new.make(cx, received)).await)
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("a disk would be made on it, once its image is sent".to_owned())
    }
}

/// A disk that is to be made.
struct NewDisk {
    name: String,
    description: String,
    /// Id of the storage.
    sr: String,
    format: Format,
}

impl NewDisk {
    /// Makes the disk, fills it and returns its id; of one that is not filled nothing stays.
    async fn make(self, cx: Cx, received: Received) -> Result<String> {
        let sr = cx.on(&self.sr)?;
        let image = Image::of(self.format, received).await?;
        let mark = transit::mark(&cx.app).await?;
        let size = i64::try_from(image.size).map_err(|_| Error::invalid("the disk of this image is too large"))?;
        let fields = Value::structure([
            ("name_label", Value::from(self.name.as_str())),
            ("name_description", self.description.as_str().into()),
            ("other_config", Value::structure([(MARK, Value::from(mark))])),
            ("read_only", false.into()),
            ("sharable", false.into()),
            ("SR", sr.reference().into()),
            ("type", "user".into()),
            ("virtual_size", size.into()),
        ]);
        let made: String = sr.pool.call_as("VDI.create", params![fields]).await?;
        let disk = Temporary::new(&cx.app, &sr.pool, What::Vdi, &made);
        let storage = sr.object.text("name_label").unwrap_or_default();
        let label = format!("[XO] Importing content into VDI {} on SR {storage}", self.name);
        let filled = async {
            image.fill(&sr.pool, &made, &label).await?;
            if cx.stopped() {
                return Err(Error::refused("the call has been cancelled"));
            }
            sr.pool.id_of_new(Kind::Vdi, &made).await
        };
        match filled.await {
            Ok(uuid) => disk.keep().await.map(|_| uuid),
            Err(error) => {
                disk.remove().await;
                Err(error)
            }
        }
    }
}
