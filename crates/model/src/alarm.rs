//! Alarms: the messages of a pool that somebody has to look at, read into words.
//!
//! Names and forms of bodies are those of XAPI's messages. What is only told, such as that a VM has started, is no alarm.

use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;
use xapi_types::class;

use crate::xml;

/// Priority up to which a message whose name is not known is an alarm too: XAPI's 3 says that a service is degraded, 4
/// that one is back, 5 that something is told.
const LAST_PRIORITY: i64 = 3;
/// Longest body that a sentence quotes, in bytes.
const LONGEST_QUOTE: usize = 300;

/// What an alarm is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Topic {
    /// A measured value has passed the level that somebody has set.
    Threshold,
    /// High availability.
    HighAvailability,
    /// The licence.
    License,
    /// A bond of network interfaces.
    Bond,
    /// Paths to storage.
    Multipath,
    /// Storage.
    Storage,
    /// A certificate, or the verification of them.
    Certificate,
    /// A host itself: clock, kernel.
    Host,
    /// A VM.
    Vm,
    /// Who signs in.
    Security,
    /// Updates.
    Update,
    /// What is not known here.
    Other,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// It is told; nothing is lost.
    Info,
    /// A service is degraded or soon will be.
    Warning,
    /// Data or a service is lost, or soon will be.
    Critical,
}

/// A measured value that has passed its level.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// What is measured, such as `cpu_usage`.
    pub name: String,
    /// The value, in the unit of the data source: usages are parts of one.
    pub value: f64,
    /// The level that it has passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<f64>,
    /// For how long it has to, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<f64>,
    /// `high` where more is bad, `low` where less is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sense: Option<String>,
}

/// A message that is an alarm.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    /// What it is about.
    pub topic: Topic,
    /// How bad it is.
    pub severity: Severity,
    /// A sentence for people.
    pub text: String,
    /// What was measured, where that is what it is about.
    pub reading: Option<Reading>,
}

/// Names of messages, or their beginnings where they end in `_`, with what they are about and say.
const KNOWN: &[(&str, Topic, &str)] = &[
    ("ALARM", Topic::Threshold, "a measured value has passed its level"),
    ("ALL_RUNNING_VMS_IN_ANTI_AFFINITY_GRP_ON_SINGLE_HOST", Topic::Vm, "VMs to be kept apart run on one host"),
    ("BOND_STATUS_CHANGED", Topic::Bond, "the links of a bond have changed"),
    ("FAILED_LOGIN_ATTEMPTS", Topic::Security, "sign-ins at the pool have failed"),
    ("HA_HOST_FAILED", Topic::HighAvailability, "a host has failed"),
    ("HA_HOST_WAS_FENCED", Topic::HighAvailability, "a host was fenced"),
    ("HA_NETWORK_BONDING_ERROR", Topic::HighAvailability, "the network of the heartbeat has lost a link"),
    ("HA_POOL_DROP_IN_PLAN_EXISTS_FOR", Topic::HighAvailability, "fewer failures can be borne than before"),
    ("HA_POOL_OVERCOMMITTED", Topic::HighAvailability, "the pool cannot restart all protected VMs"),
    ("HA_PROTECTED_VM_RESTART_FAILED", Topic::HighAvailability, "a protected VM could not be restarted"),
    ("HA_STATEFILE_", Topic::HighAvailability, "the storage of the heartbeat is in trouble"),
    ("HA_HEARTBEAT_APPROACHING_TIMEOUT", Topic::HighAvailability, "the heartbeat is nearly lost"),
    ("HA_XAPI_HEALTHCHECK_APPROACHING_TIMEOUT", Topic::HighAvailability, "the toolstack hardly answers"),
    ("HA_", Topic::HighAvailability, "high availability reports a change"),
    ("HOST_CLOCK_SKEW_DETECTED", Topic::Host, "the clock of a host is wrong"),
    ("HOST_KERNEL_ENCOUNTERED_", Topic::Host, "the kernel of a host has met an error"),
    ("HOST_SERVER_CERTIFICATE_EXPIRED", Topic::Certificate, "the certificate of a host has expired"),
    ("HOST_SERVER_CERTIFICATE_EXPIRING_", Topic::Certificate, "the certificate of a host expires soon"),
    ("HOST_INTERNAL_CERTIFICATE_EXPIRED", Topic::Certificate, "the internal certificate of a host has expired"),
    ("HOST_INTERNAL_CERTIFICATE_EXPIRING_", Topic::Certificate, "the internal certificate of a host expires soon"),
    ("LICENSE_EXPIRED", Topic::License, "the licence has expired"),
    ("LICENSE_EXPIRES_SOON", Topic::License, "the licence expires soon"),
    ("LICENSE_", Topic::License, "the licence needs a look"),
    ("MULTIPATH_PERIODIC_ALERT", Topic::Multipath, "paths to storage are missing"),
    ("PBD_PLUG_FAILED_ON_SERVER_START", Topic::Storage, "a host could not connect a storage repository"),
    ("PERIODIC_UPDATE_SYNC_FAILED", Topic::Update, "the list of updates could not be fetched"),
    ("POOL_CA_CERTIFICATE_EXPIRED", Topic::Certificate, "a CA certificate of the pool has expired"),
    ("POOL_CA_CERTIFICATE_EXPIRING_", Topic::Certificate, "a CA certificate of the pool expires soon"),
    ("SM_GC_NO_SPACE", Topic::Storage, "storage cannot be cleaned up for want of space"),
    ("TLS_VERIFICATION_EMERGENCY_DISABLED", Topic::Certificate, "certificates are not verified"),
    ("VDI_CBT_", Topic::Storage, "the tracking of changed blocks of a disk has failed"),
    ("VM_CRASHED", Topic::Vm, "a VM has crashed"),
    ("VMSS_SNAPSHOT_FAILED", Topic::Vm, "a scheduled snapshot has failed"),
    ("VIF_", Topic::Vm, "a network interface of a VM needs a look"),
];

