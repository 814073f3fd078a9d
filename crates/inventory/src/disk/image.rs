//! Images of disks, in and out.

use std::io;

use app::{Connection, Content, DiskFormat, RawVdi, Received};
use bytes::Bytes;
use disk::{Encoded, Gaps, Order, qcow2, vhd, vmdk};
use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use op::{Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::io::AsyncRead;
use tokio_util::io::StreamReader;
use uuid::Uuid;

use crate::incoming::{Blame, refused};

/// The form of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// The bytes of the disk.
    Raw,
    /// An image of a CD or DVD, which is raw, too.
    Iso,
    /// VHD.
    Vhd,
    /// QCOW2.
    Qcow2,
    /// VMDK.
    Vmdk,
}

impl Format {
    /// Returns its name, which is also that of files.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Iso => "iso",
            Self::Vhd => "vhd",
            Self::Qcow2 => "qcow2",
            Self::Vmdk => "vmdk",
        }
    }
}

/// An image whose tables have been read.
pub(crate) struct Image {
    /// Size of the disk, in bytes.
    pub(crate) size: u64,
    holds: Holds,
}

enum Holds {
    /// The bytes of the disk, as many as it has.
    Raw(BoxStream<'static, io::Result<Bytes>>),
    /// What has been read of it, which goes on.
    Disk(disk::Content),
}

impl Image {
    /// Begins to read what arrives.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameters`] for something else than an image of that form.
    pub(super) async fn of(format: Format, received: Received) -> Result<Self> {
        let Received { length, body, .. } = received;
        if !matches!(format, Format::Raw | Format::Iso) {
            return Self::decode(format, reader(body), length).await;
        }
        let Some(size) = length.filter(|length| *length > 0) else {
            let what = "what is sent has no `Content-Length`; without that nobody knows how large the disk has to be";
            return Err(Error::invalid(what));
        };
        Ok(Self { size, holds: Holds::Raw(body.into_stream()) })
    }

    /// Begins to read an image of `length` bytes, where that is known.
    ///
    /// # Errors
    ///
    /// As [`of`](Self::of).
    pub(crate) async fn decode(
        format: Format,
        reader: impl AsyncRead + Send + Unpin + 'static,
        length: Option<u64>,
    ) -> Result<Self> {
        let content = match format {
            Format::Raw | Format::Iso => {
                let size = length.ok_or_else(|| Error::invalid("the length of a raw image has to be known"))?;
                Ok(disk::raw::decode(reader, size))
            }
            Format::Vhd => vhd::decode(reader, length).await.map(|vhd| vhd.content),
            Format::Qcow2 => qcow2::decode(reader).await.map(|qcow2| qcow2.content),
            Format::Vmdk => vmdk::decode(reader).await.map(|vmdk| vmdk.content),
        };
        let content = content.map_err(|error| refused(&error))?;
        Ok(Self { size: content.size(), holds: Holds::Disk(content) })
    }

    /// Writes it over a disk that is empty.
    ///
    /// # Errors
    ///
    /// What is wrong with the image, or what the host says.
    pub(crate) async fn fill(self, pool: &Connection, vdi: &str, label: &str) -> Result<()> {
        let image = match self.holds {
            Holds::Raw(bytes) => return send(pool, vdi, label, DiskFormat::Raw, Some(self.size), bytes).await,
            Holds::Disk(content) if content.gaps() == Gaps::Parent => {
                let what = "the image is a difference to another one, which it has to be merged with before";
                return Err(Error::invalid(what));
            }
            // Where what comes is known before, all hosts take it as a VHD; what is not there is not sent either way.
            Holds::Disk(content) if vhd_fits(&content) => {
                (DiskFormat::Vhd, vhd::encode(content, &vhd::Options::default()))
            }
            Holds::Disk(content) => (DiskFormat::Pieces, disk::raw::encode_chunked(content)),
        };
        send_image(pool, vdi, label, image).await
    }

    /// Writes it over a disk, whatever that holds. Of a difference, only what is different is written.
    ///
    /// # Errors
    ///
    /// As [`fill`](Self::fill).
    pub(super) async fn replace(self, pool: &Connection, vdi: &str, label: &str) -> Result<()> {
        let image = match self.holds {
            Holds::Raw(bytes) => return send(pool, vdi, label, DiskFormat::Raw, Some(self.size), bytes).await,
            Holds::Disk(content) if content.gaps() == Gaps::Parent => {
                let parent = vhd::Parent { uuid: Uuid::nil(), timestamp: 0, name: "parent.vhd".to_owned() };
                let options = vhd::Options { parent: Some(parent), ..vhd::Options::default() };
                (DiskFormat::Vhd, vhd::encode(content, &options))
            }
            // Whatever form hosts know for less, they leave what was there where an image has nothing.
            Holds::Disk(content) => (DiskFormat::Raw, disk::raw::encode(content)),
        };
        send_image(pool, vdi, label, image).await
    }
}

/// Returns whether content can be written as a VHD whose length is known before.
fn vhd_fits(content: &disk::Content) -> bool {
    content.order() == Order::Ascending && content.map().is_some() && content.size() <= vhd::MAX_SIZE
}

async fn send_image(
    pool: &Connection,
    vdi: &str,
    label: &str,
    (form, image): (DiskFormat, disk::Result<Encoded>),
) -> Result<()> {
    let image = image.map_err(|error| refused(&error))?;
    let length = image.length();
    send(pool, vdi, label, form, length, image.map_err(io::Error::other).boxed()).await
}

async fn send(
    pool: &Connection,
    vdi: &str,
    label: &str,
    format: DiskFormat,
    length: Option<u64>,
    content: BoxStream<'static, io::Result<Bytes>>,
) -> Result<()> {
    let blame = Blame::default();
    let sent = pool.import_raw_vdi(RawVdi { vdi, format, label, length }, blame.of_stream(content)).await;
    sent.map_err(|error| blame.take().unwrap_or(error))
}

/// Returns content as a reader.
pub(super) fn reader(body: Content) -> StreamReader<BoxStream<'static, io::Result<Bytes>>, Bytes> {
    StreamReader::new(body.into_stream())
}
