//! Where disks are offered by NBD, and the way there.

use tokio::io::AsyncReadExt;
use xapi::{Error, Pool};
use xapi_sim::{Datum, Sim};

use crate::peer::{options, soon};

#[tokio::test]
async fn the_way_to_a_disk_is_told_and_gone_without_showing_the_session() {
    let sim = Sim::builder().world("small").explicit().start().await.unwrap();
    let mut options = options(&format!("http://{}", sim.http_addr()));
    options.password = "password".into();
    let pool = soon(Pool::connect(options)).await.unwrap();
    let vdi = sim.with(|world| {
        let sr = world.by_name("SR", "NFS storage").unwrap();
        world.objects(sr, "VDIs")[0].to_string()
    });
    assert!(soon(pool.nbd_servers(&vdi)).await.unwrap().is_empty());
    sim.with(|world| {
        let management = world.by_name("network", "Management").unwrap();
        world.set(management, "purpose", Datum::set(["nbd"]));
    });
    let mut servers = soon(pool.nbd_servers(&vdi)).await.unwrap();
    assert_eq!(servers.len(), 2);
    let shown = format!("{servers:?}");
    assert!(servers[0].export.expose().contains("?session_id=OpaqueRef:") && !shown.contains("OpaqueRef"), "{shown}");
    let mut greeting = [0; 8];
    soon(soon(pool.dial_nbd(&servers[0])).await.unwrap().read_exact(&mut greeting)).await.unwrap();
    assert_eq!(&greeting, b"NBDMAGIC");
    servers[0].at.address = servers[0].at.address.clone().with_port(1);
    let error = soon(pool.dial_nbd(&servers[0])).await.map(drop).unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error}");
    let error = soon(pool.nbd_servers("OpaqueRef:nothing")).await.unwrap_err();
    assert!(error.is("HANDLE_INVALID"), "{error}");
}
