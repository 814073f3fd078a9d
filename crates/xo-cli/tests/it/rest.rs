//! `xo-cli rest` where the other side does what the real server does not: old versions, broken transfers, long lists.

use serde_json::json;
use tokio::io::AsyncReadExt;

use crate::peer::{Peer, TOKEN, Traits};
use crate::program::{Home, LIMIT, finish};

async fn home() -> (Peer, Home) {
    home_with(Traits::default()).await
}

async fn home_with(traits: Traits) -> (Peer, Home) {
    let peer = Peer::with(traits).await;
    let home = Home::registered(&peer.url, TOKEN);
    (peer, home)
}

/// What was asked last, in a line.
async fn last(peer: &Peer) -> String {
    peer.rest().await.last().expect("something was asked").line()
}

/// Names of the files in the home, but for the configuration.
fn files(home: &Home) -> Vec<String> {
    let names = std::fs::read_dir(home.folder.path()).unwrap().map(|file| file.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).filter(|name| name != "xo-cli").collect();
    names.sort();
    names
}

#[tokio::test]
async fn values_have_the_types_that_the_document_tells() {
    let (peer, home) = home().await;
    let words = ["rest", "patch", "vms/1a", "memory=1024", "name_label=12", "autoPoweron=true", "x=json:[1]", "y=5"];
    assert_eq!(home.run(&words).await.ok(), "");
    assert_eq!(
        last(&peer).await,
        r#"PATCH vms/1a {"memory":1024,"nameLabel":"12","autoPoweron":true,"x":[1],"y":"5"}"#
    );
    home.run(&["rest", "post", "vms/1a/actions/start", "sync=true", "force=true"]).await.ok();
    assert_eq!(last(&peer).await, r#"POST vms/1a/actions/start?sync=true {"force":true}"#);
    let asked = &peer.rest().await[0];
    assert_eq!(asked.headers["content-type"], "application/json");
    assert_eq!(asked.headers["cookie"], format!("authenticationToken={TOKEN}; token={TOKEN}"));
}

#[tokio::test]
async fn a_server_that_tells_nothing_of_itself_is_understood() {
    let (peer, home) = home_with(Traits { no_document: true, ..Traits::default() }).await;
    assert_eq!(home.run(&["rest", "get"]).await.json(), json!(["vms", "tasks"]));
    home.run(&["rest", "patch", "vms/1a", "memory=json:1024", "on=true", "n=5"]).await.ok();
    assert_eq!(last(&peer).await, r#"PATCH vms/1a {"memory":1024,"on":true,"n":"5"}"#);
    let text = home.run(&["rest", "get", "vms/1a/actions"]).await.failed(1);
    assert_eq!(text, "error: the server has no `GET vms/1a/actions`; `xo-cli rest get` lists its collections\n");
}

#[tokio::test]
async fn an_object_is_printed_as_it_came() {
    let (peer, home) = home().await;
    let expected = "{\n  \"id\": \"1a\",\n  \"memory\": 1.0,\n  \"CPUs\": {\n    \"number\": 2\n  },\n  \"tags\": [\n    \"a\",\n    \"b\"\n  ]\n}\n";
    assert_eq!(home.run(&["rest", "get", "vms/1a"]).await.ok(), expected);
    assert_eq!(home.run(&["rest", "get", "/rest/v0/vms/1a/", "--json"]).await.ok(), expected);
    assert_eq!(home.run(&["rest", "get", "users/me"]).await.ok(), expected, "redirections on the server are followed");
    assert_eq!(last(&peer).await, "GET vms/1a ");
    let text = home.run(&["rest", "get", "thief"]).await.failed(3);
    assert!(text.contains("sends `thief` to another address, which is not followed"), "{text}");
    assert_eq!(home.run(&["rest", "del", "vms/1a", "force=true"]).await.ok(), "");
    assert_eq!(last(&peer).await, "DELETE vms/1a?force=true ");
}

#[tokio::test]
async fn actions_of_an_object_are_listed() {
    let (_peer, home) = home().await;
    assert_eq!(home.run(&["rest", "get", "vms/1a/actions"]).await.json(), json!(["vms/1a/actions/start"]));
    assert_eq!(home.run(&["rest", "get"]).await.json(), json!(["tasks", "vms"]));
}

#[tokio::test]
async fn a_task_is_waited_for_as_the_server_understands() {
    let (peer, home) = home().await;
    let task = home.run(&["rest", "get", "tasks/1", "wait"]).await.json();
    assert_eq!(task, json!({ "id": "1", "asked": "wait=true&ndjson=true" }));
    assert_eq!(
        peer.rest().await[0].line(),
        "GET tasks/1?wait=&ndjson=true ",
        "for the next change, where that is known"
    );
    for path in ["tasks/1", "tasks/1/actions"] {
        let task = home.run(&["rest", "get", path, "wait=result"]).await.json();
        assert_eq!(task["id"], "1", "{path}");
        assert_eq!(last(&peer).await, "GET tasks/1?wait=true&ndjson=true ");
    }
    home.run(&["rest", "get", "--output", "task", "tasks/1", "wait=result"]).await.ok();
    let saved = std::fs::read_to_string(home.folder.path().join("task")).unwrap();
    assert_eq!(saved, format!("{:#}", json!({ "id": "1", "asked": "wait=true" })));
}

#[tokio::test]
async fn a_long_list_is_printed_in_little_memory() {
    const MANY: usize = 10_000;
    let (_peer, home) = home_with(Traits { many_objects: MANY, ..Traits::default() }).await;
    let mut child = home.command(&["rest", "get", "vms", "fields=*"]).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id().unwrap());
    let mut stdout = child.stdout.take().unwrap();
    let mut text = Vec::new();
    let mut peak_kib = 0;
    let reading = async {
        // As long as we do not read on, the program waits with the rest of its output and can be looked at.
        // What is left must be far more than the pipe between us holds.
        let last = format!("\"vms/{}\"", MANY - 400);
        while stdout.read_buf(&mut text).await.unwrap() > 0 {
            let tail = &text[text.len().saturating_sub(1 << 17)..];
            if peak_kib == 0 && tail.windows(last.len()).any(|part| part == last.as_bytes()) {
                let status = std::fs::read_to_string(&status).unwrap();
                let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
                peak_kib = line.trim().trim_end_matches(" kB").parse::<u64>().unwrap();
            }
        }
    };
    tokio::time::timeout(LIMIT, reading).await.expect("the list ends in time");
    assert!(child.wait().await.unwrap().success());
    let list: Vec<serde_json::Value> = serde_json::from_slice(&text).unwrap();
    assert_eq!((list.len(), &list[MANY - 1]["href"]), (MANY, &json!(format!("vms/{}", MANY - 1))));
    assert!(text.len() > 50 << 20, "the list of {} bytes is too short to show anything", text.len());
    assert!(0 < peak_kib && peak_kib < 50 << 10, "{peak_kib} KiB for a list of {} bytes", text.len());
}

#[tokio::test]
async fn who_stops_reading_a_list_is_not_complained_to() {
    let (_peer, home) = home_with(Traits { many_objects: 10_000, ..Traits::default() }).await;
    let mut child = home.command(&["rest", "get", "vms"]).spawn().unwrap();
    let mut start = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut start).await.unwrap();
    let run = finish(child).await;
    assert_eq!((run.code, run.stderr.as_str()), (Some(141), ""));
}

