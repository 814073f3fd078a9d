//! Forms of disks.

use disk::{Content, Encoded, Error, Gaps, qcow2, vhd};
use tokio::io::DuplexStream;
use uuid::Uuid;

/// What hosts tell of the parent of a difference; whoever knows better than they puts the right one under it.
const PARENT: &str = "base.vhd";

/// What clients say that do not know how long an image is: 1 PiB.
const ENDLESS: u64 = 1 << 50;

/// Reads an image of `length` bytes, or of fewer where that is what clients say that do not know.
pub(super) async fn decode(format: &str, body: DuplexStream, length: u64) -> disk::Result<Content> {
    match format {
        "vhd" => Ok(vhd::decode(body, Some(length).filter(|length| *length < ENDLESS)).await?.content),
        "qcow2" => Ok(qcow2::decode(body).await?.content),
        _ => Err(Error::unsupported("image", format!("`{format}` is not read"))),
    }
}

/// Writes a disk as an image.
pub(super) fn encode(format: &str, content: Content) -> disk::Result<Encoded> {
    match format {
        "raw" => disk::raw::encode(content),
        "vhd" => {
            let parent = || vhd::Parent { uuid: Uuid::nil(), timestamp: 0, name: PARENT.to_owned() };
            let parent = (content.gaps() == Gaps::Parent).then(parent);
            vhd::encode(content, &vhd::Options { parent, ..vhd::Options::default() })
        }
        "qcow2" => qcow2::encode(content, &qcow2::Options::default()),
        _ => Err(Error::unsupported("image", format!("`{format}` is not written"))),
    }
}
