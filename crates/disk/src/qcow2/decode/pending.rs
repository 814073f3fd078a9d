//! What is expected of an image that passes by.

/// What is expected at a place of the image.
pub(super) enum Item {
    /// The L2 table of this index.
    Table(u64),
    /// Clusters of the disk, neighbours in the image.
    Clusters(Blocks),
    /// A compressed cluster of the disk, in at most so many bytes.
    Packed(u64, usize),
}

/// Clusters of the disk, ascending.
pub(super) enum Blocks {
    /// From the first on, so many.
    Run(u64, u64),
    /// From the first on, those whose bit is set, the least significant first.
    Bits(u64, Box<[u64]>),
    /// From the first on, those at these distances.
    List(u64, Box<[u32]>),
}

impl Blocks {
    /// Makes it of ascending numbers.
    pub(super) fn new(blocks: &[u64]) -> Self {
        let (first, last) = (blocks[0], blocks[blocks.len() - 1]);
        let span = usize::try_from(last - first).expect("within a table") + 1;
        if span == blocks.len() {
            return Self::Run(first, span as u64);
        }
        if span.div_ceil(64) * 8 <= blocks.len() * 4 {
            let mut bits = vec![0; span.div_ceil(64)];
            for block in blocks {
                let at = usize::try_from(block - first).expect("within a table");
                bits[at / 64] |= 1 << (at % 64);
            }
            return Self::Bits(first, bits.into());
        }
        let distance = |block: &u64| u32::try_from(block - first).expect("within a table");
        Self::List(first, blocks.iter().map(distance).collect())
    }

    /// Returns how much memory it takes.
    pub(super) fn size(&self) -> usize {
        64 + match self {
            Self::Run(..) => 0,
            Self::Bits(_, bits) => bits.len() * 8,
            Self::List(_, list) => list.len() * 4,
        }
    }

    /// Returns runs of neighbours: the first and how many.
    pub(super) fn runs(&self) -> Vec<(u64, u64)> {
        let mut runs: Vec<(u64, u64)> = Vec::new();
        let mut add = |block: u64| match runs.last_mut() {
            Some((first, count)) if *first + *count == block => *count += 1,
            _ => runs.push((block, 1)),
        };
        match self {
            Self::Run(first, count) => return vec![(*first, *count)],
            Self::Bits(first, bits) => (0..bits.len() as u64 * 64)
                .filter(|at| bits[usize::try_from(at / 64).expect("in memory")] & (1 << (at % 64)) != 0)
                .for_each(|at| add(first + at)),
            Self::List(first, list) => list.iter().for_each(|at| add(first + u64::from(*at))),
        }
        runs
    }

    pub(super) fn first(&self) -> u64 {
        match self {
            Self::Run(first, _) | Self::Bits(first, _) | Self::List(first, _) => *first,
        }
    }

    pub(super) fn last(&self) -> u64 {
        match self {
            Self::Run(first, count) => first + count - 1,
            Self::Bits(first, bits) => {
                let last = bits.len() as u64 * 64 - 1;
                first + last - u64::from(bits.last().map_or(0, |word| word.leading_zeros()))
            }
            Self::List(first, list) => first + u64::from(list.last().copied().unwrap_or(0)),
        }
    }
}
