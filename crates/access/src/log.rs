//! Logs of the server: what calls failed, and what jobs say.

use app::{Cx, db::Log, failure};
use op::{Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Delete>().add::<Get>();
}

/// An entry of a log.
#[derive(Serialize, JsonSchema)]
struct Entry {
    /// How bad it is: `debug`, `info`, `notice`, `warning` or `error`.
    level: String,
    /// A sentence for people.
    message: String,
    /// What belongs to it; of a call that failed its user, address, method, parameters, duration in ms and error.
    data: Value,
    /// The log that it is in.
    namespace: String,
    /// When; milliseconds since 1970, UTC.
    time: i64,
}

/// Entries by their ids, oldest first.
#[derive(JsonSchema)]
#[schemars(transparent)]
struct Entries(#[schemars(with = "std::collections::BTreeMap<String, Entry>")] Vec<(String, Entry)>);

impl Serialize for Entries {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(id, entry)| (id, entry)))
    }
}

/// Tell what is in a log, by id: the newest thousand entries.
#[derive(Deserialize, JsonSchema)]
struct Get {
    /// Log to read: `api` has the calls that failed.
    namespace: String,
}

impl Op<Cx> for Get {
    type Output = Entries;
    const SPEC: Spec = Spec::admin("log.get").quiet();
    async fn run(self, cx: Cx) -> Result<Entries> {
        let logs = cx.app.db().logs().of(&self.namespace).await.map_err(failure)?;
        let told = logs.into_iter().map(|log| {
            let Log { id, namespace, at, level, message, data } = log;
            (id, Entry { level, message, data, namespace, time: at })
        });
        Ok(Entries(told.collect()))
    }
}

/// One id, or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Ids {
    One(String),
    Several(Vec<String>),
}

impl JsonSchema for Ids {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LogIds".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["array", "string"], "items": { "type": "string" } })
    }
}

/// Delete entries of a log; the journal keeps what it has of them.
#[derive(Deserialize, JsonSchema)]
struct Delete {
    /// Id of the entry, or a list of ids; those that do not exist are passed over.
    id: Ids,
    /// Log that they are in.
    namespace: String,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec = Spec::admin("log.delete");
    async fn run(self, cx: Cx) -> Result<()> {
        let ids = match self.id {
            Ids::One(id) => vec![id],
            Ids::Several(ids) => ids,
        };
        for id in ids {
            cx.app.db().logs().delete(&self.namespace, &id).await.map_err(failure)?;
        }
        Ok(())
    }
}
