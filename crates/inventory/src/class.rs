//! The XAPI classes that our kinds of objects are made of.

use app::model::Kind;

/// Returns the class of the objects of a kind, of those that users write to.
pub(crate) fn of(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Vm | Kind::VmController | Kind::VmSnapshot | Kind::VmTemplate => "VM",
        Kind::Host => "host",
        Kind::Pool => "pool",
        Kind::Sr => "SR",
        Kind::Vdi | Kind::VdiSnapshot | Kind::VdiUnmanaged => "VDI",
        Kind::Network => "network",
        Kind::Pif => "PIF",
        Kind::Vif => "VIF",
        Kind::Vbd => "VBD",
        Kind::Pbd => "PBD",
        _ => return None,
    })
}
