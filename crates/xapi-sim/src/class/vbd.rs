//! Disks and drives of VMs.

use std::time::Duration;

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::{device, host, idle, vm},
    methods::Methods,
    transition::Outcome,
};

use vm::{operation, setting};

const PLUG: Duration = Duration::from_millis(500);
const CHANGE_DISC: Duration = Duration::from_millis(300);

pub(crate) fn register(methods: &mut Methods) {
    methods.allowed("VBD", &["VM"], allowed);
    methods.on("VBD", "create", create);
    methods.on("VBD", "destroy", destroy);
    methods.on("VBD", "plug", plug);
    methods.on("VBD", "unplug", unplug);
    methods.on("VBD", "unplug_force", unplug_force);
    methods.on("VBD", "insert", insert);
    methods.on("VBD", "eject", eject);
    methods.on("VBD", "set_mode", set_mode);
    methods.on("VBD", "set_userdevice", set_userdevice);
    methods.on("VBD", "assert_attachable", assert_attachable);
}

/// Returns the name that the guest sees: `xvda` for number 0 and so on.
pub(crate) fn device_name(world: &World, vbd: Object) -> String {
    let number: u32 = world.text(vbd, "userdevice").parse().unwrap_or(0);
    let letter = |at: u32| char::from(b'a' + u8::try_from(at % 26).expect("below 26"));
    match number / 26 {
        0 => format!("xvd{}", letter(number)),
        more => format!("xvd{}{}", letter(more - 1), letter(number)),
    }
}

/// What a VM that is being stopped lets no device do.
const STOPPING: &[&str] = &["clean_shutdown", "hard_shutdown", "suspend", "pause", "pool_migrate"];

fn is_stopping(world: &World, vm: Object) -> bool {
    let current = world.get(vm, "current_operations").entries();
    current.iter().any(|(_, operation)| STOPPING.contains(&operation.as_text()))
}

/// Works out `allowed_operations`.
pub(crate) fn allowed(world: &World, vbd: Object) -> Vec<&'static str> {
    if !world.get(vbd, "current_operations").entries().is_empty() {
        return Vec::new();
    }
    let vm = world.object(vbd, "VM");
    let state = world.text(vm, "power_state");
    let attached = world.flag(vbd, "currently_attached");
    let drive = world.text(vbd, "type") == "CD";
    let fixed = drive && operation::is_hvm(world, vm);
    let mut allowed = vec!["attach"];
    let running = state == "Running";
    if attached && running {
        allowed.push("unpause");
    }
    if drive && matches!(state, "Halted" | "Running") {
        allowed.push(if world.flag(vbd, "empty") { "insert" } else { "eject" });
    }
    if running && attached && !fixed {
        allowed.extend(["unplug", "unplug_force"]);
    }
    if running && !attached && !fixed && !world.flag(vm, "is_a_template") {
        allowed.push("plug");
    }
    if attached && running {
        allowed.push("pause");
    }
    allowed
}

fn create(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.field_object("VM")?;
    let (kind, mode, empty) = (call.field("type"), call.field("mode"), call.field("empty").as_bool());
    let drive = kind.as_text() == "CD";
    let vdi = if empty { Object::NULL } else { call.field_object("VDI")? };
    if empty && !drive {
        return fail(code::OPERATION_NOT_ALLOWED, ["Only CD VBDs may be empty"]);
    }
    if drive && mode.as_text() != "RO" {
        return fail::<_, &str>(code::VBD_CDS_MUST_BE_READONLY, []);
    }
    operation::expect_not_moving(call.world, vm)?;
    let wanted = call.field("userdevice");
    let free = setting::free_vbd_devices(call.world, vm);
    let number = match wanted.as_text() {
        "autodetect" | "" => {
            let hvm = operation::is_hvm(call.world, vm);
            let found = free.into_iter().find(|device| if drive && hvm { device == "3" } else { device != "3" });
            match found.or_else(|| setting::free_vbd_devices(call.world, vm).into_iter().next()) {
                Some(device) => device,
                None => return fail(code::INVALID_DEVICE, [wanted.as_text()]),
            }
        }
        given => {
            let number = device_number(given);
            match number {
                None => return fail(code::INVALID_DEVICE, [given]),
                Some(number) if !free.contains(&number) => return fail(code::DEVICE_ALREADY_EXISTS, [number]),
                Some(number) => number,
            }
        }
    };
    let outcome = call.generic()?;
    if let Outcome::Done(Datum::Ref(vbd)) = outcome {
        let world = &mut *call.world;
        device::measure(world, vbd);
        world.set(vbd, "userdevice", number);
        world.set(vbd, "VDI", vdi);
        world.set(vbd, "empty", empty);
        if call.field("device").as_text().is_empty() || call.world.text(vm, "power_state") != "Suspended" {
            call.world.set(vbd, "device", "");
            call.world.set(vbd, "currently_attached", false);
        }
    }
    Ok(outcome)
}

