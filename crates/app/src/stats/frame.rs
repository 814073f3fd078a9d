//! What a host has told: columns of values on one grid of time.

use rustc_hash::{FxHashMap, FxHashSet};
use xapi::{RrdColumn, RrdUpdates};

use super::{Granularity, what::is_cpu};

/// Statistics of a host and of what runs on it.
#[derive(Debug)]
pub struct Frame {
    /// When the last row ended, or would have if there were one, seconds since the epoch by the host's clock.
    pub end: i64,
    /// Rows of each column.
    rows: usize,
    columns: FxHashMap<Box<str>, Vec<Column>>,
}

/// Values of one thing that is measured.
#[derive(Debug, PartialEq)]
pub struct Column {
    /// What is measured, in the words of hosts, such as `cpu0`.
    pub name: Box<str>,
    /// Values, oldest first; not a number where there is none.
    pub values: Vec<f64>,
}

impl Frame {
    /// Makes a frame of all that a host told.
    pub(crate) fn new(updates: RrdUpdates, granularity: Granularity) -> Self {
        let end = updates.end;
        let grid = Grid::ending(end, granularity, updates.times.first().copied().unwrap_or(end));
        let rows = if updates.times.is_empty() { 0 } else { grid.rows };
        let places: Vec<_> = updates.times.iter().map(|time| grid.place(*time)).collect();
        let mut columns: FxHashMap<Box<str>, Vec<Column>> = FxHashMap::default();
        // A host that tells no row has nothing to say about anything.
        for RrdColumn { uuid, name, values, .. } in updates.columns.into_iter().filter(|_| rows > 0) {
            // As a rule the rows are the grid.
            let values = if places.iter().enumerate().all(|(at, place)| *place == Some(at)) && places.len() == rows {
                values
            } else {
                grid.lay(&places, &values)
            };
            columns.entry(uuid.into()).or_default().push(Column { name: name.into(), values });
        }
        Self { end, rows, columns }
    }

    /// Makes a frame of a former one and what the host told since, the row that ended it included.
    ///
    /// Returns nothing if that is not enough: it tells of something about which nothing is known before, is coarser, or
    /// does not reach back to the former end.
    pub(super) fn after(former: &Self, updates: &RrdUpdates, granularity: Granularity) -> Option<Self> {
        let end = updates.times.last().copied()?;
        let step = granularity.step();
        let reaches = updates.times.first().is_some_and(|first| *first <= former.end + step);
        if former.rows == 0 || end < former.end || !reaches || updates.step != step {
            return None;
        }
        let known: FxHashSet<&str> = former.columns.keys().map(AsRef::as_ref).collect();
        if updates.columns.iter().any(|column| !known.contains(column.uuid.as_str())) {
            return None;
        }
        let before: FxHashMap<(&str, &str), &Column> = former
            .columns
            .iter()
            .flat_map(|(uuid, columns)| columns.iter().map(move |column| ((&**uuid, &*column.name), column)))
            .collect();
        let oldest = former.end - step * (signed(former.rows) - 1);
        let grid = Grid::ending(end, granularity, oldest);
        let places: Vec<_> = updates.times.iter().map(|time| grid.place(*time)).collect();
        let mut columns: FxHashMap<Box<str>, Vec<Column>> = FxHashMap::default();
        for RrdColumn { uuid, name, values, .. } in &updates.columns {
            let mut laid = grid.lay(&places, values);
            let before = before.get(&(uuid.as_str(), name.as_str()));
            for (at, value) in before.into_iter().flat_map(|column| column.values.iter().enumerate()) {
                if let Some(place) = grid.place(oldest + step * signed(at))
                    && oldest + step * signed(at) < updates.times[0]
                {
                    laid[place] = *value;
                }
            }
            columns.entry(uuid.as_str().into()).or_default().push(Column { name: name.as_str().into(), values: laid });
        }
        Some(Self { end, rows: grid.rows, columns })
    }

    /// Returns what is known of an object by its uuid; nothing where the host told nothing of it.
    pub fn of(&self, uuid: &str) -> &[Column] {
        self.columns.get(uuid).map_or(&[], Vec::as_slice)
    }

    /// Returns the use of all processors of an object, fractions from the oldest row to that which ended at
    /// [`Frame::end`]; not a number where there is none.
    pub(crate) fn load(&self, uuid: &str) -> Vec<f64> {
        let cpus: Vec<_> = self.of(uuid).iter().filter(|column| is_cpu(&column.name)).collect();
        let mean = |row: usize| {
            let values = cpus.iter().filter_map(|column| column.values.get(row)).filter(|value| value.is_finite());
            let (count, sum) = values.fold((0.0, 0.0), |(count, sum), value| (count + 1.0, sum + value));
            sum / count
        };
        if cpus.is_empty() { Vec::new() } else { (0..self.rows).map(mean).collect() }
    }

    /// Returns when the last row ended, if there is one.
    pub(super) fn last(&self) -> Option<i64> {
        (self.rows > 0).then_some(self.end)
    }

    /// Returns about how many bytes of memory this is.
    pub(super) fn size(&self) -> usize {
        let of = |column: &Column| size_of::<Column>() + column.name.len() + column.values.len() * size_of::<f64>();
        self.columns.values().map(|columns| 64 + columns.iter().map(of).sum::<usize>()).sum()
    }
}

/// Moments at which rows end.
struct Grid {
    first: i64,
    step: i64,
    rows: usize,
}

impl Grid {
    /// Returns the grid from `oldest` to `end`, or the end of it if it would be longer than what hosts keep.
    fn ending(end: i64, granularity: Granularity, oldest: i64) -> Self {
        let step = granularity.step();
        let rows = usize::try_from((end - oldest) / step + 1).unwrap_or(1).min(granularity.rows());
        Self { first: end - step * (signed(rows) - 1), step, rows }
    }

    /// Returns the row that ends at `time`, or the one that it is in.
    fn place(&self, time: i64) -> Option<usize> {
        let row = (time - self.first).div_euclid(self.step);
        usize::try_from(row).ok().filter(|row| *row < self.rows)
    }

    fn lay(&self, places: &[Option<usize>], values: &[f64]) -> Vec<f64> {
        let mut laid = vec![f64::NAN; self.rows];
        for (place, value) in places.iter().zip(values) {
            if let Some(place) = place {
                laid[*place] = *value;
            }
        }
        laid
    }
}

fn signed(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
