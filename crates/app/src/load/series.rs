//! The use of processors over the last ten minutes, as a few numbers.

use std::fmt::Write;

use super::NONE;
use crate::{Frame, Granularity};

/// Seconds of a number: a few measurements, since single ones jump more than a small line can show.
const STEP: i64 = 15;
/// Numbers at most: ten minutes of them, which is as far back as hosts keep what they measure every few seconds.
const MOST: usize = 40;

/// Makes JSON of percents, oldest first, the last being of now; `null` where nothing was measured.
pub(super) fn text(frame: &Frame, uuid: &str) -> Box<str> {
    let means = means(&frame.load(uuid), frame.end);
    let from = means.len().saturating_sub(MOST);
    let means = &means[from..];
    // What had not begun to run has no gap.
    let Some(from) = means.iter().position(|mean| mean.is_finite()) else { return NONE.into() };
    let mut text = String::new();
    for (at, mean) in means[from..].iter().enumerate() {
        text.push(if at == 0 { '[' } else { ',' });
        let percent = (mean * 1000.0).round().max(0.0) / 10.0;
        if mean.is_finite() { write!(text, "{percent}") } else { write!(text, "null") }.expect("text takes all");
    }
    (text + "]").into()
}

/// Returns the means over [`STEP`]s of the clock of the host, so that what has been told of a former one stays.
fn means(values: &[f64], end: i64) -> Vec<f64> {
    let step = Granularity::Seconds.step();
    // A value is of the time before it.
    let slot = |at: usize| (end - step * i64::try_from(values.len() - at).unwrap_or(0)).div_euclid(STEP);
    let numbered: Vec<_> = values.iter().enumerate().map(|(at, value)| (slot(at), *value)).collect();
    let mean = |chunk: &[(i64, f64)]| {
        let there = chunk.iter().map(|(_, value)| *value).filter(|value| value.is_finite());
        let (count, sum) = there.fold((0.0, 0.0), |(count, sum), value| (count + 1.0, sum + value));
        sum / count
    };
    numbered.chunk_by(|one, next| one.0 == next.0).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use xapi::{RrdColumn, RrdUpdates};

    use super::{MOST, text};
    use crate::{Frame, Granularity};

    const NAN: f64 = f64::NAN;

    fn shown(end: i64, columns: &[(&str, &[f64])]) -> Box<str> {
        let rows = i64::try_from(columns[0].1.len()).unwrap();
        let column = |(name, values): &(&str, &[f64])| RrdColumn {
            kind: "vm".to_owned(),
            uuid: "a".to_owned(),
            name: (*name).to_owned(),
            values: values.to_vec(),
        };
        let times = (0..rows).map(|row| end - 5 * (rows - 1 - row)).collect();
        let updates = RrdUpdates { step: 5, end, times, columns: columns.iter().map(column).collect() };
        text(&Frame::new(updates, Granularity::Seconds), "a")
    }

    #[test]
    fn it_is_the_mean_of_the_processors_and_of_a_quarter_of_a_minute() {
        let cpus: [(&str, &[f64]); 3] =
            [("cpu0", &[0.1, 0.2, 0.3, 1.0]), ("cpu1", &[0.3, 0.4, 0.5, NAN]), ("cpu_usage", &[0.9; 4])];
        assert_eq!(&*shown(1020, &cpus), "[20,56.7]", "1005 ends a quarter of a minute");
        assert_eq!(&*shown(1010, &cpus), "[30,100]");
    }

    #[test]
    fn what_has_been_told_stays_as_time_goes_on() {
        let values: Vec<f64> = (0..100).map(|n| f64::from(n) / 100.0).collect();
        let early = shown(1_000_080, &[("cpu0", &values[..90])]);
        let late = shown(1_000_095, &[("cpu0", &values[..93])]);
        assert!(late.starts_with(early.trim_end_matches(']')), "{early} {late}");
    }

    #[test]
    fn gaps_are_null_but_not_before_the_begin() {
        let gap = [NAN, NAN, NAN, 0.5, 0.5, 0.5, NAN, NAN, NAN, 0.0014, NAN, f64::INFINITY];
        assert_eq!(&*shown(1020, &[("cpu0", &gap)]), "[50,null,0.1]");
        assert_eq!(&*shown(1020, &[("cpu0", &[NAN; 12])]), "[]");
        assert_eq!(&*shown(1020, &[("memory", &[1.0; 12])]), "[]");
    }

    #[test]
    fn it_goes_ten_minutes_back() {
        for end in [1020, 1025, 1030] {
            let text = shown(end, &[("cpu0", &[1.0; 200])]);
            assert_eq!(text.matches("100").count(), MOST, "{end}");
        }
    }
}
