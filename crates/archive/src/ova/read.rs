//! Reading an OVA.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

use super::manifest::{Digests, Hasher, Manifest};
use crate::{Compression, Decoder, Error, Fault, Loan, Result, error::shown, loan::Back, ovf::Ovf, tar};

/// Largest descriptor that is read, in bytes: one of a machine takes some 10 KiB.
const LARGEST_DESCRIPTOR: u64 = 16 * 1024 * 1024;
/// Largest manifest that is read, in bytes: a line takes some 100.
const LARGEST_MANIFEST: u64 = 1024 * 1024;
/// Most members: a package has some ten.
const MOST_MEMBERS: usize = 10_000;
/// Most that is passed over of a compressed archive, in bytes: nobody needs files of such a size that are not read, and
/// a few bytes may stand for that much.
const MOST_PASSED: u64 = 64 * 1024 * 1024 * 1024;
/// How much is read at once of what is passed over, in bytes.
const PASS: usize = 64 * 1024;

/// A file of a package whose content comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name: what `href` of the descriptor says.
    pub name: String,
    /// Its size, in bytes.
    pub size: u64,
}

/// Reads an OVA from front to back: the descriptor, and file by file.
///
/// What the manifest says of a file is compared when the file has been read; an error then comes from its content
/// at its end, and from [`next`](Self::next). A manifest that comes last is compared by the `next` that reads it: what
/// has been made of the files is to be kept only after [`finish`](Self::finish).
#[derive(Debug)]
pub struct Reader<R> {
    tar: tar::Reader<Decoder<R>>,
    ovf: Option<Ovf>,
    manifest: Option<Manifest>,
    /// Checksums of files that came before the manifest, and where they are.
    digests: BTreeMap<String, (u64, Digests)>,
    came: BTreeSet<String>,
    /// Folder in which all are, as `tar cf vm.ova vm` makes it: that of the first, with a slash, or nothing.
    folder: Option<String>,
    /// How much may still be passed over, in bytes.
    passable: u64,
    /// A file that has been found while looking for the descriptor.
    pending: Option<tar::Member>,
    present: Option<Present>,
}

#[derive(Debug)]
struct Present {
    member: tar::Member,
    /// None if it has been compared.
    hasher: Option<Hasher>,
    /// What is wrong with it.
    fault: Option<Fault>,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    /// Reads the archive that `input` has, compressed or not, up to its first file that is an image or the like.
    ///
    /// # Errors
    ///
    /// If `input` fails or is no tar archive; if the descriptor or the manifest are wrong.
    pub async fn open(input: R) -> Result<Self> {
        let decoder = Decoder::open(input).await.map_err(|source| Error::Read { at: 0, source })?;
        if is_descriptor(decoder.start()) {
            return Err(Error::Archive { at: 0, fault: Fault::LoneDescriptor });
        }
        let is_compressed = decoder.compression() != Compression::None;
        let mut reader = Self {
            passable: if is_compressed { MOST_PASSED } else { u64::MAX },
            tar: tar::Reader::new(decoder),
            ovf: None,
            manifest: None,
            digests: BTreeMap::new(),
            came: BTreeSet::new(),
            folder: None,
            pending: None,
            present: None,
        };
        reader.pending = reader.file().await?;
        Ok(reader)
    }

    /// Returns the descriptor, if it has come; it may come last.
    pub fn ovf(&self) -> Option<&Ovf> {
        self.ovf.as_ref()
    }

    /// Returns how much has been read of the archive as it is when uncompressed, in bytes.
    pub fn at(&self) -> u64 {
        self.tar.at()
    }

    /// Returns the next file, or nothing at the end of the archive. What has not been read of the file before is passed
    /// over, and compared with the manifest, too.
    ///
    /// # Errors
    ///
    /// If the input fails; if the file before is not as the manifest says; if the descriptor, or a file that it needs,
    /// has not come at the end.
    pub async fn next(&mut self) -> Result<Option<Member>> {
        self.end_file().await?;
        let file = match self.pending.take() {
            Some(file) => Some(file),
            None => self.file().await?,
        };
        let Some(file) = file else { return self.complete().map(|()| None) };
        self.came.insert(file.name.clone());
        let found = Member { name: file.name.clone(), size: file.size };
        let hasher = match &self.manifest {
            Some(manifest) => Hasher::new(&manifest.kinds(&file.name)),
            None => Hasher::all(),
        };
        self.present = Some(Present { member: file, hasher: Some(hasher), fault: None });
        Ok(Some(found))
    }

