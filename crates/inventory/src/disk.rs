//! Disks and their places in virtual machines.

pub(crate) mod content;
mod create;
mod export_content;
pub(crate) mod image;
mod import;
mod import_content;
mod nbd;

use app::{Connection, Cx, model::Object};
use op::{Error, Ops, Result};
use xapi::{Value, params};
use xapi_types::{Map, class};

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<create::Create>()
        .add::<export_content::ExportContent>()
        .add::<import::Import>()
        .add::<import::ImportOnSr>()
        .add::<import_content::ImportContent>();
}

/// Checks that two objects are of one pool.
///
/// # Errors
///
/// [`Error::InvalidParameters`] that names both.
pub(crate) fn same_pool(one: &Object, other: &Object) -> Result<()> {
    if one.pool() == other.pool() {
        return Ok(());
    }
    let (one, other) = (one.id(), other.id());
    Err(Error::invalid(format!("`{one}` and `{other}` are in different pools")))
}

/// Gives a VM the disk `vdi` in the way `like` another was, and returns the reference of the attachment.
pub(crate) async fn attach(pool: &Connection, like: &class::Vbd, vdi: &str) -> Result<String> {
    let record = Value::structure([
        ("bootable", like.bootable.into()),
        ("empty", false.into()),
        ("mode", like.mode.as_str().into()),
        ("other_config", texts(&like.other_config)),
        ("qos_algorithm_params", texts(&like.qos_algorithm_params)),
        ("qos_algorithm_type", like.qos_algorithm_type.as_str().into()),
        ("type", like.r#type.as_str().into()),
        ("unpluggable", like.unpluggable.into()),
        ("userdevice", like.userdevice.as_str().into()),
        ("VDI", vdi.into()),
        ("VM", like.vm.to_string().into()),
    ]);
    pool.call_as("VBD.create", params![record]).await
}

fn texts<T: ToString>(map: &Map<T, T>) -> Value {
    Value::structure(map.iter().map(|(key, value)| (key.to_string(), Value::from(value.to_string()))))
}
