//! An image and its parents.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use uuid::Uuid;

use super::{Format, Image};
use crate::{
    Error, Result, Source,
    adapter::Chain,
    vhd::{DiskType, Footer, Header, MAX_CHAIN},
};

/// How an image names its parent.
struct Parent {
    /// Where it may be, the likeliest place first.
    paths: Vec<PathBuf>,
    /// Its uuid, where the format has one.
    uuid: Option<Uuid>,
    /// When it was changed last, as the child knows, in seconds since 2000-01-01 UTC; 0 for unknown.
    changed: u32,
    format: Option<Format>,
}

/// How much later than the child knows a parent may have been made, in seconds: clocks of hosts and of storage differ.
const SKEW: u32 = 24 * 3600;

/// An image of a chain.
#[derive(Clone, Debug)]
pub struct Link {
    /// Where it was found.
    pub path: PathBuf,
    /// The image.
    pub image: Image,
}

/// Opens an image and its parents: itself first, the one without parent last.
///
/// The parent of a VHD is looked for where the locators say, at the name in the header, and under its last part in the
/// child's folder; it has to have the uuid that the child names, and must not be
/// made after the moment at which the child says that it was changed last, by more than a day. That of a QCOW2 is where the header says.
///
/// An image names its parents by path, and reaches whatever this process may read: an image that somebody has sent is opened
/// alone ([`Image::open`]), or as a stream.
///
/// # Errors
///
/// [`crate::Kind::Parent`] if one is missing, another, or its own descendant, or there are more than [`MAX_CHAIN`].
pub async fn open_chain(path: impl AsRef<Path>, format: Option<Format>) -> Result<Vec<Link>> {
    let mut path = path.as_ref().to_owned();
    let mut image = Image::open(&path, format).await?;
    let mut seen = vec![canonical(&path)];
    let mut chain: Vec<Link> = Vec::new();
    loop {
        let name = path.display().to_string();
        let parent = parent(&image, &path).await.map_err(|error| error.in_file(name.clone()))?;
        chain.push(Link { path, image });
        let Some(parent) = parent else { return Ok(chain) };
        let loops = |uuid: Uuid| chain.iter().any(|link| self::uuid(&link.image) == Some(uuid));
        if let Some(uuid) = parent.uuid.filter(|uuid| loops(*uuid)) {
            return Err(Error::parent("parent", format!("image {uuid} is its own ancestor")).in_file(name));
        }
        (path, image) = find(parent).await.map_err(|error| error.in_file(name.clone()))?;
        let place = canonical(&path);
        if seen.contains(&place) {
            let reason = format!("`{}` is its own ancestor", path.display());
            return Err(Error::parent("parent", reason).in_file(name));
        }
        seen.push(place);
        if chain.len() >= MAX_CHAIN {
            let reason = format!("there are more than {MAX_CHAIN} images in the chain");
            return Err(Error::parent("parent", reason).in_file(name));
        }
    }
}

/// Returns what the images of a chain hold together.
///
/// # Errors
///
/// [`crate::Kind::Misuse`] if there are none.
pub fn join(chain: &[Link]) -> Result<Arc<dyn Source>> {
    match chain {
        [link] => Ok(link.image.source()),
        _ => Ok(Arc::new(Chain::new(chain.iter().map(|link| link.image.source()))?)),
    }
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn uuid(image: &Image) -> Option<Uuid> {
    footer(image).map(|footer| footer.uuid)
}

fn footer(image: &Image) -> Option<&Footer> {
    match image {
        Image::Vhd(image) => Some(image.footer()),
        Image::VhdDir(image) => Some(image.footer()),
        _ => None,
    }
}

/// Returns how an image at `path` names its parent, if it has one.
async fn parent(image: &Image, path: &Path) -> Result<Option<Parent>> {
    let folder = path.parent().unwrap_or(Path::new(""));
    match image {
        Image::Vhd(image) if image.footer().disk_type == DiskType::Differencing => {
            let header = image.header().expect("it is no fixed image");
            Ok(Some(vhd_parent(header, &image.parent_names().await, folder)))
        }
        Image::VhdDir(image) if image.footer().disk_type == DiskType::Differencing => {
            let header = image.header();
            Ok(Some(vhd_parent(header, std::slice::from_ref(&header.parent_name), folder)))
        }
        Image::Qcow2(image) => {
            let Some(backing) = image.backing() else { return Ok(None) };
            let name = backing.name.strip_prefix("file:").unwrap_or(&backing.name);
            if name.starts_with("json:") || name.contains("://") {
                let reason = format!("the parent `{name}` is no file");
                return Err(Error::unsupported("QCOW2 header", reason));
            }
            let format = backing.format.as_deref().map(str::parse).transpose()?;
            Ok(Some(Parent { paths: vec![folder.join(name)], uuid: None, changed: 0, format }))
        }
        _ => Ok(None),
    }
}

fn vhd_parent(header: &Header, names: &[String], folder: &Path) -> Parent {
    let names: Vec<_> = names.iter().map(|name| name.trim_end_matches('\0').replace('\\', "/")).collect();
    let last = names.iter().filter_map(|name| Path::new(name).file_name()).map(|name| folder.join(name));
    let mut paths: Vec<PathBuf> = Vec::new();
    for path in names.iter().filter(|name| !name.is_empty()).map(|name| folder.join(name)).chain(last) {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    Parent { paths, uuid: Some(header.parent_uuid), changed: header.parent_timestamp, format: None }
}

/// Opens the parent, wherever it is, and checks that it is the parent.
async fn find(parent: Parent) -> Result<(PathBuf, Image)> {
    let Some(expected) = parent.uuid else {
        let path = parent.paths.into_iter().next().unwrap_or_default();
        return match Image::open(&path, parent.format).await {
            Ok(image) => Ok((path, image)),
            Err(error) => {
                let reason = format!("`{}` cannot be opened", path.display());
                Err(Error::parent("parent", reason).because(error))
            }
        };
    };
    let mut reasons = Vec::new();
    for path in parent.paths {
        match Image::open(&path, None).await {
            Ok(image) => match footer(&image) {
                Some(footer) if footer.uuid == expected => {
                    let made = footer.timestamp;
                    if parent.changed == 0 || made <= parent.changed.saturating_add(SKEW) {
                        return Ok((path, image));
                    }
                    let known = parent.changed;
                    reasons.push(format!(
                        "`{}` was made at {made}, the child's was not changed after {known}",
                        path.display()
                    ));
                }
                Some(footer) => reasons.push(format!("`{}` is image {}", path.display(), footer.uuid)),
                None => reasons.push(format!("`{}` is {}", path.display(), image.format())),
            },
            Err(error) => reasons.push(match std::error::Error::source(&error) {
                Some(source) => format!("{error}: {source}"),
                None => error.to_string(),
            }),
        }
    }
    Err(Error::parent("parent", format!("image {expected} is not found: {}", reasons.join("; "))))
}