/// Returns the number of a device given as number or as name (`xvdb`, `hda`, `sdc`).
fn device_number(given: &str) -> Option<String> {
    if let Ok(number) = given.parse::<u32>() {
        return (number <= 254).then(|| number.to_string());
    }
    let letter = ["xvd", "hd", "sd"].iter().find_map(|prefix| given.strip_prefix(prefix))?;
    let mut letters = letter.bytes();
    match (letters.next(), letters.next()) {
        (Some(at @ b'a'..=b'z'), None) => Some((at - b'a').to_string()),
        _ => None,
    }
}

fn destroy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vbd = call.object("self")?;
    idle::expect(call.world, vbd)?;
    if call.world.flag(vbd, "currently_attached") {
        let vm = call.world.object(vbd, "VM");
        if call.world.text(vm, "power_state") != "Halted" {
            return fail(
                code::OPERATION_NOT_ALLOWED,
                [format!("VBD '{}' still attached to '{}'", call.world.uuid(vbd), call.world.uuid(vm))],
            );
        }
    }
    device::remove(call.world, vbd);
    Outcome::void()
}

/// Checks that the disk of a VBD can be had by one more VM.
fn expect_attachable(world: &World, vbd: Object) -> Result<(), Failure> {
    let vdi = world.object(vbd, "VDI");
    if vdi.is_null() {
        return Ok(());
    }
    let read_only = world.text(vbd, "mode") == "RO";
    if !read_only && world.flag(vdi, "read_only") {
        return fail(code::VDI_READONLY, [vdi]);
    }
    let others = world.objects(vdi, "VBDs").into_iter().filter(|other| *other != vbd);
    let conflict = others
        .filter(|other| world.flag(*other, "currently_attached"))
        .any(|other| !read_only || world.text(other, "mode") != "RO");
    if conflict && !world.flag(vdi, "sharable") {
        return fail(code::VDI_IN_USE, [vdi.to_string(), "attach".to_owned()]);
    }
    Ok(())
}

fn assert_attachable(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vbd = call.object("self")?;
    expect_attachable(call.world, vbd)?;
    Outcome::void()
}

fn plug(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vbd = call.object("self")?;
    let world = &*call.world;
    let vm = world.object(vbd, "VM");
    idle::expect(world, vbd)?;
    operation::expect_state(world, vm, &["Running"])?;
    if world.flag(vbd, "currently_attached") {
        return fail(code::DEVICE_ALREADY_ATTACHED, [vbd]);
    }
    if is_stopping(world, vm) {
        operation::expect_not_busy(world, vm)?;
    }
    let drive = world.text(vbd, "type") == "CD";
    if operation::is_hvm(world, vm) {
        if drive {
            return fail(
                code::OPERATION_NOT_ALLOWED,
                ["HVM CDROMs cannot be hotplugged/unplugged, only inserted or ejected"],
            );
        }
        if world.text(vbd, "mode") == "RO" {
            return fail(code::DISK_VBD_MUST_BE_READWRITE_FOR_HVM, [vbd]);
        }
    }
    if world.flag(vbd, "empty") && !drive {
        return fail(code::VBD_IS_EMPTY, [vbd]);
    }
    let (sr, host) = (world.object(world.object(vbd, "VDI"), "SR"), world.object(vm, "resident_on"));
    if !sr.is_null() && !host::sees(world, host, sr) {
        return fail(code::SR_NOT_ATTACHED, [sr]);
    }
    expect_attachable(world, vbd)?;
    call.begin(vbd, "plug");
    Ok(call.after(PLUG, move |call| {
        if call.world.text(vm, "power_state") != "Running" {
            operation::expect_state(call.world, vm, &["Running"])?;
        }
        let device = device_name(call.world, vbd);
        call.world.set(vbd, "device", device);
        call.world.set(vbd, "currently_attached", true);
        Outcome::void()
    }))
}

