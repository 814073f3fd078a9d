//! The length of the RSA key in a certificate, without reading anything else of it.
//!
//! A certificate is a tree of DER values (X.690); the key stands at a known place of it (RFC 5280, 4.1).

use base64::{Engine, engine::general_purpose::STANDARD};

/// DER tag of an `INTEGER`.
const INTEGER: u8 = 0x02;
/// DER tag of a `BIT STRING`.
const BIT_STRING: u8 = 0x03;
/// DER tag of an `OBJECT IDENTIFIER`.
const OBJECT_IDENTIFIER: u8 = 0x06;
/// DER tag of a `SEQUENCE`.
const SEQUENCE: u8 = 0x30;
/// DER tag of the version of a certificate, which may be left out.
const VERSION: u8 = 0xa0;
/// The object identifier 1.2.840.113549.1.1.1, `rsaEncryption` (RFC 8017).
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// What is known of the key of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// An RSA key of so many bits.
    Rsa(usize),
    /// Another one.
    Other,
}

/// Reads the key of the first certificate of a PEM text; returns nothing if there is none.
pub(super) fn of_pem(text: &str) -> Option<Key> {
    let (_, body) = text.split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = body.split_once("-----END CERTIFICATE-----")?;
    let body: String = body.split_whitespace().collect();
    of_der(&STANDARD.decode(body).ok()?)
}

fn of_der(der: &[u8]) -> Option<Key> {
    let mut signed = expect(&mut expect(&mut { der }, SEQUENCE)?, SEQUENCE)?;
    if signed.first() == Some(&VERSION) {
        next(&mut signed)?;
    }
    // Serial number, algorithm of the signature, issuer, validity and subject stand before the key.
    for tag in [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE] {
        expect(&mut signed, tag)?;
    }
    let mut info = expect(&mut signed, SEQUENCE)?;
    let algorithm = expect(&mut expect(&mut info, SEQUENCE)?, OBJECT_IDENTIFIER)?;
    if algorithm != RSA {
        return Some(Key::Other);
    }
    // The first byte tells how many bits of the last one do not count: none, of a key.
    let mut key = expect(&mut info, BIT_STRING)?.strip_prefix(&[0])?;
    let modulus = expect(&mut expect(&mut key, SEQUENCE)?, INTEGER)?;
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let unused = modulus.first()?.leading_zeros() as usize;
    Some(Key::Rsa(modulus.len() * 8 - unused))
}

/// Takes the next value, which must have this tag, off the front.
fn expect<'d>(from: &mut &'d [u8], wanted: u8) -> Option<&'d [u8]> {
    next(from).filter(|(tag, _)| *tag == wanted).map(|(_, value)| value)
}

/// Takes the next value off the front.
fn next<'d>(from: &mut &'d [u8]) -> Option<(u8, &'d [u8])> {
    let [tag, length, rest @ ..] = *from else { return None };
    let (length, rest) = match *length {
        short @ 0..=0x7f => (usize::from(short), rest),
        // So many bytes of length follow; three are far more than a certificate needs.
        long @ 0x81..=0x83 => {
            let (length, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            (length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    *from = rest;
    Some((*tag, value))
}

#[cfg(test)]
mod tests {
    use super::{Key, STANDARD, of_der, of_pem};
    use base64::Engine;

    const RSA_2048: &str = include_str!("public_key/rsa-2048.pem");

    #[test]
    fn keys_of_certificates_that_openssl_made_are_read() {
        assert_eq!(of_pem(include_str!("public_key/rsa-1024.pem")), Some(Key::Rsa(1024)));
        assert_eq!(of_pem(RSA_2048), Some(Key::Rsa(2048)));
        assert_eq!(of_pem(include_str!("public_key/p-256.pem")), Some(Key::Other));
        assert_eq!(of_pem("nothing"), None);
    }

    #[test]
    fn damaged_certificates_are_read_or_not_but_break_nothing() {
        let body: String = RSA_2048.lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(body).expect("base64");
        assert_eq!(of_der(&der), Some(Key::Rsa(2048)));
        for at in 0..der.len() {
            of_der(&der[..at]);
            for flip in [0x01, 0x80, 0xff] {
                let mut damaged = der.clone();
                damaged[at] ^= flip;
                of_der(&damaged);
            }
        }
    }
}
