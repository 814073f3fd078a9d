//! Logging in: which dialect, which member is the coordinator.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use serde::Deserialize;
use tokio::time::timeout;
use xapi_types::{Value, code};

use super::{Core, Link};
use crate::{
    Address, Error, Secret,
    dialect::{Dialect, Unreadable},
    endpoint::Endpoint,
};

/// Coordinators named by members that are followed; more would mean that they name each other.
const HOPS: usize = 4;

/// Longest answer to a login, in bytes.
const ANSWER: usize = 1 << 20;

/// What tells one pool from another.
#[derive(Deserialize)]
struct Identity {
    #[serde(default)]
    uuid: String,
}

/// What a member said to a login.
enum Reception {
    In(Arc<Endpoint>, Secret),
    Elsewhere(String),
}

impl Core {
    /// Logs in at the first of `candidates`, asked all at once, that is or names the coordinator.
    pub(super) async fn enter(&self, candidates: &[Address]) -> Result<(Arc<Endpoint>, Secret), Error> {
        let mut asked: Vec<Address> = candidates.to_vec();
        let mut pending = FuturesUnordered::new();
        for address in candidates {
            pending.push(self.knock(address.clone(), None));
        }
        let mut errors: Vec<(Address, Error)> = Vec::new();
        let mut hops = 0;
        let mut circle = None;
        while let Some((address, named_by, reception)) = pending.next().await {
            let coordinator = match reception {
                Ok(Reception::In(endpoint, session)) => return Ok((endpoint, session)),
                Err(error) if error.is_refused() => return Err(error),
                Err(cause) => {
                    let error = match named_by {
                        None => cause,
                        Some(member) => {
                            Error::Coordinator { member, coordinator: address.to_string(), cause: Box::new(cause) }
                        }
                    };
                    errors.push((address, error));
                    continue;
                }
                Ok(Reception::Elsewhere(coordinator)) => coordinator,
            };
            match self.options.address.member(&coordinator) {
                Ok(next) if !asked.contains(&next) && hops < HOPS => {
                    tracing::debug!(host = %address, "`{address}` names `{next}` as its coordinator");
                    hops += 1;
                    asked.push(next.clone());
                    pending.push(self.knock(next, Some(address)));
                }
                // The one it names has been asked, and what that says counts, unless it leads back here.
                Ok(_) => {
                    let reason = format!("it names `{coordinator}` as its coordinator, which leads in a circle");
                    circle.get_or_insert((address.clone(), Error::Answer { address, reason }));
                }
                Err(cause) => {
                    let cause = Box::new(cause);
                    errors.push((address.clone(), Error::Coordinator { member: address, coordinator, cause }));
                }
            }
        }
        if errors.is_empty() {
            errors.extend(circle);
        }
        Err(summary(candidates, errors))
    }

