//! Alarms in the shape that REST clients of the original know.

use app::{
    Cx,
    model::{Kind, Object, alarm},
    xapi_types::class,
};
use op::{Any, Error, Id, Need, Op, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{kind, message};

/// An alarm as a message with a body that has been read.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Recorded {
    /// Id of the message.
    id: String,
    /// `message`.
    r#type: &'static str,
    /// Name of the message, such as `ALARM`.
    name: String,
    /// When; seconds since 1970, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<i64>,
    /// What it says.
    body: Body,
    /// What it is about.
    object: About,
    /// Uuid of the message.
    uuid: String,
    /// Id of the pool.
    #[serde(rename = "$pool")]
    pool: String,
    /// The same.
    #[serde(rename = "$poolId")]
    pool_id: String,
    /// Reference of the message at its pool.
    #[serde(rename = "_xapiRef")]
    reference: String,
}

/// What an alarm says.
#[derive(Serialize, JsonSchema)]
struct Body {
    /// What was measured, such as `cpu_usage`; the sentence of an alarm about something else.
    name: String,
    /// What the measurement gave, in the unit of the data source.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

/// What an alarm is about.
#[derive(Serialize, JsonSchema)]
struct About {
    /// Kind, such as `VM`; `unknown` where it is gone.
    r#type: &'static str,
    /// Its uuid, as the host tells it.
    uuid: String,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
}

#[derive(Deserialize)]
struct Times {
    time: Option<i64>,
}

/// Reads a message; nothing where it is no alarm.
fn read(cx: &Cx, message: &Object) -> Option<Recorded> {
    let record = message.get::<class::Message>()?;
    let alarm::Alarm { text, reading, .. } = alarm::read(record)?;
    let about = cx.app.store().get(&record.obj_uuid);
    let place = |about: &Object| Some(format!("/rest/v0/{}/{}", about.kind().collection()?, about.id()));
    let pool = message.pool().as_str().to_owned();
    Some(Recorded {
        id: message.id().to_owned(),
        r#type: "message",
        name: record.name.to_string(),
        time: message.decode::<Times>().ok().and_then(|times| times.time),
        body: match reading {
            Some(reading) => Body { name: reading.name, value: Some(reading.value.to_string()) },
            None => Body { name: text, value: None },
        },
        object: About {
            r#type: about.as_ref().map_or("unknown", |about| about.kind().name()),
            uuid: record.obj_uuid.to_string(),
            href: about.as_deref().and_then(place),
        },
        uuid: record.uuid.to_string(),
        pool_id: pool.clone(),
        pool,
        reference: message.xapi_ref().to_string(),
    })
}

/// Returns the ids of the alarms about an object that the user may see.
pub(crate) fn ids_about(cx: &Cx, object: &Object) -> Result<Vec<String>> {
    let about = message::about(cx, object)?;
    Ok(about.iter().filter_map(|message| read(cx, message)).map(|alarm| alarm.id).collect())
}

/// Returns the ids of all alarms in a pool that the user may see.
pub(crate) fn ids_in(cx: &Cx, pool: &Object) -> Result<Vec<String>> {
    let audience = cx.app.audience(Some(&*cx.user()?));
    let objects = cx.app.store().snapshot();
    let all = objects.of_kind(Kind::Message).filter(|message| message.pool() == pool.pool() && audience.sees(message));
    Ok(all.filter_map(|message| read(cx, &message)).map(|alarm| alarm.id).collect())
}

/// List the alarms about objects that the user may see as the messages that they are, acknowledged ones too.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetAll {}

impl Op<Cx> for GetAll {
    type Output = Vec<Recorded>;
    const SPEC: Spec = Spec::signed_in("alarm.getAll").quiet().rest(&[Rest::list("/alarms", "alarms")]);
    async fn run(self, cx: Cx) -> Result<Vec<Recorded>> {
        let audience = cx.app.audience(Some(&*cx.user()?));
        let messages = cx.app.store().snapshot().of_kind(Kind::Message);
        Ok(messages.filter(|message| audience.sees(message)).filter_map(|message| read(&cx, &message)).collect())
    }
}

/// Return an alarm as the message that it is.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Get {
    /// Message that the alarm is.
    id: Id<kind::Message>,
}

impl Op<Cx> for Get {
    type Output = Recorded;
    const SPEC: Spec =
        Spec::objects("alarm.get", &[Need::view("id", "read")]).read().quiet().rest(&[Rest::get("/alarms/{id}")]);
    async fn run(self, cx: Cx) -> Result<Recorded> {
        let message = cx.object(&self.id)?;
        read(&cx, &message).ok_or_else(|| Error::no_such("alarm", message.id()))
    }
}

/// List the alarms about an object as the messages that they are.
#[derive(Deserialize, JsonSchema)]
pub(super) struct GetOf {
    /// What they are about.
    id: Id<Any>,
}

impl Op<Cx> for GetOf {
    type Output = Vec<Recorded>;
    const SPEC: Spec = Spec::objects("alarm.getOf", &[Need::unchecked("id", "only what the caller may see is listed")])
        .read()
        .quiet()
        .rest(&[
            Rest::list("/hosts/{id}/alarms", "alarms"),
            Rest::list("/networks/{id}/alarms", "alarms"),
            Rest::list("/pifs/{id}/alarms", "alarms"),
            Rest::list("/pools/{id}/alarms", "alarms"),
            Rest::list("/srs/{id}/alarms", "alarms"),
            Rest::list("/vbds/{id}/alarms", "alarms"),
            Rest::list("/vdi-snapshots/{id}/alarms", "alarms"),
            Rest::list("/vdis/{id}/alarms", "alarms"),
            Rest::list("/vifs/{id}/alarms", "alarms"),
            Rest::list("/vm-controllers/{id}/alarms", "alarms"),
            Rest::list("/vm-snapshots/{id}/alarms", "alarms"),
            Rest::list("/vm-templates/{id}/alarms", "alarms"),
            Rest::list("/vms/{id}/alarms", "alarms"),
        ]);
    async fn run(self, cx: Cx) -> Result<Vec<Recorded>> {
        let about = message::about(&cx, &*cx.object(&self.id)?)?;
        Ok(about.iter().filter_map(|message| read(&cx, message)).collect())
    }
}
