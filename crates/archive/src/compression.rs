//! Compression of a whole archive, found out while reading.

use std::{
    io::{self, Cursor},
    pin::Pin,
    task::{Context, Poll},
};

use async_compression::{
    Level,
    tokio::{
        bufread::{GzipDecoder, ZstdDecoder},
        write::{GzipEncoder, ZstdEncoder},
    },
    zstd::{CParameter, DParameter},
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, BufReader, BufWriter, Chain, ReadBuf};

/// Start of a gzip stream.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Start of a zstd frame.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Largest window of a zstd frame that is read, as a power of two: 32 MiB, which `zstd --ultra -20` stays below.
/// The library would take 128 MiB, and a stream may ask for more than it needs.
const LARGEST_WINDOW: u32 = 25;
/// Level of gzip: the quickest, since higher ones take several times as long for a few percent.
const GZIP_LEVEL: i32 = 1;
/// Level of zstd: quick, and smaller than any level of gzip.
const ZSTD_LEVEL: i32 = 1;
/// How much is read from below or written to it at once, in bytes.
const PIECE: usize = 128 * 1024;
/// How much is looked at to tell what a stream is, in bytes: a header of tar.
const START: usize = 512;

/// How a stream is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// By gzip.
    Gzip,
    /// By Zstandard.
    Zstd,
}

impl Compression {
    /// Tells it from the first four bytes of a stream.
    pub fn of(start: &[u8]) -> Self {
        if start.starts_with(&GZIP) {
            Self::Gzip
        } else if start.starts_with(&ZSTD) {
            Self::Zstd
        } else {
            Self::None
        }
    }
}

/// A stream whose start has been looked at.
type Whole<R> = BufReader<Chain<Cursor<Vec<u8>>, R>>;

/// A stream, decompressed on the fly.
///
/// Damaged compression is an error of its kind, a stream that is cut one of the kind
/// [`io::ErrorKind::UnexpectedEof`]. Memory is bounded whatever the stream asks for.
#[derive(Debug)]
pub struct Decoder<R> {
    start: Vec<u8>,
    compression: Compression,
    inner: Inner<R>,
}

#[derive(Debug)]
enum Inner<R> {
    None(Whole<R>),
    Gzip(Box<GzipDecoder<Whole<R>>>),
    Zstd(Box<ZstdDecoder<Whole<R>>>),
}

impl<R: AsyncRead + Unpin> Decoder<R> {
    /// Looks at the start of `input`.
    ///
    /// # Errors
    ///
    /// If `input` fails.
    pub async fn open(mut input: R) -> io::Result<Self> {
        let mut start = Vec::with_capacity(START);
        while start.len() < START {
            let left = START - start.len();
            if (&mut input).take(left as u64).read_buf(&mut start).await? == 0 {
                break;
            }
        }
        let compression = Compression::of(&start);
        let whole = BufReader::with_capacity(PIECE, Cursor::new(start.clone()).chain(input));
        let inner = match compression {
            Compression::None => Inner::None(whole),
            Compression::Gzip => {
                let mut decoder = GzipDecoder::new(whole);
                // `cat a.gz b.gz`, and what some programs write to compress on several cores.
                decoder.multiple_members(true);
                Inner::Gzip(Box::new(decoder))
            }
            Compression::Zstd => {
                let mut decoder = ZstdDecoder::with_params(whole, &[DParameter::window_log_max(LARGEST_WINDOW)]);
                decoder.multiple_members(true);
                Inner::Zstd(Box::new(decoder))
            }
        };
        Ok(Self { start, compression, inner })
    }

    /// Returns how the stream is compressed.
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// Returns the first bytes of the stream as they came, 512 if there are so many.
    pub fn start(&self) -> &[u8] {
        &self.start
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Decoder<R> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut self.inner {
            Inner::None(inner) => Pin::new(inner).poll_read(cx, buffer),
            Inner::Gzip(inner) => Pin::new(inner).poll_read(cx, buffer),
            Inner::Zstd(inner) => Pin::new(inner).poll_read(cx, buffer),
        }
    }
}

/// A stream, compressed on the fly. What is written last comes out by shutting it down.
#[derive(Debug)]
pub struct Encoder<W: AsyncWrite>(Outer<W>);

#[derive(Debug)]
enum Outer<W: AsyncWrite> {
    None(BufWriter<W>),
    Gzip(Box<GzipEncoder<BufWriter<W>>>),
    Zstd(Box<ZstdEncoder<BufWriter<W>>>),
}

impl<W: AsyncWrite + Unpin> Encoder<W> {
    /// Compresses what goes to `output`.
    pub fn new(output: W, compression: Compression) -> Self {
        let output = BufWriter::with_capacity(PIECE, output);
        Self(match compression {
            Compression::None => Outer::None(output),
            Compression::Gzip => Outer::Gzip(Box::new(GzipEncoder::with_quality(output, Level::Precise(GZIP_LEVEL)))),
            Compression::Zstd => {
                let level = Level::Precise(ZSTD_LEVEL);
                let params = [CParameter::checksum_flag(true)];
                Outer::Zstd(Box::new(ZstdEncoder::with_quality_and_params(output, level, &params)))
            }
        })
    }

    /// Returns what the stream goes to.
    pub fn into_inner(self) -> W {
        match self.0 {
            Outer::None(output) => output.into_inner(),
            Outer::Gzip(encoder) => encoder.into_inner().into_inner(),
            Outer::Zstd(encoder) => encoder.into_inner().into_inner(),
        }
    }

    fn output(self: Pin<&mut Self>) -> Pin<&mut (dyn AsyncWrite + Unpin + '_)> {
        match &mut self.get_mut().0 {
            Outer::None(output) => Pin::new(output),
            Outer::Gzip(encoder) => Pin::new(encoder),
            Outer::Zstd(encoder) => Pin::new(encoder),
        }
    }
}

impl<W: AsyncWrite + Unpin> AsyncWrite for Encoder<W> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.output().poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.output().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.output().poll_shutdown(cx)
    }
}
