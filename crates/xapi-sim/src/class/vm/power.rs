//! Start, shut down, reboot, pause, suspend, resume.
//!
//! Each is asked now and done later; `current_operations` of VM and host tell of it in between. The
//! host may go away meanwhile: what is left of the call then fails as on a real pool.

use std::time::Duration;

use xapi_types::{Failure, code};

use crate::{
    Object, World,
    call::{Call, fail},
    class::{host, message, vdi},
    methods::Methods,
    transition::Outcome,
};

use super::{domain, guest, operation, placement, rule};

/// How long a host takes; a real one is in this range with an idle guest.
const BOOT: Duration = Duration::from_millis(1500);
const CLEAN_STOP: Duration = Duration::from_secs(4);
const HARD_STOP: Duration = Duration::from_millis(600);
/// From the end of a domain to the end of the call that ended it.
const CLEAN_UP: Duration = Duration::from_millis(80);
const PAUSE: Duration = Duration::from_millis(150);
const SUSPEND: Duration = Duration::from_secs(4);
const RESUME: Duration = Duration::from_secs(3);

pub(crate) fn register(methods: &mut Methods) {
    methods.on("VM", "start", start);
    methods.on("VM", "start_on", start_on);
    methods.on("VM", "clean_shutdown", clean_shutdown);
    methods.on("VM", "hard_shutdown", hard_shutdown);
    methods.on("VM", "shutdown", shutdown);
    methods.on("VM", "clean_reboot", clean_reboot);
    methods.on("VM", "hard_reboot", hard_reboot);
    methods.on("VM", "pause", pause);
    methods.on("VM", "unpause", unpause);
    methods.on("VM", "suspend", suspend);
    methods.on("VM", "resume", resume);
    methods.on("VM", "resume_on", resume_on);
    methods.on("VM", "power_state_reset", power_state_reset);
}

// Start.

fn start(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    operation::expect(call.world, vm, "start")?;
    placement::check_bootable(call.world, vm)?;
    let host = placement::choose(call.world, vm)?;
    launch(call, vm, host, "start")
}

fn start_on(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vm, host) = (call.object("vm")?, call.object("host")?);
    operation::expect(call.world, vm, "start_on")?;
    placement::check_bootable(call.world, vm)?;
    placement::check(call.world, vm, host)?;
    launch(call, vm, host, "start_on")
}

fn launch(call: &mut Call<'_>, vm: Object, host: Object, operation: &'static str) -> Result<Outcome, Failure> {
    let paused = call.flag("start_paused");
    call.begin(vm, operation);
    call.begin(host, "vm_start");
    call.world.set(vm, "scheduled_to_be_resident_on", host);
    Ok(call
        .after(BOOT, move |call| {
            boot(call.world, vm, host, paused)?;
            Outcome::void()
        })
        .or_undo(move |world| world.set(vm, "scheduled_to_be_resident_on", Object::NULL)))
}

/// Starts a VM's domain, at the end of a call that does.
///
/// # Errors
///
/// If the host has gone away meanwhile.
pub(crate) fn boot(world: &mut World, vm: Object, host: Object, paused: bool) -> Result<(), Failure> {
    world.set(vm, "scheduled_to_be_resident_on", Object::NULL);
    host::expect_live(world, host)?;
    // What the guest said in its life before may be wrong by now.
    guest::gone(world, vm);
    domain::start(world, vm, host, if paused { "Paused" } else { "Running" });
    let at = host::described(world, host);
    message::of_vm(world, vm, "VM_STARTED", &format!("started on host: {at}"));
    Ok(())
}

// Stop.

fn clean_shutdown(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    operation::expect_cooperation(call.world, vm, "clean_shutdown")?;
    stop(call, vm, "clean_shutdown", CLEAN_STOP)
}

fn hard_shutdown(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    operation::expect(call.world, vm, "hard_shutdown")?;
    stop(call, vm, "hard_shutdown", HARD_STOP)
}

