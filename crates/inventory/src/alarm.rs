//! Alarms: the messages that somebody has to look at, and who has.

mod recorded;

use std::{cmp::Reverse, collections::HashMap};

use app::{
    Cx,
    db::Acknowledgement,
    failure,
    model::{Kind, Object, alarm},
    xapi_types::class,
};
use filter::{Filter, Partial};
use op::{Error, Id, Need, Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use self::recorded::{ids_about, ids_in};
use crate::{kind, object::Choice};

/// Alarms of an answer when the caller does not say.
const USUAL: u32 = 1000;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Acknowledge>()
        .add::<List>()
        .add::<recorded::Get>()
        .add::<recorded::GetAll>()
        .add::<recorded::GetOf>()
        .add::<Unacknowledge>();
}

/// An alarm.
#[derive(Serialize, JsonSchema)]
struct Alarm {
    /// Id of the message.
    id: String,
    /// `alarm`.
    r#type: &'static str,
    /// Id of the pool.
    #[serde(rename = "$pool")]
    pool: String,
    /// Id of what it is about, as the host tells it; that may be gone by now.
    #[serde(rename = "$object")]
    object: String,
    /// Kind of what it is about, such as `VM`; missing where that is gone.
    #[serde(skip_serializing_if = "Option::is_none", rename = "objectType")]
    kind: Option<&'static str>,
    /// Name of what it is about.
    #[serde(skip_serializing_if = "Option::is_none", rename = "objectName")]
    label: Option<String>,
    /// Name of the message, such as `ALARM` or `HA_HOST_FAILED`.
    name: String,
    /// What it is about: `threshold`, `highAvailability`, `license`, `bond`, `multipath`, `storage`, `certificate`,
    /// `host`, `vm`, `security`, `update`, `other`.
    #[schemars(with = "String")]
    topic: alarm::Topic,
    /// `critical`, `warning` or `info`.
    #[schemars(with = "String")]
    severity: alarm::Severity,
    /// A sentence for people.
    text: String,
    /// What was measured: `name`, `value`, and `level`, `period` in seconds, `sense` where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Map<String, Value>>")]
    reading: Option<alarm::Reading>,
    /// When; seconds since 1970, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<i64>,
    /// Who has acknowledged it.
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged: Option<Acknowledged>,
}

/// Who has acknowledged an alarm.
#[derive(Serialize, JsonSchema)]
struct Acknowledged {
    /// Id of the user.
    user: String,
    /// When; milliseconds since 1970, UTC.
    time: i64,
    /// What the user wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl From<Acknowledgement> for Acknowledged {
    fn from(acknowledgement: Acknowledgement) -> Self {
        let Acknowledgement { user, at, note, .. } = acknowledgement;
        Self { user, time: at, note }
    }
}

/// List the alarms about objects that the user may see, newest first.
#[derive(Deserialize, JsonSchema)]
struct List {
    /// Which ones: an example such as `{"topic": "bond"}`, or a text such as `severity:critical reading:name:cpu`.
    filter: Option<Choice>,
    /// Whether to list those too that somebody has acknowledged.
    acknowledged: Option<bool>,
    /// Most alarms to list; 1000 when left out.
    #[schemars(range(min = 1, max = 10_000))]
    limit: Option<u32>,
}

impl Op<Cx> for List {
    type Output = Vec<Alarm>;
    const SPEC: Spec = Spec::signed_in("alarm.list").quiet();
    async fn run(self, cx: Cx) -> Result<Vec<Alarm>> {
        let wanted = self.filter.map(Wanted::new).transpose()?;
        let audience = cx.app.audience(Some(&*cx.user()?));
        let acknowledgements = cx.app.db().acknowledgements().all().await.map_err(failure)?;
        let mut acknowledgements: HashMap<_, _> =
            acknowledgements.into_iter().map(|known| (known.message.clone(), known)).collect();
        let snapshot = cx.app.store().snapshot();
        let mut alarms: Vec<Alarm> = snapshot
            .of_kind(Kind::Message)
            .filter(|message| audience.sees(message))
            .filter_map(|message| alarm_of(&cx, &message, acknowledgements.remove(message.id())))
            .filter(|alarm| self.acknowledged == Some(true) || alarm.acknowledged.is_none())
            .collect();
        alarms.sort_by_key(|alarm| Reverse(alarm.time));
        if let Some(wanted) = wanted {
            alarms.retain(|alarm| wanted.matches(&serde_json::to_value(alarm).expect("an alarm serialises")));
        }
        alarms.truncate(self.limit.unwrap_or(USUAL) as usize);
        Ok(alarms)
    }
}

