//! The way between a client and the host of its console.

use std::{io, time::Duration};

use bytes::{Bytes, BytesMut};
use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::mpsc,
    time::{Instant, sleep, sleep_until, timeout},
};
use tracing::{debug, info};
use xapi::Tunnel;

use super::{Console, ConsoleEnd, Speaks, locate, rfb};
use crate::{App, News};

/// Most that is read of a host at once, in bytes. Each console has as much while something comes of its host.
const PIECE: usize = 16 << 10;

/// Rests between two attempts to reach a console again: the first, which doubles, and the longest. What is seen of the VM
/// ends a rest.
const REST: Duration = Duration::from_millis(100);
const LONGEST_REST: Duration = Duration::from_secs(3);

/// How long a VM may be halted or suspended until that is taken for its end: some reboots look like it.
const HALTED: Duration = Duration::from_secs(5);

/// A console that has been open for so long is not one that its host closes at once.
const STEADY: Duration = Duration::from_secs(5);

/// How long the next host may take for the handshake.
const GREETING: Duration = Duration::from_secs(20);

/// Why a part of the way has ended.
enum Over {
    /// For good.
    End(ConsoleEnd),
    /// The host has closed it, or broken it.
    Host(String),
}

/// The ends that wait for nothing of client or host.
struct Outside<'c> {
    app: &'c App,
    session: &'c crate::Session,
    vm: &'c str,
}

impl Outside<'_> {
    /// Waits until the client may go on no longer.
    async fn over(&self) -> ConsoleEnd {
        let mut news = self.app.feed().subscribe();
        let closed = self.session.closed();
        tokio::pin!(closed);
        loop {
            let changed = self.session.changed();
            if let Some(reason) = self.session.ended() {
                return ConsoleEnd::SignedOut(reason);
            }
            if locate::vm(self.app, self.session, self.vm).is_err() {
                return ConsoleEnd::Denied;
            }
            tokio::select! {
                reason = &mut closed => return ConsoleEnd::SignedOut(reason),
                // Rights and objects change in ways that only the check itself knows.
                _ = news.next() => {}
                () = changed => {}
            }
        }
    }
}

impl Console {
    /// Returns the id of the VM.
    pub fn vm(&self) -> &str {
        &self.vm
    }

    /// Passes on what comes from `client`, and to `client` what comes of the host, until one of them ends it or something
    /// does that is none of theirs; says what.
    pub async fn run(mut self, from: &mut mpsc::Receiver<Bytes>, to: mpsc::Sender<Bytes>) -> ConsoleEnd {
        let (app, session, vm) = (self.app.clone(), self.session.clone(), self.vm.clone());
        let outside = Outside { app: &app, session: &session, vm: &vm };
        let stop = app.stopping();
        self.visit.opened(&app).await;
        let end = tokio::select! {
            end = self.go(from, to) => end,
            end = outside.over() => end,
            () = stop.cancelled() => ConsoleEnd::SignedOut(crate::CloseReason::Shutdown),
        };
        info!(vm.id = %self.vm, user.id = %self.turn.user, "closed a console of VM `{}`: {end}", self.vm);
        self.visit.end(&app, &end).await;
        end
    }

    async fn go(&mut self, from: &mut mpsc::Receiver<Bytes>, to: mpsc::Sender<Bytes>) -> ConsoleEnd {
        let follow = self.app.config().consoles.follow.0;
        // Of hosts that let us in and close it at once: when that began, and how long to rest before the next attempt.
        let (mut failing, mut rest) = (None, Duration::ZERO);
        loop {
            let began = Instant::now();
            let reason = match self.pass(from, &to).await {
                Over::End(end) => return end,
                Over::Host(reason) => reason,
            };
            if began.elapsed() >= STEADY {
                (failing, rest) = (None, Duration::ZERO);
            }
            if failing.get_or_insert_with(Instant::now).elapsed() >= follow {
                return ConsoleEnd::Unreachable(format!("its host does not keep the console open: {reason}"));
            }
            debug!(vm.id = %self.vm, "the console of VM `{}` is gone: {reason}", self.vm);
            if let Some(rfb) = &mut self.rfb
                && rfb.lose().is_err()
            {
                return self.ended_or(ConsoleEnd::Elsewhere).await;
            }
            if let Err(end) = self.again(from, &to, rest).await {
                return end;
            }
            rest = (rest * 2).clamp(REST, LONGEST_REST);
            self.visit.moves += 1;
        }
    }

