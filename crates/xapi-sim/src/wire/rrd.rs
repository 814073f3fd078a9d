//! Statistics over HTTP: what is new on a host, and all that is kept of one object.

mod whole;
mod write;

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::{
    Object, World,
    fault::Spoilt,
    profile::Profile,
    rrd::{self, Archive, Owner, Source},
};

use self::write::Numbers;
use super::{
    connection::{Connection, Gone},
    head::Head,
    reply::Reply,
};

/// Answers a request for statistics at one of these paths.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    head: &Head,
    path: &'static str,
) -> Result<bool, Gone> {
    connection.host.count(path);
    let pool = Arc::clone(&connection.pool);
    if let Some(delay) = pool.faults.delay_of(path) {
        tokio::time::sleep(delay).await;
    }
    if let Some(failure) = pool.faults.next_failure_at(path) {
        let detail = format!("{}: [ {} ]", failure.code, failure.params.join("; "));
        return connection.send(Reply::internal(&detail)).await;
    }
    let host = connection.host.object;
    let asked = pool.with(|world| match path {
        "/rrd_updates" => updates(world, host, head),
        "/host_rrd" => Ok(Asked::whole(world, rrd::of_host(world, host))),
        "/vm_rrd" => vm(world, host, head),
        _ => sr(world, host, head),
    });
    let asked = match asked {
        Ok(asked) => asked,
        Err(Refused::BadRequest) => return connection.send(Reply::until_close(1, "400 Bad Request", &[])).await,
        Err(Refused::NotFound) => return connection.send(Reply::until_close(0, "404 Not Found", &[])).await,
        Err(Refused::Elsewhere(host)) => return redirect(connection, head, path, host).await,
    };
    let json = wants_json(head);
    let numbers = Numbers::of(pool.with(|world| world.profile));
    // A long answer is a second's work for whoever writes it.
    let body = tokio::task::spawn_blocking(move || asked.write(json, numbers)).await.map_err(|_| Gone)?;
    let version = u8::from(path == "/rrd_updates");
    send(connection, path, version, json, body).await
}

/// Why a request for statistics is refused.
enum Refused {
    BadRequest,
    NotFound,
    /// That host has them.
    Elsewhere(Object),
}

/// What is to be answered.
enum Asked {
    /// Values of one archive, from a moment on.
    Updates { archive: &'static Archive, start: i64, now: i64, columns: Vec<(Owner, Vec<Source>)> },
    /// All archives of one owner.
    Whole { now: i64, owner: Owner, sources: Vec<Source> },
}

impl Asked {
    fn whole(world: &World, (owner, sources): (Owner, Vec<Source>)) -> Self {
        Self::Whole { now: world.now().unix(), owner, sources }
    }