#[tokio::test]
async fn lines_that_are_asked_for_go_as_they_are() {
    let (peer, home) = home().await;
    let lines = home.run(&["rest", "get", "vms", "ndjson=true", "fields=name_label"]).await.ok();
    assert_eq!(lines.lines().count(), 2);
    assert!(lines.starts_with(r#"{"id":0,"#) && lines.contains("/rest/v0/vms/0"), "{lines}");
    assert_eq!(last(&peer).await, "GET vms?ndjson=true&fields=name_label ");
    assert_eq!(home.run(&["rest", "get", "events"]).await.ok(), "event: init\ndata: {}\n\n");
    let run = home.run(&["rest", "get", "broken"]).await;
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.starts_with("error: list holds a line that is not JSON: "), "{}", run.stderr);
}

#[tokio::test]
async fn a_file_is_saved_whole_or_not_at_all() {
    let (peer, home) = home().await;
    std::fs::create_dir(home.folder.path().join("disks")).unwrap();
    for (output, file) in [("disk", "disk"), ("disks/", "disks/1.raw")] {
        let run = home.run(&["rest", "get", "--output", output, "vdis/1.raw"]).await;
        assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
        assert_eq!(std::fs::read(home.folder.path().join(file)).unwrap(), vec![b'x'; 300_000]);
    }
    assert_eq!(last(&peer).await, "GET vdis/1.raw ", "a file is asked for as it is");
    assert_eq!(home.run(&["rest", "get", "--output=-", "vdis/1.raw"]).await.ok(), "x".repeat(300_000));
    assert_eq!(home.run(&["rest", "get", "vdis/1.raw"]).await.ok(), "x".repeat(300_000));
    let before = files(&home);
    for path in ["vdis/broken.raw", "vdis/nope.raw"] {
        for output in ["disk", "new", "disks/"] {
            let text = home.run(&["rest", "get", "-o", output, path]).await.failed(1);
            assert!(text.starts_with("error: ") && text.lines().count() == 1, "{text}");
        }
    }
    assert_eq!(files(&home), before);
    assert_eq!(std::fs::read_dir(home.folder.path().join("disks")).unwrap().count(), 1);
    assert_eq!(std::fs::read(home.folder.path().join("disk")).unwrap().len(), 300_000);
    let text = home.run(&["rest", "get", "--output", "no/such/", "vdis/1.raw"]).await.failed(1);
    assert!(text.starts_with("error: cannot create `no/such/1.raw`: "), "{text}");
}

#[tokio::test]
async fn a_file_is_sent_to_what_takes_one() {
    let (peer, home) = home().await;
    std::fs::write(home.folder.path().join("disk"), vec![b'y'; 700_000]).unwrap();
    for verb in ["put", "post"] {
        let answer = home.run(&["rest", verb, "vdis/1.raw", "@=disk", "name_label=a b"]).await.json();
        assert_eq!(answer, json!({ "id": "new" }));
        let asked = peer.rest().await.pop().unwrap();
        assert_eq!((asked.method, asked.path), (verb.to_uppercase(), "vdis/1.raw?name_label=a+b".to_owned()));
        assert_eq!(asked.headers["content-length"], "700000");
        assert_eq!(asked.headers["content-type"], "application/octet-stream");
        assert_eq!(asked.body, vec![b'y'; 700_000]);
    }
    let run = home.run_with_input(&["rest", "put", "vdis/1.raw", "@=-"], b"short").await;
    assert_eq!(run.json(), json!({ "id": "new" }));
    let count = peer.rest().await.len();
    let text = home.run(&["rest", "patch", "vms/1a", "@=disk"]).await.failed(2);
    assert_eq!(text, "error: `PATCH vms/1a` takes no file: `disk` was not used\n");
    let text = home.run(&["rest", "put", "vdis/1.raw", "@=missing"]).await.failed(1);
    assert!(text.starts_with("error: cannot read `missing`: "), "{text}");
    assert_eq!(peer.rest().await.len(), count, "nothing was sent");
}

#[tokio::test]
async fn what_was_not_done_to_some_objects_is_an_error() {
    let (_peer, home) = home().await;
    let run = home.run(&["rest", "post", "vms/actions/start", "filter=name_label:web", "sync=true"]).await;
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), "error: 1 of 1 objects: not done\n"));
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["counts"]["failed"], 1);
}

