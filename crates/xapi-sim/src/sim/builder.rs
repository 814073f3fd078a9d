//! What a simulation is made of.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use crate::{
    Object, World,
    clock::Clock,
    host::Host,
    methods::Methods,
    pool::{Pool, Siblings},
    profile::{self, Profile},
    seed,
    sim::{Sim, keep_house, run_agenda},
    transition::Pace,
    wire::{
        listen::{self, Face},
        tls,
    },
};

/// A simulation cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no world of that name.
    #[error("no world is called `{0}`; there are `small`, `two-pools` and `large`")]
    NoSuchWorld(String),
    /// The seed file is wrong.
    #[error(transparent)]
    Seed(#[from] seed::Error),
    /// A port cannot be opened.
    #[error(transparent)]
    Listen(#[from] listen::Error),
    /// A certificate cannot be made.
    #[error(transparent)]
    Certificate(#[from] tls::Error),
    /// The world has no host.
    #[error("the world has no pool with a master")]
    NoMaster,
}

/// Describes a simulation.
#[derive(Clone, Debug)]
pub struct Builder {
    world: String,
    seeds: Vec<String>,
    profile: &'static Profile,
    http: SocketAddr,
    https: SocketAddr,
    pace: Pace,
    seed: u64,
    vms: usize,
    hosts: usize,
    password: String,
    clock: Clock,
    fill: Option<fn(&mut World)>,
}

impl Default for Builder {
    fn default() -> Self {
        let any = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        Self {
            world: "small".to_owned(),
            seeds: Vec::new(),
            profile: &profile::XCPNG_8_3,
            http: any,
            https: any,
            pace: Pace::Auto(1.0),
            seed: 1,
            vms: 10_000,
            hosts: 64,
            password: "password".to_owned(),
            clock: Clock::default(),
            fill: None,
        }
    }
}

impl Builder {
    /// Chooses one of the worlds `small`, `two-pools` and `large`.
    #[must_use]
    pub fn world(self, name: &str) -> Self {
        Self { world: name.to_owned(), ..self }
    }

    /// Adds a pool made of the text of a seed file; named worlds are then left out.
    #[must_use]
    pub fn seed_text(mut self, text: &str) -> Self {
        self.seeds.push(text.to_owned());
        self
    }

    /// Makes one pool of what `fill` puts into it; named worlds are then left out.
    #[must_use]
    pub fn fill(self, fill: fn(&mut World)) -> Self {
        Self { fill: Some(fill), ..self }
    }

    /// Chooses the product that the pools run.
    #[must_use]
    pub fn profile(self, profile: &'static Profile) -> Self {
        Self { profile, ..self }
    }

    /// Chooses where the first host listens without TLS; the others follow on the next addresses.
    #[must_use]
    pub fn listen(self, http: SocketAddr) -> Self {
        Self { http, ..self }
    }

    /// Chooses where the first host listens with TLS.
    #[must_use]
    pub fn listen_tls(self, https: SocketAddr) -> Self {
        Self { https, ..self }
    }

    /// Lets transitions wait to be told, so that tests need no sleeps.
    #[must_use]
    pub fn explicit(self) -> Self {
        Self { pace: Pace::Explicit, ..self }
    }

    /// Lets transitions take `factor` times as long as on a real host; with 0 they are done at once,
    /// and nothing moves by itself.
    #[must_use]
    pub fn pace(self, factor: f64) -> Self {
        Self { pace: Pace::Auto(factor), ..self }
    }

    /// Chooses the seed of references, uuids and addresses; equal seeds give equal worlds.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Chooses the size of the world `large`.
    #[must_use]
    pub fn size(self, vms: usize, hosts: usize) -> Self {
        Self { vms, hosts, ..self }
    }

    /// Chooses the clock of the pools, which the caller may move.
    #[must_use]
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Chooses the password of `root`.
    #[must_use]
    pub fn password(self, password: &str) -> Self {
        Self { password: password.to_owned(), ..self }
    }

    /// Opens the ports and starts to answer.
    ///
    /// # Errors
    ///
    /// If the world cannot be made or a port cannot be opened.
    pub async fn start(self) -> Result<Sim, Error> {
        let mut methods = Methods::default();
        crate::builtin::register(&mut methods);
        crate::class::register(&mut methods);
        let methods = Arc::new(methods);
        let worlds = self.worlds(&methods)?;
        let (mut pools, mut tasks) = (Vec::new(), Vec::new());
        let siblings = Arc::<Siblings>::default();
        let mut ports = [self.http.port(), self.https.port(), 0];
        for (at, mut world) in worlds.into_iter().enumerate() {
            let objects = host_objects(&world)?;
            let addresses = self.addresses(at, objects.len())?;
            let mut listeners = Vec::new();
            for (port, face) in ports.iter_mut().zip(Face::ALL) {
                let bound = listen::bind(*port, &addresses).await?;
                // Further pools take the ports of the first one.
                *port = bound.first().and_then(|first| first.local_addr().ok()).map_or(0, |first| first.port());
                listeners.push((face, bound));
            }
            let mut hosts = Vec::new();
            for (object, ip) in objects.iter().zip(&addresses) {
                world.set(*object, "address", ip.to_string());
                crate::class::vm::domain::address_consoles(&mut world, *object);
                let faces = ports.map(|port| SocketAddr::new(*ip, port));
                let host = Arc::new(Host::new(*object, faces, tls::fresh(&ip.to_string())?));
                host.note(&mut world);
                hosts.push(host);
            }
            world.agenda.pace = self.pace;
            world.settle();
            // What happened while the world was made is no past.
            world.past.clear();
            world.password.clone_from(&self.password);
            let pool = Pool::new(world, hosts, &siblings);
            for (face, listeners) in listeners {
                for (host, listener) in pool.hosts().iter().zip(listeners) {
                    tasks.push(tokio::spawn(listen::serve(listener, Arc::clone(&pool), Arc::clone(host), face)));
                }
            }
            tasks.push(tokio::spawn(run_agenda(Arc::clone(&pool))));
            tasks.push(tokio::spawn(keep_house(Arc::clone(&pool), self.moves())));
            pools.push(pool);
        }
        Ok(Sim { pools, tasks })
    }

    /// Makes the objects of each pool.
    fn worlds(&self, methods: &Arc<Methods>) -> Result<Vec<World>, Error> {
        let new = |at: u64| World::new(self.profile, Arc::clone(methods), self.clock.clone(), self.seed + at);
        if let Some(fill) = self.fill {
            let mut world = new(0);
            fill(&mut world);
            return Ok(vec![world]);
        }
        let texts: Vec<&str> = if self.seeds.is_empty() {
            match self.world.as_str() {
                "large" => {
                    let mut world = new(0);
                    crate::large::fill(&mut world, self.vms, self.hosts);
                    return Ok(vec![world]);
                }
                name => seed::named(name).ok_or_else(|| Error::NoSuchWorld(name.to_owned()))?,
            }
        } else {
            self.seeds.iter().map(String::as_str).collect()
        };
        let mut worlds = Vec::new();
        for (at, text) in (0..).zip(texts) {
            let mut world = new(at);
            seed::load(&mut world, text)?;
            worlds.push(world);
        }
        Ok(worlds)
    }

    /// Returns whether metrics move.
    fn moves(&self) -> bool {
        matches!(self.pace, Pace::Auto(factor) if factor > 0.0)
    }

    /// Returns the addresses of the hosts of a pool: 256 further on for each pool before it.
    fn addresses(&self, pool: usize, count: usize) -> Result<Vec<IpAddr>, Error> {
        let pools_before = u32::try_from(pool).unwrap_or(u32::MAX);
        let first = match self.http.ip() {
            IpAddr::V4(v4) if v4.is_loopback() => Ipv4Addr::from(u32::from(v4) + 256 * pools_before).into(),
            other => other,
        };
        Ok(listen::addresses(first, count)?)
    }
}

/// Returns the hosts of a world, the master first.
fn host_objects(world: &World) -> Result<Vec<Object>, Error> {
    let pool = world.all("pool").next().ok_or(Error::NoMaster)?;
    let master = world.object(pool, "master");
    if !world.is(master, "host") {
        return Err(Error::NoMaster);
    }
    Ok(std::iter::once(master).chain(world.all("host").filter(|host| *host != master)).collect())
}
