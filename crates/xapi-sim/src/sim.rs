//! A running simulation: one pool or several.

mod builder;

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    task::JoinHandle,
    time::{Instant, interval, sleep_until},
};
use xapi_types::Failure;

use crate::{
    Object, World,
    class::host::power,
    fault::{CUT, Spoilt},
    host::{Condition, Host},
    pool::Pool,
    wire,
};

pub use builder::{Builder, Error};

/// Names of what hosts tell each other while a VM moves to another pool or a host joins one, for [`Sim::fail`],
/// [`Sim::delay`] and [`Sim::spoil_at`]: whether it may come, a disk, what is on it, the VM or the host itself; and
/// that it is to go again because its sender did not hear of its arrival.
pub const BETWEEN_HOSTS: [&str; 6] =
    ["VM.assert_can_migrate_receive", "VDI.create", "DATA.mirror", "VM.import", "host.create", "VM.destroy_stale"];

/// Pools that answer on real ports until this is dropped.
pub struct Sim {
    pools: Vec<Arc<Pool>>,
    tasks: Vec<JoinHandle<()>>,
}

/// Where a host answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// Without TLS.
    pub http: SocketAddr,
    /// With TLS, self-signed.
    pub https: SocketAddr,
}

impl Sim {
    /// Starts to describe a simulation.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Returns where the first host of the first pool answers, without TLS.
    pub fn http_addr(&self) -> SocketAddr {
        self.pools[0].hosts()[0].http
    }

    /// Returns where the first host of the first pool answers, with TLS.
    pub fn https_addr(&self) -> SocketAddr {
        self.pools[0].hosts()[0].https
    }

    /// Returns the number of pools.
    pub fn pools(&self) -> usize {
        self.pools.len()
    }

    /// Returns where the hosts of a pool answer, the master at the start first, those that joined last.
    ///
    /// # Panics
    ///
    /// If there is no such pool, here and below.
    pub fn addresses(&self, pool: usize) -> Vec<Address> {
        let address = |host: &Arc<Host>| Address { http: host.http, https: host.https };
        self.pools[pool].hosts().iter().map(address).collect()
    }

    /// Does something with the objects of the first pool, under the lock that calls take.
    pub fn with<R>(&self, action: impl FnOnce(&mut World) -> R) -> R {
        self.pools[0].with(action)
    }

    /// Does something with the objects of a pool, under the lock that calls take.
    pub fn with_pool<R>(&self, pool: usize, action: impl FnOnce(&mut World) -> R) -> R {
        self.pools[pool].with(action)
    }

    /// Returns the object of `class` with this name, in any pool.
    pub fn named(&self, class: &str, name: &str) -> Option<Object> {
        self.pools.iter().find_map(|pool| pool.with(|world| world.by_name(class, name)))
    }

    /// Returns the object of `class` with this uuid, in any pool.
    pub fn by_uuid(&self, class: &str, uuid: &str) -> Option<Object> {
        self.pools.iter().find_map(|pool| pool.with(|world| world.by_uuid(class, uuid)))
    }

    // Transitions.

    /// Finishes all that goes on with an object, now; answers how many transitions that were.
    pub fn finish(&self, object: Object) -> usize {
        self.finish_where(|pending| pending.object == object)
    }

    /// Finishes the next transition that goes on with an object; answers its name.
    pub fn step(&self, object: Object) -> Option<String> {
        let name = self.pending().into_iter().find(|(of, _)| *of == object)?.1;
        let one = |pool: &Arc<Pool>| {
            pool.with(|world| world.run_one(|agenda| agenda.remove(|pending| pending.object == object)))
        };
        self.pools.iter().any(one).then_some(name)
    }

    /// Finishes all that goes on, and what follows from it, but no more than a thousand transitions.
    pub fn finish_all(&self) -> usize {
        self.finish_where(|_| true)
    }

    /// Lists what goes on, soonest first: with which object, and what.
    pub fn pending(&self) -> Vec<(Object, String)> {
        let of = |pool: &Arc<Pool>| {
            pool.with(|world| world.agenda.iter().map(|p| (p.object, p.what.clone())).collect::<Vec<_>>())
        };
        self.pools.iter().flat_map(of).collect()
    }

