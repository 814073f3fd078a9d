//! What outlives a restart: users, groups, rules, roles, tokens, servers, settings, filters for all, acknowledged alarms, logs, tasks, the
//! journal.
//!
//! SQLite by default, through sqlx's `Any` driver and in the dialect that PostgreSQL shares. A write that has been
//! answered is on the disk: the write-ahead log is flushed at each commit.
//!
//! What surprises: next to the database file lies a key file (`<database>.key`, mode 0600). It seals the passwords
//! of servers and gives clients their renewed token; a backup of the database without it is of little use.

mod acknowledgement;
mod changes;
mod cloud_config;
mod error;
mod group;
mod journal;
mod lock;
mod log;
mod open;
mod password;
mod privilege;
mod role;
mod roll;
mod rule;
mod seal;
mod server;
mod setting;
mod shared_filter;
mod task;
mod token;
mod user;

pub use acknowledgement::{Acknowledgement, Acknowledgements};
pub use changes::{Changed, Changes, RecordKind};
pub use cloud_config::{CloudConfig, CloudConfigKind, CloudConfigs};
pub use error::{Error, Result};
pub use group::{Group, Groups};
pub use journal::{Cursor, Entry, Journal, NewEntry, Only, Operation, Order, Page, Query, Retention, Totals};
pub use log::{Log, Logs, NewLog};
pub use open::Db;
pub use privilege::{Privilege, Privileges};
pub use role::{Holder, Role, Roles, Template};
pub use roll::Rolls;
pub use rule::{AclRule, AclRules};
pub use server::{NewServer, Server, Servers};
pub use setting::Settings;
pub use shared_filter::{SharedFilter, SharedFilters};
pub use task::{KeptTask, Tasks};
pub use token::{Client, NewToken, Token, Tokens};
pub use user::{NewUser, User, Users};

/// Returns the current time in milliseconds since the epoch, UTC.
fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
