//! The journal: what happened to objects, and what users called.

use std::collections::BTreeSet;

use app::{
    Audience, Cx,
    db::{self, Cursor, Entry, Operation, Query as Wanted},
    failure,
    model::Kind,
    xapi_types,
};
use op::{Error, Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

/// Entries of an answer when the caller does not say.
const USUAL: u32 = 100;
/// Most entries of an answer.
const MOST: u32 = 1000;
/// Entries that one call looks at to find those that are asked for and that the caller may see; it goes on from there
/// with the next call.
const LOOKED_AT: u32 = 10_000;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Query>();
}

/// Tell what happened to objects and what users called, newest first.
///
/// Administrators are told everything; others what is about objects that they may view.
#[derive(Deserialize, JsonSchema)]
struct Query {
    /// Only what is about this object; administrators may name one that is gone, by the id that it had.
    object: Option<String>,
    /// Only what is about objects of this kind, such as `VM` or `VM_metrics`; of calls the first object counts.
    kind: Option<String>,
    /// Only what users called, or only what happened at pools.
    only: Option<Only>,
    /// Only calls of the user with this id.
    user: Option<String>,
    /// Earliest time, inclusive; milliseconds since 1970, UTC.
    #[schemars(range(min = 0))]
    from: Option<i64>,
    /// Latest time, exclusive; milliseconds since 1970, UTC.
    #[schemars(range(min = 0))]
    to: Option<i64>,
    /// `next` of an earlier answer: to go on where that ended.
    cursor: Option<String>,
    /// Most entries to tell; 100 when left out.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

/// What entries are of.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum Only {
    Calls,
    Events,
}

/// A part of the journal.
#[derive(Serialize, JsonSchema)]
struct Page {
    /// What was found among the entries that were looked at; there may be more even where there is nothing.
    entries: Vec<Told>,
    /// Where to go on; missing at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// An entry of the journal.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Told {
    /// Something happened to an object.
    Event(Event),
    /// A user called an operation.
    Call(Called),
}

/// What happened to an object.
#[derive(Serialize, JsonSchema)]
struct Event {
    /// Names the entry.
    id: i64,
    /// When; milliseconds since 1970, UTC.
    time: i64,
    /// Id of the pool.
    #[serde(rename = "$pool")]
    pool: String,
    /// XAPI class of the object, such as `VM`.
    class: String,
    /// Id of the object.
    object: String,
    /// `add`, `mod`, `del`, or `init` where a pool was listed anew.
    operation: &'static str,
    /// What changed: field → `[old, new]`; `null` where that would be too long.
    #[schemars(with = "std::collections::BTreeMap<String, Value>")]
    changes: Box<RawValue>,
}

/// What a user called.
#[derive(Serialize, JsonSchema)]
struct Called {
    /// Names the entry.
    id: i64,
    /// When it ended; milliseconds since 1970, UTC.
    time: i64,
    /// When it began.
    start: i64,
    /// Id of the user.
    user: String,
    /// Name of the operation.
    method: String,
    /// Its parameters, secrets masked and what is long cut; told to administrators and to who called.
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<Value>,
    /// The objects that it named or made.
    objects: Vec<String>,
    /// `success` or `failure`.
    outcome: &'static str,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
}

impl Op<Cx> for Query {
    type Output = Page;
    const SPEC: Spec = Spec::signed_in("journal.query").quiet();
    async fn run(self, cx: Cx) -> Result<Page> {
        let caller = cx.user()?;
        let audience = cx.app.audience(Some(&*caller));
        let limit = self.limit.unwrap_or(USUAL).min(MOST);
        let mut wanted = self.wanted(&cx, &audience)?;
        let journal = cx.app.db().journal();
        let (mut entries, mut left) = (Vec::new(), LOOKED_AT);
        loop {
            // Who sees little has much looked through for little: not one by one.
            let step = left.min(limit.max(USUAL));
            let found = journal.query(&Wanted { limit: Some(step), ..wanted.clone() }).await.map_err(failure)?;
            left -= step;
            for entry in found.entries {
                wanted.from = Some(entry.cursor());
                if sees(&cx, &audience, &entry) {
                    entries.push(told(entry, audience == Audience::Everything, &caller.id)?);
                }
                if entries.len() == limit as usize {
                    return Ok(Page { entries, next: next(&wanted) });
                }
            }
            if found.next.is_none() || left == 0 {
                return Ok(Page { entries, next: found.next.as_ref().map(Cursor::to_string) });
            }
            wanted.from = found.next;
        }
    }
}

