//! Updates of XCP-ng: what a host lacks, and installing it.
//!
//! What a host lacks is noted of it as JSON, as the script lists it; a new host lacks [`NEW`]. Only one function works at a
//! time, as yum has one lock; the others are told that it is busy.

use std::time::Duration;

use serde_json::{Value, json};
use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::host::described,
    transition::Outcome,
};

/// Name of the script.
pub(super) const NAME: &str = "updater.py";

/// Code of whatever its scripts raise that is no error of the system.
const RAISED: &str = "-1";

/// What is noted of a host: the packages that it lacks.
const LACKS: &str = "lacking packages";
/// What is noted of a host: the function that works.
const BUSY: &str = "updater is busy";
/// What is noted of a host: its proxies, by section.
const PROXIES: &str = "updater proxies";

/// Downloading and installing.
const INSTALL: Duration = Duration::from_secs(30);

/// What a host lacks unless somebody has said something else.
const NEW: &str = r#"[
  {"name":"kernel","version":"4.19.19","release":"8.0.38.1.xcpng8.3","description":"The Linux kernel","changelog":{"date":1735300800,"author":"The packagers <packages@example.org>","description":"- Security fixes"},"url":"https://www.kernel.org/","size":34603008,"license":"GPLv2"},
  {"name":"xapi-core","version":"24.19.2","release":"1.9.xcpng8.3","description":"The XAPI toolstack","changelog":{"date":1735473600,"author":"The packagers <packages@example.org>","description":"- Fix the order of events"},"url":"https://github.com/xapi-project/xen-api","size":9437184,"license":"LGPL"},
  {"name":"openssl-libs","version":"1.0.2k","release":"26.2.xcpng8.3","description":"A library for encryption","changelog":null,"url":"http://www.openssl.org/","size":1258291,"license":"OpenSSL"}
]"#;

/// Returns the packages that a host lacks, as its script lists them.
pub(crate) fn lacking(world: &World, host: Object) -> Vec<Value> {
    let noted = world.hidden(host, LACKS).as_text();
    serde_json::from_str(if noted.is_empty() { NEW } else { noted }).expect("it is a list")
}

/// Says which packages a host lacks.
pub(crate) fn lack(world: &mut World, host: Object, packages: &[Value]) {
    let text = Value::from(packages).to_string();
    world.hide(host, LACKS, text);
}

/// Runs a function of the script on a host; nothing where it has none of that name.
pub(super) fn run(call: &mut Call<'_>, host: Object, function: &str) -> Option<Result<Outcome, Failure>> {
    Some(match function {
        "check_update" => expect_idle(call.world, host).and_then(|()| {
            let lacks = lacking(call.world, host);
            Outcome::done(Value::from(lacks).to_string())
        }),
        "update" => {
            let packages = call.entry("args", "packages");
            install(call, host, &packages)
        }
        "install" => match call.entry("args", "packages") {
            none if none.is_empty() => fail(RAISED, ["'packages' is missing", "", ""]),
            packages => install(call, host, &packages),
        },
        "query_installed" => Outcome::done(installed(call.world, host, &call.entry("args", "packages"))),
        "get_proxies" => Outcome::done(proxies(call.world, host).to_string()),
        "set_proxies" => set_proxies(call, host),
        _ => return None,
    })
}

fn expect_idle(world: &World, host: Object) -> Result<(), Failure> {
    match world.hidden(host, BUSY).as_text() {
        "" => Ok(()),
        function => fail(RAISED, [&format!("The updater plugin is busy (current operation: {function})"), "", ""]),
    }
}

/// Installs the packages of a list with commas, or all that the host lacks; whoever asks is shown a task by the host, too.
fn install(call: &mut Call<'_>, host: Object, packages: &str) -> Result<Outcome, Failure> {
    expect_idle(call.world, host)?;
    let wanted: Vec<String> = packages.split(',').filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect();
    call.world.hide(host, BUSY, "update");
    let label = format!("Update host {}", described(call.world, host));
    let shown = call.world.new_task(&label, "");
    Ok(call.after(INSTALL, move |call| {
        call.world.hide(host, BUSY, "");
        let mut left = lacking(call.world, host);
        left.retain(|package| !wanted.is_empty() && !wanted.iter().any(|name| package["name"] == **name));
        lack(call.world, host, &left);
        call.world.end_task(shown, &Ok(Datum::void()));
        let command = [vec!["yum".to_owned(), "update".to_owned(), "-y".to_owned()], wanted].concat();
        Outcome::done(json!({ "returncode": 0, "command": command, "stdout": "Complete!", "stderr": "" }).to_string())
    }))
}

/// Lists the versions that are installed of the packages of a list with commas; of one that a host lacks, the older one.
fn installed(world: &World, host: Object, packages: &str) -> String {
    let lacks = lacking(world, host);
    let version = |name: &str| match name {
        name if lacks.iter().any(|package| package["name"] == *name) => format!("{name}-0-1.x86_64"),
        "xcp-ng-linstor" => String::new(),
        name => format!("{name}-1-1.x86_64"),
    };
    let all = packages.split(',').filter(|name| !name.is_empty()).map(|name| (name.to_owned(), version(name).into()));
    Value::Object(all.collect()).to_string()
}

fn proxies(world: &World, host: Object) -> Value {
    let noted = world.hidden(host, PROXIES).as_text();
    let none = || json!({ "xcp-ng-base": "_none_", "xcp-ng-updates": "_none_" });
    serde_json::from_str(noted).unwrap_or_else(|_| none())
}

fn set_proxies(call: &mut Call<'_>, host: Object) -> Result<Outcome, Failure> {
    let given = call.entry("args", "proxies");
    let Ok(Value::Object(given)) = serde_json::from_str::<Value>(&given) else {
        return fail(RAISED, ["'proxies' is no JSON object", "", ""]);
    };
    let mut all = proxies(call.world, host);
    for (section, proxy) in given {
        all[section] = proxy;
    }
    call.world.hide(host, PROXIES, all.to_string());
    Outcome::done("")
}

/// Returns whether hosts of this pool have the script.
pub(super) fn is_there(world: &World) -> bool {
    world.profile.name == crate::profile::XCPNG_8_3.name
}

/// Forgets that a function works: its host restarts.
pub(crate) fn stop(world: &mut World, host: Object) {
    world.hide(host, BUSY, "");
}

/// Returns the error of a host that does not have the script.
pub(super) fn missing() -> Result<Outcome, Failure> {
    fail(code::XENAPI_MISSING_PLUGIN, [NAME])
}
