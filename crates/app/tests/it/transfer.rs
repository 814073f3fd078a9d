//! One-time URLs of the running application.

use std::io;

use app::{Caller as Asker, Config, Content, Cx, Download, Duration, Offered, Received, Refusal, SendTo, Shown};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use op::{Error, Op, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::test_app::{Caller, HERE, TestApp, eventually};

/// Offer a file to administrators.
#[derive(Deserialize, JsonSchema)]
struct Give {}

impl Op<Cx> for Give {
    type Output = Offered;
    const SPEC: Spec = Spec::admin("toy.give");
    async fn run(self, cx: Cx) -> Result<Offered> {
        let body = Content::parts(std::iter::once(Bytes::from_static(b"x")));
        Ok(cx.offer(Download { content_type: "text/plain", file_name: None, body }))
    }
}

/// Take a file and say how long it is.
#[derive(Deserialize, JsonSchema)]
struct Take {}

impl Op<Cx> for Take {
    type Output = SendTo;
    const SPEC: Spec = Spec::signed_in("toy.take");
    async fn run(self, cx: Cx) -> Result<SendTo> {
        Ok(cx.accept(async |received, cx| measure(received, cx).await).await)
    }
}

async fn measure(received: Received, cx: Cx) -> Result<Value> {
    let mut pieces = received.body.into_stream();
    let mut length = 0;
    while let Some(piece) = pieces.next().await {
        length += piece.map_err(|error| Error::refused(error.to_string()))?.len();
    }
    Ok(json!({ "length": length, "user": cx.user()?.email }))
}

async fn start() -> TestApp {
    started(Config::default()).await
}

async fn started(config: Config) -> TestApp {
    let ops = |ops: &mut op::Ops<Cx>| {
        ops.add::<Give>().add::<Take>();
    };
    TestApp::with(config, ops).await
}

fn here() -> Asker<'static> {
    Asker { user: None, address: HERE }
}

async fn path(caller: &Caller, method: &str) -> String {
    let answer = caller.call(method, json!({})).await;
    let path = answer.as_object().expect("an object").values().next().expect("a member");
    path.as_str().expect("a path").to_owned()
}

/// Returns content whose pieces the test sends.
fn fed(length: Option<u64>) -> (mpsc::Sender<io::Result<Bytes>>, Received) {
    let (feed, pieces) = mpsc::channel(1);
    let pieces = stream::unfold(pieces, |mut pieces| async { Some((pieces.recv().await?, pieces)) });
    (feed, Received { length, content_type: None, body: Content::stream(pieces) })
}

fn received(text: &'static [u8]) -> Received {
    let body = Content::parts(std::iter::once(Bytes::from_static(text)));
    Received { length: Some(text.len() as u64), content_type: None, body }
}

#[tokio::test]
async fn who_may_no_longer_do_what_a_url_is_for_loses_it() {
    let test = start().await;
    let admin = test.admin().await;
    let (looked, kept) = (path(&admin, "toy.give").await, path(&admin, "toy.give").await);
    let demoted = test.app.db().users().update(&admin.id(), |user| user.permission = "none".to_owned()).await;
    assert!(demoted.expect("the database works").is_some());
    let refused = test.app.fetch(&kept, here()).await.expect_err("no administrator any more");
    assert!(matches!(refused, Refusal::Denied(Error::Unauthorized { .. })), "{refused:?}");
    assert!(matches!(test.app.look(&looked, here()).await, Err(Refusal::Denied(_))));
    let promoted = test.app.db().users().update(&admin.id(), |user| user.permission = "admin".to_owned()).await;
    promoted.expect("the database works");
    for gone in [looked, kept] {
        assert!(matches!(test.app.look(&gone, here()).await, Err(Refusal::Unknown)), "it is gone");
    }
}

#[tokio::test]
async fn a_url_goes_with_its_user_and_with_its_token() {
    let test = start().await;
    let user = test.user("bob").await;
    let path_of_user = path(&user, "toy.take").await;
    assert!(test.app.delete_user(&user.id()).await.expect("the database works"));
    let refused = test.app.receive(&path_of_user, here(), received(b"x")).await.expect_err("nobody asked");
    assert!(matches!(refused, Refusal::UserGone), "{refused:?}");

    let user = test.create("eve", None, "none").await;
    let caller = test.signed_in(&user).await;
    let path_of_token = path(&caller, "toy.take").await;
    let token = caller.session.signed_in().and_then(|signed_in| signed_in.token).expect("a token");
    test.app.token_revoked(&token);
    assert!(matches!(test.app.look(&path_of_token, here()).await, Err(Refusal::Unknown)));
}

