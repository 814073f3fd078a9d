//! A call and a task that do nothing for a while.

use std::time::Duration;

use app::{Cx, Timed};
use op::{Error, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// How long a task takes unless told, in milliseconds; as the original.
const USUAL: f64 = 600_000.0;

/// Wait, at most a day.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Wait {
    /// How long, such as `10 s`; a text that is no duration is no time at all.
    duration: String,
}

impl Op<Cx> for Wait {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("test.wait");
    async fn run(self, cx: Cx) -> Result<()> {
        let duration = app::Duration::parse(&self.duration).map_or(Duration::ZERO, |duration| duration.0);
        cx.wait(duration).await
    }
}

/// Open a task that ends by itself, and return its id.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateTask {
    /// Its name; `xo task` when left out.
    name: Option<String>,
    /// Object that it is said to be about.
    object_id: Option<String>,
    /// What it ends with.
    result: Option<Value>,
    /// Milliseconds until it ends, at most a day; ten minutes when left out.
    #[schemars(range(min = 0))]
    duration: Option<f64>,
}

impl Op<Cx> for CreateTask {
    type Output = String;
    const SPEC: Spec = Spec::admin("test.createTask").secret(&["result"]);
    async fn run(self, cx: Cx) -> Result<String> {
        let millis = self.duration.unwrap_or(USUAL);
        let duration = Duration::try_from_secs_f64(millis / 1000.0)
            .map_err(|_| Error::invalid("`duration` is a number of milliseconds from 0 to a day"))?;
        let name = self.name.unwrap_or_else(|| "xo task".to_owned());
        let timed = Timed { name, object: self.object_id, result: self.result, duration };
        cx.app.open_timed(timed, &cx.user()?.id)
    }
}
