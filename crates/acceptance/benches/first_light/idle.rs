//! What the server uses while nothing happens, and how fast it starts.

use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use crate::inventory::World;

const WATCHED: Duration = Duration::from_secs(30);

/// Measures processor time over half a minute, then five starts on the existing database.
pub(crate) async fn measure(world: &World) -> Result<()> {
    let server = world.server().await?;
    sleep(Duration::from_secs(5)).await;
    let before = server.cpu()?;
    sleep(WATCHED).await;
    let used = server.cpu()?.saturating_sub(before);
    println!("idle: {:.2} % of a core over {WATCHED:?}", used.as_secs_f64() / WATCHED.as_secs_f64() * 100.0);
    server.stop().await?;
    for _ in 0..5 {
        let server = world.empty_server().await?;
        println!("start: listening after {:.0?}", server.ready_after);
        server.stop().await?;
    }
    Ok(())
}
