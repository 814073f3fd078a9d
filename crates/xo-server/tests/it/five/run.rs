//! Every recipe works, and leaves nothing behind where the pool fails in the middle of it.

use std::{
    collections::{BTreeMap, VecDeque},
    panic::AssertUnwindSafe,
    sync::OnceLock,
    thread,
};

use app::xapi_types::{Failure, table::classes};
use futures_util::{FutureExt, future::join_all};
use parking_lot::Mutex;
use xapi_sim::{Datum, Object, World};

use super::{
    reasons,
    recipe::{self, Recipe},
};
use crate::{
    lab::{Lab, only_looks},
    test_app::eventually,
};

/// Worlds on one thread: most of the time of a call is waiting for the other side.
const AT_ONCE: usize = 4;

/// Does the work on all cores, each in a world of its own, and returns what came of it in the order of the work.
pub(super) fn each<W: Send + Sync, R: Send>(
    work: &[W],
    action: impl AsyncFn(&W) -> R + Sync,
) -> Vec<Result<R, String>> {
    let queue: Mutex<VecDeque<usize>> = Mutex::new((0..work.len()).collect());
    let done = Mutex::new(Vec::new());
    let worker = async || {
        loop {
            let next = queue.lock().pop_front();
            let Some(at) = next else { return };
            let came = AssertUnwindSafe(action(&work[at])).catch_unwind().await;
            let words = |panic: Box<dyn std::any::Any + Send>| {
                let text = panic.downcast_ref::<String>().cloned();
                text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
            };
            done.lock().push((at, came.map_err(words)));
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from).min(8) {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.expect("a runtime").block_on(join_all((0..AT_ONCE).map(|_| worker())));
            });
        }
    });
    let mut done = done.into_inner();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, came)| came).collect()
}

/// Where the pool fails and it is no error that carries its code, or is not as if nothing had been, each with a reason.
const MID_WAY: &str = "crates/xo-server/tests/golden/mid-way.txt";

/// What a pool says that fails in the middle.
const CODE: &str = "INTERNAL_ERROR";

/// Classes of what comes and goes with calls, and of what hosts tell besides.
const PASSING: &[&str] = &[
    "task",
    "session",
    "event",
    "message",
    "user",
    "blob",
    "secret",
    "console",
    "VM_guest_metrics",
    "VM_metrics",
    "VBD_metrics",
    "VIF_metrics",
    "PIF_metrics",
];

/// What of an object is put back when a call fails.
const STATES: &[(&str, &str)] = &[
    ("VM", "power_state"),
    ("VM", "blocked_operations"),
    ("VM", "is_a_template"),
    ("VM", "HVM_boot_params"),
    ("VBD", "currently_attached"),
    ("VIF", "currently_attached"),
    ("PBD", "currently_attached"),
    ("PIF", "currently_attached"),
    ("host", "enabled"),
    ("VM", "other_config"),
    ("VM", "platform"),
    ("VIF", "other_config"),
    ("network", "other_config"),
    ("pool", "other_config"),
];

/// Returns the objects of a pool, each with what must be as before.
pub(super) fn census(lab: &Lab) -> BTreeMap<Object, (&'static str, String)> {
    lab.sim.with(|world| {
        let mut found = BTreeMap::new();
        for class in classes().iter().filter(|class| !PASSING.contains(&class.name)) {
            for object in world.all(class.name) {
                // Storage cleans up behind chains of disks in its own time.
                if class.name == "VDI" && !world.flag(object, "managed") {
                    continue;
                }
                let of_class = STATES.iter().filter(|(of, _)| *of == class.name);
                let state = of_class.map(|(_, field)| text(world.get(object, field))).collect();
                found.insert(object, (class.name, state));
            }
        }
        found
    })
}

/// Writes a value; entries of a map have no order.
fn text(value: &Datum) -> String {
    let Datum::Map(_) = value else { return format!("{value:?} ") };
    let mut entries: Vec<_> = value.entries().iter().map(|entry| format!("{entry:?}")).collect();
    entries.sort_unstable();
    format!("{entries:?} ")
}

/// Tells how a pool differs from what it was, in words that are the same each time.
pub(super) fn difference(
    before: &BTreeMap<Object, (&str, String)>,
    after: &BTreeMap<Object, (&str, String)>,
) -> String {
    let mut words: BTreeMap<String, usize> = BTreeMap::new();
    for (object, (class, state)) in after {
        match before.get(object) {
            None => *words.entry(format!("stays {class}")).or_default() += 1,
            Some((_, old)) if old != state => *words.entry(format!("changed {class}")).or_default() += 1,
            Some(_) => {}
        }
    }
    for (_, (class, _)) in before.iter().filter(|(object, _)| !after.contains_key(object)) {
        *words.entry(format!("gone {class}")).or_default() += 1;
    }
    words.into_iter().map(|(what, count)| format!(", {what} {count}")).collect()
}

/// Calls by method, each with how often it is made.
pub(super) type Calls = Vec<(String, u64)>;

/// What each recipe calls at its pool, in the order of the recipes; made once, whoever asks first.
pub(super) fn recorded() -> &'static [(Recipe, Calls)] {
    static RECORDED: OnceLock<Vec<(Recipe, Calls)>> = OnceLock::new();
    RECORDED.get_or_init(|| {
        let recipes = recipe::all();
        let came = each(&recipes, calls);
        let (mut worked, mut wrong) = (Vec::new(), Vec::new());
        for (recipe, came) in recipes.into_iter().zip(came) {
            match came {
                Ok(calls) => worked.push((recipe, calls)),
                Err(error) => wrong.push(format!("{}: {error}", recipe.op)),
            }
        }
        assert!(wrong.is_empty(), "{} recipes do not work:\n{}", wrong.len(), wrong.join("\n"));
        worked
    })
}

