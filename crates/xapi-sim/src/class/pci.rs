//! PCI devices: whether the host itself uses them, which changes when it starts anew.

use xapi_types::Failure;

use crate::{Object, World, call::Call, methods::Methods, transition::Outcome};

/// What is noted of a device; nothing is "enabled".
const ACCESS: &str = "dom0 access";

pub(crate) fn register(methods: &mut Methods) {
    methods.on("PCI", "get_dom0_access_status", |call| {
        let device = call.object("self")?;
        Outcome::done(access(call.world, device))
    });
    methods.on("PCI", "disable_dom0_access", |call| {
        change(call, [("enabled", "disable_on_reboot"), ("enable_on_reboot", "disabled")])
    });
    methods.on("PCI", "enable_dom0_access", |call| {
        change(call, [("disabled", "enable_on_reboot"), ("disable_on_reboot", "enabled")])
    });
}

fn access(world: &World, device: Object) -> String {
    match world.hidden(device, ACCESS).as_text() {
        "" => "enabled".to_owned(),
        access => access.to_owned(),
    }
}

fn change(call: &mut Call<'_>, steps: [(&str, &'static str); 2]) -> Result<Outcome, Failure> {
    let device = call.object("self")?;
    let now = access(call.world, device);
    let then = steps.into_iter().find(|(from, _)| *from == now).map_or(now, |(_, to)| to.to_owned());
    call.world.hide(device, ACCESS, then.as_str());
    Outcome::done(then)
}

/// Lets come true what was to change when the host starts anew.
pub(crate) fn host_starts(world: &mut World, host: Object) {
    for device in world.objects(host, "PCIs") {
        let then = match access(world, device).as_str() {
            "disable_on_reboot" => "disabled",
            "enable_on_reboot" => "enabled",
            _ => continue,
        };
        world.hide(device, ACCESS, then);
    }
}
