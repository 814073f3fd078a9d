//! From a method and its parameters to an answer, with the checks in the order of real hosts:
//! slave, arity, types, session, handle.

use std::sync::Arc;

use xapi_types::{
    Failure, Value, code,
    table::{Mode, Type},
};

use crate::{
    Datum, Object, World,
    call::{Context, fail},
    check::check,
    event, fault, forward,
    host::Host,
    pool::Pool,
    query::Query,
    signature::{Kind, Signature},
    transition::Pace,
    wire::answer::Answer,
};

/// Methods that a slave answers itself.
const LOCAL: &[&str] =
    &["session.slave_local_login_with_password", "session.local_logout", "pool.emergency_transition_to_master"];

/// A call as it came over the wire.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) params: Vec<Value>,
    /// Entries for `task.other_config`, from headers.
    pub(crate) other_config: Vec<(String, String)>,
    /// Task that is to be the parent, from a header.
    pub(crate) subtask_of: Object,
}

/// Answers a call.
pub(crate) async fn dispatch(pool: &Arc<Pool>, host: &Host, request: Request) -> Answer {
    match answer(pool, host, request).await {
        Ok(answer) => answer,
        Err(failure) => Answer::Failure(failure),
    }
}

async fn answer(pool: &Arc<Pool>, host: &Host, request: Request) -> Result<Answer, Failure> {
    let plain = request.method.strip_prefix("Async.").or_else(|| request.method.strip_prefix("InternalAsync."));
    let (name, is_async) = plain.map_or((request.method.as_str(), false), |plain| (plain, true));
    let joined = pool.joined.lock().clone();
    let slave = joined.or_else(|| {
        pool.with(|world| {
            let master = world.master();
            (master != host.object).then(|| world.text(master, "address").to_owned())
        })
    });
    if let Some(master) = slave.filter(|_| !LOCAL.contains(&name)) {
        return fail(code::HOST_IS_SLAVE, [master]);
    }
    if name == "system.listMethods" {
        return Ok(Answer::Bare(list_methods(pool)));
    }
    if let Some(delay) = pool.faults.delay_of(name) {
        tokio::time::sleep(delay).await;
    }
    let Some(signature) = find(pool, name) else {
        if let Some(session) = request.params.first() {
            pool.with(|world| world.session(session.as_str().unwrap_or("")))?;
        }
        return fail(code::MESSAGE_METHOD_UNKNOWN, [name]);
    };
    *pool.calls.lock().entry(name.to_owned()).or_default() += 1;
    let args = arguments(signature, name, &request.params)?;
    if signature.mode == Mode::Bare {
        return login(pool, host, signature, &args).await;
    }
    let session = pool.with(|world| {
        let session = world.session(request.params[0].as_str().unwrap_or(""))?;
        world.keep_alive(session);
        Ok::<_, Failure>(session)
    })?;
    if signature.removed {
        return fail::<_, &str>(code::MESSAGE_REMOVED, []);
    }
    if let Some(failure) = pool.faults.next_failure(name) {
        if failure.is(fault::CUT) {
            host.cut();
        }
        if is_async {
            return Ok(failed_task(pool, &request.method, failure));
        }
        return Err(failure);
    }
    if is_async && signature.mode != Mode::Async {
        return fail("Fault", [format!("No async mode for this operation (rpc: {name})")]);
    }
    match (signature.class.name, signature.kind, signature.method.as_str()) {
        ("event", _, "from") => {
            let classes: Vec<String> = args[0].texts().map(str::to_owned).collect();
            let batch = event::from(pool, session, &classes, args[1].as_text(), args[2].as_float()).await?;
            return Ok(Answer::Batch(batch));
        }
        ("event", _, "next") => return Ok(Answer::Events(event::next(pool, session).await?)),
        (_, Kind::GetRecord | Kind::GetAllRecords | Kind::GetAllRecordsWhere | Kind::GetAllWhere, _) => {
            return pool.with(|world| rows(world, signature, &args));
        }
        _ => {}
    }
    if let Some(silent) = forward::silent(pool, signature, &args) {
        if is_async {
            let context = |task| Context { signature: Arc::clone(signature), args, session, task };
            return Ok(hang(pool, &silent, &request, context));
        }
        silent.not(forward::SILENT).await;
    }
    let context = |task| Context { signature: Arc::clone(signature), args, session, task };
    run(pool, &request, is_async, signature, context).await
}

/// Runs a behaviour; one that goes on is waited for, unless the caller asked for a task.
async fn run(
    pool: &Pool,
    request: &Request,
    is_async: bool,
    signature: &Signature,
    context: impl FnOnce(Object) -> Context,
) -> Result<Answer, Failure> {
    let (task, ended, told) = pool.with(|world| {
        let task = if signature.mode == Mode::Async { new_task(world, request) } else { world.new_object() };
        let context = Arc::new(context(task));
        let ended = world.run(&context);
        let told = (ended.is_none() && !is_async).then(|| world.wait_for(task));
        (task, ended, told)
    });
    if is_async {
        return Ok(Answer::Value(Datum::Ref(task)));
    }
    let outcome = match (ended, told) {
        (Some(outcome), _) => outcome,
        // Whoever would tell is gone when the toolstack restarts; then the connection is cut as well.
        (None, Some(told)) => told.await.unwrap_or_else(|_| fail(code::TASK_CANCELLED, [task])),
        (None, None) => fail(code::INTERNAL_ERROR, ["a call neither ended nor goes on"]),
    };
    pool.with(|world| world.destroy(task));
    outcome.map(Answer::Value)
}

