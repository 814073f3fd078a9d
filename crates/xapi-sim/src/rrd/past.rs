//! When machines ran and hosts were up.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::{Datum, Object, World, world::class_index};

/// Times of one object that are remembered; older ones are forgotten.
const REMEMBERED: usize = 64;

/// What is remembered of all objects: of VMs, and of hosts by their metrics.
pub(crate) struct Past {
    power_state: (usize, usize),
    live: (usize, usize),
    objects: FxHashMap<Object, Remembered>,
}

#[derive(Default)]
struct Remembered {
    /// From when until when it was on, oldest first.
    over: VecDeque<(i64, i64)>,
    /// Since when it is on, if that was noticed.
    since: Option<i64>,
}

/// When an object was on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(Vec<(i64, i64)>);

impl Default for Past {
    fn default() -> Self {
        let place = |class: &str, field: &str| {
            let at = class_index(class);
            let class = &xapi_types::table::classes()[at];
            (at, class.field_index(field).expect("the class table has this field"))
        };
        Self {
            power_state: place("VM", "power_state"),
            live: place("host_metrics", "live"),
            objects: FxHashMap::default(),
        }
    }
}

impl Past {
    /// Forgets all that was noticed so far, as when a world has been made.
    pub(crate) fn clear(&mut self) {
        self.objects.clear();
    }

    /// Returns whether a change of this field is worth a note.
    pub(crate) fn concerns(&self, class: usize, field: usize) -> bool {
        [self.power_state, self.live].contains(&(class, field))
    }

    /// Forgets an object that is gone.
    pub(crate) fn forget(&mut self, object: Object) {
        self.objects.remove(&object);
    }
}

impl World {
    /// Notes that an object goes on or off, if it does.
    pub(crate) fn note_power(&mut self, object: Object, old: &Datum, new: &Datum) {
        let now = self.now().unix();
        let started = self.started(object);
        let remembered = self.past.objects.entry(object).or_default();
        match (is_on(old), is_on(new)) {
            (false, true) => remembered.since = Some(now),
            (true, false) => {
                let from = remembered.since.take().unwrap_or(started);
                remembered.over.push_back((from, now));
                if remembered.over.len() > REMEMBERED {
                    remembered.over.pop_front();
                }
            }
            _ => {}
        }
    }

    /// Returns when a VM ran.
    pub(crate) fn times_of_vm(&self, vm: Object) -> Times {
        self.times(vm, is_on(self.get(vm, "power_state")))
    }

    /// Returns when a host was up.
    pub(crate) fn times_of_host(&self, host: Object) -> Times {
        let metrics = self.object(host, "metrics");
        let remembered = self.past.objects.get(&metrics).and_then(|remembered| remembered.since);
        let mut times = self.times(metrics, false);
        if self.flag(metrics, "live") {
            let booted = self.entry(host, "other_config", "boot_time").trim_end_matches('.').parse().unwrap_or(0);
            times.0.push((remembered.unwrap_or(booted), i64::MAX));
        }
        times
    }

    fn times(&self, object: Object, on: bool) -> Times {
        let remembered = self.past.objects.get(&object);
        let mut times: Vec<_> = remembered.iter().flat_map(|remembered| remembered.over.iter().copied()).collect();
        if on {
            let since = remembered.and_then(|remembered| remembered.since);
            times.push((since.unwrap_or_else(|| self.started(object)), i64::MAX));
        }
        Times(times)
    }

    /// Returns when an object went on, as the pool itself tells.
    fn started(&self, object: Object) -> i64 {
        if self.is(object, "VM") { self.get(self.object(object, "metrics"), "start_time").as_time().unix() } else { 0 }
    }
}

impl Times {
    /// Returns whether the object was never on.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether the object was on for at least half of the time from `from` to `to`, which is
    /// what hosts ask of a value (`xff` 0.5).
    pub(crate) fn cover(&self, from: i64, to: i64) -> bool {
        let on: i64 = self.0.iter().map(|(begin, end)| (to.min(*end) - from.max(*begin)).max(0)).sum();
        on * 2 >= to - from
    }
}

fn is_on(value: &Datum) -> bool {
    match value {
        Datum::Bool(live) => *live,
        state => matches!(state.as_text(), "Running" | "Paused"),
    }
}

#[cfg(test)]
mod tests {
    use super::Times;

    #[test]
    fn a_value_needs_half_of_its_time() {
        let times = Times(vec![(0, 100), (130, i64::MAX)]);
        assert!(times.cover(90, 100) && times.cover(95, 105) && times.cover(125, 135));
        assert!(!times.cover(96, 106) && !times.cover(105, 115));
    }
}
