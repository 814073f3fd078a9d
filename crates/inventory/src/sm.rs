//! Storage drivers.

use app::{
    Cx,
    model::{Kind, Object},
};
use op::{Answer, Error, Id, Need, Op, Ops, Raw, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use xapi_types::class;

use crate::kind;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<GetFromSr>();
}

/// Return the record of the driver that serves a storage repository.
#[derive(Deserialize, JsonSchema)]
struct GetFromSr {
    /// Storage repository.
    sr: Id<kind::Sr>,
}

impl Op<Cx> for GetFromSr {
    type Output = Raw<Map<String, Value>>;
    const SPEC: Spec = Spec::objects("sm.getFromSr", &[Need::view("sr", "read")]).read();
    async fn run(self, cx: Cx) -> Result<Self::Output> {
        let sr = cx.object(&self.sr)?;
        let kind = sr.get::<class::Sr>().map(|sr| sr.r#type.clone()).unwrap_or_default();
        let serves = |object: &Object| {
            object.pool() == sr.pool() && object.get::<class::Sm>().is_some_and(|sm| sm.r#type == kind)
        };
        let found = cx.app.store().snapshot().of_kind(Kind::Sm).find(|object| serves(object));
        let found = found.ok_or_else(|| Error::no_such("SM", kind.as_str()))?;
        let record = found.get::<class::Sm>().expect("objects of this kind are made of such records");
        Ok(Answer::json(record)?.into())
    }
}