/// Asks the guest first, and pulls the plug if it does not listen.
fn shutdown(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    if operation::expect_cooperation(call.world, vm, "clean_shutdown").is_ok() {
        return stop(call, vm, "clean_shutdown", CLEAN_STOP);
    }
    operation::expect(call.world, vm, "hard_shutdown")?;
    stop(call, vm, "hard_shutdown", HARD_STOP)
}

fn stop(call: &mut Call<'_>, vm: Object, operation: &'static str, delay: Duration) -> Result<Outcome, Failure> {
    call.begin(vm, operation);
    let later = call.after(delay, move |call| {
        // A hard stop overtakes a clean one, which then finds nothing left to do.
        if call.world.text(vm, "power_state") == "Halted" {
            return Outcome::void();
        }
        halt(call.world, vm);
        Ok(call.after(CLEAN_UP, move |call| {
            tell_of_stop(call.world, vm, operation);
            Outcome::void()
        }))
    });
    Ok(if operation == "clean_shutdown" { later.or_undo(|_| ()) } else { later })
}

/// Leaves the message that a VM was stopped.
pub(crate) fn tell_of_stop(world: &mut World, vm: Object, operation: &str) {
    let said = if operation == "hard_shutdown" { "shutdown forcibly" } else { "shutdown" };
    message::of_vm(world, vm, "VM_SHUTDOWN", said);
}

/// Ends a VM's domain, or drops its memory image.
pub(crate) fn halt(world: &mut World, vm: Object) {
    domain::stop(world, vm, "Halted");
    let image = world.object(vm, "suspend_VDI");
    if !image.is_null() {
        world.set(vm, "suspend_VDI", Object::NULL);
        vdi::remove(world, image);
    }
}

fn power_state_reset(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    if call.world.flag(vm, "is_control_domain") {
        return fail(code::CANNOT_RESET_CONTROL_DOMAIN, [vm]);
    }
    call.world.set(vm, "current_operations", crate::Datum::map::<&str, &str>([]));
    halt(call.world, vm);
    Outcome::void()
}

// Reboot.

fn clean_reboot(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    operation::expect_cooperation(call.world, vm, "clean_reboot")?;
    reboot(call, vm, "clean_reboot", CLEAN_STOP + BOOT, "rebooted")
}

fn hard_reboot(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    operation::expect(call.world, vm, "hard_reboot")?;
    reboot(call, vm, "hard_reboot", HARD_STOP + BOOT, "rebooted forcibly")
}

fn reboot(
    call: &mut Call<'_>,
    vm: Object,
    operation: &'static str,
    delay: Duration,
    said: &'static str,
) -> Result<Outcome, Failure> {
    call.begin(vm, operation);
    Ok(call.after(delay, move |call| {
        let host = call.world.object(vm, "resident_on");
        if host.is_null() {
            return fail(code::VM_HALTED, [vm]);
        }
        domain::stop(call.world, vm, "Halted");
        guest::gone(call.world, vm);
        domain::start(call.world, vm, host, "Running");
        message::of_vm(call.world, vm, "VM_REBOOTED", said);
        Outcome::void()
    }))
}

// Pause.

fn pause(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    hold(call, "pause", "Running", "Paused")
}

fn unpause(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    hold(call, "unpause", "Paused", "Running")
}

fn hold(
    call: &mut Call<'_>,
    operation: &'static str,
    from: &'static str,
    to: &'static str,
) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    operation::expect(call.world, vm, operation)?;
    call.begin(vm, operation);
    Ok(call.after(PAUSE, move |call| {
        let actual = call.world.text(vm, "power_state");
        if actual != from {
            return Err(rule::bad_power_state(&vm.to_string(), &[from], actual));
        }
        call.world.set(vm, "power_state", to);
        let name = if to == "Paused" { "VM_PAUSED" } else { "VM_UNPAUSED" };
        message::of_vm(call.world, vm, name, &format!("{operation}d"));
        if to == "Running" && !operation::has_agent(call.world, vm) {
            guest::expect(call.world, vm);
        }
        Outcome::void()
    }))
}

