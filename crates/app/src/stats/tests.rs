use xapi::{RrdColumn, RrdUpdates};

use super::{Frame, Granularity, What, what::is_shown};

const NAN: f64 = f64::NAN;

/// Makes what a host tells: rows that end at `times`, and columns of those values.
fn updates<const N: usize>(times: [i64; N], columns: &[(&str, &str, [f64; N])]) -> RrdUpdates {
    let column = |(uuid, name, values): &(&str, &str, [f64; N])| RrdColumn {
        kind: "vm".to_owned(),
        uuid: (*uuid).to_owned(),
        name: (*name).to_owned(),
        values: values.to_vec(),
    };
    let end = times.last().copied().unwrap_or(1000);
    RrdUpdates { step: 5, end, times: times.to_vec(), columns: columns.iter().map(column).collect() }
}

/// Returns one column as text, in which no numbers are equal.
fn column(frame: &Frame, uuid: &str, name: &str) -> String {
    let column = frame.of(uuid).iter().find(|column| &*column.name == name);
    column.map_or_else(|| "none".to_owned(), |column| format!("{:?}", column.values))
}

fn first<const N: usize>(told: &RrdUpdates) -> Frame {
    let frame = Frame::new(told.clone(), Granularity::Seconds);
    assert_eq!(told.times.len(), N);
    frame
}

#[test]
fn rows_that_a_host_leaves_out_are_gaps() {
    let frame = first::<3>(&updates([985, 990, 1000], &[("a", "cpu0", [1.0, 2.0, 3.0])]));
    assert_eq!((frame.end, column(&frame, "a", "cpu0").as_str()), (1000, "[1.0, 2.0, NaN, 3.0]"));
    assert_eq!(column(&frame, "b", "cpu0"), "none");
}

#[test]
fn what_came_since_stands_behind_what_was_known() {
    let former = first::<3>(&updates([990, 995, 1000], &[("a", "cpu0", [1.0, 2.0, 3.0]), ("b", "cpu0", [7.0; 3])]));
    let since = updates([1000, 1005, 1010], &[("a", "cpu0", [3.5, 4.0, 5.0]), ("a", "cpu1", [6.0, 7.0, 8.0])]);
    let frame = Frame::after(&former, &since, Granularity::Seconds).unwrap();
    assert_eq!(frame.end, 1010);
    assert_eq!(column(&frame, "a", "cpu0"), "[1.0, 2.0, 3.5, 4.0, 5.0]");
    assert_eq!(column(&frame, "a", "cpu1"), "[NaN, NaN, 6.0, 7.0, 8.0]", "a processor that is new");
    assert_eq!(column(&frame, "b", "cpu0"), "none", "the host does not tell of it any more");
}

#[test]
fn no_more_is_kept_than_a_host_keeps() {
    let mut frame = first::<1>(&updates([1000], &[("a", "cpu0", [0.0])]));
    for at in 1..300_i32 {
        let end = 1000 + 5 * i64::from(at);
        let since = updates([end - 5, end], &[("a", "cpu0", [f64::from(at) - 1.0, f64::from(at)])]);
        frame = Frame::after(&frame, &since, Granularity::Seconds).unwrap();
    }
    let values = &frame.of("a")[0].values;
    assert_eq!((values.len(), values[0], values[119]), (120, 180.0, 299.0));
}

#[test]
fn a_host_is_asked_for_everything_when_what_came_since_is_not_enough() {
    let former = first::<2>(&updates([995, 1000], &[("a", "cpu0", [1.0, 2.0])]));
    let mut coarser = updates([1000, 1060], &[("a", "cpu0", [1.0, 2.0])]);
    coarser.step = 60;
    for (why, since) in [
        ("of something new", updates([1000, 1005], &[("a", "cpu0", [1.0; 2]), ("new", "cpu0", [1.0; 2])])),
        ("after a hole", updates([1010, 1015], &[("a", "cpu0", [1.0; 2])])),
        ("of a clock that went back", updates([900], &[("a", "cpu0", [1.0])])),
        ("of nothing", updates([], &[])),
        ("of another coarseness", coarser),
    ] {
        assert!(Frame::after(&former, &since, Granularity::Seconds).is_none(), "{why}");
    }
}

#[test]
fn a_host_that_tells_no_rows_has_its_end() {
    let frame = Frame::new(updates([], &[("a", "cpu0", [])]), Granularity::Seconds);
    assert_eq!((frame.end, frame.last(), column(&frame, "a", "cpu0").as_str()), (1000, None, "none"));
}

#[test]
fn times_off_the_grid_do_no_harm() {
    let frame = first::<4>(&updates([1, 500, 998, 1001], &[("a", "cpu0", [1.0, 2.0, 3.0, NAN])]));
    let values = &frame.of("a")[0].values;
    assert_eq!(values.len(), 120);
    assert!(values.iter().filter(|value| value.is_finite()).count() <= 3);
}

#[test]
fn what_clients_are_shown_is_kept() {
    for (kind, name, kept) in [
        ("vm", "cpu0", true),
        ("vm", "vbd_xvda_read_latency", true),
        ("vm", "vbd_hdc_read", false),
        ("vm", "vbd_xvda_iops_total", true),
        ("vm", "vbd_xvda_io_throughput_read", false),
        ("host", "memory_total_kib", true),
        ("host", "io_throughput_read_12345678", true),
        ("host", "io_throughput_total_12345678", false),
        ("host", "loadavg", true),
        ("host", "iops_read_12345678", true),
        ("host", "cpu0-C1", false),
        ("host", "xapi_open_fds", false),
        ("sr", "size", false),
    ] {
        assert_eq!(is_shown(kind, name), kept, "{kind} {name}");
    }
}

#[test]
fn granularities_have_names() {
    assert_eq!(Granularity::parse(None).unwrap(), Granularity::Seconds);
    assert_eq!(Granularity::parse(Some("days")).unwrap().step(), 86_400);
    for word in ["", "Days", "weeks", &"x".repeat(1000)] {
        let error = Granularity::parse(Some(word)).unwrap_err();
        assert_eq!(error.code(), 10);
        assert!(error.to_string().contains("`minutes`") && error.to_string().len() < 200, "{error}");
    }
}

#[test]
fn of_load_the_use_of_each_processor_is_kept() {
    let keeps = What::Load.keeps();
    for (kind, name, kept) in [
        ("vm", "cpu0", true),
        ("host", "cpu15", true),
        ("host", "cpu0-C1", false),
        ("host", "cpu_avg", false),
        ("vm", "cpu", false),
        ("vm", "memory", false),
        ("sr", "cpu0", false),
    ] {
        assert_eq!(keeps(kind, name), kept, "{kind} {name}");
    }
}