/// Answers a task that is pending for as long as `silent` does not answer.
fn hang(pool: &Arc<Pool>, silent: &Arc<Host>, request: &Request, context: impl FnOnce(Object) -> Context) -> Answer {
    let task = pool.with(|world| new_task(world, request));
    let (context, pool, silent) = (Arc::new(context(task)), Arc::downgrade(pool), Arc::clone(silent));
    tokio::spawn(async move {
        silent.not(forward::SILENT).await;
        if let Some(pool) = pool.upgrade() {
            pool.with(|world| world.run(&context));
        }
    });
    Answer::Value(Datum::Ref(task))
}

fn new_task(world: &mut World, request: &Request) -> Object {
    let task = world.new_task(&request.method, "");
    for (key, value) in &request.other_config {
        world.put(task, "other_config", key, value.as_str());
    }
    if world.is(request.subtask_of, "task") {
        world.set(task, "subtask_of", request.subtask_of);
    }
    task
}

fn failed_task(pool: &Pool, label: &str, failure: Failure) -> Answer {
    Answer::Value(Datum::Ref(pool.with(|world| {
        let task = world.new_task(label, "");
        world.end_task(task, &Err(failure));
        task
    })))
}

fn find<'p>(pool: &'p Pool, name: &str) -> Option<&'p Arc<Signature>> {
    pool.signatures.get(name).or_else(|| pool.signatures.get(pool.aliases.get(name)?))
}

/// Checks number and types of the arguments after the session.
fn arguments(signature: &Signature, name: &str, params: &[Value]) -> Result<Vec<Datum>, Failure> {
    let bare = signature.mode == Mode::Bare;
    let given = i64::try_from(params.len()).unwrap_or(i64::MAX) - i64::from(!bare);
    let (least, most) = (signature.required(), signature.params.len());
    // Logins take any number of arguments beyond their own.
    let fits = usize::try_from(given).is_ok_and(|given| given >= least && (bare || given <= most));
    if !fits {
        let counts = [name.to_owned(), least.to_string(), given.to_string()];
        return fail(code::MESSAGE_PARAMETER_COUNT_MISMATCH, counts);
    }
    let given = if bare { params } else { &params[1..] };
    if !bare {
        check(&Type::Ref("session"), &params[0])?;
    }
    signature.params.iter().zip(given).map(|(param, value)| check(&param.ty, value)).collect()
}

async fn login(pool: &Pool, host: &Host, signature: &Signature, args: &[Datum]) -> Result<Answer, Failure> {
    if let Some(failure) = pool.faults.next_failure(&signature.name) {
        return Err(failure);
    }
    let user = args[0].as_text();
    if let Err(failure) = pool.with(|world| world.authenticate(user, args[1].as_text())) {
        let pace = pool.with(|world| world.agenda.pace);
        if let Pace::Auto(factor) = pace {
            tokio::time::sleep(std::time::Duration::from_secs(2).mul_f64(factor)).await;
        }
        return Err(failure);
    }
    let originator = args.get(3).map_or("", Datum::as_text);
    Ok(Answer::Value(Datum::Ref(pool.with(|world| world.login(host.object, user, originator)))))
}

/// Answers whole records without copying them.
fn rows(world: &World, signature: &Signature, args: &[Datum]) -> Result<Answer, Failure> {
    let class = signature.class;
    let all = || world.all(class.name).filter_map(|object| world.row(object).cloned());
    match signature.kind {
        Kind::GetRecord => match &args[0] {
            Datum::Ref(object) if world.is(*object, class.name) => {
                Ok(Answer::Record(Arc::clone(world.row(*object).expect("it was just seen to exist"))))
            }
            Datum::Ref(object) => fail(code::HANDLE_INVALID, [class.name, object.text().as_str()]),
            other => fail(code::HANDLE_INVALID, [class.name, other.as_text()]),
        },
        Kind::GetAllRecords => Ok(Answer::Records(all().collect())),
        kind => {
            let query = Query::parse(args[0].as_text(), class)?;
            let found = all().filter(|row| query.holds(row));
            Ok(match kind {
                Kind::GetAllWhere => Answer::Value(Datum::set(found.map(|row| row.object))),
                _ => Answer::Records(found.collect()),
            })
        }
    }
}

fn list_methods(pool: &Pool) -> Datum {
    let names = pool.signatures.values().filter(|signature| !signature.removed).map(|signature| &signature.name);
    Datum::set(names)
}
