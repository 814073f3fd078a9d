//! What sessions, tasks and events do, which every pool needs to be talked to at all.

use xapi_types::{Failure, code};

use crate::{
    Datum, Object,
    call::{Call, fail},
    event,
    methods::Methods,
    transition::Outcome,
};

/// Registers the behaviours.
pub(crate) fn register(methods: &mut Methods) {
    methods.on("session", "logout", logout);
    methods.on("session", "local_logout", logout);
    methods.on("session", "change_password", change_password);
    methods.on("session", "get_all_subject_identifiers", |_| Outcome::done(Datum::set::<&str>([])));
    methods.on("session", "logout_subject_identifier", |_| Outcome::void());
    methods.on("task", "create", create);
    methods.on("task", "cancel", cancel);
    methods.on("task", "destroy", destroy);
    methods.on("task", "set_status", set_status);
    methods.on("task", "set_progress", set_progress);
    methods.on("task", "set_result", |call| set_field(call, "result"));
    methods.on("task", "set_error_info", |call| set_field(call, "error_info"));
    methods.on("task", "set_other_config", |call| set_field(call, "other_config"));
    methods.on("task", "add_to_other_config", add_to_other_config);
    methods.on("task", "remove_from_other_config", remove_from_other_config);
    methods.on("event", "inject", inject);
    methods.on("event", "get_current_id", |call| Outcome::done(call.world.registrations.current_id()));
    methods.on("event", "register", |call| {
        let (session, classes, now) = (call.session(), texts(call, "classes"), call.world.generation());
        let own = call.task();
        call.world.registrations.register(session, classes, now, own);
        Outcome::void()
    });
    methods.on("event", "unregister", |call| {
        let (session, classes) = (call.session(), texts(call, "classes"));
        call.world.registrations.unregister(session, &classes);
        Outcome::void()
    });
}

fn texts(call: &Call<'_>, name: &str) -> Vec<String> {
    call.arg(name).texts().map(str::to_owned).collect()
}

fn logout(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let session = call.session();
    call.world.destroy(session);
    Outcome::void()
}

/// Changes the password of `root`, who is not asked for the old one.
fn change_password(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    call.world.password = call.text("new_pwd");
    Outcome::void()
}

fn create(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (label, description) = (call.text("label"), call.text("description"));
    Outcome::done(call.world.new_task(&label, &description))
}

/// A call that waits ends at once; a task that a client made only shows the wish.
fn cancel(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let task = call.object("task")?;
    if call.world.cancel(task) || call.world.text(task, "status") != "pending" {
        return Outcome::void();
    }
    let uuid = call.world.new_uuid();
    call.world.put(task, "current_operations", &format!("DummyRef:|{uuid}|task.cancel"), "cancel");
    Outcome::void()
}

/// A task that has not ended goes when it does.
fn destroy(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let task = call.object("self")?;
    if call.world.operations_pending(task) {
        let uuid = call.world.new_uuid();
        call.world.put(task, "current_operations", &format!("DummyRef:|{uuid}|task.destroy"), "destroy");
    } else {
        call.world.destroy(task);
    }
    Outcome::void()
}

fn set_status(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (task, status) = (call.object("self")?, call.text("value"));
    let now = call.world.now();
    if matches!(&*status, "success" | "failure" | "cancelled") {
        call.world.set(task, "finished", now);
        call.world.set(task, "progress", 1.0);
        call.world.set(task, "allowed_operations", Datum::set::<&str>([]));
    }
    call.world.set(task, "status", status);
    Outcome::void()
}

fn set_progress(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (task, progress) = (call.object("self")?, call.float("value"));
    call.world.set(task, "progress", progress);
    Outcome::void()
}

fn set_field(call: &mut Call<'_>, field: &str) -> Result<Outcome, Failure> {
    let (object, value) = (call.object("self")?, call.arg("value").clone());
    call.world.set(object, field, value);
    Outcome::void()
}

fn add_to_other_config(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (task, key, value) = (call.object("self")?, call.text("key"), call.text("value"));
    if call.world.get(task, "other_config").get(&key).is_some() {
        return fail(code::MAP_DUPLICATE_KEY, ["task", "other_config", &task.to_string(), &key]);
    }
    call.world.put(task, "other_config", &key, value);
    Outcome::void()
}

fn remove_from_other_config(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (task, key) = (call.object("self")?, call.text("key"));
    call.world.remove(task, "other_config", &key);
    Outcome::void()
}

fn inject(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (class, reference) = (call.text("class"), call.text("ref"));
    Outcome::done(event::inject(call.world, &class, &reference)?)
}

impl crate::World {
    /// Returns whether the call of `task` goes on.
    fn operations_pending(&self, task: Object) -> bool {
        self.errands.has(task) || self.agenda.iter().any(|pending| pending.is_of(task))
    }
}
