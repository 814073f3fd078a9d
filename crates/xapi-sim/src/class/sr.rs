//! Storage repositories: made, probed, scanned, forgotten, destroyed.

pub(crate) mod attic;
pub(crate) mod kind;
mod probe;
pub(crate) use probe::reach;
mod seed;
pub(crate) mod space;

use std::time::Duration;

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::{host, idle, pbd, plain},
    methods::Methods,
    transition::Outcome,
};

const CREATE: Duration = Duration::from_secs(3);
const SCAN: Duration = Duration::from_secs(1);
const DESTROY: Duration = Duration::from_secs(2);
/// Size of what a driver finds where a story did not say.
const FOUND: i64 = 1 << 40;

pub(crate) fn register(methods: &mut Methods) {
    methods.allowed("SR", &["PBDs"], allowed);
    methods.on("SR", "create", create);
    methods.on("SR", "make", make);
    methods.on("SR", "introduce", introduce);
    methods.on("SR", "destroy", destroy);
    methods.on("SR", "forget", forget);
    methods.on("SR", "scan", scan);
    methods.on("SR", "update", update);
    methods.on("SR", "get_supported_types", get_supported_types);
    methods.on("SR", "set_physical_size", set_physical_size);
    methods.on("SR", "assert_can_host_ha_statefile", assert_can_host_ha_statefile);
    methods.on("SR", "assert_supports_database_replication", assert_can_host_ha_statefile);
    methods.on("SR", "get_data_sources", get_data_sources);
    plain::register(methods, "SR", &["set_name_label", "set_name_description", "set_shared"]);
    probe::register(methods);
    seed::register(methods);
}

/// Operations that are listed, each with the driver's feature that it needs.
const LISTED: &[(&str, Option<&str>)] = &[
    ("vdi_introduce", None),
    ("unplug", None),
    ("plug", None),
    ("pbd_create", None),
    ("pbd_destroy", None),
    ("update", Some("SR_UPDATE")),
    ("vdi_enable_cbt", Some("VDI_CONFIG_CBT")),
    ("vdi_disable_cbt", Some("VDI_CONFIG_CBT")),
    ("vdi_data_destroy", Some("VDI_CONFIG_CBT")),
    ("vdi_list_changed_blocks", Some("VDI_CONFIG_CBT")),
    ("vdi_set_on_boot", Some("VDI_RESET_ON_BOOT/2")),
    ("vdi_resize", Some("VDI_RESIZE")),
    ("vdi_clone", Some("VDI_CLONE")),
    ("scan", None),
    ("vdi_snapshot", Some("VDI_SNAPSHOT")),
    ("vdi_mirror", Some("VDI_MIRROR")),
    ("vdi_create", Some("VDI_CREATE")),
    ("vdi_destroy", Some("VDI_DELETE")),
    ("destroy", None),
    ("forget", None),
];

/// Works out `allowed_operations`: nothing while something goes on, as on a real host.
pub(crate) fn allowed(world: &World, sr: Object) -> Vec<&'static str> {
    if !world.get(sr, "current_operations").entries().is_empty() {
        return Vec::new();
    }
    let attached = is_attached(world, sr);
    let may = |operation: &str, feature: Option<&str>| match operation {
        "destroy" | "forget" => !attached,
        "plug" | "unplug" | "pbd_create" | "pbd_destroy" => true,
        _ => attached && feature.is_none_or(|feature| space::can(world, sr, feature)),
    };
    LISTED.iter().filter(|(operation, feature)| may(operation, *feature)).map(|(operation, _)| *operation).collect()
}

/// Returns whether a host has the SR.
pub(crate) fn is_attached(world: &World, sr: Object) -> bool {
    world.objects(sr, "PBDs").into_iter().any(|pbd| world.flag(pbd, "currently_attached"))
}

/// Checks that a host has the SR.
///
/// # Errors
///
/// `SR_HAS_NO_PBDS`.
pub(crate) fn expect_attached(world: &World, sr: Object) -> Result<(), Failure> {
    if is_attached(world, sr) { Ok(()) } else { fail(code::SR_HAS_NO_PBDS, [sr]) }
}

fn create(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (at, kind, config) = (call.object("host")?, call.text("type"), call.arg("device_config").clone());
    host::expect_live(call.world, at)?;
    let Some(driver) = kind::named(&kind) else { return fail(code::SR_UNKNOWN_DRIVER, [kind]) };
    driver.check(&config)?;
    probe::reach(driver, &config)?;
    expect_unused(call.world, driver, at, &config)?;
    let shared = call.flag("shared");
    let fields = vec![
        ("name_label", call.arg("name_label").clone()),
        ("name_description", call.arg("name_description").clone()),
        ("type", kind.into()),
        ("content_type", call.arg("content_type").clone()),
        ("shared", shared.into()),
        ("sm_config", given_map(call, "sm_config")),
        ("physical_size", size_of(&config, call.int("physical_size")).into()),
    ];
    Ok(call.after(CREATE, move |call| {
        let sr = call.world.create("SR", fields);
        let hosts = if shared { call.world.list("host") } else { vec![at] };
        for host in hosts {
            let pbd = pbd::add(call.world, host, sr, config.clone());
            if host::is_live(call.world, host) {
                pbd::attach(call.world, pbd);
            }
        }
        Outcome::done(sr)
    }))
}

