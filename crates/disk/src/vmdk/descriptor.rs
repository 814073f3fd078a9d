//! The text that tells which files an image is made of.

use std::{ops::Range, path::Path, sync::Arc};

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;

use super::Vmdk;
use crate::{
    Error, Extent, MAX_EXTENTS, Result, SECTOR, Source, State,
    raw::Raw,
    source::check_range,
    storage::{File, Storage},
    zero::zeros,
};

/// Most files of an image: those of 2 TiB in the parts of 2 GiB that old file systems need, and as many again.
const MAX_PLACES: usize = 2048;

/// Where a part of the disk is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its length, in sectors.
    pub sectors: u64,
    /// `SPARSE`, `FLAT`, `VMFS`, `ZERO` …
    pub kind: String,
    /// Its file, if it has one.
    pub file: String,
    /// Where it starts in a flat file, in sectors.
    pub offset: u64,
}

/// The descriptor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Descriptor {
    /// `streamOptimized`, `monolithicSparse` …
    pub create_type: String,
    /// The parent, of a difference.
    pub parent: Option<String>,
    /// The files.
    pub places: Vec<Place>,
}

impl Descriptor {
    /// Reads a descriptor; what is not known is passed over.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Corrupt`] if the line of a file is none, [`crate::Kind::TooLarge`] for more than 2048 files.
    pub fn read(text: &str) -> Result<Self> {
        let mut descriptor = Self::default();
        let mut is_difference = false;
        for line in text.trim_end_matches('\0').lines().map(str::trim) {
            if let Some((key, value)) = line.split_once('=') {
                let value = value.trim().trim_matches('"');
                match key.trim() {
                    "createType" => value.clone_into(&mut descriptor.create_type),
                    "parentCID" => is_difference = !value.eq_ignore_ascii_case("ffffffff"),
                    "parentFileNameHint" => descriptor.parent = Some(value.to_owned()),
                    _ => {}
                }
            } else if ["RW ", "RDONLY ", "NOACCESS "].iter().any(|access| line.starts_with(access)) {
                descriptor.places.push(Self::place(line)?);
                if descriptor.places.len() > MAX_PLACES {
                    return Err(Error::too_large("VMDK descriptor", "the image has more than 2048 files"));
                }
            }
        }
        if !is_difference {
            descriptor.parent = None;
        } else if descriptor.parent.is_none() {
            descriptor.parent = Some(String::new());
        }
        Ok(descriptor)
    }

    fn place(line: &str) -> Result<Place> {
        let bad = || Error::corrupt("VMDK descriptor", format!("`{line}` names no part of a disk"));
        let (before, rest) = line.split_once('"').unwrap_or((line, ""));
        let (file, offset) = rest.rsplit_once('"').unwrap_or_default();
        let mut words = before.split_whitespace().skip(1);
        let sectors = words.next().and_then(|word| word.parse::<u64>().ok()).ok_or_else(bad)?;
        let kind = words.next().ok_or_else(bad)?.to_owned();
        let offset = offset.trim();
        let offset = if offset.is_empty() { 0 } else { offset.parse().map_err(|_| bad())? };
        if sectors > u64::MAX / SECTOR / 4 {
            return Err(bad());
        }
        Ok(Place { sectors, kind, file: file.to_owned(), offset })
    }

    /// Checks that it is a whole disk.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Unsupported`] for a difference, with its parent.
    pub(super) fn need_whole(&self) -> Result<()> {
        match &self.parent {
            None => Ok(()),
            Some(parent) => {
                let reason = format!("the image is a difference to `{parent}`, which is not read");
                Err(Error::unsupported("VMDK descriptor", reason))
            }
        }
    }
}

/// Opens an image whose descriptor is a file of its own. The files that it names have to be in the same folder: an
/// image from elsewhere must not reach others.
///
/// # Errors
///
/// [`crate::Kind::Corrupt`] if the file is no descriptor, [`crate::Kind::Unsupported`] for a difference, parts of a device
/// and files in other folders; whatever is wrong with the files.
pub async fn open_descriptor(path: impl AsRef<Path>) -> Result<Arc<dyn Source>> {
    let path = path.as_ref();
    let name = path.display().to_string();
    open_places(path).await.map_err(|error| error.in_file(name))
}

