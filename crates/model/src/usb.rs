//! USB devices of hosts, their groups, and those that machines have.

use std::borrow::Cow;

use xapi_types::class;

use crate::{
    declare::object,
    id::{Id, Ids},
    mirror::View,
    number::Number,
};

object! {
    /// A USB device of a host.
    Pusb {
        /// Maker and product.
        description "description" : Cow<'m, str>,
        /// The host.
        host "host" ? Id<'m>,
        /// Whether machines may have it.
        passthrough_enabled "passthroughEnabled" : bool,
        /// Speed, in Mbit/s.
        speed "speed" : Number,
        /// Its group.
        usb_group "usbGroup" ? Id<'m>,
        /// Id of the maker, four hexadecimal digits.
        vendor_id "vendorId" : &'m str,
        /// Version of USB.
        version "version" : &'m str,
    }
}

object! {
    /// A USB device of a virtual machine.
    Vusb {
        /// The machine.
        vm "vm" ? Id<'m>,
        /// Whether the machine has it now.
        currently_attached "currentlyAttached" : bool,
        /// The group that it comes from.
        usb_group "usbGroup" ? Id<'m>,
    }
}

object! {
    /// A group of USB devices.
    UsbGroup {
        /// Devices of hosts.
        pusbs "PUSBs" : Ids<'m>,
        /// Devices of machines.
        vusbs "VUSBs" : Ids<'m>,
    }
}

impl<'m> Pusb<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Pusb) -> Self {
        let product = record.product_desc.trim();
        Self {
            description: if product.is_empty() {
                Cow::Borrowed(&record.vendor_desc)
            } else {
                Cow::Owned(format!("{} - {product}", record.vendor_desc))
            },
            host: view.id(&record.host),
            passthrough_enabled: record.passthrough_enabled,
            speed: record.speed.into(),
            usb_group: view.id(&record.usb_group),
            vendor_id: &record.vendor_id,
            version: &record.version,
        }
    }
}

impl<'m> Vusb<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::Vusb) -> Self {
        Self {
            vm: view.id(&record.vm),
            currently_attached: record.currently_attached,
            usb_group: view.id(&record.usb_group),
        }
    }
}

impl<'m> UsbGroup<'m> {
    /// Makes the object of a record.
    pub fn from_xapi(view: &View<'m>, record: &'m class::UsbGroup) -> Self {
        Self { pusbs: view.ids(&record.pusbs), vusbs: view.ids(&record.vusbs) }
    }
}
