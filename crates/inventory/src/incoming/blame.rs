//! What is wrong with content that passes through.

use std::{io, sync::Arc};

use bytes::Bytes;
use disk::Kind;
use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use op::Error;
use parking_lot::Mutex;

/// What is wrong with content: whoever takes it is told no more than that it failed.
#[derive(Clone, Default)]
pub(crate) struct Blame(Arc<Mutex<Option<Error>>>);

impl Blame {
    /// Remembers why `content` fails.
    pub(crate) fn of_stream(
        &self,
        content: BoxStream<'static, io::Result<Bytes>>,
    ) -> BoxStream<'static, io::Result<Bytes>> {
        let blame = self.clone();
        let content = content.inspect_err(move |error| {
            blame.0.lock().get_or_insert_with(|| reason(error));
        });
        content.boxed()
    }

    /// Returns why it failed, if it did.
    pub(crate) fn take(&self) -> Option<Error> {
        self.0.lock().take()
    }
}

/// Returns what an operation says of content that fails.
pub(crate) fn reason(error: &io::Error) -> Error {
    let inner = error.get_ref();
    let image = inner.and_then(|inner| inner.downcast_ref::<disk::Error>()).map(refused);
    let said = || inner.and_then(|inner| inner.downcast_ref::<Error>()).cloned();
    image.or_else(said).unwrap_or_else(|| Error::refused(format!("what is sent breaks off: {error}")))
}

/// Writes an error with what it comes from.
pub(crate) fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Says what is wrong with an image.
pub(crate) fn refused(error: &disk::Error) -> Error {
    let text = with_causes(error);
    match error.kind() {
        Kind::Io => Error::refused(format!("what is sent breaks off: {text}")),
        _ => Error::invalid(format!("the image cannot be read: {text}")),
    }
}
