//! The receiving end of a VM or a host that comes from another pool.

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::{
    class::vm::immigrate::{self, Luggage},
    host::Condition,
    pool::Pool,
};

use super::{
    connection::{Connection, Gone},
    peer,
    reply::Reply,
};

/// What has arrived; it goes again when the connection does, unless the VM followed.
struct Arrival {
    pool: Arc<Pool>,
    luggage: Luggage,
}

impl Drop for Arrival {
    fn drop(&mut self) {
        self.pool.with(|world| self.luggage.discard(world));
    }
}

/// Answers `PUT /services/xenops` and `/services/join`: questions, disks and at last the VM, until the sender hangs up.
pub(crate) async fn receive<S: AsyncRead + AsyncWrite + Unpin>(connection: &mut Connection<S>) -> Result<bool, Gone> {
    connection.send(Reply::until_close(1, "200 OK", &[])).await?;
    let mut arrival = Arrival { pool: Arc::clone(&connection.pool), luggage: Luggage::default() };
    while let Some(question) = peer::read(&mut connection.stream, &mut connection.buffer).await {
        let method = immigrate::method_of(&question);
        if let Some(delay) = connection.pool.faults.delay_of(method) {
            tokio::select! {
                () = tokio::time::sleep(delay) => {}
                () = connection.hung_up() => return Ok(false),
            }
        }
        // Who has hung up does not wait for an answer, and would not hear that the VM has arrived.
        tokio::select! {
            biased;
            () = connection.hung_up() => return Ok(false),
            () = std::future::ready(()) => {}
        }
        let told = connection.pool.faults.next_failure(method);
        let outcome = match told {
            Some(failure) => Err(failure),
            None => connection.pool.with(|world| arrival.luggage.take(world, &question)),
        };
        if connection.pool.faults.next_spoilt_at(method).is_some() {
            return Err(Gone);
        }
        connection.host.not(&[Condition::Mute, Condition::Frozen]).await;
        connection.write(&peer::answer(outcome)).await?;
    }
    Ok(false)
}
