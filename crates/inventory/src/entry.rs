//! Entries of the maps that objects have, such as `other_config`.

use std::collections::BTreeMap;

use app::Connection;
use op::Result;
use tracing::warn;
use xapi::params;
use xapi_types::code;

use crate::failure;

/// How often to try again when somebody else writes the same entry.
const ATTEMPTS: usize = 5;

/// Sets an entry of the map `field` of an object, or removes it.
///
/// XAPI adds only what is not there: somebody who writes the same entry at the same time makes that fail, and then
/// the later one wins here. Where nothing is added in the end, the entry is as it was.
pub(crate) async fn set(
    pool: &Connection,
    class: &str,
    reference: &str,
    field: &str,
    key: &str,
    value: Option<&str>,
) -> Result<()> {
    let remove = async || pool.call(&format!("{class}.remove_from_{field}"), params![reference, key]).await;
    let add = async |value: &str| pool.call(&format!("{class}.add_to_{field}"), params![reference, key, value]).await;
    let Some(value) = value else { return remove().await.map(drop) };
    let before: BTreeMap<String, String> = pool.call_as(&format!("{class}.get_{field}"), params![reference]).await?;
    let mut attempt = 1;
    loop {
        remove().await?;
        match add(value).await {
            Err(error) if attempt < ATTEMPTS && failure::code(&error) == Some(code::MAP_DUPLICATE_KEY) => attempt += 1,
            Err(error) => {
                if let Some(before) = before.get(key)
                    && let Err(left) = add(before).await
                {
                    warn!("the entry `{key}` of `{field}` is lost, it can neither be changed nor put back: {left}");
                }
                return Err(error);
            }
            Ok(_) => return Ok(()),
        }
    }
}
