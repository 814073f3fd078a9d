//! What the classes do beyond the generic methods, a file a class.

use crate::methods::Methods;

/// Registers the behaviours of all classes.
pub(crate) fn register(methods: &mut Methods) {
    let _ = methods;
}
