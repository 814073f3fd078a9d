//! How a differencing image names its parent.

use super::{Vhd, header};
use crate::storage::read_exact;

/// Most images of a chain. XenServer's tools stop at 30, and chains of more than a hundred have been seen.
pub const MAX_CHAIN: usize = 256;

impl Vhd {
    /// Returns the paths that the image has for its parent, those of the locators first. Locators that cannot be read are
    /// left out.
    pub async fn parent_names(&self) -> Vec<String> {
        let Some(header) = self.header() else { return Vec::new() };
        let mut names = Vec::new();
        for locator in header.locators.iter().filter(|locator| locator.length > 0) {
            let length = locator.length as usize;
            let read = read_exact(&*self.storage, locator.offset, length, "VHD parent locator").await;
            let Ok(bytes) = read else { continue };
            match locator.platform {
                header::W2RU | header::W2KU => {
                    let units = bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
                    names.push(String::from_utf16_lossy(&units.collect::<Vec<_>>()));
                }
                header::MACX => {
                    let url = String::from_utf8_lossy(&bytes).into_owned();
                    let path = url.strip_prefix("file://").unwrap_or(&url);
                    names.push(path.strip_prefix("localhost").unwrap_or(path).to_owned());
                }
                _ => {}
            }
        }
        names.push(header.parent_name.clone());
        names
    }
}
