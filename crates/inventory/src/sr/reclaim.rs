//! Giving space that disks no longer use back to the storage.

use app::Cx;
use op::{Error, Id, Need, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::{Value, params};
use xapi_types::class;

use super::probe::xml;
use crate::kind;

/// Give space that was freed on a storage repository back to the storage below it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReclaimSpace {
    /// Storage repository.
    id: Id<kind::Sr>,
    /// Whether to do it even while a backup runs; there are none yet.
    #[allow(dead_code, reason = "clients send it")]
    bypass_backup_check: Option<bool>,
}

impl Op<Cx> for ReclaimSpace {
    type Output = ();
    const SPEC: Spec = Spec::objects("sr.reclaimSpace", &[Need::operate("id", "reclaim-space")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let sr = cx.on(&self.id)?;
        let record: class::Sr = sr.pool.call_as("SR.get_record", params![sr.reference()]).await?;
        let mut host = None;
        for pbd in &record.pbds {
            let pbd: class::Pbd = sr.pool.call_as("PBD.get_record", params![pbd.to_string()]).await?;
            if pbd.currently_attached {
                host = Some(pbd.host.to_string());
                break;
            }
        }
        let id = sr.object.id();
        let host = host.ok_or_else(|| Error::incorrect_state(id, "attached", false, true))?;
        let args = Value::structure([("sr_uuid", record.uuid.as_str().into())]);
        let answer: String = sr.pool.call_as("host.call_plugin", params![host, "trim", "do_trim", args]).await?;
        match complaint(&answer) {
            None => Ok(()),
            Some(why) => Err(Error::OperationFailed { object: id.to_owned(), code: why }),
        }
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("its storage would be told which blocks are free".to_owned())
    }
}

/// Returns why the plugin did not do it, if so: it then answers a list of keys with values.
fn complaint(answer: &str) -> Option<String> {
    if answer.trim() == "True" {
        return None;
    }
    let pairs = xml::elements(answer, "key_value_pair");
    let of = |key: &str| pairs.iter().find(|pair| pair.text("key") == key).map(|pair| pair.text("value").to_owned());
    of("errmsg").or_else(|| of("errcode")).or_else(|| Some(answer.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::complaint;

    #[test]
    fn the_plugin_says_true_or_why_not() {
        assert_eq!(complaint("True"), None);
        let answer = "<?xml version=\"1.0\" ?><trim_response><key_value_pair><key>errcode</key><value>UnsupportedSR</value>\
            </key_value_pair><key_value_pair><key>errmsg</key><value>cannot trim &lt;this&gt;</value></key_value_pair>\
            </trim_response>";
        assert_eq!(complaint(answer).as_deref(), Some("cannot trim <this>"));
        assert_eq!(complaint("False").as_deref(), Some("False"));
    }
}