#[test]
fn every_recipe_works() {
    assert!(recorded().len() > 200, "{} recipes", recorded().len());
}

/// Calls that a recipe makes, each as often as it is made: those that change something, or where there are none those
/// that look.
async fn calls(recipe: &Recipe) -> Calls {
    let lab = Lab::new().await;
    let params = recipe.params(&lab).await;
    let before = lab.sim.calls();
    lab.admin.call(recipe.op, params).await;
    let made = lab.sim.calls().into_iter().filter_map(|(method, count)| {
        let made = count - before.get(&method).copied().unwrap_or(0);
        let is_ours = made > 0 && !["event.", "session.", "task."].iter().any(|of| method.starts_with(of));
        (is_ours || (made > 0 && method == recipe.op)).then_some((method, made))
    });
    let (looks, changes): (Vec<_>, Vec<_>) = made.partition(|(method, _)| only_looks(method));
    if changes.is_empty() { looks } else { changes }
}

/// Runs a recipe with the pool failing at a call, and tells in a line what came of it that is not as it should be.
async fn fails(recipe: &Recipe, method: &str, spared: u64) -> Option<String> {
    let lab = Lab::new().await;
    let params = recipe.params(&lab).await;
    let before = census(&lab);
    lab.sim.fail_after(method, u32::try_from(spared).expect("few calls"), &Failure::new(CODE, ["on purpose"]));
    let came = lab.test.app.call(&lab.admin.session, recipe.op, params).await;
    let running = |world: &mut World| {
        let tasks = world.all("task");
        tasks.filter(|task| world.text(*task, "status") == "pending" && world.text(*task, "name_label") != "t").count()
    };
    eventually(async || (lab.sim.with(running) == 0).then_some(())).await;
    let open = lab.test.app.tasks().all().into_iter().filter(|task| task.status == app::Status::Pending).count();
    assert_eq!(open, 0, "tasks of ours go on");
    let word = match came {
        Ok(_) => return Some("works".to_owned()),
        Err(error) => {
            let error = error.to_json(true);
            let code = [&error["data"]["code"], &error["code"]].into_iter().find(|code| !code.is_null());
            match code {
                Some(code) if code == CODE => String::new(),
                other => format!(", says {}", other.unwrap_or(&error)),
            }
        }
    };
    let word = word + &difference(&before, &census(&lab));
    word.strip_prefix(", ").map(ToOwned::to_owned)
}

#[test]
fn nothing_is_left_behind_where_the_pool_fails_in_the_middle() {
    let mut work = Vec::new();
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for (recipe, made) in recorded() {
        let number = numbers.entry(recipe.op).or_default();
        *number += 1;
        for (method, count) in made {
            work.extend((0..*count).map(|spared| (recipe, *number, method.clone(), spared)));
        }
    }
    let came = each(&work, async |(recipe, _, method, spared)| fails(recipe, method, *spared).await);
    let lines = work.iter().zip(came).filter_map(|((recipe, number, method, spared), came)| {
        let came = came.unwrap_or_else(|panic| Some(format!("panics: {panic}")))?;
        Some(format!("{} {number}: {method} {}: {came}", recipe.op, spared + 1))
    });
    reasons::compare(MID_WAY, lines.collect());
}

/// Recipes during which the connection breaks: what makes one thing, what makes several, what acts and what deletes.
const BROKEN: &[&str] = &[
    "disk.create",
    "network.create",
    "network.createBonded",
    "sr.createNfs",
    "tag.add",
    "vdi.delete",
    "vdi.migrate",
    "vm.attachDisk",
    "vm.clone",
    "vm.create",
    "vm.snapshot",
    "vm.start",
    "vm.stop",
];

/// Runs a recipe with the connection breaking at a call, which is not done.
async fn breaks(recipe: &Recipe, method: &str, spared: u64) -> Option<String> {
    let lab = Lab::new().await;
    let params = recipe.params(&lab).await;
    let before = census(&lab);
    lab.sim.cut_after(method, u32::try_from(spared).expect("few calls"));
    let came = lab.test.app.call(&lab.admin.session, recipe.op, params).await;
    let difference = difference(&before, &census(&lab));
    // The application is there again.
    lab.known().await;
    let word = match came {
        // Made again where that is safe.
        Ok(_) => return None,
        Err(error) => {
            let error = error.to_json(true);
            if error["code"] == 9 || error["code"] == -32000 { String::new() } else { format!(", says {error}") }
        }
    };
    let word = word + &difference;
    word.strip_prefix(", ").map(ToOwned::to_owned)
}

#[test]
fn nothing_is_left_behind_where_the_connection_breaks() {
    let mut work = Vec::new();
    for (recipe, made) in recorded().iter().filter(|(recipe, _)| BROKEN.contains(&recipe.op)) {
        // The first call of each method: what follows is as before.
        work.extend(made.iter().map(|(method, _)| (recipe, method)));
    }
    let came = each(&work, async |(recipe, method)| breaks(recipe, method, 0).await);
    let lines = work.iter().zip(came).filter_map(|((recipe, method), came)| {
        let came = came.unwrap_or_else(|panic| Some(format!("panics: {panic}")))?;
        Some(format!("{}: {method}: {came}", recipe.op))
    });
    reasons::compare("crates/xo-server/tests/golden/broken.txt", lines.collect());
}
