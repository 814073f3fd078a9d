use super::*;
use crate::Db;

/// Returns how SQLite would run a query: one line a step.
async fn plan(db: &Db, query: &Query) -> Vec<String> {
    let Statement { sql, bounds } = query.statement();
    let mut statement = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")));
    for bound in bounds {
        statement = match bound {
            Bound::Text(text) => statement.bind(text),
            Bound::Number(number) => statement.bind(number),
        };
    }
    let rows = statement.fetch_all(&db.0.read).await.expect("the statement is good");
    rows.iter().map(|row| row.try_get("detail").expect("a plan has details")).collect()
}

/// Returns every combination of conditions, each with whether any narrows the journal down.
fn queries() -> Vec<Query> {
    let some = |given: bool| given.then(|| "x".to_owned());
    let mut queries = Vec::new();
    let onlys = [None, Some(Only::Calls), Some(Only::Events)];
    for (bits, only) in (0..64_u8).flat_map(|bits| onlys.map(|only| (bits, only))) {
        let given = |bit: u8| bits & (1 << bit) != 0;
        for order in [Order::NewestFirst, Order::OldestFirst] {
            queries.push(Query {
                only,
                object: some(given(0)),
                user: some(given(1)),
                class: some(given(2)),
                since: given(3).then_some(1),
                until: given(4).then_some(2),
                from: given(5).then_some(Cursor { at: 1, id: 1000 }),
                order,
                limit: Some(50),
            });
        }
    }
    queries
}

#[tokio::test]
async fn every_query_walks_indexes_in_the_order_of_its_answer() {
    let db = Db::in_memory().await.expect("a database in memory");
    for query in queries() {
        let plan = plan(&db, &query).await;
        let steps = plan.join("\n");
        assert!(!steps.contains("TEMP B-TREE"), "{query:?} sorts:\n{steps}");
        // Only what asks for everything begins at the end of an index; it stops when it has enough.
        for step in plan.iter().filter(|step| step.starts_with("SCAN")) {
            let asks_for_all = query.object.is_none() && query.user.is_none() && query.class.is_none();
            let index = if query.only == Some(Only::Calls) { "journal_calls" } else { "journal_at" };
            let whole = format!("USING INDEX {index}");
            assert!(asks_for_all && step.contains(&whole), "{query:?} reads everything:\n{steps}");
        }
        let events = query.object.as_ref().filter(|_| query.user.is_none() && query.only != Some(Only::Calls));
        for index in [
            events.map(|_| "journal_uuid (uuid=?"),
            events.map(|_| "journal_ref (ref=?"),
            query.object.as_ref().map(|_| "sqlite_autoindex_journal_objects_1 (object=?"),
            query.user.as_ref().filter(|_| query.object.is_none()).map(|_| "journal_user (user_id=?"),
        ]
        .into_iter()
        .flatten()
        {
            assert!(steps.contains(index), "{query:?} does not use {index}:\n{steps}");
        }
        // Nothing is passed over to come to a cursor, however many entries have its time.
        for step in plan.iter().filter(|step| query.from.is_some() && step.contains("USING INDEX journal_")) {
            let has_place = ["(at,id)<(?,?)", "(at,id)>(?,?)", "(at,entry)<(?,?)", "(at,entry)>(?,?)"];
            assert!(has_place.iter().any(|place| step.contains(place)), "{query:?} passes entries over:\n{steps}");
        }
        // What else is asked for changes nothing of how entries are found, and so of how many are looked at.
        if query.object.is_some() || query.user.is_some() {
            let without = Query { class: None, ..query.clone() };
            assert_eq!(self::plan(&db, &without).await, plan, "{query:?}");
        }
    }
}

#[tokio::test]
async fn objects_of_calls_are_read_by_index() {
    let db = Db::in_memory().await.expect("a database in memory");
    let sql = "EXPLAIN QUERY PLAN SELECT entry, object FROM journal_objects WHERE entry IN (1, 2)";
    let rows = sqlx::query(sql).fetch_all(&db.0.read).await.expect("the statement is good");
    let step: String = rows[0].try_get("detail").expect("a plan has details");
    assert!(step.contains("USING INDEX journal_objects_entry"), "{step}");
}

#[test]
fn a_cursor_is_read_as_it_is_written_and_nothing_else_is() {
    let cursor = Cursor { at: 1_795_289_096_961, id: 1_795_289_096_961_000 };
    assert_eq!(cursor.to_string().parse(), Ok(cursor));
    for bad in ["", ".", "1", "1.", ".1", "1.x", "1.2.3", "99999999999999999999.1"] {
        assert!(bad.parse::<Cursor>().is_err(), "{bad}");
    }
}
