//! Files of updates for hosts before XenServer 7.1, sent to them.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use xapi_types::Failure;

use super::{
    connection::{Connection, Gone, PIECE},
    head::Head,
    reply::Reply,
};
use crate::{Datum, Object, class::update, fault::CUT};

/// Where they are sent; under this name a fault makes the next one fail half-way.
pub(crate) const PATH: &str = "/pool_patch_upload";

/// Longest file that is taken here, in bytes: it is kept in memory until it has been looked at.
const LONGEST: u64 = 64 << 20;

/// Answers `PUT /pool_patch_upload`.
pub(crate) async fn receive<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    head: &Head,
) -> Result<bool, Gone> {
    connection.host.count(PATH);
    let task = connection.pool.with(|world| {
        let given = head.parameter("task_id").and_then(|text| Object::parse(&text));
        given.filter(|task| world.is(*task, "task")).unwrap_or_else(|| world.new_task("Uploading patch", ""))
    });
    let Some(length) = head.content_length().filter(|length| *length <= LONGEST) else {
        connection.pool.with(|world| world.end_task(task, &Err(Failure::new("INVALID_PATCH", [""; 0]))));
        return connection.send(Reply::until_close(1, "400 Bad Request", &[])).await;
    };
    connection.send(Reply::until_close(1, "200 OK", &[("task-id", &task.to_string())])).await?;
    let whole = usize::try_from(length).unwrap_or(usize::MAX);
    let mut fault = connection.pool.faults.next_failure_at(PATH);
    let outcome = loop {
        if connection.buffer.len() >= whole {
            let file = connection.buffer.split_to(whole);
            break connection.pool.with(|world| update::upload(world, &file));
        }
        if connection.buffer.len() >= whole / 2
            && let Some(failure) = fault.take()
        {
            if failure.is(CUT) {
                return Err(Gone);
            }
            break Err(failure);
        }
        connection.buffer.reserve(PIECE);
        if !matches!(connection.stream.read_buf(&mut connection.buffer).await, Ok(1..)) {
            break Err(Failure::new("INVALID_PATCH", [""; 0]));
        }
    };
    connection.pool.with(|world| match outcome {
        // Not as the value of a call, but bare.
        Ok(patch) => {
            world.end_task(task, &Ok(Datum::void()));
            world.set(task, "result", patch.to_string());
        }
        Err(failure) => world.end_task(task, &Err(failure)),
    });
    Ok(false)
}