fn given_map(call: &Call<'_>, name: &str) -> Datum {
    match call.arg(name) {
        Datum::Absent => Datum::map::<&str, &str>([]),
        given => given.clone(),
    }
}

/// Returns the size of what the driver finds: what the caller said, or what there is.
fn size_of(config: &Datum, given: i64) -> i64 {
    let device = config.get("device").map_or("", Datum::as_text);
    match given {
        0 if !device.is_empty() => FOUND / 4 * i64::try_from(device.split(',').count()).unwrap_or(1),
        0 => FOUND,
        given => given,
    }
}

/// Checks that no other SR of the host has the device or LUN.
fn expect_unused(world: &World, driver: &kind::Kind, host: Object, config: &Datum) -> Result<(), Failure> {
    for key in ["device", "SCSIid"] {
        if !driver.needs.iter().any(|need| need.key == key) {
            continue;
        }
        let wanted = config.get(key).map_or("", Datum::as_text);
        let taken = world.objects(host, "PBDs").into_iter().any(|pbd| {
            world.entry(pbd, "device_config", key).split(',').any(|one| wanted.split(',').any(|other| other == one))
        });
        if taken {
            return fail::<_, &str>(code::SR_DEVICE_IN_USE, []);
        }
    }
    Ok(())
}

/// The old form of `create`, which answered an identifier of the storage and attached nothing.
fn make(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    fail(code::MESSAGE_DEPRECATED, [call.text("type")])
}

fn introduce(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (uuid, kind) = (call.text("uuid"), call.text("type"));
    if call.world.by_uuid("SR", &uuid).is_some() {
        return fail(code::SR_UUID_EXISTS, [uuid]);
    }
    let uuid = if uuid.is_empty() { call.world.new_uuid() } else { uuid };
    let fields = vec![
        ("uuid", uuid.into()),
        ("name_label", call.arg("name_label").clone()),
        ("name_description", call.arg("name_description").clone()),
        ("type", kind.into()),
        ("content_type", call.arg("content_type").clone()),
        ("shared", call.arg("shared").clone()),
        ("sm_config", given_map(call, "sm_config")),
    ];
    Outcome::done(call.world.create("SR", fields))
}

fn expect_detached(world: &World, sr: Object) -> Result<(), Failure> {
    if is_attached(world, sr) {
        return fail(code::SR_HAS_PBD, [sr]);
    }
    if world.flag(sr, "is_tools_sr") {
        return fail(code::SR_INDESTRUCTIBLE, [sr]);
    }
    Ok(())
}

fn forget(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let sr = call.object("sr")?;
    idle::expect(call.world, sr)?;
    expect_detached(call.world, sr)?;
    attic::keep(call.world, sr);
    drop_records(call.world, sr);
    Outcome::void()
}

/// Removes the records of an SR and of what is on it.
fn drop_records(world: &mut World, sr: Object) {
    for vdi in world.objects(sr, "VDIs") {
        crate::class::vdi::drop_vbds(world, vdi);
        world.destroy(vdi);
    }
    for pbd in world.objects(sr, "PBDs") {
        world.destroy(pbd);
    }
    let pool = world.pool();
    for field in ["default_SR", "suspend_image_SR", "crash_dump_SR"] {
        if world.object(pool, field) == sr {
            world.set(pool, field, Object::NULL);
        }
    }
    world.destroy(sr);
}

/// Destroys the SR with what is on it; hosts attach it for that, so its PBDs must be unplugged.
fn destroy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let sr = call.object("sr")?;
    idle::expect(call.world, sr)?;
    expect_detached(call.world, sr)?;
    if call.world.objects(sr, "PBDs").is_empty() {
        return fail(code::SR_HAS_NO_PBDS, [sr]);
    }
    if space::kind_of(call.world, sr).layout == kind::Layout::Fixed {
        return fail(code::SR_OPERATION_NOT_SUPPORTED, [sr]);
    }
    if !call.world.objects(sr, "VDIs").is_empty() {
        return fail::<_, &str>(code::SR_NOT_EMPTY, []);
    }
    call.begin(sr, "destroy");
    Ok(call.after(DESTROY, move |call| {
        drop_records(call.world, sr);
        Outcome::void()
    }))
}

fn scan(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let sr = call.object("sr")?;
    idle::expect(call.world, sr)?;
    expect_attached(call.world, sr)?;
    call.begin(sr, "scan");
    Ok(call.after(SCAN, move |call| {
        attic::bring_back_all(call.world, sr);
        space::recount(call.world, sr);
        Outcome::void()
    }))
}

fn update(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let sr = call.object("sr")?;
    expect_attached(call.world, sr)?;
    space::recount(call.world, sr);
    Outcome::void()
}

fn get_supported_types(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let _ = call;
    Outcome::done(Datum::set(kind::ALL.iter().map(|kind| kind.name)))
}

fn set_physical_size(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (sr, size) = (call.object("self")?, call.int("value"));
    call.world.set(sr, "physical_size", size);
    Outcome::void()
}

fn assert_can_host_ha_statefile(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let sr = call.object("sr")?;
    if call.world.flag(sr, "shared") && space::kind_of(call.world, sr).can("VDI_GENERATE_CONFIG") {
        return Outcome::void();
    }
    fail(code::SR_OPERATION_NOT_SUPPORTED, [sr])
}

fn get_data_sources(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    call.object("sr")?;
    Outcome::done(Datum::set::<Datum>([]))
}