#[tokio::test]
async fn who_is_not_taken_is_told_what_to_do() {
    let (peer, _) = home().await;
    let home = Home::registered(&peer.url, "other");
    let text = home.run(&["rest", "get", "vms"]).await.failed(3);
    assert!(text.contains("refuses the token") && text.contains("xo-cli register"), "{text}");
    let home = Home::new();
    let url = peer.url.replace("://", "://admin%40admin.net:admin@");
    assert_eq!(home.run(&["--url", &url, "rest", "get", "vms/1a"]).await.json()["id"], "1a");
    let text = home.run(&["--url", &url.replace(":admin@", ":wrong@"), "rest", "get", "vms/1a"]).await.failed(3);
    assert!(text.contains("refuses this user name or password: `admin@admin.net`"), "{text}");
    let text = home.run(&["--url", &peer.url, "rest", "get"]).await.failed(2);
    assert_eq!(text, "error: the URL holds no token; write `https://token@host`\n");
    let text = home.run(&["rest", "get"]).await.failed(2);
    assert!(text.starts_with("error: no server is registered"), "{text}");
    let text = home.run(&["--url", "http://t@127.0.0.1:1", "rest", "get", "vms"]).await.failed(3);
    assert_eq!(text, "error: cannot connect to `http://127.0.0.1:1/`: connection refused\n");
}

