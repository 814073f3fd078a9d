//! One call of a method, as its behaviour sees it.

use std::{sync::Arc, time::Duration};

use xapi_types::{Failure, code, table::Type};

use crate::{
    Datum, Object, World,
    signature::Signature,
    transition::{Later, Outcome},
};

/// What stays the same during a call.
pub(crate) struct Context {
    pub(crate) signature: Arc<Signature>,
    /// Arguments after the session, checked against the types of the parameters.
    pub(crate) args: Vec<Datum>,
    pub(crate) session: Object,
    pub(crate) task: Object,
}

/// A call in progress, with the world under its lock.
///
/// Arguments are read by the names of the class table: `call.object("vm")?`, `call.int("value")`.
/// A name that the method lacks is a mistake in the simulator and panics.
pub struct Call<'w> {
    /// The pool's objects.
    pub world: &'w mut World,
    pub(crate) context: Arc<Context>,
}

/// Makes the error `code` with `params`.
///
/// # Errors
///
/// Always; the type is that of a behaviour, so that `return fail(…)` reads well.
pub fn fail<T, P: ToString>(code: &str, params: impl IntoIterator<Item = P>) -> Result<T, Failure> {
    Err(Failure::new(code, params.into_iter().map(|param| param.to_string())))
}

impl Call<'_> {
    // Arguments.

    /// Returns an argument as it came; one that may be left out and was is absent.
    ///
    /// # Panics
    ///
    /// If the method has no such parameter.
    pub fn arg(&self, name: &str) -> &Datum {
        static ABSENT: Datum = Datum::Absent;
        let signature = &self.context.signature;
        let at = signature.params.iter().position(|param| param.name == name);
        let at = at.unwrap_or_else(|| panic!("`{}` has no parameter `{name}`", signature.name));
        self.context.args.get(at).unwrap_or(&ABSENT)
    }

    /// Returns the object that an argument names.
    ///
    /// # Errors
    ///
    /// `HANDLE_INVALID` if it is null, or there is no such object of the parameter's class.
    pub fn object(&self, name: &str) -> Result<Object, Failure> {
        self.resolve(name, self.arg(name))
    }

    /// Returns the object that an argument names, nothing if it is null or left out.
    ///
    /// # Errors
    ///
    /// `HANDLE_INVALID` if there is no such object of the parameter's class.
    pub fn optional(&self, name: &str) -> Result<Option<Object>, Failure> {
        match self.arg(name) {
            Datum::Absent => Ok(None),
            Datum::Ref(object) if object.is_null() => Ok(None),
            Datum::Text(text) if text.is_empty() => Ok(None),
            given => self.resolve(name, given).map(Some),
        }
    }

    /// Returns the objects of an argument that is a set of references.
    ///
    /// # Errors
    ///
    /// `HANDLE_INVALID` if one of them does not exist.
    pub fn object_list(&self, name: &str) -> Result<Vec<Object>, Failure> {
        self.arg(name).items().iter().map(|item| self.resolve(name, item)).collect()
    }

    /// Returns a text or the value of an enum.
    pub fn text(&self, name: &str) -> String {
        self.arg(name).as_text().to_owned()
    }

    /// Returns an integer.
    pub fn int(&self, name: &str) -> i64 {
        self.arg(name).as_int()
    }

    /// Returns a number.
    pub fn float(&self, name: &str) -> f64 {
        self.arg(name).as_float()
    }

    /// Returns a truth value.
    pub fn flag(&self, name: &str) -> bool {
        self.arg(name).as_bool()
    }

    /// Returns the value of `key` in an argument that is a map of texts, empty if it is not there.
    pub fn entry(&self, name: &str, key: &str) -> String {
        self.arg(name).get(key).map_or("", Datum::as_text).to_owned()
    }

    /// Returns a field of the record given to `create`; absent if the record lacks it.
    pub fn field(&self, name: &str) -> Datum {
        self.context.args.first().and_then(|record| record.get(name)).cloned().unwrap_or_default()
    }

    /// Returns the object that a field of the record given to `create` names.
    ///
    /// # Errors
    ///
    /// `HANDLE_INVALID` if it is null, or there is no such object of the field's class.
    pub fn field_object(&self, name: &str) -> Result<Object, Failure> {
        let class = self.context.signature.class.field(name).map(|field| &field.ty);
        let Some(Type::Ref(class)) = class else { panic!("field `{name}` is no reference") };
        self.resolve_as(class, &self.field(name))
    }

    // The caller.

    /// Returns the task of the call.
    pub fn task(&self) -> Object {
        self.context.task
    }

    /// Returns the session of the caller.
    pub fn session(&self) -> Object {
        self.context.session
    }

    // What it does.

    /// Does what the method does without a registered behaviour: `create`, `destroy`, `set_…`,
    /// `add_to_…` and so on as the class table has them.
    ///
    /// # Errors
    ///
    /// As those methods do.
    pub fn generic(&mut self) -> Result<Outcome, Failure> {
        crate::generic::run(self)
    }

    /// Notes that `operation` goes on with `object`: `current_operations` shows it until the
    /// call's end, however that comes.
    pub fn begin(&mut self, object: Object, operation: &str) {
        let key = self.context.task.to_string();
        self.world.put(object, "current_operations", &key, operation);
        self.world.note_operation(self.context.task, object);
    }

    /// Ends `begin` early, for calls that let go of an object before they are through.
    pub fn end(&mut self, object: Object) {
        let key = self.context.task.to_string();
        self.world.remove(object, "current_operations", &key);
    }

    /// Goes on with `then` after `delay` of a real host's time, or when a test says so.
    pub fn after(
        &mut self,
        delay: Duration,
        then: impl FnOnce(&mut Call<'_>) -> Result<Outcome, Failure> + Send + 'static,
    ) -> Outcome {
        Outcome::Later(Later { delay, then: Box::new(then), undo: None, cancellable: false })
    }

    /// Sets how far the call's task has come, 0 to 1.
    pub fn progress(&mut self, fraction: f64) {
        self.world.set(self.context.task, "progress", fraction);
    }

    fn resolve(&self, name: &str, given: &Datum) -> Result<Object, Failure> {
        let param = self.context.signature.params.iter().find(|param| param.name == name);
        let class = param.and_then(|param| ref_class(&param.ty));
        let class = class.unwrap_or_else(|| panic!("parameter `{name}` is no reference"));
        self.resolve_as(class, given)
    }

    fn resolve_as(&self, class: &'static str, given: &Datum) -> Result<Object, Failure> {
        match given {
            Datum::Ref(object) if self.world.is(*object, class) => Ok(*object),
            Datum::Ref(object) => fail(code::HANDLE_INVALID, [class.to_owned(), object.to_string()]),
            other => fail(code::HANDLE_INVALID, [class, other.as_text()]),
        }
    }
}

fn ref_class(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Ref(class) => Some(class),
        Type::Set(item) => ref_class(item),
        _ => None,
    }
}
