//! Objects with which something goes on.

use xapi_types::Failure;

use crate::{Object, World, class::vm::rule};

/// Checks that nothing goes on with an object.
///
/// # Errors
///
/// `OTHER_OPERATION_IN_PROGRESS`, with what does.
pub(crate) fn expect(world: &World, object: Object) -> Result<(), Failure> {
    let current = world.get(object, "current_operations").entries();
    if current.is_empty() {
        return Ok(());
    }
    let pairs: Vec<_> = current.iter().map(|(task, now)| (task.to_string(), now.as_text().to_owned())).collect();
    let class = world.class_of(object).map_or("", |class| class.name);
    Err(rule::in_progress(class, &object.to_string(), &pairs))
}