#[tokio::test]
async fn a_certificate_is_accepted_on_demand() {
    let (peer, home) = home_with(Traits { tls: true, ..Traits::default() }).await;
    let text = home.run(&["rest", "get", "vms/1a"]).await.failed(3);
    assert!(text.contains("`--allowUnauthorized` (`--au`) accepts it anyway"), "{text}");
    assert_eq!(home.run(&["--au", "rest", "get", "vms/1a"]).await.json()["id"], "1a");
    assert!(peer.url.starts_with("https://"));
}

#[tokio::test]
async fn a_server_that_wants_https_gets_the_token_only_there() {
    let secure = Peer::with(Traits { tls: true, ..Traits::default() }).await;
    let (plain, home) = home_with(Traits { redirect_to: Some(secure.url.clone()), ..Traits::default() }).await;
    let words = ["--au", "rest", "patch", "vms/1a", "memory=1024"];
    assert_eq!(home.run(&words).await.ok(), "");
    assert_eq!(last(&secure).await, r#"PATCH vms/1a {"memory":1024}"#);
    let asked = plain.rest().await;
    assert!(asked.len() == 1 && !asked[0].headers.contains_key("cookie"), "{asked:?}");
}

#[tokio::test]
async fn slips_on_the_command_line_are_named() {
    let home = Home::new();
    for (words, text) in [
        (&["rest"][..], "expected `rest get|post|put|patch|del`"),
        (&["rest", "fetch", "vms"], "unknown command `rest fetch`"),
        (&["rest", "get", "--jsn", "vms"], "unknown option `--jsn`; expected [--json] [--output <file>]"),
        (&["rest", "post", "--output", "x", "vms"], "unknown option `--output`; expected [--json]"),
        (&["rest", "get", "vms", "--output"], "`--output` needs a file"),
        (&["rest", "get", "--output=", "vms"], "`--output` needs a file"),
        (&["rest", "put", "vms", "@="], "`@=` needs a file"),
    ] {
        let error = home.run(words).await.failed(2);
        assert!(error.starts_with(&format!("error: {text}")), "{words:?}: {error}");
    }
    let (peer, home) = self::home().await;
    for (words, text) in [
        (&["rest", "post"][..], "expected a path"),
        (&["rest", "del", "/"], "expected a path"),
        (&["rest", "patch", "vms/1a", "name"], "expected <name>=<value>, found `name`"),
        (&["rest", "patch", "vms/1a", "a=1", "a=2"], "`a` is given twice"),
        (
            &["rest", "patch", "vms/1a", "nameLabel=a", "name_label=b"],
            "`name_label` is given twice, under different names",
        ),
        (&["rest", "patch", "vms/1a", "a=json:["], "value of `a` is not JSON"),
        (&["rest", "get", "vms?limit=1", "limit=2"], "`limit` is given twice"),
        (&["rest", "get", "vms/../hosts"], "`vms/../hosts` is no path of the REST API"),
    ] {
        let error = home.run(words).await.failed(2);
        assert!(error.starts_with(&format!("error: {text}")), "{words:?}: {error}");
    }
    assert!(peer.rest().await.is_empty());
}