fn next(wanted: &Wanted) -> Option<String> {
    wanted.from.as_ref().map(Cursor::to_string)
}

impl Query {
    /// Returns what to ask the database for, having checked that the caller may.
    fn wanted(self, cx: &Cx, audience: &Audience) -> Result<Wanted> {
        let from = self.cursor.map(|cursor| {
            cursor.parse::<Cursor>().map_err(|_| Error::invalid("`cursor` is none that an earlier answer has given"))
        });
        let object = self.object.map(|id| match cx.app.store().get(&id) {
            Some(object) if audience.sees(&object) => Ok(object.id().to_owned()),
            Some(object) => Err(Error::unauthorized("view", Some(object.id().to_owned()))),
            // Nobody else can be asked what rights there were on what is gone.
            None if *audience == Audience::Everything => Ok(id),
            None => Err(Error::NoSuchObject { id, kinds: Vec::new() }),
        });
        Ok(Wanted {
            object: object.transpose()?,
            only: self.only.map(|only| match only {
                Only::Calls => db::Only::Calls,
                Only::Events => db::Only::Events,
            }),
            user: self.user,
            class: self.kind.map(class).transpose()?,
            since: self.from,
            until: self.to,
            from: from.transpose()?,
            ..Wanted::default()
        })
    }
}

/// Returns the XAPI class that `kind` names, in any case, or as our kinds of objects are called.
fn class(kind: String) -> Result<String> {
    let class = match Kind::parse(&kind) {
        Some(Kind::VmController | Kind::VmSnapshot | Kind::VmTemplate) => "VM".to_owned(),
        Some(Kind::VdiSnapshot | Kind::VdiUnmanaged) => "VDI".to_owned(),
        Some(Kind::GpuGroup) => "GPU_group".to_owned(),
        Some(Kind::VgpuType) => "VGPU_type".to_owned(),
        _ => kind,
    };
    let found = xapi_types::Kind::from_lower(&class.to_ascii_lowercase());
    let known = || {
        let names: BTreeSet<_> = xapi_types::Kind::ALL.iter().map(|kind| kind.name()).collect();
        names.into_iter().collect::<Vec<_>>().join(", ")
    };
    let found = found.ok_or_else(|| Error::invalid(format!("`kind` `{class}` is none of {}", known())));
    found.map(|class| class.name().to_owned())
}

/// Returns whether the caller may see an entry: all objects that it is about, of which there must be one.
fn sees(cx: &Cx, audience: &Audience, entry: &Entry) -> bool {
    if *audience == Audience::Everything {
        return true;
    }
    let event = &entry.event;
    let objects = event.uuid.iter().chain(&event.objects);
    let seen: Vec<bool> =
        objects.map(|id| cx.app.store().get(id).is_some_and(|object| audience.sees(&object))).collect();
    !seen.is_empty() && seen.iter().all(|seen| *seen)
}

fn told(entry: Entry, to_admin: bool, caller: &str) -> Result<Told> {
    let (id, event) = (entry.id, entry.event);
    let Some(user) = event.user else {
        return Ok(Told::Event(Event {
            id,
            time: event.at,
            pool: event.pool,
            class: event.class,
            object: event.uuid.unwrap_or(event.reference),
            operation: event.operation.as_str(),
            changes: event.changes,
        }));
    };
    let Kept { method, params, start, error } = serde_json::from_str(event.changes.get())
        .map_err(|error| Error::failed(format!("journal entry {id} is damaged: {error}")))?;
    let params = (to_admin || user == caller).then_some(params);
    Ok(Told::Call(Called {
        id,
        time: event.at,
        start,
        user,
        method,
        params,
        objects: event.objects,
        outcome: if event.operation == Operation::Failed { "failure" } else { "success" },
        error: error.map(|error| if to_admin { error } else { public(error) }),
    }))
}

/// What a call has left in the journal.
#[derive(Deserialize)]
struct Kept {
    method: String,
    params: Value,
    start: i64,
    error: Option<Value>,
}

/// What failed behind an operation is told to administrators only, be it now or later.
fn public(error: Value) -> Value {
    if error["code"] == -32000 && error.get("data").is_some() {
        return serde_json::json!({ "code": -32000, "message": "unknown error from the peer" });
    }
    error
}
