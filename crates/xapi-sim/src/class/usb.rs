//! USB devices: offered by hosts, given to VMs.

use xapi_types::{Failure, code};

use crate::{
    Datum, Object,
    call::{Call, fail},
    class::vm::operation,
    methods::Methods,
    transition::Outcome,
};

pub(crate) fn register(methods: &mut Methods) {
    methods.on("PUSB", "scan", |call| {
        let host = call.object("host")?;
        super::host::expect_live(call.world, host)?;
        Outcome::void()
    });
    methods.on("PUSB", "set_passthrough_enabled", set_passthrough_enabled);
    methods.on("VUSB", "create", create);
    methods.on("VUSB", "unplug", unplug);
    methods.on("VUSB", "destroy", destroy);
}

/// Offers a device to VMs, or takes the offer back where none has it.
fn set_passthrough_enabled(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (device, enabled) = (call.object("self")?, call.flag("value"));
    let vusbs = call.world.objects(call.world.object(device, "USB_group"), "VUSBs");
    if let Some(vusb) = vusbs.first().filter(|_| !enabled) {
        return fail(code::USB_GROUP_CONTAINS_VUSB, [vusb]);
    }
    if enabled && call.world.object(device, "USB_group").is_null() {
        let name = format!("Group of {} USBs", call.world.text(device, "vendor_desc"));
        let group = call.world.create("USB_group", [("name_label", name.into())]);
        call.world.set(device, "USB_group", group);
    }
    call.world.set(device, "passthrough_enabled", enabled);
    Outcome::void()
}

fn create(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vm, group) = (call.object("VM")?, call.object("USB_group")?);
    operation::expect_state(call.world, vm, &["Halted"])?;
    if let Some(taken) = call.world.objects(group, "VUSBs").first() {
        return fail(code::USB_GROUP_CONFLICT, [group.to_string(), taken.to_string()]);
    }
    let offered = |device: &Object| call.world.flag(*device, "passthrough_enabled");
    if !call.world.objects(group, "PUSBs").iter().any(offered) {
        return fail(code::OPERATION_NOT_ALLOWED, ["no device of the group is offered to VMs"]);
    }
    let other_config = call.arg("other_config").clone();
    let fields = [("VM", Datum::from(vm)), ("USB_group", group.into()), ("other_config", other_config)];
    let vusb = call.world.create("VUSB", fields);
    Outcome::done(vusb)
}

fn unplug(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vusb = call.object("self")?;
    if !call.world.flag(vusb, "currently_attached") {
        return fail(code::DEVICE_ALREADY_DETACHED, [vusb]);
    }
    call.world.set(vusb, "currently_attached", false);
    Outcome::void()
}

fn destroy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vusb = call.object("self")?;
    if call.world.flag(vusb, "currently_attached") {
        return fail(code::OPERATION_NOT_ALLOWED, [format!("VUSB '{}' still attached", call.world.uuid(vusb))]);
    }
    call.world.destroy(vusb);
    Outcome::void()
}
