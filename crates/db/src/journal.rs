//! The durable journal: every event of every pool.

mod query;
mod retention;

use serde_json::value::RawValue;
use sqlx::Row;

pub use self::{
    query::{Order, Query},
    retention::Retention,
};
use crate::{Result, open::Inner};

/// What an entry is counted with on top of its texts: row and index overhead, about what SQLite takes.
const OVERHEAD: usize = 160;

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
}

impl Operation {
    /// Returns the stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Mod => "mod",
            Self::Del => "del",
            Self::Init => "init",
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "add" => Self::Add,
            "del" => Self::Del,
            "init" => Self::Init,
            _ => Self::Mod,
        }
    }
}

/// An event to be recorded.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// When it arrived, milliseconds since the epoch.
    pub at: i64,
    /// Id of the pool.
    pub pool: String,
    /// XAPI class, as `VM`.
    pub class: String,
    /// Opaque reference.
    pub reference: String,
    /// Uuid, where the record has one.
    pub uuid: Option<String>,
    /// What happened.
    pub operation: Operation,
    /// What changed, a JSON object: field → `[old, new]`.
    pub changes: Box<RawValue>,
}

/// A recorded event.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Grows with each entry; a cursor for [`Query::after`] and [`Query::before`].
    pub id: i64,
    /// The event.
    pub event: NewEntry,
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
                "INSERT INTO journal (id, at, pool, class, ref, uuid, operation, changes, size) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
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
            .execute(&mut *tx)
            .await
            .map_err(self.0.sql(doing))?;
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
            + self.changes.get().len();
        i64::try_from(size).unwrap_or(i64::MAX)
    }
}
