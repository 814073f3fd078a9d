//! Downloads that a task tells of.

use std::io;

use bytes::Bytes;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use op::Error;
use serde_json::Value;

use super::{Content, Download, Refusal, content::Later};
use crate::{
    App, Cx,
    cx::Admission,
    task::{self, Counted, Open},
};

impl App {
    /// Begins a download, and the task that tells of it.
    pub(super) fn begin_download(&self, later: Later, mut cx: Cx) -> Result<Download, Refusal> {
        let (method, ids) = match cx.admission.clone() {
            Some(Admission { operation, ids }) => (operation, ids),
            None => ("download", Value::Null),
        };
        let user = cx.session.user();
        let user = user.as_deref().map(|user| &*user.id);
        let task = self.tasks().open(method, &task::kept(self.ops(), method, &ids), user).map_err(Refusal::Denied)?;
        self.tasks().stops_by(task.id(), &cx.stop);
        self.tasks().carries(task.id());
        cx.task = Some(task::At::new(self.tasks(), task.id()));
        let Later { content_type, file_name, make } = later;
        let content = make(cx);
        let length = content.length();
        let (begins, pieces) = (content.begins(), content.into_stream());
        let told = Told { pieces, length: length.clone(), counted: None, task: Some(task) };
        let mut body = Content::stream(stream::unfold(told, |mut told| async move {
            let piece = told.next().await?;
            Some((piece, told))
        }));
        if let Some(begins) = begins {
            body = body.begins_within(begins);
        }
        Ok(Download { content_type, file_name: Some(file_name), body: body.of_length(length) })
    }
}

struct Told {
    pieces: BoxStream<'static, io::Result<Bytes>>,
    length: super::Length,
    counted: Option<Counted>,
    /// Nothing once it has ended.
    task: Option<Open>,
}

impl Told {
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        let piece = self.pieces.next().await;
        match &piece {
            Some(Ok(piece)) => {
                if self.counted.is_none()
                    && let (Some(length), Some(task)) = (self.length.get(), &self.task)
                {
                    self.counted = Some(task.bytes(length));
                }
                if let Some(counted) = &mut self.counted {
                    counted.add(piece.len());
                }
            }
            Some(Err(error)) => {
                if let Some(task) = self.task.take() {
                    task.failed(&reason(error));
                }
            }
            // What has ended well leaves no record.
            None => drop(self.task.take()),
        }
        piece
    }
}

/// Returns the error of an operation that content has failed with.
fn reason(error: &io::Error) -> Error {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    inner.cloned().unwrap_or_else(|| Error::failed(error.to_string()))
}

impl Drop for Told {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.failed(&Error::failed("it was broken off: the client is gone, or it was cancelled"));
        }
    }
}
