//! Requests that are not calls: `GET`, `PUT` and `CONNECT`.

use tokio::io::{AsyncRead, AsyncWrite};

use super::{
    arrival,
    connection::{Connection, Gone},
    console,
    head::Head,
    logs, patch,
    reply::Reply,
    rpc, rrd, status, transfer,
};
use crate::class;

/// Paths that take a session, by verb, with the realm that a request without one is told.
const PROTECTED: &[(&str, &str, &str)] = &[
    ("GET", "/rrd_updates", "rrd_updates"),
    ("GET", "/host_rrd", "host_rrd"),
    ("GET", "/vm_rrd", "vm_rrd"),
    ("GET", "/sr_rrd", "sr_rrd"),
    ("GET", "/export_metadata", "get_export_metadata"),
    ("GET", "/export_raw_vdi", "get_export_raw_vdi"),
    ("GET", "/export", "get_export"),
    ("GET", "/console", "connect_console_ws"),
    ("CONNECT", "/console", "connect_console"),
    ("GET", "/pool/xmldbdump", "get_pool_xml_db_sync"),
    ("GET", "/host_backup", "get_host_backup"),
    ("GET", "/host_logs_download", "get_host_logs_download"),
    ("GET", "/system-status", "get_system_status"),
    ("GET", "/audit_log", "get_audit_log"),
    ("GET", "/services/SM", "get_services_sm"),
    ("GET", "/services", "get_services"),
    ("GET", "/vncsnapshot", "get_vncsnapshot"),
    ("GET", "/updates", "get_updates"),
    ("GET", "/host_updates", "get_host_updates"),
    ("GET", "/repository", "get_repository"),
    ("PUT", "/services/join", "put_services_join"),
    ("PUT", "/services/xenops", "put_services_xenops"),
    ("PUT", "/import_metadata", "put_import_metadata"),
    ("PUT", "/import_raw_vdi", "put_import_raw_vdi"),
    ("PUT", "/import", "put_import"),
    ("PUT", "/pool/xmldbdump", "put_pool_xml_db_sync"),
    ("PUT", "/pool_patch_upload", "put_pool_patch_upload"),
    ("PUT", "/host_restore", "put_host_restore"),
];

/// Answers a request; says whether the connection stays open.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    head: Head,
) -> Result<bool, Gone> {
    if head.method == "GET" && head.path.starts_with("/blob") {
        return connection.send(Reply::until_close(1, "400 Bad Request", &[])).await;
    }
    let known = PROTECTED.iter().find(|(verb, path, _)| *verb == head.method && head.path.starts_with(path));
    let Some((_, path, realm)) = known else {
        return connection.send(Reply::forbidden(head.method == "GET")).await;
    };
    if !may_enter(connection, &head) {
        return connection.send(Reply::unauthorised(realm)).await;
    }
    match *path {
        "/export" => transfer::export_vm(connection, &head).await,
        "/export_raw_vdi" => transfer::export_vdi(connection, &head).await,
        "/import" => transfer::import_vm(connection, &head).await,
        "/import_raw_vdi" => transfer::import_vdi(connection, &head).await,
        "/services/join" | "/services/xenops" => arrival::receive(connection).await,
        logs::AUDIT | logs::ARCHIVE => logs::serve(connection, path).await,
        console::PATH if head.method == "CONNECT" => console::serve(connection, &head).await,
        UPDATES => updates(connection).await,
        patch::PATH => patch::receive(connection, &head).await,
        status::PATH => status::serve(connection, &head).await,
        "/rrd_updates" | "/host_rrd" | "/vm_rrd" | "/sr_rrd" => rrd::serve(connection, &head, path).await,
        _ => connection.send(Reply::internal(&format!("NOT_IMPLEMENTED: [ {path} ]"))).await,
    }
}

/// Where a master tells which updates there are.
const UPDATES: &str = "/updates";

/// Answers which updates there are, and which host lacks which.
async fn updates<S: AsyncRead + AsyncWrite + Unpin>(connection: &mut Connection<S>) -> Result<bool, Gone> {
    connection.host.count(UPDATES);
    let pool = std::sync::Arc::clone(&connection.pool);
    let failure = pool.faults.next_failure_at(UPDATES);
    let listed = failure.map_or_else(|| pool.with(|world| class::host::repository::listed(world)), Err);
    let body = match listed {
        Ok(listed) => listed.to_string(),
        Err(failure) => {
            let detail = format!("{}: [ {} ]", failure.code, failure.params.join("; "));
            return connection.send(Reply::internal(&detail)).await;
        }
    };
    let mut reply = Reply::until_close(1, "200 OK", &[("content-type", "application/json")]);
    reply.body = match pool.faults.next_spoilt_at(UPDATES) {
        Some(_) => body.as_bytes()[..body.len() / 2].to_vec(),
        None => body.into_bytes(),
    };
    connection.send(reply).await
}

/// Checks the session, or the user and password, of a request.
fn may_enter<S>(connection: &Connection<S>, head: &Head) -> bool {
    if let Some(session) = rpc::session_of(head) {
        return connection.pool.with(|world| world.is(session, "session"));
    }
    let basic = head.header("authorization").and_then(|value| value.strip_prefix("Basic "));
    let decoded = basic.and_then(|text| {
        use base64::Engine as _;
        String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text.trim()).ok()?).ok()
    });
    decoded
        .as_deref()
        .and_then(|text| text.split_once(':'))
        .is_some_and(|(user, password)| connection.pool.with(|world| world.authenticate(user, password).is_ok()))
}
