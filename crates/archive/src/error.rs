//! What can be wrong with an archive.

use std::io;

/// Result of reading or writing an archive.
pub type Result<T> = std::result::Result<T, Error>;

/// Reading or writing an archive failed. Offsets are bytes of the archive as it is when uncompressed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What the archive comes from failed, or its compression is damaged.
    #[error("cannot read the archive at byte {at}")]
    Read {
        /// Where reading had come.
        at: u64,
        /// What failed.
        source: io::Error,
    },
    /// What the archive goes to failed.
    #[error("cannot write the archive at byte {at}")]
    Write {
        /// Where writing had come.
        at: u64,
        /// What failed.
        source: io::Error,
    },
    /// The archive ends where there should be more.
    #[error("the archive ends early: at byte {at}, in {place}")]
    Truncated {
        /// Where it ends.
        at: u64,
        /// What is cut: `` `ova.xml` `` and the like.
        place: String,
    },
    /// A member is not as it should be.
    #[error("member `{member}` at byte {at} of the archive: {fault}")]
    Member {
        /// Name of the member, shortened if it is long, without control characters.
        member: String,
        /// Where its header starts.
        at: u64,
        /// What is wrong with it.
        fault: Fault,
    },
    /// The archive as a whole is not as it should be.
    #[error("the archive is wrong at byte {at}: {fault}")]
    Archive {
        /// Where it was noticed.
        at: u64,
        /// What is wrong.
        fault: Fault,
    },
    /// A disk that goes into the archive cannot be read.
    #[error("cannot read the disk `{disk}`")]
    Disk {
        /// Name of the disk in the archive.
        disk: String,
        /// What failed.
        source: disk::Error,
    },
    /// The caller writes what the format has no place for.
    #[error("cannot write the archive: {0}")]
    Usage(Fault),
}

impl Error {
    pub(crate) fn member(name: &str, at: u64, fault: Fault) -> Self {
        Self::Member { member: shown(name), at, fault }
    }

    pub(crate) fn truncated(at: u64, place: impl Into<String>) -> Self {
        Self::Truncated { at, place: place.into() }
    }

    /// Takes an error of ours out of one of a stream that it went through.
    pub(crate) fn of_stream(at: u64, source: io::Error) -> Self {
        match source.downcast::<Self>() {
            Ok(error) => error,
            Err(source) => Self::Read { at, source },
        }
    }

    /// Returns what is wrong, if it is the archive that is wrong.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Member { fault, .. } | Self::Archive { fault, .. } | Self::Usage(fault) => Some(fault),
            Self::Read { .. } | Self::Write { .. } | Self::Truncated { .. } | Self::Disk { .. } => None,
        }
    }
}

/// For contents of disks, whose errors are those of images.
impl From<Error> for disk::Error {
    fn from(error: Error) -> Self {
        let kind = match &error {
            Error::Truncated { .. } => disk::Kind::Truncated,
            Error::Read { .. } | Error::Write { .. } | Error::Disk { .. } => disk::Kind::Io,
            Error::Member { .. } | Error::Archive { .. } => disk::Kind::Corrupt,
            Error::Usage(_) => disk::Kind::Misuse,
        };
        Self::new(kind, "archive", error.to_string()).because(error)
    }
}

/// For streams whose errors are of [`io`].
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match &error {
            Error::Truncated { .. } => io::ErrorKind::UnexpectedEof,
            Error::Read { source, .. } | Error::Write { source, .. } => source.kind(),
            Error::Disk { .. } => io::ErrorKind::Other,
            Error::Member { .. } | Error::Archive { .. } => io::ErrorKind::InvalidData,
            Error::Usage(_) => io::ErrorKind::InvalidInput,
        };
        Self::new(kind, error)
    }
}

/// Makes a name from outside fit for a message.
pub(crate) fn shown(name: &str) -> String {
    shortened(name, 80)
}

/// Makes text from outside fit for a message: at most so many characters, none of them to control anything.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    let mut shown: String = text.chars().take(most).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}

