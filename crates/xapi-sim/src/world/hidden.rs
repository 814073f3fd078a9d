//! What the simulator knows of objects beside the fields that clients see.

use crate::{Datum, Object, World};

impl World {
    /// Returns what is noted of `object` under `key`; absent if nothing is.
    pub fn hidden(&self, object: Object, key: &str) -> &Datum {
        static ABSENT: Datum = Datum::Absent;
        self.hidden.get(&object).and_then(|notes| notes.get(key)).unwrap_or(&ABSENT)
    }

    /// Notes something of `object`, until it is destroyed.
    pub fn hide(&mut self, object: Object, key: &str, value: impl Into<Datum>) {
        let value = value.into();
        if value != Datum::Absent {
            let notes = self.hidden.entry(object).or_default();
            *notes = notes.with_entry(key, value);
        }
    }
}
