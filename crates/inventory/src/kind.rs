//! The kinds of objects that ids of parameters may name.

use op::Kinds;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = [$($kind:literal),+];)*) => {
        $(
            $(#[$doc])*
            pub(crate) struct $name;
            impl Kinds for $name {
                const NAMES: &'static [&'static str] = &[$($kind),+];
            }
        )*
    };
}

kinds! {
    /// A host.
    Host = ["host"];
    /// A message.
    Message = ["message"];
    /// A storage repository.
    Sr = ["SR"];
    /// A task of a host.
    Task = ["task"];
    /// A virtual machine.
    Vm = ["VM"];
    /// A virtual machine, a snapshot of one, or a template.
    AnyVm = ["VM", "VM-snapshot", "VM-template"];
}
