//! What a call gives back: JSON bytes, whole or in parts.

use std::{any::TypeId, fmt, marker::PhantomData};

use bytes::{Bytes, BytesMut};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::{Error, Result};

/// The JSON text of a result.
pub enum Answer {
    /// The whole text.
    Bytes(Bytes),
    /// The text in parts that are made as they are sent, so that a large result is never one buffer.
    Parts(Box<dyn Iterator<Item = Bytes> + Send>),
}

impl Answer {
    /// Serialises a value.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] if the value has no JSON form, such as a map whose keys are not text.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        let text = serde_json::to_vec(value).map_err(|e| Error::failed(format!("result has no JSON form: {e}")))?;
        Ok(Self::Bytes(text.into()))
    }

    /// Answers in parts, which together are one JSON value.
    pub fn parts(parts: impl Iterator<Item = Bytes> + Send + 'static) -> Self {
        Self::Parts(Box::new(parts))
    }

    /// Returns the text as one buffer; for small results, tests, and callers inside the server.
    pub fn into_bytes(self) -> Bytes {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Parts(parts) => parts
                .fold(BytesMut::new(), |mut all, part| {
                    all.extend_from_slice(&part);
                    all
                })
                .freeze(),
        }
    }

    /// Reads the text back as a value; for callers inside the server.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] if the text is not JSON of that shape.
    pub fn decode<T: serde::de::DeserializeOwned>(self) -> Result<T> {
        serde_json::from_slice(&self.into_bytes()).map_err(|e| Error::failed(format!("unexpected result: {e}")))
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => f.debug_tuple("Bytes").field(bytes).finish(),
            Self::Parts(_) => f.write_str("Parts(…)"),
        }
    }
}

/// What an operation may return.
pub trait Output: Send + 'static {
    /// Turns the result into its JSON text.
    ///
    /// # Errors
    ///
    /// As [`Answer::json`].
    fn into_answer(self) -> Result<Answer>;
    /// The schema of the text.
    fn schema(schemas: &mut SchemaGenerator) -> Schema;
    /// Whether there is nothing to tell, which the wire says as `true`.
    fn is_void() -> bool {
        false
    }
}

impl<T: Serialize + JsonSchema + Send + 'static> Output for T {
    fn into_answer(self) -> Result<Answer> {
        if Self::is_void() { Ok(Answer::Bytes(Bytes::from_static(b"true"))) } else { Answer::json(&self) }
    }

    fn schema(schemas: &mut SchemaGenerator) -> Schema {
        schemas.subschema_for::<T>()
    }

    fn is_void() -> bool {
        TypeId::of::<T>() == TypeId::of::<()>()
    }
}

/// A result whose JSON text exists already, or is made in parts; `T` describes it.
#[derive(Debug)]
pub struct Raw<T = serde_json::Value>(Answer, PhantomData<fn() -> T>);

impl<T> From<Answer> for Raw<T> {
    fn from(answer: Answer) -> Self {
        Self(answer, PhantomData)
    }
}

impl<T: JsonSchema + 'static> Output for Raw<T> {
    fn into_answer(self) -> Result<Answer> {
        Ok(self.0)
    }

    fn schema(schemas: &mut SchemaGenerator) -> Schema {
        schemas.subschema_for::<T>()
    }
}