fn unplug(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    pull(call, "unplug")
}

fn unplug_force(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    pull(call, "unplug_force")
}

fn pull(call: &mut Call<'_>, operation: &'static str) -> Result<Outcome, Failure> {
    let vbd = call.object("self")?;
    let world = &*call.world;
    let vm = world.object(vbd, "VM");
    idle::expect(world, vbd)?;
    let drive = world.text(vbd, "type") == "CD";
    if !world.flag(vbd, "unpluggable") && !drive {
        return fail(code::VBD_NOT_UNPLUGGABLE, [vbd]);
    }
    operation::expect_state(world, vm, &["Running"])?;
    if drive && operation::is_hvm(world, vm) {
        return fail(
            code::OPERATION_NOT_ALLOWED,
            ["HVM CDROMs cannot be hotplugged/unplugged, only inserted or ejected"],
        );
    }
    if !world.flag(vbd, "currently_attached") {
        return fail(code::DEVICE_ALREADY_DETACHED, [vbd]);
    }
    let root = world.flag(vbd, "bootable") && world.text(vbd, "userdevice") == "0";
    if operation == "unplug" && root && operation::has_agent(world, vm) {
        return fail(
            code::DEVICE_DETACH_REJECTED,
            ["VBD".to_owned(), vbd.to_string(), "the guest uses the device".to_owned()],
        );
    }
    call.begin(vbd, operation);
    Ok(call.after(PLUG, move |call| {
        call.world.set(vbd, "currently_attached", false);
        Outcome::void()
    }))
}

fn insert(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vbd, vdi) = (call.object("vbd")?, call.object("vdi")?);
    let world = &*call.world;
    expect_drive(world, vbd)?;
    if !world.flag(vbd, "empty") {
        return fail(code::VBD_NOT_EMPTY, [vbd]);
    }
    let (vm, sr) = (world.object(vbd, "VM"), world.object(vdi, "SR"));
    if !matches!(world.text(sr, "content_type"), "iso") && world.text(sr, "type") != "udev" {
        return fail(code::VDI_IS_NOT_ISO, [vdi.to_string(), world.text(sr, "type").to_owned()]);
    }
    let host = world.object(vm, "resident_on");
    if !host.is_null() && !host::sees(world, host, sr) {
        return fail(code::SR_NOT_ATTACHED, [sr]);
    }
    call.begin(vbd, "insert");
    Ok(call.after(CHANGE_DISC, move |call| {
        call.world.set(vbd, "VDI", vdi);
        call.world.set(vbd, "empty", false);
        Outcome::void()
    }))
}

fn eject(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vbd = call.object("vbd")?;
    expect_drive(call.world, vbd)?;
    if call.world.flag(vbd, "empty") {
        return fail(code::VBD_IS_EMPTY, [vbd]);
    }
    call.begin(vbd, "eject");
    Ok(call.after(CHANGE_DISC, move |call| {
        call.world.set(vbd, "VDI", Object::NULL);
        call.world.set(vbd, "empty", true);
        Outcome::void()
    }))
}

fn expect_drive(world: &World, vbd: Object) -> Result<(), Failure> {
    idle::expect(world, vbd)?;
    if world.text(vbd, "type") != "CD" {
        return fail(code::VBD_NOT_REMOVABLE_MEDIA, [vbd]);
    }
    operation::expect_state(world, world.object(vbd, "VM"), &["Halted", "Running"])
}

fn set_mode(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vbd, mode) = (call.object("self")?, call.text("value"));
    operation::expect_state(call.world, call.world.object(vbd, "VM"), &["Halted"])?;
    if call.world.text(vbd, "type") == "CD" && mode != "RO" {
        return fail::<_, &str>(code::VBD_CDS_MUST_BE_READONLY, []);
    }
    call.world.set(vbd, "mode", mode);
    Outcome::void()
}

fn set_userdevice(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vbd, given) = (call.object("self")?, call.text("value"));
    let Some(number) = device_number(&given) else { return fail(code::INVALID_DEVICE, [given]) };
    call.world.set(vbd, "userdevice", number);
    Outcome::void()
}
