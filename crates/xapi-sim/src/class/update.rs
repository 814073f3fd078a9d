//! Updates of XenServer up to 8.2: images since 7.1 (`pool_update`), programs before (`pool_patch`).
//!
//! What an update is, its file says in a way of the simulator's own ([`crate::feed`]); one that has not arrived as it was
//! made is refused, as hosts do by its signature.

use std::time::Duration;

use serde_json::Value;
use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::host,
    methods::Methods,
    transition::Outcome,
};

/// Checking an update.
const CHECK: Duration = Duration::from_secs(3);
/// Installing it on a host.
const INSTALL: Duration = Duration::from_secs(20);

/// What hosts raise for what is no update.
const INVALID: &str = "INVALID_UPDATE";
const INVALID_PATCH: &str = "INVALID_PATCH";

pub(crate) fn register(methods: &mut Methods) {
    methods.on("pool_update", "introduce", introduce);
    methods.on("pool_update", "precheck", precheck);
    methods.on("pool_update", "apply", apply);
    methods.on("pool_update", "pool_apply", pool_apply);
    methods.on("pool_update", "pool_clean", pool_clean);
    methods.on("pool_update", "destroy", destroy);
    methods.on("pool_patch", "precheck", precheck_patch);
    methods.on("pool_patch", "apply", apply_patch);
    methods.on("pool_patch", "pool_apply", pool_apply_patch);
    for name in ["clean", "pool_clean", "clean_on_host"] {
        methods.on("pool_patch", name, |call| {
            call.object("self")?;
            Outcome::void()
        });
    }
    methods.on("pool_patch", "destroy", destroy_patch);
}

fn text(about: &Value, key: &str) -> Datum {
    Datum::from(about[key].as_str().unwrap_or_default())
}

fn guidance(about: &Value) -> Datum {
    let guidance = about["guidance"].as_str().unwrap_or_default();
    Datum::set(guidance.split(',').filter(|word| !word.is_empty()))
}

// Since XenServer 7.1.

fn introduce(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vdi = call.object("vdi")?;
    let length = u64::try_from(call.world.int(vdi, "virtual_size")).unwrap_or(0);
    let about = crate::feed::about(length, |at, into| call.world.disks.read(vdi, at, into));
    let Some(about) = about else { return fail(INVALID, ["the disk holds no update, or not all of one"]) };
    let uuid = about["uuid"].as_str().unwrap_or_default().to_owned();
    if let Some(known) = call.world.by_uuid("pool_update", &uuid) {
        if call.world.is(call.world.object(known, "vdi"), "VDI") {
            return fail(code::UPDATE_ALREADY_EXISTS, [uuid]);
        }
        // Its image was cleaned away; here is another one.
        call.world.set(known, "vdi", vdi);
        return Outcome::done(known);
    }
    let name = about["name"].as_str().unwrap_or_default().to_owned();
    let update = call.world.create(
        "pool_update",
        [
            ("uuid", uuid.into()),
            ("name_label", name.as_str().into()),
            ("name_description", format!("What {name} mends").into()),
            ("version", "1.0".into()),
            ("installation_size", about["size"].as_i64().unwrap_or(0).into()),
            ("key", "update-1-vendor-Citrix Systems, Inc.".into()),
            ("after_apply_guidance", guidance(&about)),
            ("vdi", vdi.into()),
        ],
    );
    Outcome::done(update)
}

fn expect_new(world: &World, update: Object, to: Object) -> Result<(), Failure> {
    host::expect_live(world, to)?;
    if world.objects(update, "hosts").contains(&to) {
        return fail(code::UPDATE_ALREADY_APPLIED, [update]);
    }
    if !world.is(world.object(update, "vdi"), "VDI") {
        return fail(code::UPDATE_APPLY_FAILED, ["its image is gone"]);
    }
    Ok(())
}

fn precheck(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (update, to) = (call.object("self")?, call.object("host")?);
    expect_new(call.world, update, to)?;
    Ok(call.after(CHECK, |_| Outcome::done("ok")))
}

fn put_on(world: &mut World, update: Object, to: Object) {
    world.add(update, "hosts", to);
    let restarts = world.get(update, "after_apply_guidance").texts().any(|word| word == "restartHost");
    if restarts {
        world.add(to, "updates_requiring_reboot", update);
    }
}

fn apply(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (update, to) = (call.object("self")?, call.object("host")?);
    expect_new(call.world, update, to)?;
    Ok(call.after(INSTALL, move |call| {
        expect_new(call.world, update, to)?;
        put_on(call.world, update, to);
        Outcome::void()
    }))
}

