//! The running application: pools, feed of changes, sessions, tasks, limits, configuration.
//!
//! Features declare operations on [`Cx`], faces call them through [`App::call`]; neither knows the other.

mod access;
mod app;
mod browser;
mod bulk;
mod call;
mod config;
mod console;
mod cx;
mod duration;
mod export_turn;
mod feed;
mod journal;
mod limit;
mod load;
mod notifications;
mod own_vm;
mod permissions;
mod pool;
mod records;
mod rehearsal;
mod roles;
mod rules;
mod selection;
mod session;
mod sign_in;
mod stats;
mod store;
mod task;
mod transfer;
mod updates;
mod upkeep;
mod views;
mod xapi_error;

pub use access::{Audience, TaskAccess, View, is_admin};
pub use acl;
pub use app::{App, StartError};
pub use call::{Begun, failure};
pub use config::{
    Authentication, Config, ConfigError, ConsoleLimits, Cookies, Forwarded, Http, HttpProxy, Journal, Level, Listen,
    Listeners, LogFormat, Logs, Mcp, Paths, RestApi, SameSite, StatsOptions, TransferLimits, UpdateSource, Urls,
    WebSockets, XapiOptions,
};
pub use console::{Console, ConsoleEnd, ConsoleRefusal, Speaks};
pub use cx::Cx;
pub use db;
pub use duration::Duration;
pub use export_turn::ExportTurn;
pub use feed::{Feed, Moved, News, Shift, Shifted, Subscription};
pub use hotfix;
pub use model::{self, Delta, Object};
pub use notifications::{Notification, Notifications};
pub use permissions::Permissions;
pub use pool::{Connection, On, Phase, Pieces, PoolStatus};
pub use roles::ChangingRoles;
pub use session::{CloseReason, Peer, Session, SignedIn};
pub use sign_in::Credentials;
pub use stats::{Column, Frame, Granularity};
pub use task::{
    Course, Note, PoolTask, Progress, Stage, Status, Step, Task, TaskKind, TaskNews, TaskSubscription, Tasks, Timed,
    Until,
};
pub use transfer::{Caller, Content, Download, Ended, Length, Offered, Received, Refusal, SendTo, Shown, Transfers};
pub use updates::{Lacking, Updates};
pub use upkeep::{Held, Upkeep};
pub use view;
pub use views::{Look, selected};
pub use xapi::{Compression, DiskFormat, HostFileKind, NbdServer, NewVm, RawVdi, VdiContent, VmContent};
pub use xapi_types;
