//! Disks: made, cloned, snapshotted, copied, moved, resized, destroyed.

mod chain;
pub(crate) mod nbd;
pub(crate) mod operation;
pub(crate) mod transfer;

use std::time::Duration;

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::{device, plain, sr},
    methods::Methods,
    transition::Outcome,
};

pub(crate) use chain::{merge_leaf, remove};
use sr::{kind, space};

/// Sizes are rounded up to whole blocks of a VHD.
const ROUND: i64 = 2 << 20;
/// Largest disk of a VHD: 2040 GiB.
const LARGEST: i64 = 2040 << 30;
const QUICK: Duration = Duration::from_millis(300);

pub(crate) fn register(methods: &mut Methods) {
    methods.allowed("VDI", &["VBDs", "SR"], operation::allowed);
    methods.on("VDI", "create", create);
    methods.on("VDI", "destroy", destroy);
    methods.on("VDI", "clone", clone);
    methods.on("VDI", "snapshot", snapshot);
    methods.on("VDI", "resize", resize);
    methods.on("VDI", "resize_online", resize);
    methods.on("VDI", "forget", forget);
    methods.on("VDI", "introduce", introduce);
    methods.on("VDI", "update", update);
    methods.on("VDI", "enable_cbt", enable_cbt);
    methods.on("VDI", "disable_cbt", disable_cbt);
    methods.on("VDI", "data_destroy", data_destroy);
    methods.on("VDI", "set_on_boot", set_on_boot);
    plain::register(
        methods,
        "VDI",
        &["set_name_label", "set_name_description", "set_read_only", "set_sharable", "set_allow_caching"],
    );
    transfer::register(methods);
    nbd::register(methods);
}

/// Makes an empty disk.
///
/// # Errors
///
/// If the SR takes none, is not attached, or has no room.
pub(crate) fn create_in(world: &mut World, sr: Object, name: &str, size: i64, kind: &str) -> Result<Object, Failure> {
    let driver = expect_creatable(world, sr)?;
    if !(0..=LARGEST).contains(&size) {
        let reason = "VDI Invalid size [opterr=VDI size must be between 1 MB and 2088960 MB]";
        return Err(kind::backend(79, reason, ""));
    }
    let in_vhd = driver.has_chains();
    let size = if in_vhd { (size.max(1) + ROUND - 1) / ROUND * ROUND } else { size };
    let taken = space::taken(driver, size, 0);
    space::expect(world, sr, taken)?;
    let uuid = world.new_uuid();
    // An image is a file, which its driver notes as made here; without that it would be read-only after a scan.
    let (location, config) = if in_vhd {
        (uuid.clone(), ("vdi_type", "vhd".to_owned()))
    } else {
        (format!("{uuid}.img"), ("created", world.now().to_string()))
    };
    let vdi = world.create(
        "VDI",
        [
            ("uuid", Datum::from(uuid.as_str())),
            ("location", location.into()),
            ("name_label", name.into()),
            ("SR", sr.into()),
            ("virtual_size", size.into()),
            ("physical_utilisation", taken.into()),
            ("type", kind.into()),
            ("managed", true.into()),
            ("sm_config", Datum::map([config])),
        ],
    );
    space::recount(world, sr);
    Ok(vdi)
}

/// Checks that disks can be made on an SR, and returns its driver.
pub(crate) fn expect_creatable(world: &World, sr: Object) -> Result<&'static kind::Kind, Failure> {
    sr::expect_attached(world, sr)?;
    let driver = space::kind_of(world, sr);
    if space::can(world, sr, "VDI_CREATE") { Ok(driver) } else { fail(code::SR_OPERATION_NOT_SUPPORTED, [sr]) }
}

/// Lets `bytes` of a disk be in use.
pub(crate) fn fill(world: &mut World, vdi: Object, bytes: i64) {
    let bytes = bytes.clamp(0, world.int(vdi, "virtual_size"));
    let seed = u64::from_str_radix(world.uuid(vdi).get(..8).unwrap_or_default(), 16).unwrap_or(1);
    world.disks.fill(vdi, bytes.cast_unsigned(), seed);
    measure(world, vdi);
}

/// Works out again what a disk that was written takes on its SR.
pub(crate) fn measure(world: &mut World, vdi: Object) {
    let sr = world.object(vdi, "SR");
    let size = world.int(vdi, "virtual_size");
    let taken = space::taken(space::kind_of(world, sr), size, world.disks.used(vdi));
    world.set(vdi, "physical_utilisation", taken);
    space::recount(world, sr);
}

