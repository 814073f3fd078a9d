//! How the files of a VHD directory are compressed.

use std::io::{Read, Write};

use bytes::Bytes;

use crate::{Error, Result};

/// The file with the list of filters, which is itself not compressed.
pub(super) const FILE: &str = "chunk-filters.json";

/// How the files are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// Not.
    None,
    /// gzip.
    Gzip,
    /// brotli, as the original does by default.
    #[default]
    Brotli,
}

impl Filter {
    /// Reads the list of filters.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Corrupt`] if it is none, [`crate::Kind::Unsupported`] for other filters or several.
    pub(super) fn read(list: &[u8]) -> Result<Self> {
        let names: Vec<String> = serde_json::from_slice(list)
            .map_err(|error| Error::corrupt(FILE, "it is no list of names").at(0).because(error))?;
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        match names[..] {
            [] | ["none"] => Ok(Self::None),
            ["gzip"] => Ok(Self::Gzip),
            ["brotli"] => Ok(Self::Brotli),
            _ => Err(Error::unsupported(FILE, format!("filters {names:?} are not known")).at(0)),
        }
    }

    pub(super) fn to_json(self) -> Bytes {
        Bytes::from_static(match self {
            Self::None => b"[]",
            Self::Gzip => b"[\"gzip\"]",
            Self::Brotli => b"[\"brotli\"]",
        })
    }

    /// Compresses a file.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Io`], which memory does not give.
    pub(super) fn pack(self, data: &[u8]) -> Result<Bytes> {
        let packed = match self {
            Self::None => Ok(data.to_vec()),
            Self::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                encoder.write_all(data).and_then(|()| encoder.finish())
            }
            Self::Brotli => {
                // Quality 1 and the largest window of the standard.
                let mut encoder = brotli::CompressorReader::new(data, 64 << 10, 1, 22);
                let mut packed = Vec::new();
                encoder.read_to_end(&mut packed).map(|_| packed)
            }
        };
        packed.map(Bytes::from).map_err(|error| Error::io("compression", error))
    }

    /// Decompresses a file of at most `most` bytes; what goes beyond is an error, whatever it promises.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Corrupt`] if it cannot be decompressed or has more.
    pub(super) fn unpack(self, packed: Bytes, most: usize, path: &str) -> Result<Bytes> {
        let mut data = Vec::new();
        let limit = most as u64 + 1;
        let read = match self {
            Self::None => {
                data = packed.to_vec();
                Ok(data.len())
            }
            Self::Gzip => flate2::bufread::GzDecoder::new(&packed[..]).take(limit).read_to_end(&mut data),
            Self::Brotli => brotli::Decompressor::new(&packed[..], 64 << 10).take(limit).read_to_end(&mut data),
        };
        if let Err(error) = read {
            return Err(Error::corrupt("VHD directory", format!("`{path}` cannot be decompressed")).because(error));
        }
        if data.len() > most {
            return Err(Error::corrupt("VHD directory", format!("`{path}` has more than {most} bytes")));
        }
        Ok(data.into())
    }
}