    /// Tries to log in at `address`.
    fn knock(
        &self,
        address: Address,
        named_by: Option<Address>,
    ) -> BoxFuture<'_, (Address, Option<Address>, Result<Reception, Error>)> {
        Box::pin(async move {
            let limit = self.options.limits.login;
            let reception = match self.endpoint(&address) {
                Err(error) => Err(error),
                Ok(endpoint) => match timeout(limit, self.log_in_to_pool(&endpoint, limit)).await {
                    Ok(reception) => reception,
                    Err(_) => Err(endpoint.timeout("answer the login", limit)),
                },
            };
            (address, named_by, reception.map_err(|error| self.concealed(error, None)))
        })
    }

    /// Logs in, and out again if the host has joined or become another pool.
    async fn log_in_to_pool(&self, endpoint: &Arc<Endpoint>, limit: Duration) -> Result<Reception, Error> {
        let reception = self.log_in(endpoint, limit).await?;
        let (Reception::In(_, session), Some(expected)) = (&reception, self.uuid.get()) else { return Ok(reception) };
        let link = Link { endpoint: Arc::clone(endpoint), session: session.clone(), generation: 0 };
        match self.pool_uuid(&link).await? {
            Some(found) if found != *expected => {
                let _ = self.call_once::<Value>(&link, "session.logout", &[], limit).await;
                let address = endpoint.address().clone();
                Err(Error::OtherPool { address, found, expected: expected.clone() })
            }
            _ => Ok(reception),
        }
    }

    /// Asks for the UUID of the pool.
    pub(super) async fn pool_uuid(&self, link: &Link) -> Result<Option<String>, Error> {
        let limit = self.options.limits.login;
        let pools = self.call_once::<BTreeMap<String, Identity>>(link, "pool.get_all_records", &[], limit).await;
        let pools = pools.map_err(|failed| failed.error)?;
        Ok(pools.into_values().next().map(|pool| pool.uuid).filter(|uuid| !uuid.is_empty()))
    }

    async fn log_in(&self, endpoint: &Arc<Endpoint>, limit: Duration) -> Result<Reception, Error> {
        let known = endpoint.dialect();
        let mut dialects = known.map_or_else(|| Dialect::ALL.to_vec(), |known| vec![known]);
        dialects.reverse();
        let mut first_error = None;
        while let Some(dialect) = dialects.pop() {
            match self.log_in_speaking(endpoint, dialect, limit).await? {
                Heard::Answer(spoken, reception) => {
                    endpoint.set_dialect(Some(spoken));
                    return reception;
                }
                Heard::Xml => dialects.retain(|dialect| *dialect == Dialect::Xml),
                Heard::NotUnderstood(error) => {
                    // A host that was upgraded may have changed its ways: all are tried next time.
                    endpoint.set_dialect(None);
                    first_error.get_or_insert(error);
                }
            }
        }
        Err(first_error.unwrap_or_else(|| endpoint.nonsense("XML-RPC is answered where JSON-RPC was asked")))
    }

    async fn log_in_speaking(
        &self,
        endpoint: &Arc<Endpoint>,
        dialect: Dialect,
        limit: Duration,
    ) -> Result<Heard, Error> {
        let credentials = [Value::from(self.options.username.as_str()), Value::from(self.options.password.expose())];
        let call = dialect.call("session.login_with_password", &credentials);
        let reply = endpoint.post(dialect, call.into(), limit).await.map_err(|failed| failed.error)?;
        let (status, content_type) = (reply.status, reply.content_type.clone());
        let body = reply.collect(ANSWER).await?;
        let is_xml = content_type.ends_with("/xml") || body.trim_ascii_start().starts_with(b"<?xml");
        if dialect != Dialect::Xml && is_xml && status == 200 {
            return Ok(Heard::Xml);
        }
        let answer = dialect.answer::<String>(status, &body);
        let spoken = match dialect {
            // A host that answers without the version speaks JSON-RPC 1.0.
            Dialect::Json2 if !contains(&body, b"\"jsonrpc\"") => Dialect::Json1,
            dialect => dialect,
        };
        Ok(match answer {
            Ok(Ok(session)) => Heard::Answer(spoken, Ok(Reception::In(Arc::clone(endpoint), Secret::new(session)))),
            Ok(Err(failure)) if failure.is(code::HOST_IS_SLAVE) => {
                Heard::Answer(spoken, Ok(Reception::Elsewhere(failure.param(0).to_owned())))
            }
            Ok(Err(failure)) => Heard::Answer(spoken, Err(Error::Failure(failure))),
            // What hosts say to a dialect or a path that they do not know.
            Err(Unreadable::Nonsense(reason)) if matches!(status, 400 | 403..=406 | 415 | 500 | 501) => {
                Heard::NotUnderstood(endpoint.nonsense(reason))
            }
            Err(Unreadable::Nonsense(reason) | Unreadable::Shape(reason)) => return Err(endpoint.nonsense(reason)),
        })
    }
}

/// How a host took a login in one dialect.
enum Heard {
    Answer(Dialect, Result<Reception, Error>),
    Xml,
    NotUnderstood(Error),
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Chooses the error that tells most: that of the address that was configured or asked first.
fn summary(candidates: &[Address], errors: Vec<(Address, Error)>) -> Error {
    let tried = errors.len();
    let best = candidates.iter().find_map(|address| errors.iter().find(|(at, _)| at == address));
    let coordinator = errors.iter().find(|(_, error)| matches!(error, Error::Coordinator { .. }));
    let first = coordinator.or(best).or(errors.first()).map_or(Error::Closed, |(_, error)| error.clone());
    if candidates.len() > 1 { Error::NoMember { tried, first: Box::new(first) } } else { first }
}
