//! One simulated pool while it runs: its world under a lock, its hosts, its faults.

use std::{
    collections::BTreeMap,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tokio::{sync::watch, time::Instant};

use crate::{
    Object, World,
    call::Context,
    fault::Faults,
    host::{Condition, Host},
    shape::Shapes,
    signature::Signatures,
    transition::Errand,
    world::{Tls, Wish},
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
    pub(crate) hosts: Vec<Arc<Host>>,
    /// Generation of the last change, for those who wait for one.
    pub(crate) changed: watch::Sender<u64>,
    /// Address of the master of the pool that the host of this one has joined: it answers nothing else any more.
    pub(crate) joined: Mutex<Option<String>>,
    world: Mutex<World>,
    me: Weak<Self>,
}

impl Pool {
    pub(crate) fn new(world: World, hosts: Vec<Arc<Host>>) -> Arc<Self> {
        let signatures = crate::signature::all(world.profile);
        Arc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            aliases: signatures.keys().map(|name| (name.replacen('.', "_", 1), name.clone())).collect(),
            signatures,
            shapes: Shapes::new(world.profile),
            faults: Faults::default(),
            calls: Mutex::default(),
            hosts,
            changed: watch::Sender::new(world.generation()),
            joined: Mutex::default(),
            world: Mutex::new(world),
        })
    }

    /// Does something with the world, then what that asks of the network, then lets those know who
    /// wait for changes. Errands of calls are set going; they do not keep the pool alive.
    pub(crate) fn with<R>(&self, action: impl FnOnce(&mut World) -> R) -> R {
        let mut world = self.world.lock();
        let result = action(&mut world);
        world.settle();
        let generation = world.generation();
        let wishes = std::mem::take(&mut world.wishes);
        let errands = std::mem::take(&mut world.errands);
        drop(world);
        self.set_going(errands);
        self.changed.send_if_modified(|known| std::mem::replace(known, generation) != generation);
        for wish in wishes {
            match wish {
                Wish::Master(host) => self.crown(host),
                Wish::Joined(master) => {
                    *self.joined.lock() = Some(master);
                    self.restart();
                }
                Wish::Certificate(host, Tls(tls)) => self.host(host).into_iter().for_each(|host| {
                    *host.tls.lock() = Arc::clone(&tls);
                }),
                Wish::Down(host) => self.switch_off(host),
                Wish::Up(object) => self.host(object).into_iter().for_each(|host| host.set(Condition::Up)),
            }
        }
        result
    }

    fn set_going(&self, errands: Vec<(Arc<Context>, Errand)>) {
        for (context, errand) in errands {
            let me = Weak::clone(&self.me);
            tokio::spawn(async move {
                let then = errand.await;
                if let Some(pool) = me.upgrade() {
                    pool.with(|world| world.come_back(&context, then));
                }
            });
        }
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
        self.hosts.iter().for_each(|host| host.cut());
    }

    /// Forgets what a toolstack does not know any more when it starts: sessions, tasks, calls.
    fn forget(&self) {
        self.with(|world| {
            world.agenda.remove_calls();
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
    pub(crate) fn host(&self, object: Object) -> Option<&Arc<Host>> {
        self.hosts.iter().find(|host| host.object == object)
    }

    /// Does what is due.
    pub(crate) fn run_due(&self) {
        while self.with(|world| world.run_one(|agenda| agenda.pop_due(Instant::now()))) {}
    }
}
