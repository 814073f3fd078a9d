//! Chance that a seed repeats.

use rand::{RngExt, SeedableRng, rngs::StdRng};
use uuid::Uuid;

/// Source of uuids, addresses and numbers.
pub(crate) struct Random(StdRng);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    pub(crate) fn uuid(&mut self) -> Uuid {
        crate::world::uuid_from(self.0.random())
    }

    pub(crate) fn mac(&mut self) -> String {
        let bytes: [u8; 5] = self.0.random();
        // 02 and its like in the first byte: locally administered, one receiver.
        let first = (self.0.random::<u8>() & 0xfc) | 2;
        bytes.iter().fold(format!("{first:02x}"), |mac, byte| format!("{mac}:{byte:02x}"))
    }

    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..high)
    }
}
