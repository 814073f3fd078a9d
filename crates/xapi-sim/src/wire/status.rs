//! What a host tells of itself for those who look for a fault: a few files in an archive, made from its records.

use std::{io::Write, sync::Arc};

use bzip2::{Compression, write::BzEncoder};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{
    connection::{Connection, Gone},
    head::Head,
    reply::Reply,
};
use crate::{Object, World, fault::Spoilt};

/// Where it is asked for.
pub(crate) const PATH: &str = "/system-status";

/// Bytes of a block of a tar.
const BLOCK: usize = 512;

/// Answers a request for the status: `output` is `tar` or `tar.bz2`, `entries` which parts of it, by their names.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    head: &Head,
) -> Result<bool, Gone> {
    connection.host.count(PATH);
    let pool = Arc::clone(&connection.pool);
    if let Some(delay) = pool.faults.delay_of(PATH) {
        tokio::time::sleep(delay).await;
    }
    if let Some(failure) = pool.faults.next_failure_at(PATH) {
        let detail = format!("{}: [ {} ]", failure.code, failure.params.join("; "));
        return connection.send(Reply::internal(&detail)).await;
    }
    let host = connection.host.object;
    let entries = head.parameter("entries");
    let files = pool.with(|world| files(world, host, entries.as_deref()));
    let tar = tar(&files, pool.with(|world| world.now().unix()));
    let output = head.parameter("output");
    let (kind, mut body) = match output.as_deref().unwrap_or("tar.bz2") {
        // Hosts misspell it.
        "tar" => ("appliation/x-tar", tar),
        "tar.bz2" => ("application/x-bzip2", bzip2(&tar)),
        other => {
            let detail = format!("SYSTEM_STATUS_RETRIEVAL_FAILED: [ {other} ]");
            return connection.send(Reply::internal(&detail)).await;
        }
    };
    match pool.faults.next_spoilt_at(PATH) {
        Some(Spoilt::Garbage) => body = vec![0x16, 0x03, 0x01, 0xff, 0x00, b'{', b'<', 0xfe, 0x80],
        Some(Spoilt::Html) => body = b"<html><body><h1>Bad Gateway</h1></body></html>".to_vec(),
        // Without a length both look the same.
        Some(Spoilt::Truncated | Spoilt::Cut) => body.truncate(body.len() / 2),
        None => {}
    }
    connection.send(Reply::until_close(0, "200 OK", &[("Content-Type", kind)])).await?;
    connection.write(&body).await?;
    Ok(false)
}

/// Returns the files of the parts that are wanted, by name.
fn files(world: &mut World, host: Object, entries: Option<&str>) -> Vec<(String, Vec<u8>)> {
    let (uuid, name) = (world.uuid(host).to_owned(), world.text(host, "hostname").to_owned());
    let inventory = format!("INSTALLATION_UUID='{uuid}'\nMANAGEMENT_ADDRESS='{}'\n", world.text(host, "address"));
    let guests = world.objects(host, "resident_VMs").into_iter();
    let guests: String = guests.map(|vm| format!("{} {}\n", world.uuid(vm), world.text(vm, "name_label"))).collect();
    let all = [
        ("host-name", "etc/hostname", format!("{name}\n")),
        ("xenserver-install", "etc/xensource-inventory", inventory),
        ("xenserver-domains", "list_domains.out", guests),
    ];
    let wanted = |part: &str| entries.is_none_or(|entries| entries.split(',').any(|entry| entry == part));
    let named = |path: &str| format!("bug-report-{name}/{path}");
    all.into_iter().filter(|(part, ..)| wanted(part)).map(|(_, path, text)| (named(path), text.into_bytes())).collect()
}

/// Packs files into a tar, as ustar has it.
pub(super) fn tar(files: &[(String, Vec<u8>)], now: i64) -> Vec<u8> {
    let mut tar = Vec::new();
    for (name, content) in files {
        let mut header = [0; BLOCK];
        let mut put = |at: usize, text: &[u8]| header[at..at + text.len()].copy_from_slice(text);
        put(0, &name.as_bytes()[..name.len().min(100)]);
        put(100, b"0000644\0");
        put(108, b"0000000\0");
        put(116, b"0000000\0");
        put(124, format!("{:011o}\0", content.len()).as_bytes());
        put(136, format!("{now:011o}\0").as_bytes());
        put(148, b"        ");
        put(156, b"0");
        put(257, b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        tar.extend_from_slice(&header);
        tar.extend_from_slice(content);
        tar.resize(tar.len().next_multiple_of(BLOCK), 0);
    }
    tar.resize(tar.len() + 2 * BLOCK, 0);
    tar
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = BzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes everything")
}