/// Reads a message; returns nothing if it is no alarm.
pub fn read(message: &class::Message) -> Option<Alarm> {
    let name = message.name.as_str();
    let known = KNOWN.iter().find(|(known, ..)| match known.strip_suffix('_') {
        Some(_) => name.starts_with(known),
        None => name == *known,
    });
    let (topic, says) = match known {
        Some((_, topic, says)) => (*topic, (*says).to_owned()),
        None if (1..=LAST_PRIORITY).contains(&message.priority) => (Topic::Other, words(name)),
        None => return None,
    };
    let severity = match message.priority {
        1 | 2 => Severity::Critical,
        4 | 5 => Severity::Info,
        _ => Severity::Warning,
    };
    let reading = (name == "ALARM").then(|| reading(&message.body)).flatten();
    let text = match (&reading, detail(&message.body)) {
        (Some(reading), _) => reading.sentence(),
        (None, Some(detail)) => format!("{says}: {detail}"),
        (None, None) => says,
    };
    Some(Alarm { topic, severity, text, reading })
}

impl Reading {
    fn sentence(&self) -> String {
        let Self { name, value, level, period, sense } = self;
        let mut text = format!("{} is {value}", words(name));
        if let Some(level) = level {
            let side = if sense.as_deref() == Some("low") { "below" } else { "above" };
            let _ = write!(text, ", {side} {level}");
        }
        if let Some(period) = period {
            let _ = write!(text, " for {period} s");
        }
        text
    }
}

/// Reads the body of an `ALARM`: a line `value: …`, a line `config:`, then a `<variable>` of the configuration of alarms.
fn reading(body: &str) -> Option<Reading> {
    let value = body.lines().find_map(|line| line.trim().strip_prefix("value:"))?.trim();
    let value: f64 = value.parse().ok().filter(|value: &f64| value.is_finite())?;
    let setting = |name: &str| xml::tags(body).find(|tag| tag.name == name)?.attribute("value");
    let number = |name: &str| setting(name)?.parse().ok().filter(|number: &f64| number.is_finite());
    Some(Reading {
        name: setting("name")?,
        value,
        level: number("alarm_trigger_level"),
        period: number("alarm_trigger_period"),
        sense: setting("alarm_trigger_sense"),
    })
}

/// Returns what a body says on one line, be it text or XML; nothing where it is empty.
fn detail(body: &str) -> Option<String> {
    let body = body.trim();
    let said = if body.starts_with('<') {
        leaves(&xml::tree(body))
    } else {
        body.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let cut = said.floor_char_boundary(LONGEST_QUOTE);
    let said = if cut < said.len() { format!("{}…", &said[..cut]) } else { said };
    (!said.is_empty()).then_some(said)
}

/// Writes the leaves of a tree: `name value, name value`.
fn leaves(tree: &Value) -> String {
    let mut found = Vec::new();
    collect("", tree, &mut found);
    found.join(", ")
}

fn collect(name: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| collect(name, value, found)),
        Value::Array(list) => list.iter().for_each(|value| collect(name, value, found)),
        Value::String(text) if !text.is_empty() => found.push(format!("{} {text}", words(name))),
        _ => {}
    }
}

/// Writes a name such as `VM_CRASHED` or `cpu_usage` as words.
fn words(name: &str) -> String {
    name.to_lowercase().replace('_', " ")
}

#[cfg(test)]
mod tests;
