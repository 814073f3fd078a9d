//! XAPI client: sessions, failover, calls, event watch, tasks.
//!
//! [`Pool`] is the client of one pool. It logs in, finds the coordinator, keeps the session and
//! comes back by itself when the pool does; [`Pool::state`] says how it stands. [`Pool::call`] calls a
//! method, [`Pool::call_async`] starts a task and follows it, [`Pool::watch`] hands out all objects
//! and then what changes, [`Pool::rrd_updates`] reads what a host measures, [`Pool::console`] opens
//! a console.
//!
//! ```no_run
//! # async fn example() -> Result<(), xapi::Error> {
//! use xapi::{Event, Options, Pool, params};
//!
//! let options = Options::new("192.0.2.1".parse()?, "root", "secret").allow_unauthorized(true);
//! let pool = Pool::connect(options).await?;
//! let vms = pool.call("VM.get_by_name_label", params!["web-01"]).await?;
//! let mut watch = pool.watch();
//! while let Some(event) = watch.next().await {
//!     if let Event::InitApply(records) = event {
//!         println!("{} objects", records.len());
//!     }
//! }
//! # Ok(()) }
//! ```

mod address;
mod call;
mod dial;
mod dialect;
mod endpoint;
mod error;
mod get;
mod nbd;
mod options;
mod pool;
mod proxy;
mod route;
mod rrd;
mod secret;
mod session;
mod state;
mod task;
mod tls;
mod transfer;
mod tunnel;
mod watch;

pub use address::Address;
pub use dialect::Dialect;
pub use error::Error;
pub use nbd::NbdServer;
pub use options::{Limits, Options, Unneeded};
pub use pool::Pool;
pub use proxy::Proxy;
pub use route::Route;
pub use rrd::{RrdColumn, RrdQuery, RrdUpdates};
pub use secret::Secret;
pub use state::State;
pub use task::{Task, TaskState};
pub use tls::{CertificateError, Fingerprint, Problem};
pub use transfer::{
    Compression, DiskFormat, Export, HostFile, HostFileKind, NewVm, RawVdi, SystemStatus, Upload, VdiContent, VmContent,
};
pub use tunnel::Tunnel;
pub use watch::{Change, Event, Watch};

/// Makes the parameters of a call out of anything that a value can be made from.
///
/// ```
/// let params = xapi::params!["OpaqueRef:NULL", true, 3_i64];
/// assert_eq!(params.len(), 3);
/// ```
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::Value::from($value)),*]
    };
}

pub use xapi_types::Value;
