use std::{
    io::{Seek, SeekFrom, Write},
    os::unix::fs::{MetadataExt, PermissionsExt},
};

use db::{Db, NewServer};

use crate::Place;

fn mode(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).unwrap().mode() & 0o777
}

fn set_mode(path: &std::path::Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn the_database_and_its_key_file_are_for_the_owner_alone() {
    let place = Place::new();
    let db = place.open().await;
    crate::user(&db, "bob").await;
    for file in std::fs::read_dir(place.folder.path()).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert!(mode(&place.key()) == 0o600);
}

#[tokio::test]
async fn a_read_only_file_is_refused_by_name() {
    let place = Place::new();
    drop(place.open().await);
    set_mode(&place.path(), 0o444);
    let error = place.refused().await;
    assert!(error.starts_with(&format!("database file `{}` is read-only", place.path().display())), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_by_name_and_left_alone() {
    let place = Place::new();
    let text = "Dear diary,\n".repeat(1000);
    std::fs::write(place.path(), &text).unwrap();
    let error = place.refused().await;
    assert!(error.starts_with(&format!("database file `{}` is corrupt (", place.path().display())), "{error}");
    assert_eq!(std::fs::read_to_string(place.path()).unwrap(), text);
}

#[tokio::test]
async fn a_damaged_file_is_refused_by_name_wherever_its_tables_are_hit() {
    let place = Place::new();
    let db = place.open().await;
    for n in 0..200 {
        crate::user(&db, &format!("user{n}-{}", "x".repeat(200))).await;
    }
    db.close().await;
    drop(db);
    let whole = std::fs::read(place.path()).unwrap();
    // The users fill the end of the file; the last page belongs to one of their trees.
    for page in [1, whole.len() / 4096 - 1] {
        let mut file = std::fs::OpenOptions::new().write(true).open(place.path()).unwrap();
        file.write_all(&whole).unwrap();
        file.seek(SeekFrom::Start(page as u64 * 4096)).unwrap();
        file.write_all(&[0xa5; 4096]).unwrap();
        let error = place.refused().await;
        assert!(error.starts_with(&format!("database file `{}` is corrupt (", place.path().display())), "{error}");
    }
}

#[tokio::test]
async fn a_truncated_file_is_refused_by_name() {
    let place = Place::new();
    let db = place.open().await;
    db.close().await;
    drop(db);
    let length = std::fs::metadata(place.path()).unwrap().len();
    std::fs::OpenOptions::new().write(true).open(place.path()).unwrap().set_len(length / 2).unwrap();
    let error = place.refused().await;
    assert!(error.starts_with(&format!("database file `{}` is corrupt (", place.path().display())), "{error}");
}

#[tokio::test]
async fn a_file_from_a_newer_version_is_refused_by_name() {
    let place = Place::new();
    let db = place.open().await;
    db.close().await;
    drop(db);
    sqlx::any::install_default_drivers();
    let other = place.folder.path().join("plain.sqlite");
    std::fs::rename(place.path(), &other).unwrap();
    let pool = sqlx::AnyPool::connect(&format!("sqlite://{}", other.display())).await.unwrap();
    let step = "INSERT INTO schema_steps (version, description, installed_on, success, checksum, execution_time) \
                VALUES (9000, 'later', '2030-01-01', 1, x'00', 0)";
    sqlx::query(step).execute(&pool).await.unwrap();
    pool.close().await;
    let error = Db::open(&other).await.unwrap_err().to_string();
    let expected = format!(
        "database file `{}` is from a newer version of the server (schema 9000, this version knows 10); \
         update the server or restore an older file",
        other.display()
    );
    assert_eq!(error, expected);
}

#[tokio::test]
async fn a_file_that_another_server_uses_is_refused_by_name() {
    let place = Place::new();
    let _db = place.open().await;
    let error = place.refused().await;
    assert!(error.starts_with(&format!("database file `{}` is in use", place.path().display())), "{error}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let place = Place::new();
    std::fs::write(place.folder.path().join("file"), "").unwrap();
    let path = place.folder.path().join("file/xo.sqlite");
    let error = Db::open(&path).await.unwrap_err().to_string();
    assert_eq!(error, format!("cannot open database file `{}`", path.display()));
}

#[tokio::test]
async fn a_missing_key_file_is_refused_only_when_secrets_wait_for_it() {
    let place = Place::new();
    let db = place.open().await;
    drop(db);
    std::fs::remove_file(place.key()).unwrap();
    let db = place.open().await;
    let new = NewServer {
        host: "h".to_owned(),
        username: "u".to_owned(),
        password: "p".into(),
        label: None,
        allow_unauthorized: false,
        enabled: false,
        http_proxy: None,
    };
    db.servers().add(new).await.unwrap();
    drop(db);
    std::fs::remove_file(place.key()).unwrap();
    let error = place.refused().await;
    assert!(error.starts_with(&format!("key file `{}` is missing", place.key().display())), "{error}");
    assert!(!place.key().exists());
}

#[tokio::test]
async fn a_key_file_that_others_can_read_is_refused_by_name() {
    let place = Place::new();
    drop(place.open().await);
    set_mode(&place.key(), 0o640);
    let error = place.refused().await;
    assert_eq!(
        error,
        format!("key file `{}` is open to others (mode 0640); run `chmod 600` on it", place.key().display())
    );
}

#[tokio::test]
async fn a_key_file_with_another_content_is_refused_by_name_without_showing_it() {
    let place = Place::new();
    drop(place.open().await);
    for content in ["c2hvcnQ", "not base64!", ""] {
        std::fs::write(place.key(), content).unwrap();
        let error = place.refused().await;
        assert!(error.starts_with(&format!("key file `{}` is invalid: ", place.key().display())), "{error}");
        assert!(content.is_empty() || !error.contains(content), "{error}");
    }
}

#[tokio::test]
async fn a_key_file_that_is_none_or_cannot_be_read_is_refused_by_name() {
    let place = Place::new();
    drop(place.open().await);
    std::fs::remove_file(place.key()).unwrap();
    std::fs::create_dir(place.key()).unwrap();
    let error = place.refused().await;
    assert_eq!(error, format!("key file `{}` is invalid: it is not a file", place.key().display()));
    std::fs::remove_dir(place.key()).unwrap();
    std::os::unix::fs::symlink(place.key(), place.key()).unwrap();
    let error = place.refused().await;
    assert!(error.starts_with(&format!("cannot read key file `{}`", place.key().display())), "{error}");
}

#[tokio::test]
async fn a_folder_in_place_of_the_file_is_refused_by_name() {
    let place = Place::new();
    std::fs::create_dir(place.path()).unwrap();
    let error = place.refused().await;
    assert_eq!(error, format!("cannot open database file `{}`", place.path().display()));
}
