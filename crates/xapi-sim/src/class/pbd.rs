//! How hosts are connected to storage.

use std::time::Duration;

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::{host, plain, sr},
    methods::Methods,
    transition::Outcome,
};

const PLUG: Duration = Duration::from_secs(1);
/// Size of storage whose size nobody told.
const FOUND: i64 = 1 << 40;

pub(crate) fn register(methods: &mut Methods) {
    methods.on("PBD", "create", create);
    methods.on("PBD", "destroy", destroy);
    methods.on("PBD", "plug", plug);
    methods.on("PBD", "unplug", unplug);
    plain::register(methods, "PBD", &["set_device_config"]);
}

/// Makes a PBD, not attached yet.
pub(crate) fn add(world: &mut World, host: Object, sr: Object, device_config: Datum) -> Object {
    world.create("PBD", [("host", Datum::from(host)), ("SR", sr.into()), ("device_config", device_config)])
}

/// Attaches the SR; what was on it when it was forgotten is found again.
pub(crate) fn attach(world: &mut World, pbd: Object) {
    world.set(pbd, "currently_attached", true);
    let sr = world.object(pbd, "SR");
    let fixed = sr::space::kind_of(world, sr).layout == sr::kind::Layout::Fixed;
    sr::attic::restore(world, sr, if fixed { 0 } else { FOUND });
}

fn create(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (host, sr) = (call.field_object("host")?, call.field_object("SR")?);
    let world = &mut *call.world;
    if let Some(pbd) = world.objects(sr, "PBDs").into_iter().find(|pbd| world.object(*pbd, "host") == host) {
        return fail(code::PBD_EXISTS, [sr, host, pbd]);
    }
    if !world.flag(sr, "shared") && !world.objects(sr, "PBDs").is_empty() {
        return fail(code::SR_NOT_SHARABLE, [sr, host]);
    }
    call.generic()
}

fn destroy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let pbd = call.object("self")?;
    if call.world.flag(pbd, "currently_attached") {
        return fail(code::OPERATION_NOT_ALLOWED, ["PBD is currently attached"]);
    }
    call.world.destroy(pbd);
    Outcome::void()
}

fn plug(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let pbd = call.object("self")?;
    let (host, sr) = (call.world.object(pbd, "host"), call.world.object(pbd, "SR"));
    host::expect_live(call.world, host)?;
    if call.world.flag(pbd, "currently_attached") {
        return Outcome::void();
    }
    let kind = call.world.text(sr, "type").to_owned();
    let Some(driver) = sr::kind::named(&kind) else { return fail(code::SR_UNKNOWN_DRIVER, [kind]) };
    driver.check(call.world.get(pbd, "device_config"))?;
    sr::reach(driver, call.world.get(pbd, "device_config"))?;
    call.begin(sr, "plug");
    Ok(call.after(PLUG, move |call| {
        attach(call.world, pbd);
        Outcome::void()
    }))
}

fn unplug(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let pbd = call.object("self")?;
    let (host, sr) = (call.world.object(pbd, "host"), call.world.object(pbd, "SR"));
    host::expect_live(call.world, host)?;
    if !call.world.flag(pbd, "currently_attached") {
        return Outcome::void();
    }
    let world = &*call.world;
    for vdi in world.objects(sr, "VDIs") {
        let used = world.objects(vdi, "VBDs").into_iter().any(|vbd| {
            world.flag(vbd, "currently_attached") && world.object(world.object(vbd, "VM"), "resident_on") == host
        });
        if used {
            return fail(code::VDI_IN_USE, [vdi.to_string(), "unplug".to_owned()]);
        }
    }
    call.begin(sr, "unplug");
    Ok(call.after(PLUG, move |call| {
        call.world.set(pbd, "currently_attached", false);
        Outcome::void()
    }))
}
