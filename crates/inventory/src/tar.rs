//! Files in a tar, as POSIX has it (ustar).

/// Bytes of a block; content is filled up to whole ones.
const BLOCK: usize = 512;

/// Longest name, in bytes.
pub(crate) const LONGEST_NAME: usize = 100;

/// Largest content, in bytes.
pub(crate) const LARGEST: u64 = 0o777_7777_7777;

/// What stands at the end.
pub(crate) const END: &[u8] = &[0; 2 * BLOCK];

/// Returns what stands before a file of `length` bytes, at most [`LARGEST`]; of a name at most [`LONGEST_NAME`] bytes
/// are taken.
pub(crate) fn header(name: &str, length: u64, modified: i64) -> [u8; BLOCK] {
    let mut header = [0; BLOCK];
    let mut put = |at: usize, text: &[u8]| header[at..at + text.len()].copy_from_slice(text);
    put(0, &name.as_bytes()[..name.len().min(LONGEST_NAME)]);
    put(100, b"0000644\0");
    // User and group: root.
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{:011o}\0", length.min(LARGEST)).as_bytes());
    put(136, format!("{:011o}\0", modified.clamp(0, LARGEST.cast_signed())).as_bytes());
    // The checksum is made as if it were spaces itself.
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

/// Returns what stands after content of `length` bytes.
pub(crate) fn filling(length: u64) -> &'static [u8] {
    let filling = length.next_multiple_of(BLOCK as u64) - length;
    &END[..usize::try_from(filling).unwrap_or_default()]
}