    fn write(&self, json: bool, numbers: Numbers) -> Vec<u8> {
        match self {
            Self::Updates { archive, start, now, columns } => {
                let sheet = write::Sheet { archive, start: *start, now: *now, columns, numbers };
                if json { sheet.json() } else { sheet.xml() }
            }
            Self::Whole { now, owner, sources } => {
                let whole = whole::Whole { now: *now, owner, sources, numbers };
                if json { whole.json() } else { whole.xml() }
            }
        }
    }
}

/// Reads what `GET /rrd_updates` asks for.
fn updates(world: &World, host: Object, head: &Head) -> Result<Asked, Refused> {
    let number = |name: &str| head.parameter(name).map(|text| text.parse::<i64>().map_err(|_| Refused::BadRequest));
    let Some(start) = number("start") else { return Err(Refused::BadRequest) };
    let (start, interval, now) = (start?, number("interval").unwrap_or(Ok(0))?, world.now().unix());
    let start = if start < 0 { rrd::last_update(now) + start } else { start };
    let named = |name: &str| -> Vec<&str> {
        head.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    };
    let mut columns = Vec::new();
    // Averages are all that is kept.
    if head.parameter("cf").is_none_or(|cf| cf.eq_ignore_ascii_case("average")) {
        if head.parameter("host").as_deref() == Some("true") {
            columns.push(rrd::of_host(world, host));
        }
        let wanted = named("vm_uuid");
        for vm in world.objects(host, "resident_VMs") {
            if wanted.is_empty() || wanted.contains(&world.uuid(vm)) {
                columns.push(rrd::of_vm(world, vm));
            }
        }
        let srs = named("sr_uuid").into_iter().filter_map(|uuid| world.by_uuid("SR", uuid));
        columns.extend(srs.filter_map(|sr| rrd::of_sr(world, sr, host)));
    }
    Ok(Asked::Updates { archive: rrd::choose(interval, start, now), start, now, columns })
}

fn vm(world: &World, host: Object, head: &Head) -> Result<Asked, Refused> {
    let uuid = head.parameter("uuid").ok_or(Refused::BadRequest)?;
    let vm = world.by_uuid("VM", &uuid).ok_or(Refused::NotFound)?;
    let resident = world.object(vm, "resident_on");
    // What is kept of a machine that is off lies with the master.
    let keeper = if resident.is_null() { world.master() } else { resident };
    if keeper != host {
        return Err(Refused::Elsewhere(keeper));
    }
    let (owner, sources) = rrd::of_vm(world, vm);
    if resident.is_null() && owner.times.is_empty() {
        return Err(Refused::NotFound);
    }
    Ok(Asked::whole(world, (owner, sources)))
}

fn sr(world: &World, host: Object, head: &Head) -> Result<Asked, Refused> {
    let uuid = head.parameter("uuid").ok_or(Refused::BadRequest)?;
    let sr = world.by_uuid("SR", &uuid).ok_or(Refused::NotFound)?;
    rrd::of_sr(world, sr, host).map(|found| Asked::whole(world, found)).ok_or(Refused::NotFound)
}

/// Returns whether JSON is wanted: what is accepted goes before the parameter.
fn wants_json(head: &Head) -> bool {
    let accepted = head.header("accept").unwrap_or_default();
    if accepted.contains("application/json") {
        return true;
    }
    !accepted.contains("text/xml") && head.parameter("json").is_some()
}

async fn redirect<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    head: &Head,
    path: &str,
    host: Object,
) -> Result<bool, Gone> {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&head.query).finish();
    let Some(there) = connection.pool.host(host) else {
        return connection.send(Reply::until_close(0, "404 Not Found", &[])).await;
    };
    let location = format!("https://{}{path}?{query}", there.https);
    connection.send(Reply::until_close(1, "302 Found", &[("Location", &location)])).await
}

/// Sends an answer with its length, spoilt if that is due.
async fn send<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    path: &str,
    version: u8,
    json: bool,
    mut body: Vec<u8>,
) -> Result<bool, Gone> {
    let spoilt = connection.pool.faults.next_spoilt_at(path);
    let half = body.len() / 2;
    match spoilt {
        Some(Spoilt::Garbage) => body = vec![0x16, 0x03, 0x01, 0xff, 0x00, b'{', b'<', 0xfe, 0x80],
        Some(Spoilt::Html) => body = b"<html><body><h1>Bad Gateway</h1></body></html>".to_vec(),
        Some(Spoilt::Truncated) => body.truncate(half),
        Some(Spoilt::Cut) | None => {}
    }
    let headers = [
        ("content-length", body.len().to_string()),
        ("connection", "close".to_owned()),
        ("cache-control", "no-cache, no-store".to_owned()),
        ("content-type", if json { "application/json" } else { "text/xml" }.to_owned()),
        ("Access-Control-Allow-Origin", "*".to_owned()),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let reply = Reply { status: "200 OK", headers, body: Vec::new(), version, keep_alive: false };
    connection.send(reply).await?;
    if spoilt == Some(Spoilt::Cut) {
        connection.write(&body[..half]).await?;
        return Err(Gone);
    }
    connection.write(&body).await?;
    Ok(false)
}

impl Numbers {
    /// Returns how a product writes numbers in JSON: before XAPI 23.31 bare, also those that are none.
    fn of(profile: &Profile) -> Self {
        if profile.release >= xapi_types::release::Release::new("23.31.0") { Self::Quoted } else { Self::Bare }
    }
}
