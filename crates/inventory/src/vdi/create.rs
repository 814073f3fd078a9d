//! Making a disk as the pool has it, with every property.

use std::collections::BTreeMap;

use app::{Cx, model::Kind};
use op::{Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::{Value, params};

use crate::{kind, size::Size};

/// Make a disk on a storage repository and return its id.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Create {
    /// Storage repository.
    #[serde(rename = "srId")]
    sr: Id<kind::Sr>,
    /// Size that a VM sees, in bytes or as `20 GiB`.
    virtual_size: Size,
    /// Name; none when left out.
    #[serde(default)]
    #[schemars(length(min = 0))]
    name_label: String,
    /// Text for people; none when left out.
    #[serde(default)]
    #[schemars(length(min = 0))]
    name_description: String,
    /// Tags; none when left out.
    #[serde(default)]
    tags: Vec<String>,
    /// What it is for; `user`, a disk of a VM, when left out.
    r#type: Option<Usage>,
    /// Whether nobody can write to it; no when left out.
    #[serde(default)]
    read_only: bool,
    /// Whether several VMs can have it at the same time; no when left out.
    #[serde(default)]
    sharable: bool,
    /// What anybody keeps of it.
    #[serde(default)]
    other_config: BTreeMap<String, String>,
    /// What the storage driver keeps of it.
    #[serde(default)]
    sm_config: BTreeMap<String, String>,
    /// What a VM that has it sees of it in its XenStore.
    #[serde(default)]
    xenstore_data: BTreeMap<String, String>,
}

/// What a disk is for, as XAPI's `vdi_type` has it.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Usage {
    CbtMetadata,
    Crashdump,
    Ephemeral,
    HaStatefile,
    Metadata,
    PvsCache,
    RedoLog,
    Rrd,
    Suspend,
    System,
    User,
}

impl Usage {
    fn name(self) -> &'static str {
        match self {
            Self::CbtMetadata => "cbt_metadata",
            Self::Crashdump => "crashdump",
            Self::Ephemeral => "ephemeral",
            Self::HaStatefile => "ha_statefile",
            Self::Metadata => "metadata",
            Self::PvsCache => "pvs_cache",
            Self::RedoLog => "redo_log",
            Self::Rrd => "rrd",
            Self::Suspend => "suspend",
            Self::System => "system",
            Self::User => "user",
        }
    }
}

impl Op<Cx> for Create {
    type Output = String;
    const SPEC: Spec = Spec::objects("vdi.create", &[Need::administrate("srId", "import:vdi")])
        .secret(&["other_config", "sm_config", "xenstore_data"])
        .rest(&[Rest::create("/vdis", "vdis")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let sr = cx.on(&self.sr)?;
        let record = Value::structure([
            ("name_label", Value::from(self.name_label)),
            ("name_description", self.name_description.into()),
            ("SR", sr.reference().into()),
            ("virtual_size", self.virtual_size.0.into()),
            ("type", self.r#type.unwrap_or(Usage::User).name().into()),
            ("sharable", self.sharable.into()),
            ("read_only", self.read_only.into()),
            ("other_config", texts(&self.other_config)),
            ("xenstore_data", texts(&self.xenstore_data)),
            ("sm_config", texts(&self.sm_config)),
            ("tags", self.tags.into()),
        ]);
        let vdi: String = sr.pool.call_as("VDI.create", params![record]).await?;
        sr.pool.id_of_new(Kind::Vdi, &vdi).await
    }
    fn would(&self, _: &str) -> Option<String> {
        Some(format!("a disk `{}` would be made on it", self.name_label))
    }
}

/// Returns a map as pools take it.
pub(crate) fn texts(map: &BTreeMap<String, String>) -> Value {
    Value::structure(map.iter().map(|(key, value)| (key.as_str(), Value::from(value.as_str()))))
}
