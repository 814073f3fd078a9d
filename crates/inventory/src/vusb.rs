//! USB devices of virtual machines.

use app::Cx;
use op::{Error, Id, Need, Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use xapi::{Value, params};

use crate::kind;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Create>().add::<Destroy>().add::<Unplug>();
}

/// Give a VM a USB device, from its next start on, and return the id of the connection.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Create {
    /// VM.
    vm: Id<kind::Vm>,
    /// Group of the device.
    usb_group: Id<kind::UsbGroup>,
}

impl Op<Cx> for Create {
    type Output = String;
    const SPEC: Spec =
        Spec::objects("vusb.create", &[Need::administrate("usbGroup", "use"), Need::administrate("vm", "update")]);
    async fn run(self, cx: Cx) -> Result<String> {
        let vm = cx.on(&self.vm)?;
        let group = cx.object(&self.usb_group)?;
        let params = params![vm.reference(), group.xapi_ref(), Value::Struct(Vec::new())];
        let made = vm.pool.call("VUSB.create", params).await?;
        let made = made.as_str().ok_or_else(|| Error::failed("the pool did not say which connection it made"))?;
        vm.pool.call_as("VUSB.get_uuid", params![made]).await
    }
}

/// Unplug a USB device of a running VM.
#[derive(Deserialize, JsonSchema)]
struct Unplug {
    /// Connection of the device.
    id: Id<kind::Vusb>,
}

impl Op<Cx> for Unplug {
    type Output = ();
    const SPEC: Spec = Spec::objects("vusb.unplug", &[Need::administrate("id", "unplug")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vusb = cx.on(&self.id)?;
        vusb.pool.call("VUSB.unplug", params![vusb.reference()]).await.map(drop)
    }
}

/// Take a USB device from a VM.
#[derive(Deserialize, JsonSchema)]
struct Destroy {
    /// Connection of the device.
    id: Id<kind::Vusb>,
}

impl Op<Cx> for Destroy {
    type Output = ();
    const SPEC: Spec = Spec::objects("vusb.destroy", &[Need::administrate("id", "destroy")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vusb = cx.on(&self.id)?;
        vusb.pool.call("VUSB.destroy", params![vusb.reference()]).await.map(drop)
    }
}
