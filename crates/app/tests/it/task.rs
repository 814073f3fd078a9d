//! Tasks over a restart.

use std::time::Duration;

use app::{App, Config, Cx, Status, Timed, db::Db};
use op::Ops;

/// Longer than any test.
const LONG: Duration = Duration::from_secs(3600);

async fn start(db: &Db) -> App {
    App::start_with(Config::default(), Ops::<Cx>::new(), db.clone()).await.expect("it starts")
}

fn open(app: &App, name: &str, duration: Duration) -> String {
    let timed = Timed { name: name.to_owned(), object: None, result: Some(name.into()), duration };
    app.open_timed(timed, "somebody").expect("there is room")
}

/// Waits until the database has so many tasks of which so many have ended.
async fn kept(db: &Db, all: usize, ended: usize) {
    let look = async || {
        let tasks = db.tasks().newest(1000).await.expect("it reads");
        let have_ended = tasks.iter().filter(|(_, record)| !record.contains("\"end\":null")).count();
        (tasks.len() == all && have_ended == ended).then_some(())
    };
    crate::test_app::eventually(look).await;
}

#[tokio::test]
async fn what_had_ended_is_there_after_a_crash_and_what_ran_is_interrupted() {
    let db = Db::in_memory().await.expect("a database");
    let app = start(&db).await;
    let (short, long) = (open(&app, "short", Duration::ZERO), open(&app, "long", LONG));
    let forgotten = open(&app, "forgotten", Duration::ZERO);
    kept(&db, 3, 2).await;
    assert!(app.tasks().forget(&forgotten));
    kept(&db, 2, 1).await;

    // Nobody tells the first that it is over.
    let again = start(&db).await;
    assert_eq!(again.tasks().all().len(), 2);
    let get = |id: &str| again.tasks().get(id).expect("it is there");
    assert_eq!(get(&short).status, Status::Success(Some("short".into())));
    assert_eq!((get(&long).status, get(&long).has_ended()), (Status::Interrupted, true));
    let shown = get(&long).to_json(false);
    assert_eq!((&shown["status"], &shown["result"]["name"]), (&"interrupted".into(), &"Interrupted".into()));
    // It stays so, and is no more than a record.
    kept(&db, 2, 2).await;
    assert!(!again.tasks().cancel(&long) && again.tasks().forget(&long));
    kept(&db, 1, 1).await;
    assert_eq!(start(&db).await.tasks().all().len(), 1);
}

#[tokio::test]
async fn what_is_due_is_written_before_the_server_has_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = || {
        let mut config = Config::default();
        folder.path().clone_into(&mut config.datadir);
        config
    };
    let app = App::start(config(), Ops::<Cx>::new()).await.expect("it starts");
    let id = open(&app, "long", LONG);
    app.shutdown().await;
    drop(app);
    let app = App::start(config(), Ops::<Cx>::new()).await.expect("it starts again");
    let task = app.tasks().get(&id).expect("it is kept");
    // It is cancelled when the server stops, and it is a matter of luck whether that is still noted.
    assert!(task.has_ended(), "{task:?}");
    app.shutdown().await;
}
