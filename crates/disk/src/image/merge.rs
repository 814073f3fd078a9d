//! Making a child part of its parent, in place.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Image, Link, open_chain};
use crate::{
    Error, Piece, Result, Sink, adapter,
    raw::Raw,
    storage::{File, LocalFolder, Storage},
    vhd::Vhd,
    vhd_dir::VhdDir,
};

/// Writes what the image at `path` has over its parent, in place; `look` sees each piece. With `replace`, the parent then takes the
/// uuid and the place of the child, so that children of the child find it; without, the child stays as it is. Returns
/// where the merged image is.
///
/// It may be repeated after an interruption: until the last step, the child is whole.
///
/// # Errors
///
/// [`crate::Kind::Misuse`] if there is no parent, [`crate::Kind::Unsupported`] if that cannot be written in place; what reading or
/// writing says.
pub async fn merge(path: impl AsRef<Path>, replace: bool, look: impl FnMut(&Piece)) -> Result<PathBuf> {
    let chain = open_chain(path, None).await?;
    let [child, parent, ..] = &chain[..] else {
        let name = chain.first().map(|link| link.path.display().to_string()).unwrap_or_default();
        return Err(Error::misuse("merge", "the image has no parent").in_file(name));
    };
    let uuid = match &child.image {
        Image::Vhd(image) => Some(image.footer().uuid),
        Image::VhdDir(image) => Some(image.footer().uuid),
        _ => None,
    };
    let can_replace = child.image.format() == parent.image.format();
    if replace && !can_replace {
        let reason = format!("{} cannot take the place of {}", parent.image.format(), child.image.format());
        return Err(Error::unsupported("merge", reason).in_file(parent.path.display().to_string()));
    }
    let source = child.image.source();
    match &parent.image {
        Image::Vhd(_) => {
            let mut image = Vhd::open(edit(parent).await?).await?;
            adapter::merge(source, &mut image, look).await?;
            if let Some(uuid) = uuid.filter(|_| replace) {
                image.set_footer(|footer| footer.uuid = uuid);
                image.flush().await?;
            }
        }
        Image::VhdDir(_) => {
            let mut image = VhdDir::open(Arc::new(LocalFolder::new(&parent.path))).await?;
            adapter::merge(source, &mut image, look).await?;
            if let Some(uuid) = uuid.filter(|_| replace) {
                image.set_footer(|footer| footer.uuid = uuid);
                image.flush().await?;
            }
        }
        Image::Raw(_) => adapter::merge(source, &mut Raw::open(edit(parent).await?).await?, look).await?,
        Image::Qcow2(_) | Image::Vmdk(_) | Image::Parts(_) => {
            let reason = format!("{} cannot be written in place; convert the child instead", parent.image.format());
            return Err(Error::unsupported("merge", reason).in_file(parent.path.display().to_string()));
        }
    }
    if !replace {
        return Ok(parent.path.clone());
    }
    let (from, to) = (parent.path.clone(), child.path.clone());
    let moved = tokio::task::spawn_blocking(move || {
        if to.is_dir() {
            fs::remove_dir_all(&to)?;
        }
        fs::rename(from, to)
    });
    let moved = moved.await.map_err(std::io::Error::other).and_then(|moved| moved);
    moved.map_err(|error| Error::io("merged image", error).in_file(child.path.display().to_string()))?;
    Ok(child.path.clone())
}

async fn edit(link: &Link) -> Result<Arc<dyn Storage>> {
    Ok(Arc::new(File::edit(&link.path).await?))
}