async fn open_places(path: &Path) -> Result<Arc<dyn Source>> {
    let file = File::open(path).await?;
    let most = usize::try_from(super::header::MAX_DESCRIPTOR).expect("1 MiB");
    let text = file.read_at(0, most).await?;
    let text = String::from_utf8_lossy(&text);
    if !text.starts_with("# Disk DescriptorFile") {
        return Err(Error::corrupt("VMDK descriptor", "it does not start with `# Disk DescriptorFile`").at(0));
    }
    let descriptor = Descriptor::read(&text)?;
    descriptor.need_whole()?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut parts: Vec<(u64, Part)> = Vec::new();
    let mut size = 0u64;
    for place in &descriptor.places {
        let length = place.sectors * SECTOR;
        let part = match place.kind.as_str() {
            "ZERO" => Part { source: None, start: 0, length },
            "FLAT" | "VMFS" => {
                let source = Raw::open(Arc::new(File::open(beside(folder, &place.file)?).await?)).await?;
                let start = place.offset.checked_mul(SECTOR);
                let fits = start.and_then(|start| start.checked_add(length)).is_some_and(|end| end <= source.size());
                let Some(start) = start.filter(|_| fits) else {
                    let reason = format!("`{}` has no {length} bytes at sector {}", place.file, place.offset);
                    return Err(Error::corrupt("VMDK descriptor", reason));
                };
                Part { source: Some(Arc::new(source)), start, length }
            }
            "SPARSE" => {
                let source = Vmdk::open_part(Arc::new(File::open(beside(folder, &place.file)?).await?)).await?;
                if source.size() < length {
                    let reason = format!("`{}` has {} bytes, not {length}", place.file, source.size());
                    return Err(Error::corrupt("VMDK descriptor", reason));
                }
                Part { source: Some(Arc::new(source)), start: 0, length }
            }
            other => return Err(Error::unsupported("VMDK descriptor", format!("parts of kind {other} are not read"))),
        };
        if length > 0 {
            parts.push((size, part));
        }
        let end = size.checked_add(length);
        size = end.ok_or_else(|| Error::too_large("VMDK descriptor", "the disk is larger than any"))?;
    }
    Ok(Arc::new(Parts { parts, size }))
}

/// Returns where a file in the same folder is.
fn beside(folder: &Path, name: &str) -> Result<std::path::PathBuf> {
    if name.is_empty() || name.contains(['/', '\\']) || name == ".." {
        let reason = format!("`{name}` is no file in the same folder");
        return Err(Error::unsupported("VMDK descriptor", reason));
    }
    Ok(folder.join(name))
}

struct Part {
    /// None for zeros.
    source: Option<Arc<dyn Source>>,
    /// Where it starts in the source.
    start: u64,
    length: u64,
}

/// Parts of a disk, one behind the other.
struct Parts {
    parts: Vec<(u64, Part)>,
    size: u64,
}

impl Parts {
    /// Returns the part that has a byte, and where in it.
    fn find(&self, offset: u64) -> (&Part, u64) {
        let at = self.parts.partition_point(|(start, _)| *start <= offset) - 1;
        (&self.parts[at].1, offset - self.parts[at].0)
    }
}

impl Source for Parts {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, length: usize) -> BoxFuture<'_, Result<Bytes>> {
        Box::pin(async move {
            check_range(self.size, offset, length as u64)?;
            let mut bytes = BytesMut::new();
            while bytes.len() < length {
                let (part, within) = self.find(offset + bytes.len() as u64);
                let rest = (length - bytes.len()).min(crate::MAX_PIECE);
                let size = usize::try_from((part.length - within).min(rest as u64)).expect("at most a piece");
                match &part.source {
                    Some(source) => bytes.extend_from_slice(&source.read_at(part.start + within, size).await?),
                    None => bytes.extend_from_slice(&zeros(size)),
                }
            }
            Ok(bytes.freeze())
        })
    }

    fn extents(&self, range: Range<u64>) -> BoxFuture<'_, Result<Vec<Extent>>> {
        Box::pin(async move {
            check_range(self.size, range.start, range.end.saturating_sub(range.start))?;
            let mut extents = Vec::new();
            let mut at = range.start;
            while at < range.end && extents.len() < MAX_EXTENTS {
                let (part, within) = self.find(at);
                let length = (part.length - within).min(range.end - at);
                let Some(source) = &part.source else {
                    extents.push(Extent { offset: at, length, state: State::Zero });
                    at += length;
                    continue;
                };
                let start = part.start + within;
                for extent in source.extents(start..start + length).await? {
                    extents.push(Extent { offset: at, length: extent.length, state: extent.state });
                    at += extent.length;
                }
            }
            extents.truncate(MAX_EXTENTS);
            Ok(extents)
        })
    }
}