    fn finish_where(&self, wanted: impl Fn(&crate::transition::Pending) -> bool) -> usize {
        let mut finished = 0;
        for pool in &self.pools {
            while finished < 1000 && pool.with(|world| world.run_one(|agenda| agenda.remove(&wanted))) {
                finished += 1;
            }
        }
        finished
    }

    /// Returns how often each method that there is was called since the start, asynchronous calls included.
    pub fn calls(&self) -> BTreeMap<String, u64> {
        let mut calls = BTreeMap::new();
        for pool in &self.pools {
            for (method, count) in &*pool.calls.lock() {
                *calls.entry(method.clone()).or_default() += count;
            }
        }
        calls
    }

    // Faults.

    /// Makes the next call of `method` (of any, if `*`) fail with `code` and `params`.
    pub fn fail_next<P: Into<String>>(&self, method: &str, code: &str, params: impl IntoIterator<Item = P>) {
        self.fail(method, 1, &Failure::new(code, params));
    }

    /// Makes the next `times` calls of `method` (of any, if `*`) fail.
    pub fn fail(&self, method: &str, times: u32, failure: &Failure) {
        self.each(|pool| pool.faults.fail_next(method, times, failure.clone()));
    }

    /// Lets `spared` calls of `method` (of any, if `*`) pass and makes the next one fail.
    pub fn fail_after(&self, method: &str, spared: u32, failure: &Failure) {
        self.each(|pool| pool.faults.fail_after(method, spared, 1, failure.clone()));
    }

    /// Lets `spared` calls of `method` pass; at the next one all connections of its host are cut, and it is not done.
    pub fn cut_after(&self, method: &str, spared: u32) {
        self.fail_after(method, spared, &Failure::new(CUT, [""; 0]));
    }

    /// Makes calls of `method` (of all, if `*`) wait before they are looked at; zero ends that.
    pub fn delay(&self, method: &str, delay: Duration) {
        self.each(|pool| pool.faults.delay(method, delay));
    }

    /// Spoils the next `times` answers.
    pub fn spoil(&self, how: Spoilt, times: usize) {
        self.each(|pool| pool.faults.spoil(how, times));
    }

    /// Spoils the next answer to a request at `path`, such as `/rrd_updates` or `/system-status`; there, [`Sim::fail`]
    /// and [`Sim::delay`] take the path for a method. What a host is told by another one goes by the names in
    /// [`BETWEEN_HOSTS`]; however such an answer is spoilt, the connection is cut in its place.
    pub fn spoil_at(&self, path: &str, how: Spoilt) {
        self.each(|pool| pool.faults.spoil_at(path, how));
    }

    /// Returns how many requests a host got at `path`, such as `/rrd_updates` or `/system-status`.
    pub fn requests(&self, host: Object, path: &str) -> usize {
        self.pools.iter().filter_map(|pool| pool.host(host)).map(|host| host.counted(path)).sum()
    }

    /// Leaves the next `count` events out of what `event.from` answers.
    pub fn drop_events(&self, count: usize) {
        self.each(|pool| pool.faults.drop_events(count));
    }

    /// Forgets which objects are gone, as hosts do after many deletions; `event.next` tells of lost events.
    pub fn overflow_events(&self) {
        self.each(|pool| {
            pool.with(|world| {
                world.forget_deletions();
                world.registrations.lose();
            });
        });
    }

    /// Sends answers at `rate` bytes a second, or as fast as can be.
    pub fn slow_answers(&self, rate: Option<u64>) {
        self.each(|pool| pool.faults.slow(rate));
    }

    /// Lets servers of disks by NBD tell which blocks hold something, as none of a host does; of connections from now on.
    pub fn tell_allocation(&self, tell: bool) {
        self.each(|pool| pool.faults.tell_allocation(tell));
    }

    /// Lets a host take requests and never answer.
    pub fn mute(&self, host: Object) {
        self.set_condition(host, Condition::Mute);
    }

    /// Lets a host neither read nor write, and close nothing: its connections are half open.
    pub fn freeze(&self, host: Object) {
        self.set_condition(host, Condition::Frozen);
    }

