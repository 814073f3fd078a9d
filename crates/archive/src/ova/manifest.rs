//! Manifests: lines of `SHA256(disk.vmdk)= 31f…`.

use std::fmt;

use aws_lc_rs::digest::{self, Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512};

use crate::{Fault, error::shortened};

/// Most lines of a manifest: a package has some ten files.
const MOST_LINES: usize = 10_000;

/// A checksum that manifests have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Sha1,
    Sha256,
    Sha512,
}

impl Algorithm {
    const ALL: [Self; 3] = [Self::Sha1, Self::Sha256, Self::Sha512];

    fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        let name: String = name.chars().filter(|c| *c != '-' && !c.is_whitespace()).collect();
        Self::ALL.into_iter().find(|algorithm| name.eq_ignore_ascii_case(algorithm.name()))
    }

    fn context(self) -> Context {
        Context::new(match self {
            Self::Sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &SHA256,
            Self::Sha512 => &SHA512,
        })
    }
}

/// What a manifest says: a file, the kind of checksum, and its digits in lower case.
#[derive(Debug, Default)]
pub(super) struct Manifest(Vec<(String, Algorithm, String)>);

impl Manifest {
    /// Reads a manifest.
    pub(super) fn parse(text: &[u8]) -> Result<Self, Fault> {
        let text = std::str::from_utf8(text).map_err(|_| wrong("it is no text"))?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut entries = Vec::new();
        for line in lines {
            let parts = line.split_once('(').and_then(|(algorithm, rest)| {
                let (file, digits) = rest.rsplit_once('=')?;
                Some((algorithm, file.trim_end().strip_suffix(')')?, digits.trim()))
            });
            let Some((algorithm, file, digits)) = parts else {
                return Err(wrong(&format!("it has the line `{line}`, which is no checksum of a file")));
            };
            let algorithm = Algorithm::parse(algorithm)
                .ok_or_else(|| wrong(&format!("it has checksums of the kind `{algorithm}`, which are not known")))?;
            if entries.len() == MOST_LINES {
                return Err(wrong(&format!("it has more than {MOST_LINES} lines")));
            }
            let file = file.strip_prefix("./").unwrap_or(file);
            entries.push((file.to_owned(), algorithm, digits.to_ascii_lowercase()));
        }
        Ok(Self(entries))
    }

    /// Adds a file to a manifest that is written.
    pub(super) fn add(&mut self, file: &str, digests: &Digests) {
        self.0.extend(digests.0.iter().map(|(algorithm, digits)| (file.to_owned(), *algorithm, digits.clone())));
    }

    /// Returns the kinds of checksum that it has of a file.
    pub(super) fn kinds(&self, file: &str) -> Vec<Algorithm> {
        self.0.iter().filter(|(name, ..)| name == file).map(|(_, algorithm, _)| *algorithm).collect()
    }

    /// Compares what it says of a file with what the file has.
    pub(super) fn verify(&self, file: &str, digests: &Digests) -> Result<(), Fault> {
        for (_, algorithm, stated) in self.0.iter().filter(|(name, ..)| name == file) {
            let Some((_, computed)) = digests.0.iter().find(|(kind, _)| kind == algorithm) else { continue };
            if computed != stated {
                let (computed, stated) = (computed.clone(), shortened(stated, 128));
                return Err(Fault::Checksum { kind: algorithm.name(), computed, stated });
            }
        }
        Ok(())
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(file, algorithm, digits)| writeln!(f, "{}({file})= {digits}", algorithm.name()))
    }
}

/// Checksums of a file while it passes.
pub(super) struct Hasher(Vec<(Algorithm, Context)>);

impl Hasher {
    pub(super) fn new(kinds: &[Algorithm]) -> Self {
        Self(kinds.iter().map(|algorithm| (*algorithm, algorithm.context())).collect())
    }

    /// All kinds, for a file that comes before the manifest.
    pub(super) fn all() -> Self {
        Self::new(&Algorithm::ALL)
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.iter_mut().for_each(|(_, context)| context.update(bytes));
    }

    pub(super) fn finish(self) -> Digests {
        let digits = |digest: digest::Digest| hex::encode(digest);
        Digests(self.0.into_iter().map(|(algorithm, context)| (algorithm, digits(context.finish()))).collect())
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(algorithm, _)| algorithm)).finish()
    }
}

/// Checksums of a whole file, in lower case.
#[derive(Debug)]
pub(super) struct Digests(Vec<(Algorithm, String)>);

fn wrong(what: &str) -> Fault {
    Fault::Description(shortened(what, 200))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_are_written_by_many() {
        let manifest = Manifest::parse(b"SHA1(a b.ovf)= DA39a3ee\r\nSHA-256 (./x=(1).vmdk)=00\n\n").unwrap();
        assert_eq!(manifest.to_string(), "SHA1(a b.ovf)= da39a3ee\nSHA256(x=(1).vmdk)= 00\n");
        assert_eq!(manifest.kinds("x=(1).vmdk"), [Algorithm::Sha256]);
    }

    #[test]
    fn what_is_no_manifest_says_so() {
        for bad in [&b"hello"[..], b"MD5(a)= 00", b"SHA1(a= 00", b"\xff"] {
            Manifest::parse(bad).unwrap_err();
        }
    }
}
