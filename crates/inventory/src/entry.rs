//! Entries of the maps that objects have, such as `other_config`.

use app::Connection;
use op::Result;
use xapi::params;
use xapi_types::code;

use crate::failure;

/// How often to try again when somebody else writes the same entry.
const ATTEMPTS: usize = 5;

/// Sets an entry of the map `field` of an object, or removes it.
///
/// XAPI adds only what is not there: somebody who writes the same entry at the same time makes that fail, and then
/// the later one wins here.
pub(crate) async fn set(
    pool: &Connection,
    class: &str,
    reference: &str,
    field: &str,
    key: &str,
    value: Option<&str>,
) -> Result<()> {
    let mut attempt = 1;
    loop {
        pool.call(&format!("{class}.remove_from_{field}"), params![reference, key]).await?;
        let Some(value) = value else { return Ok(()) };
        match pool.call(&format!("{class}.add_to_{field}"), params![reference, key, value]).await {
            Err(error) if attempt < ATTEMPTS && failure::code(&error) == Some(code::MAP_DUPLICATE_KEY) => attempt += 1,
            set => return set.map(drop),
        }
    }
}
