//! Disks read by NBD: the server that hosts have on networks with the purpose `nbd` or `insecure_nbd`.
//!
//! It knows the few options that those of hosts know, unless [`Sim::tell_allocation`](crate::Sim::tell_allocation) says
//! otherwise. For as long as a client reads a disk, the control domain has that attached.
//! [`Sim::fail`](crate::Sim::fail), [`Sim::fail_after`](crate::Sim::fail_after), [`Sim::cut_after`](crate::Sim::cut_after)
//! and [`Sim::delay`](crate::Sim::delay) take `nbd` for a method, which is called for each read, and the first two `nbd-open`;
//! [`Sim::requests`](crate::Sim::requests) counts these, and [`Sim::slow_answers`](crate::Sim::slow_answers) goes for
//! what is read, too.

use std::{ops::Range, sync::Arc, time::Duration};

use bytes::Bytes;
use disk::{Extent, Source};
use futures_util::future::{BoxFuture, ready};
use nbd::server::{Export, Exports, Options, Server};
use tokio::net::TcpStream;

use crate::{
    Datum, Object, World,
    class::{
        device,
        vdi::nbd::{Offer, disk, offered_at},
        vm::setting,
    },
    disk::View,
    fault::CUT,
    host::{Condition, Host},
    pool::Pool,
};

/// What faults call a read.
const READ: &str = "nbd";
/// What faults call the choice of a disk, which its server then does not know.
const OPEN: &str = "nbd-open";

/// Serves a client, if disks are offered at the address that it has come to.
pub(super) async fn serve(stream: TcpStream, pool: Arc<Pool>, host: Arc<Host>) {
    let address = host.nbd.ip().to_string();
    let Some(offer) = pool.with(|world| offered_at(world, host.object, &address)) else { return };
    host.not(&[Condition::Mute, Condition::Frozen]).await;
    let secure = offer == Offer::Secure;
    let tls = secure.then(|| Arc::clone(&host.tls.lock().config));
    let plain = !pool.faults.tells_allocation();
    let options = Options { tls, tls_required: secure, plain, ..Options::default() };
    let mut cuts = host.cuts.subscribe();
    cuts.borrow_and_update();
    let server = Server::new(Arc::new(Disks { pool, host }), options);
    tokio::select! {
        // How a client goes is its own business.
        _ = server.attend(stream) => {}
        _ = cuts.changed() => {}
    }
}

/// The disks that a host sees.
struct Disks {
    pool: Arc<Pool>,
    host: Arc<Host>,
}

impl Exports for Disks {
    fn open<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Option<Export>> {
        let refused = self.pool.faults.next_failure_at(OPEN).is_some();
        let attached = self.pool.with(|world| {
            let vdi = disk(world, self.host.object, name).filter(|_| !refused)?;
            let size = u64::try_from(world.int(vdi, "virtual_size")).unwrap_or(0);
            Some((world.disks.view(vdi, size, None), attach(world, self.host.object, vdi)))
        });
        let export = attached.map(|(view, vbd)| {
            let (pool, host) = (Arc::clone(&self.pool), Arc::clone(&self.host));
            Export::read_only(Arc::new(Attached { view, vbd, pool, host }))
        });
        Box::pin(ready(export))
    }

    /// Hosts tell nobody which disks there are.
    fn list(&self) -> BoxFuture<'_, Vec<(String, String)>> {
        Box::pin(ready(Vec::new()))
    }
}

fn attach(world: &mut World, host: Object, vdi: Object) -> Object {
    let domain = world.object(host, "control_domain");
    let place = setting::free_vbd_devices(world, domain).into_iter().next().unwrap_or_default();
    let vbd = world.create(
        "VBD",
        [
            ("VM", Datum::from(domain)),
            ("VDI", vdi.into()),
            ("type", "Disk".into()),
            ("mode", "RO".into()),
            ("userdevice", place.into()),
            ("currently_attached", true.into()),
            ("unpluggable", true.into()),
        ],
    );
    device::measure(world, vbd);
    vbd
}

/// A disk that the control domain has while a client reads it.
struct Attached {
    view: View,
    vbd: Object,
    pool: Arc<Pool>,
    host: Arc<Host>,
}

impl Drop for Attached {
    fn drop(&mut self) {
        self.pool.with(|world| device::remove(world, self.vbd));
    }
}

impl Attached {
    /// Waits for what holds a read up; fails where it is to fail.
    async fn faults(&self, length: usize) -> disk::Result<()> {
        let faults = &self.pool.faults;
        self.host.count(READ);
        if let Some(delay) = faults.delay_of(READ) {
            tokio::time::sleep(delay).await;
        }
        if let Some(rate) = faults.rate() {
            tokio::time::sleep(Duration::from_secs_f64(length as f64 / rate.max(1) as f64)).await;
        }
        self.host.not(&[Condition::Mute, Condition::Frozen]).await;
        match faults.next_failure_at(READ) {
            Some(failure) if failure.is(CUT) => {
                self.host.cut();
                std::future::pending().await
            }
            Some(failure) => Err(disk::Error::new(disk::Kind::Io, "disk", failure.code.clone())),
            None => Ok(()),
        }
    }
}

impl Source for Attached {
    fn size(&self) -> u64 {
        self.view.size()
    }

    fn block_size(&self) -> u32 {
        self.view.block_size()
    }

    fn read_at(&self, offset: u64, length: usize) -> BoxFuture<'_, disk::Result<Bytes>> {
        Box::pin(async move {
            self.faults(length).await?;
            self.view.read_at(offset, length).await
        })
    }

    fn extents(&self, range: Range<u64>) -> BoxFuture<'_, disk::Result<Vec<Extent>>> {
        self.view.extents(range)
    }
}
