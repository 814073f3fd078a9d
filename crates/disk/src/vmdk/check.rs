//! Whether a sparse VMDK is sound.

use std::sync::Arc;

use super::{Vmdk, image::Grain};
use crate::{Error, Report, Result, Source, Storage};

/// Checks an image: header, footer, directory, tables, that each grain is within the image, and that compressed ones can
/// be decompressed.
///
/// # Errors
///
/// [`crate::Kind::Io`]; what is wrong with the image is in the report.
pub async fn check(storage: Arc<dyn Storage>) -> Result<Report> {
    let mut report = Report::default();
    let end = storage.length().await?;
    let Some(image) = report.need(Vmdk::open(storage).await) else { return Ok(report) };
    let mut offset = 0;
    while offset < image.size() {
        let Some(grains) = report.need(image.grains(offset..image.size()).await) else {
            // The table is lost: on with the next.
            offset = (offset / image.header.table_covers() + 1) * image.header.table_covers();
            continue;
        };
        for (grain, _, length) in grains {
            match grain {
                Grain::At(_) if image.header.is_compressed() => {
                    let length = usize::try_from(length).expect("a grain");
                    report.need(image.read_at(offset, length).await);
                }
                Grain::At(at) if at + length > end => {
                    let reason = format!("the image ends at {end}");
                    report.add(Error::new(crate::Kind::Truncated, "VMDK grain", reason).at(at));
                }
                Grain::Absent | Grain::At(_) => {}
            }
            offset += length;
        }
    }
    Ok(report)
}
