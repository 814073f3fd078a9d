//! Finding the parents of a differencing image.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{DiskType, Vhd, header};
use crate::{
    Error, Result,
    storage::{File, read_exact},
};

/// Most images of a chain. XenServer's tools stop at 30, and chains of more than a hundred have been seen.
pub const MAX_CHAIN: usize = 256;

/// Opens an image and its parents: itself first, the one without parent last.
///
/// A parent is looked for where the locators say, at the name in the header, and under its last part in the child's
/// folder; it has to have the uuid that the child names.
///
/// # Errors
///
/// [`crate::Kind::Parent`] if one is missing, another, or its own descendant, or there are more than [`MAX_CHAIN`].
pub async fn find_chain(path: impl AsRef<Path>) -> Result<Vec<Vhd>> {
    let mut path = path.as_ref().to_owned();
    let mut chain: Vec<Vhd> = Vec::new();
    loop {
        let image = Vhd::open(Arc::new(File::open(&path).await?)).await?;
        let is_last = image.footer.disk_type != DiskType::Differencing;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        chain.push(image);
        if is_last {
            return Ok(chain);
        }
        let child = chain.last().expect("one was just added");
        path = find_parent(child, &folder).await.map_err(|error| error.in_file(child.storage.name()))?;
        let parent = child.header().expect("it is no fixed image").parent_uuid;
        if chain.iter().any(|image| image.footer.uuid == parent) {
            let reason = format!("image {parent} is its own ancestor");
            return Err(Error::parent("VHD parent", reason).in_file(path.display().to_string()));
        }
        if chain.len() == MAX_CHAIN {
            let reason = format!("there are more than {MAX_CHAIN} images in the chain");
            return Err(Error::parent("VHD parent", reason).in_file(path.display().to_string()));
        }
    }
}

/// Finds the file of the parent, and checks that it is the parent.
async fn find_parent(child: &Vhd, folder: &Path) -> Result<PathBuf> {
    let header = child.header().expect("it is no fixed image");
    let mut reasons = Vec::new();
    for path in candidates(child, folder).await? {
        let parent = match File::open(&path).await {
            Ok(file) => Vhd::open(Arc::new(file)).await,
            Err(error) => Err(error),
        };
        match parent {
            Ok(parent) if parent.footer.uuid == header.parent_uuid => return Ok(path),
            Ok(parent) => reasons.push(format!("`{}` is image {}", path.display(), parent.footer.uuid)),
            Err(error) => reasons.push(match std::error::Error::source(&error) {
                Some(source) => format!("{error}: {source}"),
                None => error.to_string(),
            }),
        }
    }
    let reason = format!("image {} is not found: {}", header.parent_uuid, reasons.join("; "));
    Err(Error::parent("VHD parent", reason))
}

/// Returns where the parent may be, the likeliest place first.
async fn candidates(child: &Vhd, folder: &Path) -> Result<Vec<PathBuf>> {
    let header = child.header().expect("it is no fixed image");
    let mut names = Vec::new();
    for locator in header.locators.iter().filter(|locator| locator.length > 0) {
        let length = locator.length as usize;
        let Ok(bytes) = read_exact(&*child.storage, locator.offset, length, "VHD parent locator").await else {
            continue;
        };
        match locator.platform {
            header::W2RU | header::W2KU => {
                let units: Vec<_> = bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
                names.push(String::from_utf16_lossy(&units));
            }
            header::MACX => {
                let url = String::from_utf8_lossy(&bytes).into_owned();
                names.push(url.strip_prefix("file://").unwrap_or(&url).trim_start_matches("localhost").to_owned());
            }
            _ => {}
        }
    }
    names.push(header.parent_name.clone());
    let names: Vec<_> = names.iter().map(|name| name.trim_end_matches('\0').replace('\\', "/")).collect();
    let last = names.iter().filter_map(|name| Path::new(name).file_name()).map(|name| folder.join(name));
    let mut paths: Vec<PathBuf> = Vec::new();
    for path in names.iter().filter(|name| !name.is_empty()).map(|name| folder.join(name)).chain(last) {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    Ok(paths)
}
