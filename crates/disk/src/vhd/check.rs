//! Whether a VHD is sound.

use std::sync::Arc;

use super::{DiskType, Footer, Vhd, footer};
use crate::{Error, Report, Result, Storage, storage::read_exact};

/// Checks an image: both footers, header, table, and that each block is whole.
///
/// # Errors
///
/// [`crate::Kind::Io`]; what is wrong with the image is in the report.
pub async fn check(storage: Arc<dyn Storage>) -> Result<Report> {
    let mut report = Report::default();
    let length = storage.length().await?;
    let Some(image) = report.need(Vhd::open(Arc::clone(&storage)).await) else { return Ok(report) };
    let last = length.saturating_sub(footer::LENGTH as u64);
    let mut footers = vec![("VHD footer", last)];
    if image.footer.disk_type != DiskType::Fixed {
        footers.push(("copy of the VHD footer", 0));
    }
    for (what, at) in footers {
        let bytes = read_exact(&*storage, at, footer::LENGTH, "VHD footer").await?;
        match Footer::read(&bytes) {
            Ok(footer) if footer == image.footer => {}
            Ok(_) => report.add(Error::corrupt(what, "it differs from the other").at(at)),
            Err(error) => report.add(Error::corrupt(what, "it is damaged").at(at).because(error)),
        }
    }
    let Some(header) = image.header() else { return Ok(report) };
    let size = header.bitmap_size() + u64::from(header.block_size);
    for (at, block) in image.bat.in_order(header, 0)? {
        if at + size > last {
            let reason = format!("block {block} has {size} bytes, the image ends at {last}");
            report.add(Error::new(crate::Kind::Truncated, "VHD block", reason).at(at));
        }
    }
    Ok(report)
}
