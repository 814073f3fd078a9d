//! Reading the journal: by object, kind and time.

use serde_json::value::RawValue;
use sqlx::{Row, any::AnyRow};

use super::{Entry, Journal, NewEntry, Operation};
use crate::{Error, Result};

/// Most entries that one query answers.
const MOST: u32 = 10_000;

/// From which end to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Oldest first.
    OldestFirst,
    /// Newest first.
    #[default]
    NewestFirst,
}

/// Which entries to read; every given condition must hold.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Uuid or opaque reference of the object.
    pub object: Option<String>,
    /// Id of the pool.
    pub pool: Option<String>,
    /// XAPI class, as `VM`.
    pub class: Option<String>,
    /// Earliest time, inclusive, milliseconds since the epoch.
    pub since: Option<i64>,
    /// Latest time, exclusive, milliseconds since the epoch.
    pub until: Option<i64>,
    /// Only entries with a greater id.
    pub after: Option<i64>,
    /// Only entries with a smaller id.
    pub before: Option<i64>,
    /// From which end.
    pub order: Order,
    /// Most entries to answer, at most 10 000; 10 000 when left out.
    pub limit: Option<u32>,
}

/// A value for a place-holder.
enum Bound<'q> {
    Text(&'q str),
    Number(i64),
}

impl Journal<'_> {
    /// Returns the entries that `query` asks for.
    pub async fn query(&self, query: &Query) -> Result<Vec<Entry>> {
        let mut conditions = Vec::new();
        let mut bounds = Vec::new();
        let mut add = |condition: &str, bound| {
            bounds.push(bound);
            conditions.push(condition.replace('?', &format!("${}", bounds.len())));
        };
        let texts = [("(uuid = ? OR ref = ?)", &query.object), ("pool = ?", &query.pool), ("class = ?", &query.class)];
        for (condition, text) in texts {
            if let Some(text) = text {
                add(condition, Bound::Text(text));
            }
        }
        let numbers =
            [("at >= ?", query.since), ("at < ?", query.until), ("id > ?", query.after), ("id < ?", query.before)];
        for (condition, number) in numbers {
            if let Some(number) = number {
                add(condition, Bound::Number(number));
            }
        }
        let conditions = if conditions.is_empty() { "1 = 1".to_owned() } else { conditions.join(" AND ") };
        let order = match query.order {
            Order::OldestFirst => "ASC",
            Order::NewestFirst => "DESC",
        };
        let limit = query.limit.unwrap_or(MOST).min(MOST);
        let sql = format!(
            "SELECT id, at, pool, class, ref, uuid, operation, changes FROM journal \
             WHERE {conditions} ORDER BY id {order} LIMIT {limit}"
        );
        let mut statement = sqlx::query(sqlx::AssertSqlSafe(sql));
        for bound in bounds {
            statement = match bound {
                Bound::Text(text) => statement.bind(text),
                Bound::Number(number) => statement.bind(number),
            };
        }
        let rows = statement.fetch_all(&self.0.read).await.map_err(self.0.sql("reading the journal"))?;
        rows.iter().map(|row| self.read(row)).collect()
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
                operation: Operation::from_word(&text("operation")?),
                changes: RawValue::from_string(text("changes")?)
                    .map_err(|source| Error::Damaged { what: format!("journal entry {id}"), source })?,
            },
        })
    }
}
