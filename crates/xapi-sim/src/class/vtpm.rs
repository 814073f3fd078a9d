//! Virtual TPMs.

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::vm::operation,
    methods::Methods,
    transition::Outcome,
};

pub(crate) fn register(methods: &mut Methods) {
    methods.allowed("VTPM", &["VM"], |world, vtpm| {
        let halted = world.text(world.object(vtpm, "VM"), "power_state") == "Halted";
        if halted { vec!["destroy"] } else { Vec::new() }
    });
    methods.on("VTPM", "create", create);
    methods.on("VTPM", "destroy", destroy);
}

/// Gives a VM a TPM.
pub(crate) fn add(world: &mut World, vm: Object) -> Object {
    world.create("VTPM", [("VM", Datum::from(vm)), ("persistence_backend", "xapi".into())])
}

fn create(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vm, unique) = (call.object("vM")?, call.flag("is_unique"));
    operation::expect(call.world, vm, "create_vtpm")?;
    if !operation::is_hvm(call.world, vm) {
        return fail(code::VM_HVM_REQUIRED, [vm]);
    }
    if !call.world.objects(vm, "VTPMs").is_empty() {
        return fail(code::VTPM_MAX_AMOUNT_REACHED, [1]);
    }
    let vtpm = add(call.world, vm);
    call.world.set(vtpm, "is_unique", unique);
    Outcome::done(vtpm)
}

fn destroy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vtpm = call.object("self")?;
    operation::expect_state(call.world, call.world.object(vtpm, "VM"), &["Halted"])?;
    call.world.destroy(vtpm);
    Outcome::void()
}
