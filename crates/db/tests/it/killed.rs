//! A server killed at any moment loses nothing that it has acknowledged.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use db::{NewEntry, Operation, Query};
use serde_json::value::RawValue;

use crate::{Place, user};

const FILE: &str = "DB_TEST_FILE_TO_WRITE_UNTIL_KILLED";

/// Writes users, settings and journal entries for ever and says `N` when the N-th of each has been acknowledged.
#[tokio::test]
#[ignore = "run in a process of its own by the test below"]
async fn write_until_killed() {
    let Ok(path) = std::env::var(FILE) else { return };
    let db = db::Db::open(path).await.unwrap();
    for n in 0_i64.. {
        user(&db, &format!("user{n}")).await;
        db.settings().set("count", &n).await.unwrap();
        let changes = RawValue::from_string("{}".to_owned()).unwrap();
        let entry = NewEntry {
            at: n,
            pool: String::new(),
            class: "VM".to_owned(),
            reference: format!("ref{n}"),
            user: None,
            objects: Vec::new(),
            uuid: None,
            operation: Operation::Add,
            changes,
        };
        db.journal().append(&[entry]).await.unwrap();
        println!("acknowledged {n}");
    }
}

#[tokio::test]
async fn a_killed_server_has_kept_every_acknowledged_write() {
    let place = Place::new();
    let mut acknowledged = -1;
    for limit in [1, 20, 7, 55] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "killed::write_until_killed", "--ignored", "--nocapture"])
            .env(FILE, place.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut count = 0;
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Each round starts its numbers anew in a file of its own making.
        while count < limit {
            let line = lines.next().expect("the child goes on").unwrap();
            if let Some((_, n)) = line.split_once("acknowledged ") {
                acknowledged = n.parse().unwrap();
                count += 1;
            }
        }
        child.kill().unwrap();
        // What it said between the last line we read and its end counts as well.
        for line in lines.map_while(Result::ok) {
            if let Some((_, n)) = line.split_once("acknowledged ") {
                acknowledged = n.parse().unwrap_or(acknowledged);
            }
        }
        child.wait().unwrap();

        let db = place.open().await;
        let users = db.users().all().await.unwrap();
        for n in 0..=acknowledged {
            assert!(users.iter().any(|user| user.email == format!("user{n}")), "user {n} of {acknowledged}");
        }
        let count: i64 = db.settings().get("count").await.unwrap().unwrap();
        assert!(count >= acknowledged);
        let entries = db.journal().query(&Query::default()).await.unwrap().entries;
        let totals = db.journal().totals().await.unwrap();
        assert!(i64::try_from(entries.len()).unwrap() > acknowledged);
        assert_eq!(totals.entries, entries.len() as u64);
        db.close().await;
        drop(db);
        for file in std::fs::read_dir(place.folder.path()).unwrap() {
            std::fs::remove_file(file.unwrap().path()).unwrap();
        }
    }
}