/// Makes a disk with the same content.
///
/// # Errors
///
/// If the driver cannot.
pub(crate) fn clone_of(world: &mut World, vdi: Object) -> Result<Object, Failure> {
    expect_feature(world, vdi, "VDI_CLONE")?;
    let fields = vec![
        ("is_a_snapshot", Datum::from(false)),
        ("snapshot_of", Object::NULL.into()),
        ("snapshot_time", xapi_types::DateTime::NEVER.into()),
        ("cbt_enabled", false.into()),
    ];
    chain::branch(world, vdi, fields)
}

/// Makes a disk that keeps the present content.
///
/// # Errors
///
/// If the driver cannot.
pub(crate) fn snapshot_of(world: &mut World, vdi: Object) -> Result<Object, Failure> {
    expect_feature(world, vdi, "VDI_SNAPSHOT")?;
    let now = world.now();
    let fields = vec![("is_a_snapshot", Datum::from(true)), ("snapshot_of", vdi.into()), ("snapshot_time", now.into())];
    chain::branch(world, vdi, fields)
}

/// Makes a disk on `sr` with the same content and nothing in common.
///
/// # Errors
///
/// If the SR takes none, or has no room.
pub(crate) fn copy_of(world: &mut World, vdi: Object, sr: Object) -> Result<Object, Failure> {
    let (name, kind) = (world.text(vdi, "name_label").to_owned(), world.text(vdi, "type").to_owned());
    let driver = expect_creatable(world, sr)?;
    let (size, used) = (world.int(vdi, "virtual_size"), transfer::content(world, vdi));
    space::expect(world, sr, space::taken(driver, size, used))?;
    let copy = create_in(world, sr, &name, size, &kind)?;
    for field in ["name_description", "other_config", "xenstore_data", "tags", "sharable", "on_boot"] {
        let value = world.get(vdi, field).clone();
        world.set(copy, field, value);
    }
    world.disks.copy(vdi, copy);
    let taken = space::taken(driver, size, world.disks.used(copy));
    world.set(copy, "physical_utilisation", taken);
    space::recount(world, sr);
    Ok(copy)
}

/// Lets the snapshots of `old` be snapshots of `new`, which took its place.
pub(crate) fn inherit_snapshots(world: &mut World, old: Object, new: Object) {
    for vdi in world.list("VDI") {
        if world.object(vdi, "snapshot_of") == old && vdi != new && !old.is_null() {
            world.set(vdi, "snapshot_of", new);
        }
    }
}

fn expect_feature(world: &World, vdi: Object, feature: &str) -> Result<(), Failure> {
    let sr = world.object(vdi, "SR");
    sr::expect_attached(world, sr)?;
    if space::kind_of(world, sr).can(feature) { Ok(()) } else { fail(code::SR_OPERATION_NOT_SUPPORTED, [sr]) }
}

fn create(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let sr = call.field_object("SR")?;
    expect_creatable(call.world, sr)?;
    let (name, size, kind) = (call.field("name_label"), call.field("virtual_size"), call.field("type"));
    let given: Vec<(&'static str, Datum)> =
        ["name_description", "sharable", "read_only", "other_config", "xenstore_data", "sm_config", "tags"]
            .into_iter()
            .map(|field| (field, call.field(field)))
            .filter(|(_, value)| *value != Datum::Absent)
            .collect();
    call.begin(sr, "vdi_create");
    let later = call.after(QUICK, move |call| {
        let kind = if kind.as_text().is_empty() { "user" } else { kind.as_text() };
        let vdi = create_in(call.world, sr, name.as_text(), size.as_int(), kind)?;
        let raw = given.iter().any(|(field, value)| *field == "sm_config" && value.get("type").is_some());
        let made = call.world.get(vdi, "sm_config").clone();
        for (field, value) in given {
            let value = match made.entries().first() {
                Some((key, kept)) if field == "sm_config" && !raw => value.with_entry(key, kept.clone()),
                _ => value,
            };
            call.world.set(vdi, field, value);
        }
        Outcome::done(vdi)
    });
    Ok(later.or_undo(|_| ()))
}

fn destroy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vdi = call.object("self")?;
    operation::expect(call.world, vdi, "destroy")?;
    let sr = call.world.object(vdi, "SR");
    call.begin(vdi, "destroy");
    call.begin(sr, "vdi_destroy");
    Ok(call.after(QUICK, move |call| {
        drop_vbds(call.world, vdi);
        remove(call.world, vdi);
        Outcome::void()
    }))
}

/// Takes a disk that goes out of its VMs: drives become empty, other VBDs go too.
pub(crate) fn drop_vbds(world: &mut World, vdi: Object) {
    for vbd in world.objects(vdi, "VBDs") {
        if world.text(vbd, "type") == "CD" {
            world.set(vbd, "VDI", Object::NULL);
            world.set(vbd, "empty", true);
        } else {
            device::remove(world, vbd);
        }
    }
}

fn clone(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    derive(call, "clone", "vdi_clone", clone_of)
}

