//! The logs of a host: what it has done, as an archive, and who was allowed what, as lines of text.

use std::{io::Write, sync::Arc};

use flate2::{Compression, write::GzEncoder};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{
    connection::{Connection, Gone},
    reply::Reply,
    status::tar,
};
use crate::{Object, World, fault::Spoilt};

/// Where the archive is asked for.
pub(crate) const ARCHIVE: &str = "/host_logs_download";
/// Where the lines are asked for.
pub(crate) const AUDIT: &str = "/audit_log";

/// Answers a request for `path`, one of the two.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    path: &'static str,
) -> Result<bool, Gone> {
    connection.host.count(path);
    let pool = Arc::clone(&connection.pool);
    if let Some(failure) = pool.faults.next_failure_at(path) {
        let detail = format!("{}: [ {} ]", failure.code, failure.params.join("; "));
        return connection.send(Reply::internal(&detail)).await;
    }
    let host = connection.host.object;
    let (mut reply, mut body) = if path == AUDIT {
        let body = pool.with(|world| audit(world, host)).into_bytes();
        (Reply::until_close(1, "200 OK", &[("content-type", "text/plain")]), body)
    } else {
        let body = pool.with(|world| archive(world, host));
        (Reply::until_close(1, "200 OK", &[]), body)
    };
    // Hosts say so and close it all the same.
    "keep-alive".clone_into(&mut reply.headers[0].1);
    if let Some(Spoilt::Truncated | Spoilt::Cut) = pool.faults.next_spoilt_at(path) {
        body.truncate(body.len() / 2);
    }
    connection.send(reply).await?;
    connection.write(&body).await?;
    Ok(false)
}

/// A line for each VM that was started on the host.
fn audit(world: &mut World, host: Object) -> String {
    let (now, name) = (world.now(), world.text(host, "hostname").to_owned());
    let guests = world.objects(host, "resident_VMs").into_iter();
    let line = |vm: Object| {
        let (uuid, label) = (world.uuid(vm), world.text(vm, "name_label"));
        format!(
            "[{now}|info|{name}|0 |VM.start|audit] ('trackid=0' 'LOCAL_SUPERUSER' '' 'ALLOWED' 'OK' 'API' 'VM.start' \
             (('vm' '{label}' '{uuid}' '')))\n"
        )
    };
    guests.map(line).collect()
}

fn archive(world: &mut World, host: Object) -> Vec<u8> {
    let (now, name) = (world.now(), world.text(host, "hostname").to_owned());
    let guests = world.objects(host, "resident_VMs").into_iter();
    let log: String = guests.map(|vm| format!("[{now}|info|{name}|0 |VM.start|xapi] {}\n", world.uuid(vm))).collect();
    let tar = tar(&[("var/log/xensource.log".to_owned(), log.into_bytes())], now.unix());
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&tar).and_then(|()| encoder.finish()).expect("memory takes everything")
}
