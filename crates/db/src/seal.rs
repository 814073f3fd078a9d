//! Secrets at rest: AES-256-GCM with keys derived from the key file.
//!
//! A sealed text is `v1:` and the base64 of nonce ‖ ciphertext ‖ tag. What the secret belongs to is authenticated
//! with it, so that a sealed text cannot be moved to another record.

use std::{
    fs::OpenOptions,
    io::{Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    hkdf, hmac,
};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD as BASE64};
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::{Error, Result};

/// Octets of the key file's content before it is written as base64.
const KEY_LEN: usize = 32;
const VERSION: &str = "v1:";

/// What the key file gives.
pub(crate) struct Seal {
    aead: RandomizedNonceKey,
    token: hmac::Key,
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(***)")
    }
}

impl Seal {
    /// Makes a key that dies with the process.
    pub(crate) fn ephemeral() -> Self {
        Self::new(&random()[..])
    }

    /// Reads the key file of the database at `path`; makes one unless `sealed` says that secrets wait for it.
    pub(crate) fn open(path: &Path, sealed: bool) -> Result<Self> {
        let key = key_file(path);
        match OpenOptions::new().read(true).open(&key) {
            Ok(mut file) => {
                let invalid = |why: String| Error::KeyInvalid { key: key.clone(), why };
                let metadata = file.metadata().map_err(|e| invalid(e.to_string()))?;
                if !metadata.is_file() {
                    return Err(invalid("it is not a file".to_owned()));
                }
                let mode = metadata.mode() & 0o7777;
                if mode & 0o077 != 0 {
                    return Err(Error::KeyExposed { key, mode });
                }
                let mut text = Zeroizing::new(String::new());
                file.read_to_string(&mut text).map_err(|e| invalid(e.to_string()))?;
                let bytes = BASE64.decode(text.trim()).map(Zeroizing::new).map_err(|e| invalid(e.to_string()))?;
                if bytes.len() != KEY_LEN {
                    return Err(invalid(format!("{} octets instead of {KEY_LEN}", bytes.len())));
                }
                Ok(Self::new(&bytes))
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && sealed => {
                Err(Error::KeyMissing { key, path: path.to_owned() })
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => create(&key),
            Err(source) => Err(Error::KeyUnreadable { key, source }),
        }
    }

    fn new(secret: &[u8]) -> Self {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"xo-server key file").extract(secret);
        let mut aead = Zeroizing::new([0; 32]);
        let mut token = Zeroizing::new([0; 32]);
        for (info, out) in [(&b"secrets at rest"[..], &mut aead), (&b"tokens of clients"[..], &mut token)] {
            root.expand(&[info], hkdf::HKDF_SHA256)
                .and_then(|okm| okm.fill(&mut out[..]))
                .expect("32 octets is what HKDF-SHA256 gives");
        }
        Self {
            aead: RandomizedNonceKey::new(&AES_256_GCM, &aead[..]).expect("AES-256 takes 32 octets"),
            token: hmac::Key::new(hmac::HMAC_SHA256, &token[..]),
        }
    }

    /// Seals `secret`, which belongs to `owner`.
    pub(crate) fn seal(&self, owner: &str, secret: &str) -> String {
        let mut data = secret.as_bytes().to_vec();
        let nonce = self
            .aead
            .seal_in_place_append_tag(Aad::from(owner.as_bytes()), &mut data)
            .expect("a password is far below the limit of AES-GCM");
        let mut sealed = nonce.as_ref().to_vec();
        sealed.extend_from_slice(&data);
        format!("{VERSION}{}", BASE64.encode(sealed))
    }

    /// Opens what [`Seal::seal`] made for the same `owner`.
    pub(crate) fn open_text(&self, owner: &str, sealed: &str) -> Result<SecretString> {
        self.try_open(owner, sealed).ok_or_else(|| Error::Sealed { what: owner.to_owned() })
    }

    fn try_open(&self, owner: &str, sealed: &str) -> Option<SecretString> {
        let mut bytes = Zeroizing::new(BASE64.decode(sealed.strip_prefix(VERSION)?).ok()?);
        let (nonce, data) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let plain = self.aead.open_in_place(nonce, Aad::from(owner.as_bytes()), data).ok()?;
        Some(std::str::from_utf8(plain).ok()?.into())
    }

    /// Returns the 32 octets of the token that `seed` stands for: without the key file they cannot be guessed.
    pub(crate) fn token(&self, seed: &[u8]) -> Zeroizing<[u8; 32]> {
        let tag = hmac::sign(&self.token, seed);
        Zeroizing::new(tag.as_ref().try_into().expect("HMAC-SHA256 gives 32 octets"))
    }
}

/// Returns the path of the key file of the database at `path`.
fn key_file(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".key");
    name.into()
}

/// Returns 32 octets from the system's generator.
pub(crate) fn random() -> Zeroizing<[u8; KEY_LEN]> {
    let mut bytes = Zeroizing::new([0; KEY_LEN]);
    aws_lc_rs::rand::fill(&mut bytes[..]).expect("the system has a random generator");
    bytes
}

/// Makes the key file: complete and on the disk under its name, or not there at all.
fn create(key: &Path) -> Result<Seal> {
    let invalid = |e: std::io::Error| Error::KeyInvalid { key: key.to_owned(), why: e.to_string() };
    let secret = random();
    let mut temporary = key.as_os_str().to_owned();
    temporary.push(".new");
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&temporary).map_err(invalid)?;
    let text = Zeroizing::new(BASE64.encode(&secret[..]) + "\n");
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(invalid)?;
    std::fs::rename(&temporary, key).map_err(invalid)?;
    let folder = key.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder).and_then(|f| f.sync_all()).map_err(invalid)?;
    Ok(Seal::new(&secret[..]))
}