    /// Returns the content of the present file; where it has been read in part, the rest.
    pub fn content(&mut self) -> Content<'_, R> {
        Content { reader: self }
    }

    /// Makes the content of the present file a reader of its own, for what reads images. This reader comes back when the
    /// content is dropped.
    pub fn lend(self) -> (Lent<R>, Loan<Self>) {
        let (back, loan) = Loan::new();
        (Lent { state: Some((self, back)) }, loan)
    }

    /// Reads what follows the archive, so that its compression is checked to the last byte.
    ///
    /// # Errors
    ///
    /// If the input fails, or more follows than programs fill an archive up with.
    pub async fn finish(&mut self) -> Result<()> {
        self.tar.finish().await
    }

    /// Finds the next file that is neither descriptor nor manifest, and reads those.
    async fn file(&mut self) -> Result<Option<tar::Member>> {
        let (mut signatures, mut shadows) = (0, 0);
        while let Some(mut member) = self.tar.next().await? {
            if is_shadow(&member.name) && shadows < MOST_MEMBERS {
                self.tar.whole(LARGEST_MANIFEST).await?;
                shadows += 1;
                continue;
            }
            let folder = self.folder.get_or_insert_with(|| folder_of(&member.name).to_owned());
            if let Some(inside) = member.name.strip_prefix(folder.as_str()) {
                member.name = inside.to_owned();
            }
            let wrong = |fault| Error::member(&member.name, member.at, fault);
            let extension = member.name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
            let extension = extension.unwrap_or_default();
            if extension == "ovf" {
                let document = self.tar.whole(LARGEST_DESCRIPTOR).await?;
                let ovf = Ovf::parse(&document).map_err(wrong)?;
                if self.ovf.replace(ovf).is_some() {
                    return Err(wrong(Fault::Twice));
                }
                let mut hasher = Hasher::all();
                hasher.update(&document);
                self.compare(&member, hasher.finish()).map_err(wrong)?;
            } else if extension == "mf" {
                let manifest = Manifest::parse(&self.tar.whole(LARGEST_MANIFEST).await?).map_err(wrong)?;
                if self.manifest.is_some() {
                    return Err(wrong(Fault::Twice));
                }
                for (name, (at, digests)) in std::mem::take(&mut self.digests) {
                    manifest.verify(&name, &digests).map_err(|fault| Error::member(&name, at, fault))?;
                }
                self.manifest = Some(manifest);
            } else if extension == "cert" {
                // A signature of the manifest: nobody here knows whom to believe.
                self.tar.whole(LARGEST_MANIFEST).await?;
                signatures += 1;
                if signatures > 1 {
                    return Err(wrong(Fault::Twice));
                }
            } else if self.came.contains(&member.name) {
                return Err(wrong(Fault::Twice));
            } else if self.came.len() == MOST_MEMBERS {
                return Err(wrong(Fault::Members(MOST_MEMBERS)));
            } else {
                return Ok(Some(member));
            }
        }
        Ok(None)
    }

    /// Compares checksums with the manifest, or keeps them for it.
    fn compare(&mut self, member: &tar::Member, digests: Digests) -> std::result::Result<(), Fault> {
        if let Some(manifest) = &self.manifest {
            return manifest.verify(&member.name, &digests);
        }
        self.digests.insert(member.name.clone(), (member.at, digests));
        Ok(())
    }

    async fn end_file(&mut self) -> Result<()> {
        let Some(present) = &self.present else { return Ok(()) };
        let left = self.tar.left();
        self.passable = self.passable.checked_sub(left).ok_or_else(|| {
            let fault = Fault::Oversize { size: left, limit: self.passable };
            Error::member(&present.member.name, present.member.at, fault)
        })?;
        let mut scratch = vec![0; PASS];
        while self.tar.left() > 0 {
            let read = self.tar.content().read(&mut scratch).await;
            let read = read.map_err(|source| Error::of_stream(self.tar.at(), source))?;
            self.passed(&scratch[..read]);
        }
        let ended = self.conclude();
        self.present = None;
        ended
    }

    fn passed(&mut self, bytes: &[u8]) {
        if let Some(Present { hasher: Some(hasher), .. }) = &mut self.present {
            hasher.update(bytes);
        }
    }

    /// Compares the present file, all of which has been read, with the manifest.
    fn conclude(&mut self) -> Result<()> {
        let Some(present) = &mut self.present else { return Ok(()) };
        if let Some(hasher) = present.hasher.take() {
            let member = present.member.clone();
            let fault = self.compare(&member, hasher.finish()).err();
            if let Some(present) = &mut self.present {
                present.fault = fault;
            }
        }
        match &self.present {
            Some(Present { member, fault: Some(fault), .. }) => {
                Err(Error::member(&member.name, member.at, fault.clone()))
            }
            _ => Ok(()),
        }
    }

    fn complete(&self) -> Result<()> {
        let wrong = |fault| Error::Archive { at: self.tar.at(), fault };
        let ovf = self.ovf.as_ref().ok_or_else(|| wrong(Fault::NoDescriptor))?;
        match ovf.disk_files().find(|file| !self.came.contains(file.href.trim_start_matches("./"))) {
            Some(file) => Err(wrong(Fault::FileMissing(shown(&file.href)))),
            None => Ok(()),
        }
    }

    fn poll_content(&mut self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.present.is_none() || buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.tar.content()).poll_read(cx, buffer))?;
        self.passed(&buffer.filled()[before..]);
        if self.tar.left() == 0 && buffer.filled().len() == before {
            self.conclude()?;
        }
        Poll::Ready(Ok(()))
    }
}

/// Tells what macOS adds for each file: `._vm.ovf` is no descriptor.
fn is_shadow(name: &str) -> bool {
    name[folder_of(name).len()..].starts_with("._")
}

/// Returns the folder of a member, with a slash, or nothing.
fn folder_of(name: &str) -> &str {
    name.rfind('/').map_or("", |at| &name[..=at])
}

/// Tells a descriptor that comes without its package.
fn is_descriptor(start: &[u8]) -> bool {
    crate::Format::of(start) == crate::Format::Ovf
}

/// Content of a file as a stream, which ends with the file.
#[derive(Debug)]
pub struct Content<'a, R> {
    reader: &'a mut Reader<R>,
}

impl<R: AsyncRead + Unpin> AsyncRead for Content<'_, R> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.reader.poll_content(cx, buffer)
    }
}

/// Content of a file as a stream with the reader of the archive in it.
#[derive(Debug)]
pub struct Lent<R> {
    /// None while it is being dropped.
    state: Option<(Reader<R>, Back<Reader<R>>)>,
}

impl<R: AsyncRead + Unpin> AsyncRead for Lent<R> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let (reader, _) = self.state.as_mut().expect("it is not being dropped");
        reader.poll_content(cx, buffer)
    }
}

impl<R> Drop for Lent<R> {
    fn drop(&mut self) {
        if let Some((reader, back)) = self.state.take() {
            back.give(reader);
        }
    }
}