    /// Passes on both ways until one ends.
    async fn pass(&mut self, from: &mut mpsc::Receiver<Bytes>, to: &mpsc::Sender<Bytes>) -> Over {
        let limits = self.app.config().consoles;
        let (stall, idle) = (limits.stall.0, limits.idle.0);
        let rfb = Mutex::new(self.rfb.as_mut());
        let (mut reader, mut writer) = tokio::io::split(&mut self.tunnel);
        let (visit_up, visit_down, used) = (&mut self.visit.up, &mut self.visit.down, Mutex::new(&mut self.used));
        let up = async {
            let mut out = Vec::new();
            loop {
                let late = **used.lock() + idle;
                let piece = tokio::select! {
                    piece = from.recv() => piece,
                    () = sleep_until(late) => return Over::End(ConsoleEnd::Idle),
                };
                let Some(piece) = piece else { return Over::End(ConsoleEnd::Left) };
                *visit_up += piece.len() as u64;
                let is_use = match &mut *rfb.lock() {
                    Some(rfb) => {
                        out.clear();
                        rfb.pass_up(&piece, &mut out)
                    }
                    None => true,
                };
                if is_use {
                    **used.lock() = Instant::now();
                }
                let bytes = if rfb.lock().is_some() { &out[..] } else { &piece[..] };
                let writing = async {
                    writer.write_all(bytes).await?;
                    writer.flush().await
                };
                match timeout(stall, writing).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => return Over::Host(error.to_string()),
                    Err(_) => return Over::Host(format!("the host takes nothing for {} s", stall.as_secs())),
                }
            }
        };
        let down = async {
            let mut buffer = BytesMut::new();
            loop {
                buffer.reserve(PIECE);
                match reader.read_buf(&mut buffer).await {
                    Ok(0) => return Over::Host("the host has closed it".to_owned()),
                    Ok(_) => {}
                    Err(error) => return Over::Host(error.to_string()),
                }
                let piece = match &mut *rfb.lock() {
                    Some(rfb) => {
                        let mut out = Vec::with_capacity(buffer.len());
                        rfb.pass_down(&buffer, &mut out);
                        buffer.clear();
                        out.into()
                    }
                    None => buffer.split().freeze(),
                };
                *visit_down += piece.len() as u64;
                match send(to, piece, stall).await {
                    Ok(()) => {}
                    Err(end) => return Over::End(end),
                }
            }
        };
        tokio::select! {
            over = up => over,
            over = down => over,
        }
    }

    /// Opens the console again after a rest, wherever it is by then, and tells both sides what they have to know.
    async fn again(
        &mut self,
        from: &mut mpsc::Receiver<Bytes>,
        to: &mpsc::Sender<Bytes>,
        rest: Duration,
    ) -> Result<(), ConsoleEnd> {
        let (app, limits) = (self.app.clone(), self.app.config().consoles);
        let rfb = Mutex::new(self.rfb.as_mut());
        let (vm, speaks) = (self.vm.clone(), self.speaks);
        let up = &mut self.visit.up;
        let waiting = async {
            let mut out = Vec::new();
            while let Some(piece) = from.recv().await {
                *up += piece.len() as u64;
                if let Some(rfb) = &mut *rfb.lock() {
                    rfb.pass_up(&piece, &mut out);
                    out.clear();
                }
            }
        };
        let is_lost = rfb.lock().as_ref().is_some_and(|rfb| rfb.is_lost());
        let opening = async {
            sleep(rest).await;
            reopen(&app, &vm, speaks, is_lost).await
        };
        let opened = tokio::select! {
            opened = timeout(limits.follow.0, opening) => opened,
            () = waiting => return Err(ConsoleEnd::Left),
        };
        let late =
            || ConsoleEnd::Unreachable(format!("the console did not come back in {} s", limits.follow.0.as_secs()));
        let (tunnel, size) = opened.map_err(|_| late())??;
        self.tunnel = tunnel;
        let (Some(rfb), Some(size)) = (&mut self.rfb, size) else { return Ok(()) };
        let (mut down, mut to_host) = (Vec::new(), Vec::new());
        if rfb.resume(size, &mut down, &mut to_host).is_err() {
            return Err(ConsoleEnd::Elsewhere);
        }
        if !down.is_empty() {
            self.visit.down += down.len() as u64;
            send(to, down.into(), limits.stall.0).await?;
        }
        // If this fails, so does what is read next.
        let told = async {
            self.tunnel.write_all(&to_host).await?;
            self.tunnel.flush().await
        };
        let _ = timeout(limits.stall.0, told).await;
        Ok(())
    }

    /// Waits for whether the VM has been stopped, which says more than `other`.
    async fn ended_or(&mut self, other: ConsoleEnd) -> ConsoleEnd {
        match locate::location(&self.app, &self.vm, self.speaks).await {
            Err(op::Error::VmBadPowerState { .. }) => ConsoleEnd::Stopped,
            _ => other,
        }
    }
}

