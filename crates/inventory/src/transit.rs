//! Things that stand at a pool only while something passes through: a snapshot that is read, a disk that is filled.
//!
//! They go when they are not needed any more, however that comes: the content has ended, the client is gone, the call is
//! cancelled, the server stops. One that is killed leaves them behind with a mark, by which it finds them when it is
//! there again.

mod sweep;
mod temporary;

use app::App;

pub(crate) use self::temporary::{Temporary, What, delete_disk};

/// Entry of `other_config` that tells which run of which server has made something for the time being.
pub(crate) const MARK: &str = "xo:transit";

/// What stands in a name before the mark, which a parenthesis ends.
const NAMED: &str = " (xo:transit ";

/// Starts to remove what an earlier run of this server has left behind.
pub(crate) fn start(app: &App) {
    app.background(|app, stop| async move { sweep::run(app, stop).await });
}

/// Returns the mark of this run.
pub(crate) async fn mark(app: &App) -> op::Result<String> {
    let run = app.run();
    Ok(format!("{}/{run}", server(app).await?))
}

/// Adds the mark of this run to the name of what is made, by which it is found until [`Temporary::mark`] has been heard.
pub(crate) async fn named(app: &App, name: &str) -> op::Result<String> {
    Ok(format!("{name}{NAMED}{})", mark(app).await?))
}

/// Returns the mark in a name.
fn mark_in(name: &str) -> Option<&str> {
    name.strip_suffix(')')?.rsplit_once(NAMED).map(|(_, mark)| mark)
}

/// Returns the name of this server, which it keeps.
async fn server(app: &App) -> op::Result<String> {
    const NAME: &str = "transit.server";
    if let Some(known) = app.db().settings().get(NAME).await.map_err(app::failure)? {
        return Ok(known);
    }
    let new = app.run().to_owned();
    app.db().settings().set(NAME, &new).await.map_err(app::failure)?;
    Ok(new)
}
