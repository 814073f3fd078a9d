//! A full disk costs what is refused meanwhile, and nothing else.

use std::{process::Command, time::Duration};

use db::{NewToken, NewUser};

use crate::Place;

const FILE: &str = "DB_TEST_FILE_TO_FILL";

/// What a file may grow by, in KiB: some tens of tokens, and from nothing to something left for what is smaller. How much
/// is left hangs on how the pages fall, which the next table changes.
const ROOMS: [u64; 6] = [152, 156, 160, 164, 168, 172];

/// Writes until there is no room, then goes on and says which users have been acknowledged.
#[tokio::test]
#[ignore = "run in a process of its own by the test below"]
async fn write_until_full() {
    let Ok(path) = std::env::var(FILE) else { return };
    let db = db::Db::open(path).await.unwrap();
    let user = crate::user(&db, "first").await;
    println!("acknowledged first");
    let mut failures = 0;
    for n in 0..200 {
        let validity = Duration::from_secs(60);
        let token = NewToken { user_id: user.id.clone(), client: None, description: Some("x".repeat(3000)), validity };
        failures += u32::from(db.tokens().create(token).await.is_err());
        // These are smaller, and still fit.
        let new = NewUser { email: format!("user{n}"), password: None, permission: "none".to_owned() };
        if failures > 1 && db.users().create(new).await.is_ok() {
            println!("acknowledged user{n}");
        }
        if failures > 8 {
            break;
        }
    }
    assert!(failures > 1, "there is always room");
    println!("full");
}

#[tokio::test]
async fn what_is_acknowledged_when_the_disk_is_full_is_kept() {
    let mut fitted = 0;
    for room in ROOMS {
        let place = Place::new();
        place.open().await.close().await;
        // Files may grow by this much here, and what is beyond fails instead of ending the process.
        let limit = std::fs::metadata(place.path()).unwrap().len() / 1024 + room;
        let output = Command::new("bash")
            .args(["-c", &format!(r#"trap "" XFSZ; ulimit -S -f {limit}; exec "$0" "$@""#)])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "full::write_until_full", "--ignored", "--nocapture"])
            .env(FILE, place.path())
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(printed.contains("\nfull\n"), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
        let users = place.open().await.users().all().await.unwrap();
        let acknowledged: Vec<_> =
            printed.lines().filter_map(|line| Some(line.split_once("acknowledged ")?.1)).collect();
        let lost: Vec<_> = acknowledged.iter().filter(|name| !users.iter().any(|user| user.email == **name)).collect();
        assert!(lost.is_empty(), "{lost:?} lost of {}", acknowledged.len());
        fitted += acknowledged.len() - 1;
    }
    assert!(fitted > 0, "nothing fitted any more");
}