fn snapshot(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    derive(call, "snapshot", "vdi_snapshot", snapshot_of)
}

fn derive(
    call: &mut Call<'_>,
    operation: &'static str,
    on_sr: &'static str,
    make: fn(&mut World, Object) -> Result<Object, Failure>,
) -> Result<Outcome, Failure> {
    let vdi = call.object("vdi")?;
    operation::expect(call.world, vdi, operation)?;
    let sr = call.world.object(vdi, "SR");
    call.begin(vdi, operation);
    call.begin(sr, on_sr);
    Ok(call.after(QUICK, move |call| {
        let made = make(call.world, vdi)?;
        Outcome::done(made)
    }))
}

fn resize(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vdi, size) = (call.object("vdi")?, call.int("size"));
    let attached = operation::is_attached(call.world, vdi);
    operation::expect(call.world, vdi, if attached { "resize_online" } else { "resize" })?;
    let sr = call.world.object(vdi, "SR");
    let size = (size + ROUND - 1) / ROUND * ROUND;
    let now = call.world.int(vdi, "virtual_size");
    if size < now || size > LARGEST {
        let reason = format!("VDI Invalid size [opterr=VDI Size: current size: {now}, requested size: {size}]");
        return Err(kind::backend(79, &reason, ""));
    }
    let driver = space::kind_of(call.world, sr);
    let used = call.world.disks.used(vdi);
    let grows = space::taken(driver, size, used) - space::taken(driver, now, used);
    space::expect(call.world, sr, grows)?;
    call.begin(vdi, "resize");
    call.begin(sr, "vdi_resize");
    Ok(call.after(QUICK, move |call| {
        let taken = call.world.int(vdi, "physical_utilisation") + grows;
        call.world.set(vdi, "virtual_size", size);
        call.world.set(vdi, "physical_utilisation", taken);
        space::recount(call.world, sr);
        Outcome::void()
    }))
}

fn forget(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vdi = call.object("vdi")?;
    operation::expect(call.world, vdi, "forget")?;
    let sr = call.world.object(vdi, "SR");
    sr::attic::keep_vdi(call.world, vdi);
    drop_vbds(call.world, vdi);
    call.world.destroy(vdi);
    space::recount(call.world, sr);
    Outcome::void()
}

fn introduce(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (sr, uuid, location) = (call.object("SR")?, call.text("uuid"), call.text("location"));
    sr::expect_attached(call.world, sr)?;
    if call.world.by_uuid("VDI", &uuid).is_some() {
        return Err(kind::backend(43, "The VDI already exists", ""));
    }
    let Some(vdi) = sr::attic::bring_back(call.world, sr, &uuid, &location) else {
        return fail(code::VDI_LOCATION_MISSING, [sr.to_string(), location]);
    };
    for field in ["name_label", "name_description", "type", "sharable", "read_only", "other_config", "xenstore_data"] {
        let value = call.arg(field).clone();
        call.world.set(vdi, field, value);
    }
    Outcome::done(vdi)
}

fn update(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vdi = call.object("vdi")?;
    sr::expect_attached(call.world, call.world.object(vdi, "SR"))?;
    Outcome::void()
}

fn enable_cbt(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    set_cbt(call, "enable_cbt", true)
}

fn disable_cbt(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    set_cbt(call, "disable_cbt", false)
}

fn set_cbt(call: &mut Call<'_>, operation: &'static str, enabled: bool) -> Result<Outcome, Failure> {
    let vdi = call.object("self")?;
    operation::expect(call.world, vdi, operation)?;
    expect_feature(call.world, vdi, "VDI_CONFIG_CBT")?;
    if enabled && call.world.flag(vdi, "is_a_snapshot") {
        return fail(code::OPERATION_NOT_ALLOWED, ["Changed block tracking can't be enabled for a snapshot"]);
    }
    call.world.set(vdi, "cbt_enabled", enabled);
    Outcome::void()
}

fn data_destroy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vdi = call.object("self")?;
    operation::expect(call.world, vdi, "data_destroy")?;
    if !call.world.flag(vdi, "is_a_snapshot") {
        return fail(code::OPERATION_NOT_ALLOWED, ["VDI is not a snapshot"]);
    }
    if !call.world.flag(vdi, "cbt_enabled") {
        return fail(code::VDI_NO_CBT_METADATA, [vdi]);
    }
    drop_vbds(call.world, vdi);
    call.world.set(vdi, "type", "cbt_metadata");
    call.world.set(vdi, "physical_utilisation", 0_i64);
    call.world.remove(vdi, "sm_config", "vhd-parent");
    space::recount(call.world, call.world.object(vdi, "SR"));
    Outcome::void()
}

fn set_on_boot(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vdi = call.object("self")?;
    operation::expect(call.world, vdi, "set_on_boot")?;
    plain::set(call)
}