#[tokio::test]
async fn an_upload_goes_to_the_operation_that_asked_for_it_as_its_user_and_once() {
    let test = start().await;
    let user = test.user("bob").await;
    let path = path(&user, "toy.take").await;
    assert_eq!(test.app.look(&path, here()).await.expect("it waits"), Shown::Upload);
    assert!(matches!(test.app.fetch(&path, here()).await, Err(Refusal::IsUpload)));
    let ended = test.app.receive(&path, here(), received(b"hello")).await.expect("it is taken");
    let answer: Value = ended.result.expect("it works").decode().expect("JSON");
    assert_eq!((answer, ended.to_admin), (json!({ "length": 5, "user": "bob" }), false));
    assert!(matches!(test.app.receive(&path, here(), received(b"hello")).await, Err(Refusal::Unknown)));
    assert!(test.app.tasks().all().is_empty(), "what works leaves no record");
}

#[tokio::test]
async fn an_upload_is_a_task_that_counts_bytes_and_can_be_cancelled() {
    let test = start().await;
    let user = test.user("bob").await;
    let path = path(&user, "toy.take").await;
    let (feed, received) = fed(Some(1000));
    let app = test.app.clone();
    let upload = tokio::spawn(async move { app.receive(&path, here(), received).await.expect("it is taken") });
    feed.send(Ok(Bytes::from(vec![0; 250]))).await.expect("it is read");
    let task = eventually(async || {
        let task = test.app.tasks().all().into_iter().next()?;
        (task.percent()? == 25).then_some(task)
    })
    .await;
    assert_eq!(task.properties["method"], "toy.take");
    assert!(test.app.tasks().cancel(&task.id));
    let error = upload.await.expect("no panic").result.expect_err("it is cancelled");
    assert_eq!(error.to_string(), "it has been cancelled");
    assert_eq!(Value::from(&test.app.tasks().all()[0])["status"], "failure");
}

#[tokio::test]
async fn an_upload_goes_on_when_nobody_waits_for_its_answer_and_ends_with_its_user_and_the_server() {
    let test = start().await;
    let user = test.user("bob").await;
    let begin = async || {
        let path = path(&user, "toy.take").await;
        let (feed, received) = fed(None);
        let app = test.app.clone();
        let upload = tokio::spawn(async move { app.receive(&path, here(), received).await.expect("it is taken") });
        feed.send(Ok(Bytes::from_static(b"x"))).await.expect("it is read");
        feed.send(Ok(Bytes::from_static(b"x"))).await.expect("it is read");
        (feed, upload)
    };
    let (feed, upload) = begin().await;
    upload.abort();
    assert!(upload.await.is_err());
    feed.send(Ok(Bytes::from_static(b"x"))).await.expect("it is still read");
    feed.send(Ok(Bytes::from_static(b"x"))).await.expect("it is still read");
    drop(feed);
    eventually(async || test.app.tasks().all().is_empty().then_some(())).await;

    let (_feed, stopped) = begin().await;
    test.app.shutdown().await;
    let error = stopped.await.expect("no panic").result.expect_err("it is stopped");
    assert_eq!(error.to_string(), "it has been cancelled");
}

#[tokio::test]
async fn an_upload_ends_with_its_user() {
    let test = start().await;
    let user = test.user("bob").await;
    let path = path(&user, "toy.take").await;
    let (feed, received) = fed(None);
    let app = test.app.clone();
    let upload = tokio::spawn(async move { app.receive(&path, here(), received).await.expect("it is taken") });
    feed.send(Ok(Bytes::from_static(b"x"))).await.expect("it is read");
    feed.send(Ok(Bytes::from_static(b"x"))).await.expect("it is read");
    assert!(test.app.delete_user(&user.id()).await.expect("the database works"));
    assert!(upload.await.expect("no panic").result.is_err());
}

#[tokio::test]
async fn what_is_sent_holds_its_place_until_it_ends() {
    let mut config = Config::default();
    config.transfers.at_once = 1;
    config.transfers.longest = Duration::from_days(1);
    let test = started(config).await;
    let admin = test.admin().await;
    let (one, two) = (path(&admin, "toy.give").await, path(&admin, "toy.take").await);
    let download = test.app.fetch(&one, here()).await.expect("it waits");
    assert!(matches!(test.app.receive(&two, here(), received(b"x")).await, Err(Refusal::Busy)));
    drop(download);
    assert!(test.app.receive(&two, here(), received(b"x")).await.is_ok());
}
