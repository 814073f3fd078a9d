//! How the hosts of a pool get their updates, which their product says.

use app::model::Object;
use op::{Error, Result};
use xapi_types::class;

/// How a host gets its updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Regime {
    /// Packages, which a script of the host looks for and installs: XCP-ng.
    Packages,
}

impl Regime {
    /// Returns how a host gets its updates.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where its product has no way that is known here.
    pub(crate) fn of(host: &Object) -> Result<Self> {
        let record = host.get::<class::Host>().ok_or_else(|| Error::failed("the host has no record"))?;
        let told = |key: &str| record.software_version.get(key).map_or("", |text| text.as_str());
        match told("product_brand") {
            "XCP-ng" => Ok(Self::Packages),
            brand => {
                let version = told("product_version");
                Err(Error::refused(format!(
                    "host `{}` runs {brand} {version}, whose updates are not known here",
                    host.id()
                )))
            }
        }
    }
}
