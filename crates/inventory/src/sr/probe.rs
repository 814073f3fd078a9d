//! Looking at storage that is no repository yet.
//!
//! A driver that is asked with less than it needs fails, and the error carries what there is to choose from.

mod block;
mod file;
pub(super) mod xml;

use app::{Cx, On};
use op::{Error, Ops, Result};
use schemars::JsonSchema;
use serde::Serialize;
use xapi::{Value, params};

use self::xml::Element;
use super::create::DeviceConfig;
use crate::failure;

pub(super) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<block::Hba>()
        .add::<block::HbaExists>()
        .add::<block::IscsiExists>()
        .add::<block::IscsiIqns>()
        .add::<block::IscsiLuns>()
        .add::<file::Nfs>()
        .add::<file::NfsExists>()
        .add::<file::Zfs>();
}

/// A storage repository that is on the storage.
#[derive(Serialize, JsonSchema)]
struct Existing {
    /// Its uuid.
    uuid: String,
}

/// Asks the driver `kind` what there is.
async fn probe(host: &On, kind: &str, config: &DeviceConfig) -> Result<String> {
    let params = params![host.reference(), config.value(), kind, Value::structure::<&str>([])];
    host.pool.call_as("SR.probe", params).await.map_err(|error| config.conceal(error))
}

/// Asks the driver `kind` for what there is to choose from, which it tells with the error `code`; returns the
/// elements `name` of its answer.
async fn choices(host: &On, kind: &str, config: &DeviceConfig, code: &str, name: &str) -> Result<Vec<Element>> {
    match probe(host, kind, config).await {
        Ok(_) => Err(Error::failed("the storage did not say what there is to choose from")),
        Err(error) if failure::code(&error) == Some(code) => {
            Ok(xml::elements(failure::param(&error, 2).unwrap_or_default(), name))
        }
        Err(error) => Err(error),
    }
}

/// Asks the driver `kind` for the repositories that are there already.
async fn existing(host: &On, kind: &str, config: &DeviceConfig) -> Result<Vec<Existing>> {
    let found = xml::elements(&probe(host, kind, config).await?, "SR");
    Ok(found.iter().map(|sr| Existing { uuid: sr.text("UUID").to_owned() }).collect())
}
