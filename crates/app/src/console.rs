//! Consoles of VMs and of hosts' control domains, for clients that cannot reach the hosts.
//!
//! A face finds out who asks and for what, and gets a [`Console`]: the way to the host is open, and counted. Then it hands over
//! what the client sends and takes what the host does, piece by piece, so that neither is faster than the other.
//!
//! | what happens | what becomes of the console |
//! |---|---|
//! | the VM starts anew, or goes to another host | it goes on there, see [`rfb`] |
//! | the VM stops | it ends, once the VM has not come back at once |
//! | the host cannot be reached | it is tried again for a while |
//! | the right on the VM is gone, or who asked is signed out | it ends |
//! | nobody types for long, or one side takes nothing | it ends |
//!
//! Who opened which console, from where, for how long and how much went through it, is written in the journal.

mod audit;
mod locate;
mod relay;
mod rfb;

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;
use tokio::time::Instant;
use xapi::Tunnel;

use self::{audit::Visit, rfb::Rfb};
use crate::{App, CloseReason, Session, SignedIn};

/// What a console speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speaks {
    /// A screen, over RFB.
    #[default]
    Rfb,
    /// Text, as on a serial line.
    Vt100,
}

impl Speaks {
    /// Returns the name, as XAPI has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rfb => "rfb",
            Self::Vt100 => "vt100",
        }
    }

    /// Reads the name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Rfb, Self::Vt100].into_iter().find(|speaks| speaks.name() == name)
    }
}

/// Why a console is not opened.
#[derive(Debug)]
pub enum ConsoleRefusal {
    /// Nobody is signed in.
    NotSignedIn,
    /// There is no such VM, no right on it, no console of it, or no way to it.
    Denied(op::Error),
    /// The user has as many consoles open as one may have.
    TooManyOfUser(usize),
    /// As many are open as there may be.
    TooMany(usize),
}

impl From<op::Error> for ConsoleRefusal {
    fn from(error: op::Error) -> Self {
        Self::Denied(error)
    }
}

/// Why a console has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsoleEnd {
    /// The client has left.
    Left,
    /// The VM does not run any more.
    Stopped,
    /// The client may use the VM no longer, or it is gone.
    Denied,
    /// Who asked is signed out.
    SignedOut(CloseReason),
    /// Nobody has typed for long.
    Idle,
    /// The client took nothing for long.
    Stalled,
    /// The VM is at another host, or has started anew, and this console cannot go on there; another one can be opened.
    Elsewhere,
    /// The console cannot be reached, for the reason.
    Unreachable(String),
}

impl std::fmt::Display for ConsoleEnd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Left => "the client has left",
            Self::Stopped => "the VM has been stopped",
            Self::Denied => "the right to use the VM is gone",
            Self::SignedOut(reason) => return reason.fmt(f),
            Self::Idle => "nobody has used the console for too long",
            Self::Stalled => "the client takes nothing",
            Self::Elsewhere => "the console has begun anew; connect again",
            Self::Unreachable(reason) => reason,
        })
    }
}

/// The consoles that are open, by user.
#[derive(Debug, Default)]
pub(crate) struct Consoles(Arc<Mutex<HashMap<String, usize>>>);

/// One of them, which ends with this value.
#[derive(Debug)]
struct Turn {
    all: Arc<Mutex<HashMap<String, usize>>>,
    user: String,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut all = self.all.lock();
        if let Some(count) = all.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.user);
            }
        }
    }
}

impl Consoles {
    fn take(&self, user: &str, limits: &crate::ConsoleLimits) -> Result<Turn, ConsoleRefusal> {
        let mut all = self.0.lock();
        if all.values().sum::<usize>() >= limits.total {
            return Err(ConsoleRefusal::TooMany(limits.total));
        }
        let count = all.entry(user.to_owned()).or_default();
        if *count >= limits.per_user {
            return Err(ConsoleRefusal::TooManyOfUser(limits.per_user));
        }
        *count += 1;
        Ok(Turn { all: Arc::clone(&self.0), user: user.to_owned() })
    }
}

/// An open console.
#[derive(Debug)]
pub struct Console {
    app: App,
    session: Session,
    /// Id of the VM.
    vm: String,
    speaks: Speaks,
    tunnel: Tunnel,
    rfb: Option<Rfb>,
    visit: Visit,
    /// When somebody typed last.
    used: Instant,
    turn: Turn,
}

impl App {
    /// Returns whether the console of `id` could be opened now; it is not.
    ///
    /// # Errors
    ///
    /// As [`App::open_console`].
    pub async fn look_at_console(&self, session: &Session, id: &str, speaks: Speaks) -> Result<(), ConsoleRefusal> {
        session.signed_in().ok_or(ConsoleRefusal::NotSignedIn)?;
        let vm = locate::vm(self, session, id)?;
        locate::location(self, &vm, speaks).await?;
        Ok(())
    }

    /// Opens the console of `id`: a VM, a control domain, or a host, which stands for its own.
    ///
    /// # Errors
    ///
    /// [`ConsoleRefusal`].
    pub async fn open_console(&self, session: &Session, id: &str, speaks: Speaks) -> Result<Console, ConsoleRefusal> {
        let SignedIn { user, .. } = session.signed_in().ok_or(ConsoleRefusal::NotSignedIn)?;
        let vm = locate::vm(self, session, id)?;
        let turn = self.inner().consoles.take(&user.id, &self.config().consoles)?;
        let tunnel = locate::open(self, &vm, speaks).await?;
        let visit = Visit::new(user, session.peer().address, &vm, speaks);
        let rfb = (speaks == Speaks::Rfb).then(Rfb::default);
        let (app, session, used) = (self.clone(), session.clone(), Instant::now());
        Ok(Console { app, session, vm, speaks, tunnel, rfb, visit, used, turn })
    }
}
