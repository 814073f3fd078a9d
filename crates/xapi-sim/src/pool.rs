//! One simulated pool while it runs: its world under a lock, its hosts, its faults.

use std::{
    collections::BTreeMap,
    sync::{Arc, Weak},
};

use parking_lot::{Mutex, RwLock};
use rustc_hash::FxHashMap;
use tokio::{sync::watch, time::Instant};

use crate::{
    Object, World,
    class::vdi::nbd,
    console::Guests,
    fault::Faults,
    host::{Condition, Host},
    shape::Shapes,
    signature::Signatures,
    transition::Departure,
    wire::tls::Shown,
    world::Wish,
};

/// A pool.
pub(crate) struct Pool {
    pub(crate) signatures: Signatures,
    /// Names with an underscore in place of the dot, which hosts also take.
    pub(crate) aliases: FxHashMap<String, String>,
    pub(crate) shapes: Shapes,
    pub(crate) faults: Faults,
    /// How often each method was called, whatever came of it.
    pub(crate) calls: Mutex<BTreeMap<String, u64>>,
    /// Hosts, that which was the master at the start first, those that joined last.
    hosts: RwLock<Vec<Arc<Host>>>,
    /// Generation of the last change, for those who wait for one.
    pub(crate) changed: watch::Sender<u64>,
    /// Address of the master of the pool that the host of this one has joined, where that pool is not simulated here:
    /// it answers nothing else any more.
    pub(crate) joined: Mutex<Option<String>>,
    /// What guests were given by those who look at their consoles.
    pub(crate) guests: Guests,
    world: Mutex<World>,
    siblings: Arc<Siblings>,
    me: Weak<Self>,
}

/// All pools of a simulation, whose hosts may join each other.
#[derive(Default)]
pub(crate) struct Siblings(Mutex<Vec<Weak<Pool>>>);

impl Siblings {
    /// Returns the pool of which a host has that address.
    fn at(&self, address: &str) -> Option<Arc<Pool>> {
        let has = |pool: &Arc<Pool>| pool.hosts().iter().any(|host| host.http.ip().to_string() == address);
        let pools: Vec<_> = self.0.lock().iter().filter_map(Weak::upgrade).collect();
        pools.into_iter().find(has)
    }
}

impl Pool {
    pub(crate) fn new(world: World, hosts: Vec<Arc<Host>>, siblings: &Arc<Siblings>) -> Arc<Self> {
        let signatures = crate::signature::all(world.profile);
        let pool = Arc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            aliases: signatures.keys().map(|name| (name.replacen('.', "_", 1), name.clone())).collect(),
            signatures,
            shapes: Shapes::new(world.profile),
            faults: Faults::default(),
            calls: Mutex::default(),
            hosts: RwLock::new(hosts),
            changed: watch::Sender::new(world.generation()),
            joined: Mutex::default(),
            guests: Guests::default(),
            world: Mutex::new(world),
            siblings: Arc::clone(siblings),
        });
        siblings.0.lock().push(Arc::downgrade(&pool));
        pool
    }

    /// Returns the hosts, that which was the master at the start first.
    pub(crate) fn hosts(&self) -> Vec<Arc<Host>> {
        self.hosts.read().clone()
    }

    /// Does something with the world, then what that asks of the network, then lets those know who
    /// wait for changes. Errands of calls are set going; they do not keep the pool alive.
    pub(crate) fn with<R>(&self, action: impl FnOnce(&mut World) -> R) -> R {
        let mut world = self.world.lock();
        let result = action(&mut world);
        world.settle();
        let generation = world.generation();
        let wishes = std::mem::take(&mut world.wishes);
        let departures = world.errands.departures();
        drop(world);
        self.set_going(departures);
        self.changed.send_if_modified(|known| std::mem::replace(known, generation) != generation);
        for wish in wishes {
            match wish {
                Wish::Master(host) => self.crown(host),
                Wish::Joined { master, member } => self.leave(master, member),
                Wish::Certificate(host, shown) => self.show(host, &shown),
                Wish::Down(host) => self.switch_off(host),
                Wish::Up(object) => self.host(object).into_iter().for_each(|host| host.set(Condition::Up)),
            }
        }
        result
    }

    fn set_going(&self, departures: Vec<Departure>) {
        for Departure { context, errand, called_off } in departures {
            let me = Weak::clone(&self.me);
            tokio::spawn(async move {
                let then = tokio::select! {
                    then = errand => then,
                    // The errand is dropped, and with it what it holds at other hosts.
                    _ = called_off => return,
                };
                if let Some(pool) = me.upgrade() {
                    pool.with(|world| world.come_back(&context, then));
                }
            });
        }
    }

    /// Lets the ports of a host show another certificate.
    pub(crate) fn show(&self, object: Object, shown: &Shown) {
        if let Some(host) = self.host(object) {
            *host.tls.lock() = shown.clone();
            self.with(|world| world.hide(object, nbd::CERTIFICATE, shown.pem.as_str()));
        }
    }

    /// Gives the ports of the only host to the pool that it has joined, where it is `member`.
    fn leave(&self, master: String, member: Object) {
        if let (Some(pool), Some(host)) = (self.siblings.at(&master), self.hosts().first()) {
            pool.take_in(host, member);
        }
        *self.joined.lock() = Some(master);
        self.restart();
    }

    /// Answers at the ports of a host that has joined, as `member`.
    fn take_in(&self, joined: &Host, member: Object) {
        let Some(me) = self.me.upgrade().filter(|pool| pool.with(|world| world.is(member, "host"))) else { return };
        let tls = joined.tls.lock().clone();
        let host = Arc::new(Host::new(member, [joined.http, joined.https, joined.nbd], tls));
        self.with(|world| host.note(world));
        self.hosts.write().push(Arc::clone(&host));
        joined.move_to(&me, host);
    }

    /// Closes the ports of a host; with the master's goes what only its toolstack knew.
    fn switch_off(&self, object: Object) {
        let Some(host) = self.host(object) else { return };
        if self.with(|world| world.master()) == object {
            self.forget();
        }
        host.set(Condition::Down);
        host.cut();
    }

    /// Makes a host the master: the toolstack restarts everywhere.
    pub(crate) fn crown(&self, host: Object) {
        self.with(|world| world.set(world.pool(), "master", host));
        self.restart();
    }

    /// Restarts the toolstack of all hosts.
    pub(crate) fn restart(&self) {
        self.forget();
        self.hosts().iter().for_each(|host| host.cut());
    }

    /// Forgets what a toolstack does not know any more when it starts: sessions, tasks, calls.
    fn forget(&self) {
        self.with(|world| {
            world.agenda.remove_calls();
            world.errands.clear();
            world.waiters.clear();
            world.registrations.clear();
            world.end_all_operations();
            for vm in world.list("VM") {
                world.set(vm, "scheduled_to_be_resident_on", Object::NULL);
            }
            world.vanish("session");
            world.vanish("task");
        });
    }

    /// Returns the host that `object` is.
    pub(crate) fn host(&self, object: Object) -> Option<Arc<Host>> {
        self.hosts.read().iter().find(|host| host.object == object).cloned()
    }

    /// Does what is due.
    pub(crate) fn run_due(&self) {
        while self.with(|world| world.run_one(|agenda| agenda.pop_due(Instant::now()))) {}
    }
}
