//! Which values hosts keep, and for how long.

/// Seconds between two measurements.
pub(crate) const STEP: i64 = 5;

/// Values of one coarseness; each is the average of some measurements.
#[derive(Debug)]
pub(crate) struct Archive {
    /// Measurements that one value is the average of.
    pub(crate) measurements: i64,
    /// Values that are kept.
    pub(crate) rows: i64,
}

/// The archives of a real host: ten minutes, two hours, a week, a year.
pub(crate) const ARCHIVES: [Archive; 4] = [
    Archive { measurements: 1, rows: 120 },
    Archive { measurements: 12, rows: 120 },
    Archive { measurements: 720, rows: 168 },
    Archive { measurements: 17_280, rows: 366 },
];

impl Archive {
    /// Returns the seconds from one value to the next.
    pub(crate) fn step(&self) -> i64 {
        self.measurements * STEP
    }

    /// Returns the time of the newest value; times are multiples of the step.
    pub(crate) fn last(&self, now: i64) -> i64 {
        now.div_euclid(self.step()) * self.step()
    }

    /// Returns the times of the values from `start` on, newest first.
    pub(crate) fn times(&self, start: i64, now: i64) -> impl Iterator<Item = i64> + use<> {
        let (last, step) = (self.last(now), self.step());
        (0..self.rows).map(move |row| last - row * step).take_while(move |time| *time >= start)
    }
}

/// Returns when a host has last measured.
pub(crate) fn last_update(now: i64) -> i64 {
    now.div_euclid(STEP) * STEP
}

/// Chooses the archive that a host answers from: the finest with values at least `interval` seconds
/// apart that goes back to `start`, or else the longest.
pub(crate) fn choose(interval: i64, start: i64, now: i64) -> &'static Archive {
    let fits = |archive: &&Archive| {
        archive.measurements >= interval / STEP && start > archive.last(now) - archive.rows * archive.step()
    };
    ARCHIVES.iter().find(fits).unwrap_or(&ARCHIVES[ARCHIVES.len() - 1])
}

#[cfg(test)]
mod tests {
    use super::choose;

    const NOW: i64 = 1_795_294_522;

    #[test]
    fn what_a_client_asks_for_is_what_it_gets() {
        for (step, points) in [(5, 120), (60, 120), (3600, 168), (86_400, 366)] {
            assert_eq!(choose(step, NOW - step * points + step, NOW).step(), step);
        }
    }

    #[test]
    fn a_start_further_back_takes_a_coarser_archive() {
        assert_eq!(choose(0, NOW - 300, NOW).step(), 5);
        assert_eq!(choose(0, NOW - 3000, NOW).step(), 60);
        assert_eq!(choose(5, NOW - 86_400, NOW).step(), 3600);
        assert_eq!(choose(0, 0, NOW).step(), 86_400);
    }

    #[test]
    fn rows_are_newest_first_and_on_the_grid() {
        let archive = choose(60, NOW - 200, NOW);
        let times: Vec<i64> = archive.times(NOW - 200, NOW).collect();
        assert_eq!(times, [1_795_294_500, 1_795_294_440, 1_795_294_380]);
    }
}
