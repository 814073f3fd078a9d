//! Finding blocks that hold nothing but zeros.

/// Zeros to compare with: a page, which stays in the processor's first cache.
static ZEROS: [u8; 4096] = [0; 4096];

/// Zeros to lend: as many as the largest piece has.
static PIECE: [u8; crate::MAX_PIECE] = [0; crate::MAX_PIECE];

/// Returns whether all bytes are zero. It compares pages at once, which is as fast without optimisation.
pub fn is_zero(data: &[u8]) -> bool {
    data.chunks(ZEROS.len()).all(|chunk| chunk == &ZEROS[..chunk.len()])
}

/// Returns `length` zeros, at most [`crate::MAX_PIECE`], which take no memory.
pub(crate) fn zeros(length: usize) -> bytes::Bytes {
    bytes::Bytes::from_static(&PIECE[..length])
}

/// Returns the ranges of `data` that hold something, in whole blocks of `block` bytes, neighbours joined.
pub(crate) fn runs(data: &[u8], block: usize) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for start in (0..data.len()).step_by(block) {
        let end = (start + block).min(data.len());
        if is_zero(&data[start..end]) {
            continue;
        }
        match runs.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => runs.push(start..end),
        }
    }
    runs
}