/// What is wrong with a member or with the whole archive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A tar header does not have the sum that it says.
    #[error("this is no header of a tar archive (its sum is {computed}, it says {stated})")]
    HeaderSum {
        /// Sum of its bytes.
        computed: u64,
        /// What it says.
        stated: u64,
    },
    /// A field of a tar header is no number, or one that is too large.
    #[error("the field `{0}` of the header is no number")]
    HeaderNumber(&'static str),
    /// A name is not one of a plain file in the archive itself.
    #[error("a name that is empty, is absolute, has `..` or control characters in it, or is longer than 255 bytes")]
    Name,
    /// Something that is no plain file, such as a link or a device.
    #[error("it is no plain file (type `{}`)", .0.escape_ascii())]
    Type(u8),
    /// An extended header that is no list of records.
    #[error("its extended header is damaged")]
    Extended,
    /// Too many headers that describe no member.
    #[error("more than {0} extended headers in a row")]
    ExtendedRow(u32),
    /// A member is larger than such a member may be.
    #[error("it has {size} bytes, at most {limit} are read")]
    Oversize {
        /// Size that the header says, in bytes.
        size: u64,
        /// Most that is read, in bytes.
        limit: u64,
    },
    /// Data after the end of the archive.
    #[error("more than {0} bytes follow the end of the archive")]
    Trailing(u64),
    /// The first member is not the one that describes the rest.
    #[error("an XVA starts with `ova.xml`")]
    NoOvaXml,
    /// A member that stands only once stands there again.
    #[error("it is there twice")]
    Twice,
    /// A member that has no place in such an archive.
    #[error("it has no place in such an archive")]
    Foreign,
    /// A description that cannot be read.
    #[error("{0}")]
    Description(String),
    /// Data that does not have the checksum that stands beside it.
    #[error("its {kind} is {computed}, the archive says {stated}")]
    Checksum {
        /// Which checksum: `xxHash`, `SHA-1`, `SHA-256`.
        kind: &'static str,
        /// Checksum of the data, in hexadecimal digits.
        computed: String,
        /// What the archive says.
        stated: String,
    },
    /// A block of a disk without a checksum.
    #[error("no checksum follows the block")]
    NoChecksum,
    /// A checksum that belongs to no block.
    #[error("the checksum belongs to no block before it")]
    StrayChecksum,
    /// A disk that the description does not have.
    #[error("the description has no disk `{0}`")]
    UnknownDisk(String),
    /// Blocks of a disk stand in more than one place.
    #[error("the disk `{0}` has ended before")]
    DiskAgain(String),
    /// The number of a block is not larger than the one before.
    #[error("block {number} after block {before}")]
    Order {
        /// Number of the block.
        number: u64,
        /// Number of the block before it.
        before: u64,
    },
    /// The first block of a disk is always there.
    #[error("the disk starts with block {0} instead of 0")]
    FirstBlock(u64),
    /// Data past the end of a disk.
    #[error("data up to byte {end} of a disk of {size} bytes")]
    BeyondDisk {
        /// End of the data, in bytes.
        end: u64,
        /// Size of the disk, in bytes.
        size: u64,
    },
    /// The last block of a disk is always there.
    #[error("the disk `{disk}` ends at byte {end} of {size}")]
    DiskIncomplete {
        /// Id of the disk in the archive.
        disk: String,
        /// End of the data, in bytes.
        end: u64,
        /// Size of the disk, in bytes.
        size: u64,
    },
    /// A disk that the description has never came.
    #[error("the disk `{0}` is missing")]
    DiskMissing(String),
    /// Too many blocks without data.
    #[error("more than {0} blocks without data")]
    EmptyBlocks(u32),
    /// A descriptor that came instead of a package.
    #[error(
        "this is only the descriptor of a package (`.ovf`), the disks are not in it; give the whole package as one `.ova` file"
    )]
    LoneDescriptor,
    /// A package without a descriptor.
    #[error("the package has no descriptor (`*.ovf`)")]
    NoDescriptor,
    /// A file that the descriptor has never came.
    #[error("the file `{0}` of the descriptor is missing")]
    FileMissing(String),
    /// Files are written in the order of the descriptor.
    #[error("the file `{0}` is not the next of the descriptor")]
    FileOrder(String),
    /// Too many members.
    #[error("more than {0} members")]
    Members(usize),
    /// How long an image becomes is not known before it has been written.
    #[error("the length of `{0}` is not known before")]
    LengthUnknown(String),
    /// Content of a disk that is not all of it from front to back.
    #[error("the content is not a whole disk in its order")]
    Partial,
    /// Content of another size than the disk that it is for.
    #[error("content of {content} bytes for a disk of {size}")]
    DiskSize {
        /// Size of the content, in bytes.
        content: u64,
        /// Size of the disk, in bytes.
        size: u64,
    },
    /// More is written to a member than was announced, or less.
    #[error("{written} bytes are written to a member of {size}")]
    MemberSize {
        /// Bytes written.
        written: u64,
        /// Bytes announced.
        size: u64,
    },
}
