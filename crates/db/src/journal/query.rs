//! Reading the journal: by object, class, user and time.
//!
//! Each query walks one index (those about an object: one for each way that entries name it) in the order that it
//! answers in, and stops when it has looked at enough: what it costs grows with that, not with the journal. Entries that
//! meet the condition of the index and fail another one count too, so that an answer may have none and say where to go on.

use std::{collections::HashMap, fmt, str::FromStr};

use serde_json::value::RawValue;
use sqlx::{Row, any::AnyRow};

use super::{Entry, Journal, NewEntry, Operation};
use crate::{Error, Result};

/// Most entries that one query looks at.
const MOST: u32 = 10_000;
/// The columns of an entry.
const COLUMNS: &str = "j.id AS id, j.at AS at, pool, class, ref, uuid, user_id, operation, changes";
/// Calls whose objects are read by one statement.
const AT_ONCE: usize = 500;

/// From which end to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Oldest first.
    OldestFirst,
    /// Newest first.
    #[default]
    NewestFirst,
}

/// A place in the journal: entries are in the order of their time, and of their arrival where that is the same.
///
/// As a text it is the time, a dot and the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// Milliseconds since the epoch.
    pub at: i64,
    /// Id of the entry.
    pub id: i64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at, self.id)
    }
}

impl FromStr for Cursor {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (at, id) = text.split_once('.').unwrap_or((text, ""));
        Ok(Self { at: at.parse()?, id: id.parse()? })
    }
}

/// What entries are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only {
    /// What users called.
    Calls,
    /// What pools told.
    Events,
}

/// Which entries to read; every given condition must hold.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Uuid or opaque reference of the object; calls are found by the id with which they were recorded.
    pub object: Option<String>,
    /// Id of the user who called.
    pub user: Option<String>,
    /// Calls or events; both when left out.
    pub only: Option<Only>,
    /// XAPI class, as `VM`.
    pub class: Option<String>,
    /// Earliest time, inclusive, milliseconds since the epoch.
    pub since: Option<i64>,
    /// Latest time, exclusive, milliseconds since the epoch.
    pub until: Option<i64>,
    /// Where an earlier query stopped; the answer goes on behind.
    pub from: Option<Cursor>,
    /// From which end.
    pub order: Order,
    /// Most entries to look at, at most 10 000; 10 000 when left out. Where at most one of `object`, `user` and `class`
    /// is given, or calls alone are wanted, all that are looked at are answered.
    pub limit: Option<u32>,
}

/// What a query has found.
#[derive(Clone, Debug)]
pub struct Page {
    /// The entries that meet all conditions.
    pub entries: Vec<Entry>,
    /// The last entry that was looked at, behind which there may be more; none at the end of the journal.
    pub next: Option<Cursor>,
}

/// A value for a place-holder.
#[derive(Clone, Copy)]
enum Bound<'q> {
    Text(&'q str),
    Number(i64),
}

/// A statement that is being written.
#[derive(Default)]
struct Statement<'q> {
    sql: String,
    bounds: Vec<Bound<'q>>,
}

impl<'q> Statement<'q> {
    /// Adds SQL with the place-holder of a value where it has a `?`.
    fn push(&mut self, sql: &str, bound: Bound<'q>) {
        self.bounds.push(bound);
        self.sql += &sql.replace('?', &format!("${}", self.bounds.len()));
    }

    /// Adds the conditions of time and cursor on the columns `at` and `id`: one bound at each end, so that the index is
    /// entered and left exactly there.
    fn push_place(&mut self, query: &Query, at: &str, id: &str) {
        let Query { since, until, from, order, .. } = *query;
        let (behind, from) = match order {
            Order::OldestFirst => ('>', from.filter(|from| since.is_none_or(|since| from.at >= since))),
            Order::NewestFirst => ('<', from.filter(|from| until.is_none_or(|until| from.at < until))),
        };
        let begins_at_cursor = |begin: Order| from.is_some() && order == begin;
        if let Some(since) = since.filter(|_| !begins_at_cursor(Order::OldestFirst)) {
            self.push(&format!(" AND {at} >= ?"), Bound::Number(since));
        }
        if let Some(until) = until.filter(|_| !begins_at_cursor(Order::NewestFirst)) {
            self.push(&format!(" AND {at} < ?"), Bound::Number(until));
        }
        if let Some(from) = from {
            self.push(&format!(" AND ({at}, {id}) {behind} (?"), Bound::Number(from.at));
            self.push(", ?)", Bound::Number(from.id));
        }
    }
}

