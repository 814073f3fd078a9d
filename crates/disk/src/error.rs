//! What can be wrong with an image, and where.

use std::{borrow::Cow, error, fmt, io};

/// What is done here comes out so.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure it is: what a caller may want to tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Reading or writing failed below: a file, a connection.
    Io,
    /// The image ends before what it promises.
    Truncated,
    /// The image contradicts itself or its format.
    Corrupt,
    /// The image is sound, but uses what is not read or written here.
    Unsupported,
    /// A size or a table is beyond a limit of the format or of this crate.
    TooLarge,
    /// The parent is missing, another one, or its own descendant.
    Parent,
    /// It cannot be done in one pass; with a file, which is read or written at any place, it can.
    NeedsSeek,
    /// The caller asked for what cannot be: a range beyond the end, a piece out of order.
    Misuse,
}

/// A failure: its kind, what was read or written, where in it, and what is wrong.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    /// The structure: `VHD footer`, `L2 table 7`.
    what: Cow<'static, str>,
    /// What is wrong with it.
    reason: Cow<'static, str>,
    /// Where it starts in the image, in bytes.
    at: Option<u64>,
    /// The name of the file.
    file: Option<String>,
    source: Option<Box<dyn error::Error + Send + Sync>>,
}

impl Error {
    /// Makes an error: `what` is the structure, `reason` what is wrong with it.
    pub fn new(kind: Kind, what: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner { kind, what: what.into(), reason: reason.into(), at: None, file: None, source: None }))
    }

    /// The image contradicts itself or its format.
    pub fn corrupt(what: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Corrupt, what, reason)
    }

    /// The image uses what is not supported.
    pub fn unsupported(what: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Unsupported, what, reason)
    }

    /// Something is beyond a limit.
    pub fn too_large(what: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::TooLarge, what, reason)
    }

    /// The parent is not what the child was made of.
    pub fn parent(what: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Parent, what, reason)
    }

    /// The caller asked for what cannot be.
    pub fn misuse(what: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Misuse, what, reason)
    }

    /// Reading or writing `what` failed; an end that came too early is [`Kind::Truncated`].
    pub fn io(what: impl Into<Cow<'static, str>>, source: io::Error) -> Self {
        // An error of ours that passed through a reader or writer comes out as it was.
        if source.get_ref().is_some_and(<dyn error::Error + Send + Sync>::is::<Self>) {
            let inner = source.into_inner().expect("it was just seen");
            return *inner.downcast().expect("it was just seen");
        }
        let (kind, reason) = match source.kind() {
            io::ErrorKind::UnexpectedEof => (Kind::Truncated, "ends too early"),
            _ => (Kind::Io, "reading or writing failed"),
        };
        Self::new(kind, what, reason).because(source)
    }

    /// Adds where in the image, in bytes; what was said closer to the fault stays.
    #[must_use]
    pub fn at(mut self, offset: u64) -> Self {
        self.0.at.get_or_insert(offset);
        self
    }

    /// Replaces where in the image, in bytes.
    pub(crate) fn moved_to(mut self, offset: u64) -> Self {
        self.0.at = Some(offset);
        self
    }

    /// Adds the name of the file; what was said closer to the fault stays.
    #[must_use]
    pub fn in_file(mut self, name: impl Into<String>) -> Self {
        self.0.file.get_or_insert(name.into());
        self
    }

    /// Adds what it comes from.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Returns what kind of failure it is.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Returns which structure of the image it is about.
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// Returns where in the image that starts, in bytes, if it is known.
    pub fn offset(&self) -> Option<u64> {
        self.0.at
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.0.file {
            write!(f, "`{file}`: ")?;
        }
        f.write_str(&self.0.what)?;
        if let Some(at) = self.0.at {
            write!(f, " at byte {at}")?;
        }
        write!(f, ": {}", self.0.reason)
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// For streams and readers whose errors are of [`io`]; [`Error::io`] takes it out again.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            Kind::Io => io::ErrorKind::Other,
            Kind::Truncated => io::ErrorKind::UnexpectedEof,
            Kind::Unsupported | Kind::NeedsSeek => io::ErrorKind::Unsupported,
            Kind::Misuse => io::ErrorKind::InvalidInput,
            Kind::Corrupt | Kind::TooLarge | Kind::Parent => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}
