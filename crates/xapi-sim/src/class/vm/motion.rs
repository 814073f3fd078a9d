//! Migration with storage: `migrate_send`, and the question before it; to another pool see `emigrate`.

use std::time::Duration;

use xapi_types::{Failure, code};

use crate::{
    Object, World,
    call::{Call, fail},
    class::{host, vdi},
    methods::Methods,
    transition::Outcome,
};

use super::{copy, emigrate, migrate, operation, placement};

const MOVE: Duration = Duration::from_secs(5);

pub(super) fn register(methods: &mut Methods) {
    methods.on("VM", "migrate_send", migrate_send);
    methods.on("VM", "assert_can_migrate", assert_can_migrate);
}

/// What a call asks for: where to, and which disks go to which SR.
struct Plan {
    vm: Object,
    to: Object,
    disks: Vec<(Object, Object)>,
}

fn plan(call: &Call<'_>) -> Result<Plan, Failure> {
    let vm = call.object("vm")?;
    let world = &*call.world;
    let Some(to) = call.arg("dest").get("host") else { return fail(code::INTERNAL_ERROR, ["Not_found"]) };
    let Some(to) = own_host(call) else { return fail(code::HANDLE_INVALID, ["host", to.as_text()]) };
    if call.entry("options", "force") == "true" {
        operation::expect(world, vm, "migrate_send")?;
    } else {
        operation::expect_cooperation(world, vm, "migrate_send")?;
    }
    if !call.arg("vif_map").entries().is_empty() {
        let reason = "VIF mapping is not allowed for intra-pool migration";
        return fail(code::OPERATION_NOT_ALLOWED, [reason]);
    }
    if !world.flag(to, "enabled") {
        return fail(code::HOST_DISABLED, [to]);
    }
    let mut disks = Vec::new();
    for vdi in copy::disks_of(world, vm) {
        let own = world.object(vdi, "SR");
        let mapped = call.arg("vdi_map").get(&vdi.to_string()).map(crate::Datum::as_object);
        match mapped {
            None if !host::sees(world, to, own) => return fail(code::VDI_NOT_IN_MAP, [vdi]),
            Some(sr) if !world.is(sr, "SR") => return fail(code::HANDLE_INVALID, ["SR".to_owned(), sr.to_string()]),
            Some(sr) if !host::sees(world, to, sr) => return fail(code::VM_REQUIRES_SR, [vm, sr]),
            Some(sr) if sr != own && world.flag(vdi, "cbt_enabled") => return fail(code::VDI_CBT_ENABLED, [vdi]),
            Some(sr) if sr != own => disks.push((vdi, sr)),
            _ => {}
        }
    }
    placement::check_networks(world, vm, to)?;
    Ok(Plan { vm, to, disks })
}

/// Returns the host that a ticket names if it is one of this pool.
fn own_host(call: &Call<'_>) -> Option<Object> {
    let to = Object::parse(call.arg("dest").get("host")?.as_text());
    to.filter(|to| call.world.is(*to, "host"))
}

/// Returns whether a ticket names a host of another pool.
fn leaves_pool(call: &Call<'_>) -> bool {
    call.arg("dest").get("host").is_some() && own_host(call).is_none()
}

fn assert_can_migrate(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    if leaves_pool(call) {
        return emigrate::check(call);
    }
    plan(call)?;
    Outcome::void()
}

fn migrate_send(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    if leaves_pool(call) {
        return emigrate::send(call);
    }
    let Plan { vm, to, disks } = plan(call)?;
    call.begin(vm, "migrate_send");
    Ok(call
        .after(MOVE, move |call| {
            move_disks(call.world, &disks)?;
            let from = call.world.object(vm, "resident_on");
            if !from.is_null() && from != to {
                migrate::arrive_at(call.world, vm, from, to);
            }
            Outcome::done(vm)
        })
        .or_undo(|_| ()))
}

/// Copies the disks, and lets the copies take their places once all are there.
fn move_disks(world: &mut World, disks: &[(Object, Object)]) -> Result<(), Failure> {
    let mut made: Vec<(Object, Object)> = Vec::new();
    for (vdi, sr) in disks {
        match vdi::copy_of(world, *vdi, *sr) {
            Ok(copy) => made.push((*vdi, copy)),
            Err(failure) => {
                for (_, copy) in made {
                    vdi::remove(world, copy);
                }
                return Err(failure);
            }
        }
    }
    for (vdi, copy) in made {
        for vbd in world.objects(vdi, "VBDs") {
            world.set(vbd, "VDI", copy);
        }
        vdi::inherit_snapshots(world, vdi, copy);
        vdi::remove(world, vdi);
    }
    Ok(())
}