enum Wanted {
    Text(Filter),
    Example(Partial),
}

impl Wanted {
    fn new(choice: Choice) -> Result<Self> {
        Ok(match choice {
            Choice::Text(text) => {
                Self::Text(Filter::parse(&text).map_err(|error| Error::invalid(format!("`filter`: {error}")))?)
            }
            Choice::Example(example) => Self::Example(Partial::new(example)),
        })
    }

    fn matches(&self, alarm: &Value) -> bool {
        match self {
            Self::Text(filter) => filter.matches(alarm),
            Self::Example(example) => example.matches(alarm),
        }
    }
}

fn alarm_of(cx: &Cx, message: &Object, acknowledged: Option<Acknowledgement>) -> Option<Alarm> {
    let record = message.get::<class::Message>()?;
    let alarm::Alarm { topic, severity, text, reading } = alarm::read(record)?;
    let about = cx.app.store().get(&record.obj_uuid);
    Some(Alarm {
        id: message.id().to_owned(),
        r#type: "alarm",
        pool: message.pool().as_str().to_owned(),
        object: record.obj_uuid.to_string(),
        kind: about.as_ref().map(|about| about.kind().name()),
        label: about.and_then(|about| about.text("name_label")),
        name: record.name.to_string(),
        topic,
        severity,
        text,
        reading,
        time: message.decode::<Times>().ok().and_then(|times| times.time),
        acknowledged: acknowledged.map(Acknowledged::from),
    })
}

#[derive(Deserialize)]
struct Times {
    time: Option<i64>,
}

/// Acknowledge an alarm: it is listed no more unless asked for, until its message is deleted at the host.
#[derive(Deserialize, JsonSchema)]
struct Acknowledge {
    /// Message that the alarm is.
    id: Id<kind::Message>,
    /// What others should know.
    #[schemars(length(max = 1000))]
    note: Option<String>,
}

impl Op<Cx> for Acknowledge {
    type Output = ();
    const SPEC: Spec = Spec::objects("alarm.acknowledge", &[Need::operate("id", "*")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let message = cx.object(&self.id)?;
        if message.get::<class::Message>().and_then(alarm::read).is_none() {
            return Err(Error::invalid(format!("message `{}` is no alarm", message.id())));
        }
        let acknowledgements = cx.app.db().acknowledgements();
        let (pool, user) = (message.pool().as_str(), &cx.user()?.id);
        if is_acknowledged(&cx, &message).await? {
            return Err(Error::incorrect_state(message.id(), "acknowledged", true, false));
        }
        let added = acknowledgements.add(message.id(), pool, user, self.note.as_deref()).await.map_err(failure)?;
        if !added {
            return Err(Error::incorrect_state(message.id(), "acknowledged", true, false));
        }
        if cx.app.store().get(&self.id).is_none() {
            // It went in the meantime.
            acknowledgements.remove(message.id()).await.map_err(failure)?;
            return Err(Error::no_such("message", message.id()));
        }
        Ok(())
    }
}

async fn is_acknowledged(cx: &Cx, message: &Object) -> Result<bool> {
    let of_pool = cx.app.db().acknowledgements().of_pool(message.pool().as_str()).await.map_err(failure)?;
    Ok(of_pool.iter().any(|acknowledgement| acknowledgement.message == message.id()))
}

/// Take the acknowledgement of an alarm back, whoever has given it.
#[derive(Deserialize, JsonSchema)]
struct Unacknowledge {
    /// Message that the alarm is.
    id: Id<kind::Message>,
}

impl Op<Cx> for Unacknowledge {
    type Output = ();
    const SPEC: Spec = Spec::objects("alarm.unacknowledge", &[Need::operate("id", "*")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let message = cx.object(&self.id)?;
        let acknowledgements = cx.app.db().acknowledgements();
        // It is looked up first, since a dry run does not get to what takes it back.
        let was =
            is_acknowledged(&cx, &message).await? && acknowledgements.remove(message.id()).await.map_err(failure)?;
        if !was {
            return Err(Error::incorrect_state(self.id.into_string(), "acknowledged", false, true));
        }
        Ok(())
    }
}