/// Opens the console until that works; where `greet` says so, shakes hands and returns the size of the screen.
async fn reopen(app: &App, vm: &str, speaks: Speaks, greet: bool) -> Result<(Tunnel, Option<(u16, u16)>), ConsoleEnd> {
    let mut news = app.feed().subscribe();
    let (mut rest, mut halted) = (REST, None);
    loop {
        let opened = async {
            let mut tunnel = locate::open(app, vm, speaks).await.map_err(Failed::Open)?;
            if !greet {
                return Ok((tunnel, None));
            }
            let greeted = timeout(GREETING, rfb::greet(&mut tunnel)).await;
            let size = greeted.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())).map_err(Failed::Greet)?;
            Ok((tunnel, Some(size)))
        };
        match opened.await {
            Ok(opened) => return Ok(opened),
            Err(Failed::Open(op::Error::VmBadPowerState { .. })) => {
                if halted.get_or_insert_with(Instant::now).elapsed() >= HALTED {
                    return Err(ConsoleEnd::Stopped);
                }
            }
            Err(Failed::Greet(error)) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(ConsoleEnd::Unreachable(error.to_string()));
            }
            // It may be on its way, or its host may come back.
            Err(Failed::Open(error)) => debug!(vm.id = %vm, "no console of VM `{vm}` yet: {error}"),
            Err(Failed::Greet(error)) => debug!(vm.id = %vm, "no console of VM `{vm}` yet: {error}"),
        }
        let told = async {
            loop {
                match news.next().await {
                    News::Delta(delta) if delta.entered.iter().any(|object| object.id() == vm) => return,
                    News::End => std::future::pending().await,
                    _ => {}
                }
            }
        };
        tokio::select! {
            () = told => {}
            () = sleep(rest) => rest = (rest * 2).min(LONGEST_REST),
        }
    }
}

enum Failed {
    Open(op::Error),
    Greet(io::Error),
}

/// Hands a piece to the client, which may take it as slowly as `stall` allows.
async fn send(to: &mpsc::Sender<Bytes>, piece: Bytes, stall: Duration) -> Result<(), ConsoleEnd> {
    if piece.is_empty() {
        return Ok(());
    }
    match timeout(stall, to.send(piece)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(ConsoleEnd::Left),
        Err(_) => Err(ConsoleEnd::Stalled),
    }
}
