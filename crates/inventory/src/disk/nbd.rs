//! What a disk of a pool holds, read by NBD: many blocks at once, of which a host need not make an image.
//!
//! What surprises: hosts do not tell by NBD where a disk holds something. That is taken from the beginning of the image that
//! they would send over HTTP, which is then broken off.

use std::{error::Error as _, io, ops::Range, sync::Arc};

use app::{Connection, NbdServer};
use bytes::Bytes;
use disk::{Content, Extent, Map, Source, map_of_data};
use futures_util::future::BoxFuture;
use nbd::{Client, Fingerprint, Tls, client::Options};
use op::{Error, Result};
use xapi::params;
use xapi_types::{Map as Records, class, enums::NetworkPurpose};

use super::content;
use crate::incoming::{refused, with_causes};

/// Connections if a caller does not say how many.
const USUAL: u32 = 2;
/// Most connections: with as many a network with 50 ms there and back is used well, and more take memory alone.
const MOST: u32 = 8;
/// Blocks of 2 MiB that are asked for at once on a connection: with the most of them, an export takes 64 MiB.
const AHEAD: usize = 4;
/// Most servers that are tried one after the other, each for 10 seconds at most.
const TRIED: usize = 4;

/// Begins to read a disk by NBD, over `connections` connections, from a server that takes us; nothing if the pool offers
/// no disks so. `name` is what errors call it.
///
/// # Errors
///
/// What the first server says, or the pool.
pub(super) async fn read(
    pool: &Connection,
    vdi: &str,
    name: &str,
    connections: Option<u32>,
) -> Result<Option<Content>> {
    let connections = usize::try_from(connections.unwrap_or(USUAL).clamp(1, MOST)).expect("at most 8");
    let mut failure = None;
    for server in pool.nbd_servers(vdi).await?.iter().take(TRIED) {
        match connect(pool, server, connections).await {
            Ok(client) => {
                let place = format!("the disk `{name}`, by NBD from {}", server.at);
                return begin(pool, vdi, Disk { client, place }).await.map(Some);
            }
            Err(error) => drop(failure.get_or_insert(error)),
        }
    }
    failure.map_or(Ok(None), Err)
}

/// Connects to a server: within TLS to the one whose certificate the pool tells, in the clear only where the pool has
/// networks for that.
async fn connect(pool: &Connection, server: &NbdServer, connections: usize) -> Result<Client> {
    let (at, address) = (&server.at, &server.at.address);
    let pinned = Fingerprint::of_pem(&server.certificate)
        .ok_or_else(|| Error::refused(format!("the pool tells no certificate for NBD from {at}")))?;
    let mut tls = Tls::pinned(pinned);
    // The certificate itself decides; the name is for servers that have several.
    if let Ok(name) = server.subject.clone().try_into() {
        tls = tls.named(name);
    }
    let open = |tls| {
        let options = Options { tls, connections, in_flight: AHEAD, ..Options::default() };
        let dial = || async {
            let dialled = pool.dial_nbd(server).await;
            dialled.map_err(|error| nbd::Error::Connect {
                address: address.authority(),
                source: Arc::new(io::Error::other(error)),
            })
        };
        Client::dialled(dial, address.host(), server.export.expose(), options)
    };
    let opened = match open(Some(tls)).await {
        Err(nbd::Error::NoTls(_)) if is_in_the_clear(pool).await? => open(None).await,
        opened => opened,
    };
    // The name of an export holds a session.
    opened.map_err(|error| {
        let why = with_causes(&error).replace(server.export.expose(), "***");
        Error::refused(format!("no NBD from {at}: {why}"))
    })
}

/// Returns whether the pool has a network on which disks are offered without TLS; then there is none with it.
async fn is_in_the_clear(pool: &Connection) -> Result<bool> {
    let networks: Records<String, class::Network> = pool.call_as("network.get_all_records", params![]).await?;
    Ok(networks.iter().any(|(_, network)| network.purpose.contains(&NetworkPurpose::InsecureNbd)))
}

/// Begins to read what a disk holds.
async fn begin(pool: &Connection, vdi: &str, disk: Disk) -> Result<Content> {
    let (size, ahead) = (disk.size(), disk.client.connections() * AHEAD);
    let map = if disk.client.export().tells_allocation() {
        Some(Arc::new(map_of_data(&disk).await.map_err(|error| refused(&error))?))
    } else {
        content::read(pool, vdi).await?.map().cloned()
    };
    let map = map.unwrap_or_else(|| Arc::new(Map::full(size, disk.block_size())));
    if map.size() != size {
        return Err(Error::refused(format!("{} has {size} bytes, and {} over HTTP", disk.place, map.size())));
    }
    Ok(Content::read_ahead(Arc::new(disk), map, ahead))
}

/// A disk, with its name and its host in errors.
struct Disk {
    client: Client,
    place: String,
}

impl Disk {
    fn named(&self, error: &disk::Error) -> disk::Error {
        let cause = error.source().map_or_else(|| error.to_string(), with_causes);
        let named = disk::Error::new(error.kind(), self.place.clone(), cause);
        match error.offset() {
            Some(offset) => named.at(offset),
            None => named,
        }
    }
}

impl Source for Disk {
    fn size(&self) -> u64 {
        Source::size(&self.client)
    }

    fn block_size(&self) -> u32 {
        self.client.block_size()
    }

    fn read_at(&self, offset: u64, length: usize) -> BoxFuture<'_, disk::Result<Bytes>> {
        Box::pin(async move { self.client.read_at(offset, length).await.map_err(|error| self.named(&error)) })
    }

    fn extents(&self, range: Range<u64>) -> BoxFuture<'_, disk::Result<Vec<Extent>>> {
        Box::pin(async move { self.client.extents(range).await.map_err(|error| self.named(&error)) })
    }
}
