//! Storage drivers.

use compact_str::CompactString;
use serde::{Serialize, Serializer, ser::SerializeMap};
use xapi_types::{Int, Map, class, enums};

use crate::{declare::object, mirror::View, text::Texts};

object! {
    /// A storage driver.
    Sm {
        /// Description.
        name_description "name_description" : &'m str,
        /// Name.
        name_label "name_label" : &'m str,
        /// Type of the repositories that it serves.
        sm_type "SM_type" : &'m str,
        /// Keys that it understands, with what they mean.
        configuration "configuration" : Texts<'m>,
        /// Maker.
        vendor "vendor" : &'m str,
        /// What it can do, with the version of it.
        features "features" : Features<'m>,
        /// Name of the program.
        driver_filename "driver_filename" : &'m str,
        /// Cluster stacks of which it needs one.
        required_cluster_stack "required_cluster_stack" : &'m [CompactString],
        /// Formats of disks.
        supported_image_formats "supported_image_formats" : &'m [enums::ImageFormatType],
    }
}

/// What a driver can do, with the version of it.
#[derive(Clone, Copy, Debug)]
pub struct Features<'m>(&'m Map<CompactString, Int>);

impl Serialize for Features<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.0 {
            map.serialize_entry(key.as_str(), &value.0)?;
        }
        map.end()
    }
}

impl<'m> Sm<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(_: &View<'m>, record: &'m class::Sm) -> Self {
        Self {
            name_description: &record.name_description,
            name_label: &record.name_label,
            sm_type: &record.r#type,
            configuration: Texts(&record.configuration),
            vendor: &record.vendor,
            features: Features(&record.features),
            driver_filename: &record.driver_filename,
            required_cluster_stack: &record.required_cluster_stack,
            supported_image_formats: &record.supported_image_formats,
        }
    }
}
