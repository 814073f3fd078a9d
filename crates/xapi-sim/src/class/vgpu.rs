//! Virtual graphics cards.

use xapi_types::{Failure, code};

use crate::{
    Datum,
    call::{Call, fail},
    class::vm::operation,
    methods::Methods,
    transition::Outcome,
};

pub(crate) fn register(methods: &mut Methods) {
    methods.on("VGPU", "create", create);
    methods.on("VGPU", "destroy", destroy);
}

fn create(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (vm, group, kind) = (call.object("VM")?, call.object("GPU_group")?, call.object("type")?);
    operation::expect_state(call.world, vm, &["Halted"])?;
    let device = call.text("device");
    let taken = call.world.objects(vm, "VGPUs");
    if taken.iter().any(|vgpu| call.world.text(*vgpu, "device") == device) {
        return fail(code::DEVICE_ALREADY_EXISTS, [device]);
    }
    if !call.world.objects(group, "enabled_VGPU_types").contains(&kind) {
        let known: Vec<String> =
            call.world.objects(group, "enabled_VGPU_types").iter().map(ToString::to_string).collect();
        return fail(code::VGPU_TYPE_NOT_ENABLED, [kind.to_string(), known.join(", ")]);
    }
    let fields = [
        ("VM", Datum::from(vm)),
        ("GPU_group", group.into()),
        ("type", kind.into()),
        ("device", device.into()),
        ("other_config", call.arg("other_config").clone()),
    ];
    let vgpu = call.world.create("VGPU", fields);
    Outcome::done(vgpu)
}

fn destroy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vgpu = call.object("self")?;
    if call.world.flag(vgpu, "currently_attached") {
        let vm = call.world.object(vgpu, "VM");
        return fail(code::OPERATION_NOT_ALLOWED, [format!("the VM {vm} is running")]);
    }
    call.world.destroy(vgpu);
    Outcome::void()
}