fn pool_apply(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let update = call.object("self")?;
    let lacks = move |world: &World| -> Vec<Object> {
        let has = world.objects(update, "hosts");
        world.list("host").into_iter().filter(|host| !has.contains(host)).collect()
    };
    if lacks(call.world).is_empty() {
        return fail(code::UPDATE_ALREADY_APPLIED_IN_POOL, [update]);
    }
    Ok(call.after(INSTALL, move |call| {
        for to in lacks(call.world) {
            expect_new(call.world, update, to)?;
            put_on(call.world, update, to);
        }
        Outcome::void()
    }))
}

fn pool_clean(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let update = call.object("self")?;
    let vdi = call.world.object(update, "vdi");
    if call.world.is(vdi, "VDI") {
        crate::class::vdi::remove(call.world, vdi);
    }
    call.world.set(update, "vdi", Object::NULL);
    Outcome::void()
}

fn destroy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let update = call.object("self")?;
    if !call.world.objects(update, "hosts").is_empty() {
        return fail(code::UPDATE_IS_APPLIED, [update]);
    }
    pool_clean(call)?;
    call.world.destroy(update);
    Outcome::void()
}

// Before XenServer 7.1.

/// Makes the patch of a file that was sent.
///
/// # Errors
///
/// `INVALID_PATCH`, `PATCH_ALREADY_EXISTS`.
pub(crate) fn upload(world: &mut World, file: &[u8]) -> Result<Object, Failure> {
    let about = crate::feed::about(file.len() as u64, |at, into| {
        let from = usize::try_from(at).unwrap_or(usize::MAX).min(file.len());
        let some = (file.len() - from).min(into.len());
        into[..some].copy_from_slice(&file[from..from + some]);
    });
    let Some(about) = about else { return fail(INVALID_PATCH, [""; 0]) };
    let uuid = about["uuid"].as_str().unwrap_or_default().to_owned();
    if let Some(known) = world.by_uuid("pool_patch", &uuid) {
        return fail(code::PATCH_ALREADY_EXISTS, [known.to_string()]);
    }
    Ok(world.create(
        "pool_patch",
        [
            ("uuid", uuid.into()),
            ("name_label", text(&about, "name")),
            ("version", "1.0".into()),
            ("size", about["size"].as_i64().unwrap_or(0).into()),
            ("after_apply_guidance", guidance(&about)),
        ],
    ))
}

fn expect_new_patch(world: &World, patch: Object, to: Object) -> Result<(), Failure> {
    host::expect_live(world, to)?;
    let applied = world.objects(patch, "host_patches").into_iter().any(|of| world.object(of, "host") == to);
    if applied { fail(code::PATCH_ALREADY_APPLIED, [patch]) } else { Ok(()) }
}

fn precheck_patch(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (patch, to) = (call.object("self")?, call.object("host")?);
    expect_new_patch(call.world, patch, to)?;
    Ok(call.after(CHECK, |_| Outcome::done("")))
}

fn put_patch_on(world: &mut World, patch: Object, to: Object) {
    let (name, now) = (world.text(patch, "name_label").to_owned(), world.now());
    world.create(
        "host_patch",
        [
            ("name_label", name.into()),
            ("host", to.into()),
            ("applied", true.into()),
            ("timestamp_applied", now.into()),
            ("pool_patch", patch.into()),
        ],
    );
}

fn apply_patch(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (patch, to) = (call.object("self")?, call.object("host")?);
    expect_new_patch(call.world, patch, to)?;
    Ok(call.after(INSTALL, move |call| {
        expect_new_patch(call.world, patch, to)?;
        put_patch_on(call.world, patch, to);
        Outcome::done("Installed.")
    }))
}

fn pool_apply_patch(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let patch = call.object("self")?;
    Ok(call.after(INSTALL, move |call| {
        for to in call.world.list("host") {
            if expect_new_patch(call.world, patch, to).is_ok() {
                put_patch_on(call.world, patch, to);
            }
        }
        call.world.set(patch, "pool_applied", true);
        Outcome::void()
    }))
}

fn destroy_patch(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let patch = call.object("self")?;
    if !call.world.objects(patch, "host_patches").is_empty() {
        return fail(code::PATCH_IS_APPLIED, [patch]);
    }
    call.world.destroy(patch);
    Outcome::void()
}

/// Forgets which updates wait for the restart of a host: it has restarted.
pub(crate) fn host_starts(world: &mut World, host: Object) {
    world.set(host, "updates_requiring_reboot", Datum::set::<Object>([]));
}
