//! From an id to a console: which VM, whether it may be used, and where its console is now.

use model::Kind;
use op::Level;
use xapi::{Tunnel, Value};
use xapi_types::class;

use super::Speaks;
use crate::{App, Cx, On, Session};

/// The finer right; it has no name among those of the original, so that only privileges for all actions hold it.
const ACTION: &str = "console";

/// Returns the id of the VM that `id` stands for, if the session may use it.
pub(super) fn vm(app: &App, session: &Session, id: &str) -> op::Result<String> {
    use op::Context as _;
    let kinds = [Kind::Vm, Kind::VmController, Kind::Host];
    let named = app.store().get(id).filter(|object| kinds.contains(&object.kind()));
    let vm = named.and_then(|object| match object.kind() {
        Kind::Host => app.store().get(&object.text("controlDomain")?),
        _ => Some(object),
    });
    let no_such = || op::Error::NoSuchObject {
        id: id.to_owned(),
        kinds: kinds.iter().map(|kind| kind.name().to_owned()).collect(),
    };
    let vm = vm.ok_or_else(no_such)?;
    let object = op::Object { id: vm.id().to_owned(), kind: vm.kind().name() };
    if !Cx::new(app.clone(), session.clone()).allowed(Level::Operate, ACTION, &object) {
        return Err(op::Error::unauthorized("operate", Some(object.id)));
    }
    Ok(object.id)
}

/// Returns the console of `vm` that speaks so, wherever it is now.
pub(super) async fn open(app: &App, vm: &str, speaks: Speaks) -> op::Result<Tunnel> {
    let (on, location) = location(app, vm, speaks).await?;
    on.pool.console(&location).await
}

/// Asks the pool where that console is. The pool knows better than what we have seen of it: consoles go and come with
/// each start.
pub(super) async fn location(app: &App, vm: &str, speaks: Speaks) -> op::Result<(On, String)> {
    let on = app.on(vm)?;
    let reference = vec![Value::from(on.reference())];
    let state: String = on.pool.call_as("VM.get_power_state", reference.clone()).await?;
    if !["Running", "Paused"].contains(&&*state) {
        let (object, actual) = (vm.to_owned(), state.to_lowercase());
        return Err(op::Error::VmBadPowerState { object, expected: "running".to_owned(), actual });
    }
    let consoles: Vec<String> = on.pool.call_as("VM.get_consoles", reference).await?;
    for console in consoles {
        let console: class::Console = on.pool.call_as("console.get_record", vec![console.into()]).await?;
        if console.protocol.as_str() == speaks.name() && !console.location.is_empty() {
            let location = addressed(app, &on, &console.location);
            return Ok((on, location));
        }
    }
    Err(op::Error::NoSuchObject { id: vm.to_owned(), kinds: vec![format!("{} console of the VM", speaks.name())] })
}

/// Puts the address of the VM's host where a location has none.
fn addressed(app: &App, on: &On, location: &str) -> String {
    let Some(rest) = location.strip_prefix("https:///") else { return location.to_owned() };
    let host = on.object.text("$container").and_then(|host| app.store().get(&host));
    let address = host.and_then(|host| host.text("address")).unwrap_or_default();
    let address = if address.contains(':') { format!("[{address}]") } else { address };
    format!("https://{address}/{rest}")
}