    /// Switches a host off: its ports are closed, its connections cut.
    pub fn kill(&self, host: Object) {
        self.set_condition(host, Condition::Down);
        self.each_host(host, Host::cut);
    }

    /// Lets a host answer again; one that was told to shut down is switched on.
    pub fn revive(&self, host: Object) {
        for pool in self.pools.iter().filter(|pool| pool.host(host).is_some()) {
            pool.with(|world| {
                if power::is_off(world, host) {
                    power::come_up(world, host);
                }
            });
        }
        self.set_condition(host, Condition::Up);
    }

    /// Cuts all connections of a host.
    pub fn cut(&self, host: Object) {
        self.each_host(host, Host::cut);
    }

    /// Ends all sessions.
    pub fn expire_sessions(&self) {
        self.each(|pool| pool.with(World::expire_sessions));
    }

    /// Restarts the toolstack of all hosts: sessions and tasks are gone without a word, what went
    /// on is forgotten, connections are cut.
    pub fn restart_toolstack(&self) {
        self.each(Pool::restart);
    }

    /// Makes another host the master: the toolstack restarts everywhere.
    pub fn new_master(&self, host: Object) {
        for pool in self.pools.iter().filter(|pool| pool.host(host).is_some()) {
            pool.crown(host);
        }
    }

    /// Lets the master die and `host` take over.
    pub fn fail_over(&self, host: Object) {
        for pool in self.pools.iter().filter(|pool| pool.host(host).is_some()) {
            self.kill(pool.with(|world| world.master()));
        }
        self.new_master(host);
    }

    /// Gives a host another certificate; connections that exist stay.
    ///
    /// # Errors
    ///
    /// If the certificate cannot be made.
    pub fn change_certificate(&self, host: Object) -> Result<(), wire::tls::Error> {
        for pool in &self.pools {
            if let Some(at) = pool.host(host) {
                pool.show(host, &wire::tls::fresh(&at.https.ip().to_string())?);
            }
        }
        Ok(())
    }

    /// Ends all faults: hosts answer, unless they were told to shut down, nothing fails, nothing waits.
    pub fn clear_faults(&self) {
        self.each(|pool| {
            pool.faults.clear();
            let off = |host: &&Arc<Host>| pool.with(|world| power::is_off(world, host.object));
            pool.hosts().iter().filter(|host| !off(host)).for_each(|host| host.set(Condition::Up));
        });
    }

    fn each(&self, action: impl Fn(&Pool)) {
        self.pools.iter().for_each(|pool| action(pool));
    }

    fn each_host(&self, host: Object, action: impl Fn(&Host)) {
        self.pools.iter().filter_map(|pool| pool.host(host)).for_each(|host| action(&host));
    }

    fn set_condition(&self, host: Object, condition: Condition) {
        self.each_host(host, |host| host.set(condition));
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        // Connections run on their own, and calls that wait for a host.
        let end = |host: &Arc<Host>| {
            host.set(Condition::Up);
            host.cut();
        };
        self.each(|pool| pool.hosts().iter().for_each(end));
    }
}

/// Does what is due, as long as the simulation runs.
async fn run_agenda(pool: Arc<Pool>) {
    let earlier = pool.with(|world| Arc::clone(&world.agenda.earlier));
    loop {
        pool.run_due();
        match pool.with(|world| world.agenda.next_due()) {
            Some(due) => tokio::select! {
                () = sleep_until(due) => {}
                () = earlier.notified() => {}
            },
            None => earlier.notified().await,
        }
    }
}

/// Shows progress, lets metrics move, and collects what is old, as long as the simulation runs.
async fn keep_house(pool: Arc<Pool>, moving: bool) {
    let mut half_seconds = interval(Duration::from_millis(500));
    let mut last = Instant::now();
    loop {
        half_seconds.tick().await;
        pool.with(World::show_progress);
        if last.elapsed() < Duration::from_secs(5) {
            continue;
        }
        last = Instant::now();
        pool.with(|world| {
            world.collect_tasks();
            world.collect_sessions();
            let methods = Arc::clone(&world.methods);
            if moving {
                methods.ticks.iter().for_each(|tick| tick(world));
            }
        });
    }
}
