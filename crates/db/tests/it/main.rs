//! Tests of the database on real files.

mod acknowledgement;
mod file;
mod full;
mod group;
mod journal;
mod killed;
mod log;
mod role;
mod roll;
mod server;
mod setting;
mod task;
mod token;
mod user;

use std::path::PathBuf;

/// A database file in a folder of its own.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("xo data ?#%ü.sqlite")
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("xo data ?#%ü.sqlite.key")
    }

    async fn open(&self) -> db::Db {
        db::Db::open(self.path()).await.expect("the database opens")
    }

    async fn refused(&self) -> String {
        let error = db::Db::open(self.path()).await.expect_err("the database is refused");
        error.to_string()
    }

    /// Returns every byte of every file, one after the other.
    fn bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).expect("the folder is there");
        files.flat_map(|file| std::fs::read(file.expect("an entry").path()).expect("a readable file")).collect()
    }

    fn holds(&self, text: &str) -> bool {
        self.bytes().windows(text.len()).any(|window| window == text.as_bytes())
    }
}

async fn user(db: &db::Db, email: &str) -> db::User {
    let new = db::NewUser { email: email.to_owned(), password: None, permission: "none".to_owned() };
    db.users().create(new).await.expect("the user is new")
}
