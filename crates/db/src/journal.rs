//! The durable journal: every event of every pool, and what users called.

mod query;
mod retention;

use serde_json::value::RawValue;
use sqlx::Row;

pub use self::{
    query::{Cursor, Only, Order, Page, Query},
    retention::Retention,
};
use crate::{Result, open::Inner};

/// What an entry is counted with on top of its texts: row and index overhead, about what SQLite takes.
const OVERHEAD: usize = 160;
/// What an object of a call is counted with on top of its id, in its table and in the index.
const OBJECT: usize = 32;

/// XAPI's class of the messages that alarms are.
const MESSAGE: &str = "message";

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// It appeared.
    Add,
    /// It changed.
    Mod,
    /// It disappeared.
    Del,
    /// The pool was listed anew; what differs follows as entries of its own.
    Init,
    /// A user called an operation, which worked.
    Done,
    /// A user called an operation, which failed.
    Failed,
}

impl Operation {
    /// Returns the stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Mod => "mod",
            Self::Del => "del",
            Self::Init => "init",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "add" => Self::Add,
            "del" => Self::Del,
            "init" => Self::Init,
            "done" => Self::Done,
            "failed" => Self::Failed,
            _ => Self::Mod,
        }
    }
}

/// An event or a call to be recorded.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// When it arrived or ended, milliseconds since the epoch.
    pub at: i64,
    /// Id of the pool; of a call, that of the first object, empty where it has none.
    pub pool: String,
    /// XAPI class, as `VM`; of a call, that of the first object, empty where it has none.
    pub class: String,
    /// Opaque reference; empty for a call.
    pub reference: String,
    /// Uuid, where the record has one; none for a call.
    pub uuid: Option<String>,
    /// Who called; none for an event.
    pub user: Option<String>,
    /// The objects that a call named or made, without repetition; empty for an event.
    pub objects: Vec<String>,
    /// What happened.
    pub operation: Operation,
    /// A JSON object. Of an event what changed: field → `[old, new]`; of a call what the caller keeps of it.
    pub changes: Box<RawValue>,
}

/// A recorded event or call.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Grows with each entry.
    pub id: i64,
    /// What was recorded.
    pub event: NewEntry,
}

impl Entry {
    /// Returns its place in the journal, from which a query can go on.
    pub fn cursor(&self) -> Cursor {
        Cursor { at: self.event.at, id: self.id }
    }
}

/// Size of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Entries.
    pub entries: u64,
    /// Bytes they are counted with.
    pub bytes: u64,
}

/// The journal of the database.
#[derive(Clone, Copy, Debug)]
pub struct Journal<'a>(&'a Inner);

impl<'a> Journal<'a> {
    pub(crate) fn new(inner: &'a Inner) -> Self {
        Self(inner)
    }

    /// Records `entries`, all or none, in one transaction.
    ///
    /// With a message that is gone its acknowledgement goes.
    pub async fn append(&self, entries: &[NewEntry]) -> Result<()> {
        let doing = "writing the journal";
        if entries.is_empty() {
            return Ok(());
        }
        let mut tx = self.0.write.begin().await.map_err(self.0.sql(doing))?;
        let last = sqlx::query("SELECT COALESCE(MAX(id), 0) AS last FROM journal")
            .fetch_one(&mut *tx)
            .await
            .and_then(|row| row.try_get::<i64, _>("last"))
            .map_err(self.0.sql(doing))?;
        // Microseconds since the epoch where that grows: ids stay in order after everything has been pruned.
        let mut id = last;
        let mut bytes = 0;
        for entry in entries {
            id = (id + 1).max(entry.at.saturating_mul(1000));
            let size = entry.size();
            bytes += size;
            sqlx::query(
                "INSERT INTO journal (id, at, pool, class, ref, uuid, operation, changes, size, user_id) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            )
            .bind(id)
            .bind(entry.at)
            .bind(&entry.pool)
            .bind(&entry.class)
            .bind(&entry.reference)
            .bind(&entry.uuid)
            .bind(entry.operation.as_str())
            .bind(entry.changes.get())
            .bind(size)
            .bind(&entry.user)
            .execute(&mut *tx)
            .await
            .map_err(self.0.sql(doing))?;
            if entry.operation == Operation::Del && entry.class == MESSAGE {
                sqlx::query("DELETE FROM acknowledgements WHERE message = $1")
                    .bind(&entry.uuid)
                    .execute(&mut *tx)
                    .await
                    .map_err(self.0.sql(doing))?;
            }
            for object in &entry.objects {
                sqlx::query("INSERT INTO journal_objects (object, at, entry) VALUES ($1, $2, $3)")
                    .bind(object)
                    .bind(entry.at)
                    .bind(id)
                    .execute(&mut *tx)
                    .await
                    .map_err(self.0.sql(doing))?;
            }
        }
        sqlx::query("UPDATE journal_total SET entries = entries + $1, bytes = bytes + $2")
            .bind(i64::try_from(entries.len()).unwrap_or(i64::MAX))
            .bind(bytes)
            .execute(&mut *tx)
            .await
            .map_err(self.0.sql(doing))?;
        tx.commit().await.map_err(self.0.sql(doing))
    }

    /// Returns how large the journal is.
    pub async fn totals(&self) -> Result<Totals> {
        let doing = "reading the size of the journal";
        let row = sqlx::query("SELECT entries, bytes FROM journal_total")
            .fetch_one(&self.0.read)
            .await
            .map_err(self.0.sql(doing))?;
        let count = |column: &str| {
            row.try_get::<i64, _>(column).map(|n| u64::try_from(n).unwrap_or_default()).map_err(self.0.sql(doing))
        };
        Ok(Totals { entries: count("entries")?, bytes: count("bytes")? })
    }
}

impl NewEntry {
    fn size(&self) -> i64 {
        let texts = [&self.pool, &self.class, &self.reference];
        let size = OVERHEAD
            + texts.iter().map(|text| text.len()).sum::<usize>()
            + self.uuid.as_ref().map_or(0, String::len)
            + self.user.as_ref().map_or(0, String::len)
            + self.objects.iter().map(|object| 2 * (object.len() + OBJECT)).sum::<usize>()
            + self.changes.get().len();
        i64::try_from(size).unwrap_or(i64::MAX)
    }
}
