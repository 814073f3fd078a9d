//! Views: a part of a list of objects, told as it is and then as it changes.

mod select;
mod subscribe;
mod unsubscribe;
mod update;

use std::collections::BTreeMap;

use app::{
    Cx, Look,
    view::{Error as ViewError, Query, Request, Window},
};
use op::{Error, Ops, ParamError, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Rows where a client does not say how many: more than a screen shows.
const ROWS: usize = 100;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<select::Select>().add::<subscribe::Subscribe>().add::<unsubscribe::Unsubscribe>().add::<update::Update>();
}

/// One name or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Many(Vec<String>),
}

impl Names {
    fn list(&self) -> Vec<&str> {
        match self {
            Self::One(name) => vec![name],
            Self::Many(names) => names.iter().map(String::as_str).collect(),
        }
    }
}

impl JsonSchema for Names {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Names".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["array", "string"], "items": { "type": "string" } })
    }
}

/// What a view shows.
#[derive(Serialize, JsonSchema)]
#[allow(dead_code, reason = "it describes JSON that is made elsewhere")]
struct Shown {
    /// Names the view to this connection, and stands in its notifications.
    id: u64,
    /// Objects that match.
    total: u64,
    /// Those of the window: each with its `id` and the columns, or whole.
    rows: Vec<Map<String, Value>>,
    /// Numbers of objects by value, for each property to count by; `null` where there are more than 1000 values.
    counts: BTreeMap<String, Option<BTreeMap<String, u64>>>,
}

/// What a client asks to see.
#[derive(Deserialize, JsonSchema)]
struct Wish {
    /// Type of the objects, such as `VM`, or several; default is all.
    #[serde(rename = "type")]
    types: Option<Names>,
    /// Which of them, such as `power_state:running tags:prod`; the empty text stands for all.
    #[schemars(length(min = 0))]
    filter: Option<String>,
    /// Properties to sort by, the first first, `-` before one that descends; after `>` a property of the object that one
    /// names, such as `$container>name_label`. Default is the id.
    sort: Option<Vec<String>>,
    /// Properties to show, with dots to what is inside of one; default is the whole object.
    columns: Option<Vec<String>>,
    /// Rows to skip; default is 0.
    offset: Option<u64>,
    /// Most rows to show; default is 100, at most 500.
    limit: Option<u64>,
    /// Properties to count all that match by.
    #[serde(rename = "groupBy")]
    group_by: Option<Vec<String>>,
}

impl Wish {
    fn look(&self) -> Result<Look> {
        // `-name` descends, as other lists on the web have it.
        let sort = self.sort.iter().flatten().map(|name| match name.strip_prefix('-') {
            Some(name) => (name, false),
            None => (name.as_str(), true),
        });
        let request = Request {
            types: &self.types.as_ref().map(Names::list).unwrap_or_default(),
            filter: self.filter.as_deref().unwrap_or_default(),
            sort: &sort.collect::<Vec<_>>(),
            groups: &self.group_by.as_deref().map(texts).unwrap_or_default(),
        };
        let query = Query::new(&request).map_err(refused)?;
        let columns = self.columns.as_deref().map(texts);
        let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let (offset, limit) = (number(self.offset.unwrap_or_default()), self.limit.map_or(ROWS, number));
        let window = Window::new(offset, limit, columns.as_deref(), &query).map_err(refused)?;
        Ok(Look { query, window })
    }
}

fn texts(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// Says which parameter is wrong, and in a filter at which place.
fn refused(error: ViewError) -> Error {
    let params = match &error {
        ViewError::Filter(filter) => json!({ "position": filter.position() }),
        ViewError::Type(name) | ViewError::Property { name, .. } | ViewError::Repeated { name, .. } => {
            json!({ "name": name })
        }
        ViewError::TooMany { most, .. } => json!({ "limit": most }),
    };
    let parameter = error.parameter();
    Error::invalid_params(vec![ParamError {
        path: format!("/{parameter}"),
        schema_path: format!("#/properties/{parameter}"),
        keyword: parameter,
        params,
        message: error.to_string(),
    }])
}
