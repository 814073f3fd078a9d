//! The header of a member.

use crate::Fault;

/// Size of a header, and what sizes of members are rounded up to, in bytes.
pub const BLOCK: usize = 512;
/// Longest name that is taken, in bytes: what fits in the two fields of ustar.
const LONGEST_NAME: usize = 255;
/// Largest size that eleven octal digits say.
const LARGEST_OCTAL: u64 = 0o777_7777_7777;

/// What a header announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A plain file.
    File,
    /// A folder.
    Directory,
    /// GNU: the name of the next member.
    LongName,
    /// Pax: records about the next member.
    Pax,
    /// Pax: records about all members that follow, which say nothing that is used here.
    PaxGlobal,
    /// Anything else: links, devices, pieces of sparse files; the byte of the header.
    Other(u8),
}

/// The header of a member, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Name as it stands there; unchecked.
    pub name: Vec<u8>,
    /// Size of the content, in bytes.
    pub size: u64,
    /// What it announces.
    pub kind: Kind,
}

/// Reads a header; a block of zeros, with which an archive ends, is none.
///
/// # Errors
///
/// If the block is something else.
pub(super) fn decode(block: &[u8; BLOCK]) -> Result<Option<Header>, Fault> {
    if block.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let stated = number(&block[148..156]).ok_or(Fault::HeaderNumber("chksum"))?;
    let computed = sum(block, u64::from);
    // Some old programs added signed bytes.
    let signed = block.iter().enumerate().map(|(at, byte)| if is_sum(at) { 32 } else { i64::from(byte.cast_signed()) });
    if computed != stated && u64::try_from(signed.sum::<i64>()) != Ok(stated) {
        return Err(Fault::HeaderSum { computed, stated });
    }
    let size = number(&block[124..136]).ok_or(Fault::HeaderNumber("size"))?;
    let kind = match block[156] {
        0 | b'0' | b'7' => Kind::File,
        b'5' => Kind::Directory,
        b'L' => Kind::LongName,
        b'x' => Kind::Pax,
        b'g' => Kind::PaxGlobal,
        other => Kind::Other(other),
    };
    let mut name = Vec::new();
    // GNU's magic is `ustar ` and it keeps other things where ustar has the start of the name.
    if &block[257..263] == b"ustar\0" && block[345] != 0 {
        name.extend_from_slice(until_zero(&block[345..500]));
        name.push(b'/');
    }
    name.extend_from_slice(until_zero(&block[..100]));
    Ok(Some(Header { name, size, kind }))
}

/// Writes the header of a plain file that only its owner may read.
///
/// # Errors
///
/// If the name has no place in it.
pub(super) fn encode(name: &str, size: u64, modified: u64) -> Result<[u8; BLOCK], Fault> {
    check_name(name)?;
    let mut block = [0; BLOCK];
    let (prefix, name) = split(name).ok_or(Fault::Name)?;
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[345..345 + prefix.len()].copy_from_slice(prefix.as_bytes());
    octal(&mut block[100..108], 0o400);
    octal(&mut block[108..116], 0);
    octal(&mut block[116..124], 0);
    if size <= LARGEST_OCTAL {
        octal(&mut block[124..136], size);
    } else {
        // GNU: the highest bit says that the rest is a binary number.
        block[124] = 0x80;
        block[128..136].copy_from_slice(&size.to_be_bytes());
    }
    octal(&mut block[136..148], modified.min(LARGEST_OCTAL));
    block[156] = b'0';
    block[257..265].copy_from_slice(b"ustar\x0000");
    let sum = sum(&block, u64::from);
    octal(&mut block[148..155], sum);
    block[155] = b' ';
    Ok(block)
}

/// Returns the name, if it is one that a plain file in the archive itself can have.
///
/// # Errors
///
/// If it is empty, too long or no text, leads elsewhere or has control characters.
pub(super) fn name(bytes: &[u8]) -> Result<&str, Fault> {
    let name = std::str::from_utf8(bytes).map_err(|_| Fault::Name)?;
    let name = name.strip_prefix("./").unwrap_or(name);
    check_name(name)?;
    Ok(name)
}

fn check_name(name: &str) -> Result<(), Fault> {
    let leads_elsewhere = name.starts_with(['/', '\\']) || name.split(['/', '\\']).any(|part| part == "..");
    let fits = !name.is_empty() && name.len() <= LONGEST_NAME && !name.chars().any(char::is_control);
    if fits && !leads_elsewhere { Ok(()) } else { Err(Fault::Name) }
}

