//! Content of disks and VMs, in and out.
//!
//! The head of the reply goes out before the work is done, as on real hosts: how it ended is only
//! told by the task, and by a connection that closes early.

mod body;
mod image;
mod vdi_in;
mod vdi_out;
mod vm_in;
mod vm_out;

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use xapi_types::{Failure, code};

use crate::{Datum, Object, World, call::fail, class, pool::Pool};

use super::{
    connection::{Connection, Gone},
    head::Head,
    reply::Reply,
};

pub(super) use self::{
    vdi_in::import as import_vdi, vdi_out::export as export_vdi, vm_in::import as import_vm,
    vm_out::export as export_vm,
};

/// Code of an error that the data model does not list.
const VDI_IO_ERROR: &str = "VDI_IO_ERROR";

/// A transfer under way; its task ends with it, whatever becomes of the host.
struct Work {
    pool: Arc<Pool>,
    task: Object,
    over: bool,
}

impl Work {
    /// Takes the task that a client made for the transfer, or makes one.
    fn begin<S>(connection: &Connection<S>, head: &Head, label: &str) -> Self {
        let pool = Arc::clone(&connection.pool);
        let task = pool.with(|world| {
            let given = head.parameter("task_id").and_then(|text| Object::parse(&text));
            given.filter(|task| world.is(*task, "task")).unwrap_or_else(|| world.new_task(label, ""))
        });
        Self { pool, task, over: false }
    }

    /// Shows how far it has come, in whole percents, so that it makes no more than a hundred events.
    ///
    /// # Errors
    ///
    /// If somebody has asked to cancel the task, or has ended it.
    fn reach(&self, world: &mut World, done: u64, whole: u64) -> Result<(), Failure> {
        expect_wanted(world, self.task)?;
        let share = (done as f64 / whole.max(1) as f64 * 100.0).floor() / 100.0;
        world.set(self.task, "progress", share.min(1.0));
        Ok(())
    }

    fn end(mut self, outcome: Result<Datum, Failure>) {
        self.over = true;
        self.pool.with(|world| {
            world.end_operations(self.task);
            world.end_task(self.task, &outcome);
        });
    }

    /// Ends the task and the connection with an error that is found before the transfer.
    async fn refuse<S: AsyncRead + AsyncWrite + Unpin>(
        self,
        connection: &mut Connection<S>,
        failure: Failure,
    ) -> Result<bool, Gone> {
        let reply = match failure.code.as_str() {
            code::INTERNAL_ERROR => Reply::until_close(0, "404 Not Found", &[]),
            code::VDI_MISSING => Reply::until_close(1, "400 Bad Request", &[]),
            _ => Reply::internal(&format!("{}: [ {} ]", failure.code, failure.params.join("; "))),
        };
        self.end(Err(failure));
        connection.send(reply).await
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        // The host is restarted, or the client gone in the middle.
        let failure = Failure::new(VDI_IO_ERROR, ["Device I/O errors"]);
        self.pool.with(|world| {
            world.end_operations(self.task);
            if world.is(self.task, "task") && world.text(self.task, "status") == "pending" {
                world.end_task(self.task, &Err(failure));
            }
        });
    }
}

/// Fails if somebody has asked to cancel the task, or has ended it.
fn expect_wanted(world: &World, task: Object) -> Result<(), Failure> {
    let wishes = world.get(task, "current_operations");
    let cancelled = wishes.entries().iter().any(|(_, wish)| wish.as_text() == "cancel");
    let ended = !world.is(task, "task") || world.text(task, "status") != "pending";
    if cancelled || ended { fail(code::TASK_CANCELLED, [task.to_string()]) } else { Ok(()) }
}

/// Returns the reply that names another host, if this one does not see the storage and that one does.
///
/// It repeats the query and nothing else, and the task is left to the other host.
fn elsewhere<S>(connection: &Connection<S>, head: &Head, sr: Object) -> Option<Reply> {
    let here = connection.host.object;
    let address = connection.pool.with(|world| {
        if class::host::sees(world, here, sr) {
            return None;
        }
        let other = world.list("host").into_iter().find(|host| class::host::sees(world, *host, sr))?;
        Some(world.text(other, "address").to_owned())
    })?;
    let query: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&head.query).finish();
    let location = format!("https://{address}{}?{query}", head.path);
    let mut reply = Reply::until_close(1, "302 Found", &[("Location", &location)]);
    reply.headers.push(("Content-Length".to_owned(), "0".to_owned()));
    Some(reply)
}

/// Returns the VDI that a request names by reference or uuid.
fn vdi(world: &World, head: &Head) -> Result<Object, Failure> {
    let name = head.parameter("vdi").unwrap_or_default();
    let by_ref = Object::parse(&name).filter(|vdi| world.is(*vdi, "VDI"));
    by_ref.or_else(|| world.by_uuid("VDI", &name)).map_or_else(|| fail(code::HANDLE_INVALID, ["VDI", &name]), Ok)
}
