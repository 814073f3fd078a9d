//! How the hosts of a pool get their updates, which their product says.

use app::model::Object;
use op::{Error, Result};
use xapi_types::class;

/// How a host gets its updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Regime {
    /// Packages, which a script of the host looks for and installs: XCP-ng.
    Packages,
    /// Images from a public list: XenServer 7.1 to 8.2.
    Images,
    /// Programs from the same list: XenServer before 7.1.
    Programs,
    /// A repository that the pool synchronises with: XenServer 8.
    Repository,
}

impl Regime {
    /// Returns whether all updates of a host are installed at once, and only on it: after it has been emptied, then.
    pub(crate) fn is_whole(self) -> bool {
        matches!(self, Self::Packages | Self::Repository)
    }

    /// Returns how a host gets its updates.
    ///
    /// # Errors
    ///
    /// Where nothing is known of the host.
    pub(crate) fn of(host: &Object) -> Result<Self> {
        let record = host.get::<class::Host>().ok_or_else(|| Error::failed("the host has no record"))?;
        let told = |key: &str| record.software_version.get(key).map_or("", |text| text.as_str());
        let brand = told("product_brand");
        if brand == "XCP-ng" {
            return Ok(Self::Packages);
        }
        let (version, platform) = (numbers(told("product_version")), numbers(told("platform_version")));
        if brand == "XenServer" && version > [8, 3, 0] {
            return Ok(Self::Repository);
        }
        // The platform of XenServer 7.1, from which on updates are images.
        Ok(if platform >= [2, 1, 1] { Self::Images } else { Self::Programs })
    }
}

/// Reads the first three numbers of a version.
fn numbers(version: &str) -> [u32; 3] {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    [(); 3].map(|()| parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_are_compared_by_number() {
        assert!(numbers("8.4.0") > [8, 3, 0] && numbers("8.3") <= [8, 3, 0] && numbers("2.10") > [2, 1, 1]);
        assert_eq!((numbers(""), numbers("7.1.2-x")), ([0, 0, 0], [7, 1, 0]));
    }
}