/// Splits a name that is too long for its field where the two fields of ustar meet.
fn split(name: &str) -> Option<(&str, &str)> {
    if name.len() <= 100 {
        return Some(("", name));
    }
    let fits = |(at, _): &(usize, &str)| *at <= 155 && name.len() - at - 1 <= 100;
    let (at, _) = name.match_indices('/').find(fits)?;
    Some((&name[..at], &name[at + 1..]))
}

fn is_sum(at: usize) -> bool {
    (148..156).contains(&at)
}

/// Adds the bytes of a header, with spaces in place of the sum.
fn sum(block: &[u8; BLOCK], value: impl Fn(u8) -> u64) -> u64 {
    block.iter().enumerate().map(|(at, byte)| value(if is_sum(at) { b' ' } else { *byte })).sum()
}

fn until_zero(field: &[u8]) -> &[u8] {
    &field[..field.iter().position(|byte| *byte == 0).unwrap_or(field.len())]
}

/// Reads a number: octal digits between spaces and zeros, or binary with the highest bit set.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let (head, tail) = field.split_at(field.len().checked_sub(8)?);
        let positive = head.iter().enumerate().all(|(at, byte)| *byte == if at == 0 { 0x80 } else { 0 });
        return positive.then(|| u64::from_be_bytes(tail.try_into().expect("the tail has eight bytes")));
    }
    let digits = std::str::from_utf8(until_zero(field)).ok()?.trim_matches(' ');
    if digits.is_empty() {
        return Some(0);
    }
    // `from_str_radix` would take a sign.
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| u64::from_str_radix(digits, 8).ok())?
}

/// Writes octal digits, zeros before them and one byte of zero after them.
fn octal(field: &mut [u8], value: u64) {
    let width = field.len() - 1;
    let digits = format!("{value:0width$o}");
    field[..width].copy_from_slice(digits.as_bytes());
    field[width] = 0;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, size: u64) {
        let header = decode(&encode(name, size, 1_700_000_000).unwrap()).unwrap().unwrap();
        assert_eq!((header.name.as_slice(), header.size, header.kind), (name.as_bytes(), size, Kind::File));
    }

    #[test]
    fn what_is_written_is_read() {
        check("ova.xml", 0);
        check("Ref:4/00000000.xxhash", 16);
        check("disk.vmdk", LARGEST_OCTAL);
        check("disk.vmdk", LARGEST_OCTAL + 1);
        check("disk.vmdk", u64::MAX);
        check(&format!("{}/{}", "a".repeat(120), "b".repeat(90)), 7);
    }

    #[test]
    fn names_that_lead_elsewhere_or_fit_nowhere_are_refused() {
        for bad in ["", "/etc/passwd", "../x", "a/../b", "a\\..\\b", "a\nb", "\\x", &"a".repeat(101), &"a/".repeat(200)]
        {
            assert_eq!(encode(bad, 1, 0), Err(Fault::Name), "{bad}");
        }
        assert_eq!(name(b"./vm.ovf"), Ok("vm.ovf"));
        assert_eq!(name(b"./../vm.ovf"), Err(Fault::Name));
        assert_eq!(name(b"\xff"), Err(Fault::Name));
    }

    #[test]
    fn each_flipped_byte_is_noticed_or_harmless() {
        let good = encode("ova.xml", 1234, 0).unwrap();
        for at in 0..BLOCK {
            let mut bad = good;
            bad[at] ^= 0x41;
            // A byte of the sum itself may become a space or a zero and leave the number as it is.
            if let Ok(header) = decode(&bad) {
                assert!(is_sum(at), "byte {at} was not noticed: {header:?}");
            }
        }
    }

    #[test]
    fn numbers_are_octal_or_binary_and_nothing_else() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"   644 \0"), Some(0o644));
        assert_eq!(number(b"\0\0\0\0\0\0\0\0"), Some(0));
        assert_eq!(number(b"+000644\0"), None);
        assert_eq!(number(b"0000648\0"), None);
        assert_eq!(number(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), None);
        assert_eq!(number(b"\x80\0\0\x01\0\0\0\0\0\0\0\0"), None);
        assert_eq!(number(b"\x80\0\0\0\0\0\0\x02\0\0\0\0"), Some(2 << 32));
    }
}
