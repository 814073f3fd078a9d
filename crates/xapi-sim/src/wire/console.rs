//! Tunnels to consoles: `CONNECT /console`, then what goes on there until the client or the VM ends it.
//!
//! A tunnel ends with the `console` object that it leads to: when the VM stops, starts anew or goes to another host.
//! [`Sim::fail`](crate::Sim::fail) and [`Sim::delay`](crate::Sim::delay) take `/console` for a method;
//! [`Sim::spoil_at`](crate::Sim::spoil_at) cuts the next tunnel in the middle of what it sends.

use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite},
    time::{MissedTickBehavior, interval},
};

use super::{
    connection::{Connection, Gone},
    head::Head,
    reply::Reply,
};
use crate::{
    Object, World,
    console::{Rfb, Terminal},
    fault::Spoilt,
    host::Condition,
    pool::Pool,
};

/// Where consoles are asked for.
pub(crate) const PATH: &str = "/console";

/// How often the clock of a screen is looked at.
const TICK: Duration = Duration::from_millis(500);

/// Room for what a client sends at once, in bytes.
const ROOM: usize = 4096;

/// Answers a request for a console, and serves it.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    head: &Head,
) -> Result<bool, Gone> {
    connection.host.count(PATH);
    let pool = Arc::clone(&connection.pool);
    if let Some(delay) = pool.faults.delay_of(PATH) {
        tokio::time::sleep(delay).await;
    }
    if let Some(failure) = pool.faults.next_failure_at(PATH) {
        let detail = format!("{}: [ {} ]", failure.code, failure.params.join("; "));
        return connection.send(Reply::internal(&detail)).await;
    }
    let host = connection.host.object;
    let Some((console, vm)) = pool.with(|world| find(world, head)) else {
        let page = Reply::page("404 Not Found", "404 not found", "There is no such console.");
        return connection.send(page).await;
    };
    // A host has the consoles of its own VMs only, and does not say where else they are.
    if pool.with(|world| world.object(vm, "resident_on")) != host {
        return connection.send(Reply::internal("Failure(\"The VM does not run here\")")).await;
    }
    let headers = [("Connection", "keep-alive"), ("Cache-Control", "no-cache, no-store")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    connection.send(Reply { status: "200 OK", headers, body: Vec::new(), version: 1, keep_alive: true }).await?;
    let mut changed = pool.changed.subscribe();
    let gone = async {
        while pool.with(|world| world.is(console, "console")) {
            // The sender lives in the pool, which is held here.
            let _ = changed.changed().await;
        }
    };
    tokio::select! {
        served = tunnel(connection, &pool, console, vm) => served,
        () = gone => Ok(()),
    }?;
    Ok(false)
}

/// Returns the console that a request names, and its VM: by its reference or uuid, or by those of the VM.
fn find(world: &World, head: &Head) -> Option<(Object, Object)> {
    let by_ref = || head.parameter("ref").and_then(|text| Object::parse(&text));
    let named = match head.parameter("uuid") {
        Some(uuid) => world.by_uuid("console", &uuid).or_else(|| world.by_uuid("VM", &uuid)),
        None => by_ref(),
    }?;
    if world.is(named, "console") {
        return Some((named, world.object(named, "VM")));
    }
    if !world.is(named, "VM") {
        return None;
    }
    let graphical = |console: &Object| world.text(*console, "protocol") == "rfb";
    let console = world.objects(named, "consoles").into_iter().find(graphical)?;
    Some((console, named))
}

async fn tunnel<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    pool: &Pool,
    console: Object,
    vm: Object,
) -> Result<(), Gone> {
    let guest = pool.with(|world| pool.guests.of(world, vm));
    if pool.with(|world| world.text(console, "protocol") == "rfb") {
        screen(connection, pool, Rfb::new(vm, guest)).await
    } else {
        text(connection, pool, &Terminal::new(vm, guest)).await
    }
}

async fn screen<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    pool: &Pool,
    mut rfb: Rfb,
) -> Result<(), Gone> {
    connection.write(Rfb::greeting()).await?;
    let mut changed = pool.changed.subscribe();
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        connection.host.not(&[Condition::Frozen]).await;
        let mut out = Vec::new();
        let (taken, update) = pool.with(|world| {
            let taken = rfb.take(world, &mut connection.buffer, &mut out);
            (taken, rfb.update(world))
        });
        if let Some(update) = update {
            out.extend_from_slice(&update);
            if pool.faults.next_spoilt_at(PATH).is_some() {
                connection.write(&out[..out.len() - update.len() / 2]).await?;
                return Err(Gone);
            }
        }
        if !out.is_empty() {
            connection.write(&out).await?;
        }
        if taken.is_err() {
            return Err(Gone);
        }
        connection.buffer.reserve(ROOM);
        tokio::select! {
            read = connection.stream.read_buf(&mut connection.buffer) => if read? == 0 {
                return Ok(());
            },
            _ = changed.changed() => {}
            _ = tick.tick() => {}
        }
    }
}

async fn text<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    pool: &Pool,
    terminal: &Terminal,
) -> Result<(), Gone> {
    let greeting = pool.with(|world| terminal.greeting(world));
    connection.write(&greeting).await?;
    loop {
        connection.host.not(&[Condition::Frozen]).await;
        let typed = connection.buffer.split();
        let mut said = pool.with(|world| terminal.take(world, &typed));
        if !said.is_empty() {
            if let Some(Spoilt::Cut | Spoilt::Truncated) = pool.faults.next_spoilt_at(PATH) {
                said.truncate(said.len() / 2);
                connection.write(&said).await?;
                return Err(Gone);
            }
            connection.write(&said).await?;
        }
        connection.buffer.reserve(ROOM);
        if connection.stream.read_buf(&mut connection.buffer).await? == 0 {
            return Ok(());
        }
    }
}