// Suspend.

fn suspend(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    operation::expect_cooperation(call.world, vm, "suspend")?;
    let host = call.world.object(vm, "resident_on");
    let sr = suspend_sr(call.world, vm, host)?;
    call.begin(vm, "suspend");
    Ok(call
        .after(SUSPEND, move |call| {
            let image = save_memory(call.world, vm, sr)?;
            call.world.set(vm, "suspend_VDI", image);
            domain::stop(call.world, vm, "Suspended");
            message::of_vm(call.world, vm, "VM_SUSPENDED", "suspended");
            Outcome::void()
        })
        .or_undo(|_| ()))
}

/// Returns where a VM's memory goes: its own choice, the pool's, the host's.
pub(crate) fn suspend_sr(world: &World, vm: Object, host: Object) -> Result<Object, Failure> {
    let pool = world.pool();
    let choices = [
        world.object(vm, "suspend_SR"),
        world.object(pool, "suspend_image_SR"),
        world.object(host, "suspend_image_sr"),
        world.object(pool, "default_SR"),
    ];
    let usable = |sr: &Object| world.is(*sr, "SR") && host::sees(world, host, *sr);
    match choices.into_iter().find(usable) {
        Some(sr) => Ok(sr),
        None => fail(code::VM_NO_SUSPEND_SR, [vm]),
    }
}

/// Makes the image of a VM's memory, a little larger than the memory itself.
pub(crate) fn save_memory(world: &mut World, vm: Object, sr: Object) -> Result<Object, Failure> {
    let memory = world.int(vm, "memory_static_max");
    let size = memory + memory / 5 + (160 << 20);
    let image = vdi::create_in(world, sr, "Suspend image", size, "suspend")?;
    world.set(image, "name_description", "Suspend image");
    vdi::fill(world, image, memory);
    Ok(image)
}

fn resume(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vm = call.object("vm")?;
    operation::expect(call.world, vm, "resume")?;
    let host = placement::choose(call.world, vm)?;
    wake(call, vm, host, "resume")
}

fn resume_on(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vm, host) = (call.object("vm")?, call.object("host")?);
    operation::expect(call.world, vm, "resume_on")?;
    placement::check(call.world, vm, host)?;
    wake(call, vm, host, "resume_on")
}

fn wake(call: &mut Call<'_>, vm: Object, host: Object, operation: &'static str) -> Result<Outcome, Failure> {
    if !call.world.is(call.world.object(vm, "suspend_VDI"), "VDI") {
        return fail(code::VM_HAS_NO_SUSPEND_VDI, [vm]);
    }
    let paused = call.flag("start_paused");
    call.begin(vm, operation);
    call.begin(host, "vm_resume");
    call.world.set(vm, "scheduled_to_be_resident_on", host);
    Ok(call.after(RESUME, move |call| {
        call.world.set(vm, "scheduled_to_be_resident_on", Object::NULL);
        host::expect_live(call.world, host)?;
        restore(call.world, vm, host, if paused { "Paused" } else { "Running" });
        let at = host::described(call.world, host);
        message::of_vm(call.world, vm, "VM_RESUMED", &format!("resumed on host: {at}"));
        Outcome::void()
    }))
}

/// Starts a domain from the memory image, which is used up.
pub(crate) fn restore(world: &mut World, vm: Object, host: Object, state: &'static str) {
    let image = world.object(vm, "suspend_VDI");
    let booted = world.get(world.object(vm, "metrics"), "start_time").clone();
    domain::start(world, vm, host, state);
    let metrics = world.object(vm, "metrics");
    world.set(metrics, "start_time", booted);
    world.set(vm, "suspend_VDI", Object::NULL);
    vdi::remove(world, image);
}
