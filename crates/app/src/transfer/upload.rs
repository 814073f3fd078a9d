//! Uploads: an operation answers where to send its content, and goes on once that comes.
//!
//! It runs as a call does, with a record, an entry in the journal and a task that counts bytes and can be cancelled, and
//! ends whether or not the client waits for it: content that does not come to its end fails, and whoever reads it takes
//! back what was made.

use std::fmt;

use futures_util::{FutureExt, StreamExt, future::BoxFuture};
use op::{Answer, Context, Output};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use tracing::error;

use super::{Caller, Content, Owner, Refusal, Taken, What};
use crate::{App, Cx, cx::Admission, journal::Called, task};

/// Where to send a file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SendTo {
    /// One-time URL, as a path.
    #[serde(rename = "$sendTo")]
    send_to: String,
}

/// What a client sends.
#[derive(Debug)]
pub struct Received {
    /// Length of the content in bytes, where the client has told it.
    pub length: Option<u64>,
    /// MIME type, as the client calls it.
    pub content_type: Option<String>,
    /// The content. It comes no faster than it is taken, and fails where the client goes, sends nothing for too long,
    /// sends less than it has told, or the call is cancelled.
    pub body: Content,
}

/// What came of an upload.
#[derive(Debug)]
pub struct Ended {
    /// What the operation answers.
    pub result: op::Result<Answer>,
    /// Whether who asked may see why it failed.
    pub to_admin: bool,
}

type Run = dyn FnOnce(Received, Cx) -> BoxFuture<'static, op::Result<Answer>> + Send;

/// An operation that waits for its content.
pub(super) struct Upload(Box<Run>);

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Upload")
    }
}

impl Cx {
    /// Returns where the one who calls is to send the content that `run` needs: a one-time URL `/api/<token>`. A dry run
    /// ends here.
    ///
    /// `run` starts with the head of the request, after who asked has been found to be allowed this still; its result is
    /// the answer to the upload.
    pub async fn accept<T, F>(&self, run: impl FnOnce(Received, Self) -> F + Send + 'static) -> SendTo
    where
        T: Output,
        F: Future<Output = op::Result<T>> + Send + 'static,
    {
        if let Some(rehearsal) = &self.rehearsal {
            match rehearsal.reach("upload").await {}
        }
        let run = |received, cx| {
            let run = run(received, cx);
            async move { run.await?.into_answer() }.boxed()
        };
        let what = What::Upload(Upload(Box::new(run)));
        SendTo { send_to: self.app.transfers().add(Owner::of(self), what, String::new()) }
    }
}

impl App {
    /// Gives what a client sends to the operation that waits for it at `path`, and waits until that has ended.
    ///
    /// # Errors
    ///
    /// [`Refusal`], which says whether the URL is used up.
    pub async fn receive(&self, path: &str, caller: Caller<'_>, received: Received) -> Result<Ended, Refusal> {
        let Taken { what, owner, turn } = self.transfers().take(path, caller, false)?;
        let What::Upload(Upload(run)) = what else { return Err(Refusal::IsDownload) };
        let mut cx = self.admit(&owner).await?;
        let to_admin = cx.admin();
        let (method, ids) = match cx.admission.clone() {
            Some(Admission { operation, ids }) => (operation, ids),
            None => ("upload", Value::Null),
        };
        let user = cx.session.user();
        let user = user.as_deref().map(|user| &*user.id);
        let task = match self.tasks().open(method, &task::kept(self.ops(), method, &ids), user) {
            Ok(task) => task,
            Err(error) => return Ok(Ended { result: Err(error), to_admin }),
        };
        let record = Called::begin(&cx, method, &ids);
        self.tasks().stops_by(task.id(), &cx.stop);
        self.tasks().carries(task.id());
        self.tasks().written().await;
        cx.task = Some(task::At::new(self.tasks(), task.id()));
        let mut counted = received.length.map(|length| task.bytes(length));
        let body = received.body.bounded(self.config().transfers.longest.0, cx.stop.clone(), ()).into_stream();
        let body = Content::stream(body.inspect(move |piece| {
            if let (Some(counted), Ok(piece)) = (&mut counted, piece) {
                counted.add(piece.len());
            }
        }));
        let received = Received { body, ..received };
        let app = self.clone();
        let work = self.transfers().0.work.spawn(async move {
            let _turn = turn;
            let (session, stop) = (cx.session.clone(), cx.stop.clone());
            let mut run = run(received, cx);
            let result = tokio::select! {
                biased;
                result = &mut run => result,
                // Its user or token is gone, or the server stops.
                _ = session.closed() => {
                    stop.cancel();
                    run.await
                }
            };
            if let Err(error) = &result {
                task.failed(error);
            }
            if let Some(record) = record {
                app.record_call(record.ended(&result)).await;
            }
            result
        });
        let result = work.await.unwrap_or_else(|panic| {
            error!(method, "the upload of `{method}` panicked: {panic}");
            Err(op::Error::failed("the operation stopped unexpectedly"))
        });
        Ok(Ended { result, to_admin })
    }
}