impl Query {
    /// Writes the statement.
    fn statement(&self) -> Statement<'_> {
        let mut statement = Statement::default();
        if let Some(object) = &self.object {
            self.about(object, &mut statement);
        } else {
            statement.sql = format!("SELECT {COLUMNS} FROM journal j WHERE ");
            match (&self.user, &self.class) {
                (Some(user), _) => statement.push("user_id = ?", Bound::Text(user)),
                (None, Some(class)) => statement.push("class = ?", Bound::Text(class)),
                (None, None) if self.only == Some(Only::Calls) => statement.sql += "user_id IS NOT NULL",
                (None, None) => statement.sql += "1 = 1",
            }
            statement.push_place(self, "j.at", "j.id");
        }
        let order = match self.order {
            Order::OldestFirst => "ASC",
            Order::NewestFirst => "DESC",
        };
        let tail = format!(" ORDER BY at {order}, id {order} LIMIT {}", self.limit());
        statement.sql += &tail;
        statement
    }

    /// Writes the parts of a statement about an object: each walks an index of its own, and they are merged while they
    /// are read. No entry is in two of them: no uuid is a reference, and calls, which alone have a user, have neither.
    fn about<'q>(&'q self, object: &'q str, statement: &mut Statement<'q>) {
        let calls_alone = self.user.is_some() || self.only == Some(Only::Calls);
        let of_events: &[_] = if calls_alone { &[] } else { &["uuid", "ref"] };
        for column in of_events {
            let select = format!("SELECT {COLUMNS} FROM journal j WHERE {column} = ?");
            statement.push(&select, Bound::Text(object));
            statement.push_place(self, "j.at", "j.id");
            statement.sql += " UNION ALL ";
        }
        let columns = COLUMNS.replacen("j.id AS id, j.at AS at", "o.entry AS id, o.at AS at", 1);
        let from = "journal_objects o CROSS JOIN journal j";
        let select = format!("SELECT {columns} FROM {from} WHERE j.id = o.entry AND o.object = ?");
        statement.push(&select, Bound::Text(object));
        statement.push_place(self, "o.at", "o.entry");
    }

    fn limit(&self) -> u32 {
        self.limit.unwrap_or(MOST).min(MOST)
    }

    /// Returns whether an entry that an index has led to meets the other conditions.
    fn fits(&self, entry: &NewEntry) -> bool {
        self.only.is_none_or(|only| (only == Only::Calls) == entry.user.is_some())
            && self.user.as_ref().is_none_or(|user| entry.user.as_ref() == Some(user))
            && self.class.as_ref().is_none_or(|class| entry.class == *class)
    }
}

impl Journal<'_> {
    /// Returns the entries that `query` asks for, among those that it may look at.
    pub async fn query(&self, query: &Query) -> Result<Page> {
        let Statement { sql, bounds } = query.statement();
        let mut statement = sqlx::query(sqlx::AssertSqlSafe(sql));
        for bound in bounds {
            statement = match bound {
                Bound::Text(text) => statement.bind(text),
                Bound::Number(number) => statement.bind(number),
            };
        }
        let rows = statement.fetch_all(&self.0.read).await.map_err(self.0.sql("reading the journal"))?;
        let mut entries = rows.iter().map(|row| self.read(row)).collect::<Result<Vec<_>>>()?;
        let is_end = entries.len() < query.limit() as usize;
        let next = entries.last().filter(|_| !is_end).map(Entry::cursor);
        entries.retain(|entry| query.fits(&entry.event));
        self.add_objects(&mut entries).await?;
        Ok(Page { entries, next })
    }

    fn read(self, row: &AnyRow) -> Result<Entry> {
        let doing = "reading the journal";
        let text = |column: &str| row.try_get::<String, _>(column).map_err(self.0.sql(doing));
        let number = |column: &str| row.try_get::<i64, _>(column).map_err(self.0.sql(doing));
        let id = number("id")?;
        Ok(Entry {
            id,
            event: NewEntry {
                at: number("at")?,
                pool: text("pool")?,
                class: text("class")?,
                reference: text("ref")?,
                uuid: row.try_get("uuid").map_err(self.0.sql(doing))?,
                user: row.try_get("user_id").map_err(self.0.sql(doing))?,
                objects: Vec::new(),
                operation: Operation::from_word(&text("operation")?),
                changes: RawValue::from_string(text("changes")?)
                    .map_err(|source| Error::Damaged { what: format!("journal entry {id}"), source })?,
            },
        })
    }

    /// Reads the objects of those entries that are calls.
    async fn add_objects(&self, entries: &mut [Entry]) -> Result<()> {
        let doing = "reading the journal";
        let mut calls: HashMap<i64, &mut Vec<String>> = HashMap::new();
        for entry in entries {
            if entry.event.user.is_some() {
                calls.insert(entry.id, &mut entry.event.objects);
            }
        }
        let ids: Vec<i64> = calls.keys().copied().collect();
        for ids in ids.chunks(AT_ONCE) {
            let list = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
            let sql = format!("SELECT entry, object FROM journal_objects WHERE entry IN ({list})");
            let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&self.0.read).await;
            for row in rows.map_err(self.0.sql(doing))? {
                let entry = row.try_get::<i64, _>("entry").map_err(self.0.sql(doing))?;
                if let Some(objects) = calls.get_mut(&entry) {
                    objects.push(row.try_get("object").map_err(self.0.sql(doing))?);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
