use super::{Reader, RrdUpdates, Unreadable};

const ANSWER: &str = concat!(
    r#"{"meta":{"start":1706745000,"step":5,"end":1706745010,"rows":3,"columns":4,"#,
    r#""legend":["AVERAGE:vm:3f:cpu0","AVERAGE:vm:3f:memory","MAX:vm:3f:cpu0","AVERAGE:host:9c:loadavg"]},"#,
    r#""data":[{"t":1706745010,"values":["0.0123","2147483648","1","NaN"]},"#,
    r#"{"t":1706745005,"values":["Infinity","0.0","1","-nan"]},"#,
    r#"{"t":1706745000,"values":["1e-05","-1.5","1","4"]}]}"#,
);

fn all(_: &str, _: &str) -> bool {
    true
}

fn read_in(bytes: &[u8], piece: usize, keep: fn(&str, &str) -> bool, limit: usize) -> Result<RrdUpdates, Unreadable> {
    let mut reader = Reader::new(keep, limit);
    for piece in bytes.chunks(piece) {
        reader.push(piece)?;
    }
    reader.finish()
}

fn read(text: &str) -> Result<RrdUpdates, Unreadable> {
    read_in(text.as_bytes(), usize::MAX, all, 1 << 20)
}

/// Compares by the text, in which no numbers are equal.
fn same(one: &RrdUpdates, other: &RrdUpdates) -> bool {
    format!("{one:?}") == format!("{other:?}")
}

#[test]
fn rows_become_columns_oldest_first() {
    let updates = read(ANSWER).unwrap();
    assert_eq!((updates.step, updates.times.as_slice()), (5, &[1_706_745_000, 1_706_745_005, 1_706_745_010][..]));
    let column = |name: &str| updates.columns.iter().find(|column| column.name == name).unwrap();
    assert_eq!(column("memory").values, [-1.5, 0.0, 2_147_483_648.0]);
    assert_eq!(column("cpu0").values, [1e-5, f64::INFINITY, 0.0123]);
    let load = column("loadavg");
    assert_eq!((load.kind.as_str(), load.uuid.as_str(), load.values[0]), ("host", "9c", 4.0));
    assert!(load.values[1].is_nan() && load.values[2].is_nan());
    assert_eq!(updates.columns.len(), 3, "averages alone");
}

#[test]
fn however_an_answer_is_cut_it_reads_the_same() {
    let whole = read(ANSWER).unwrap();
    for piece in 1..60 {
        assert!(same(&read_in(ANSWER.as_bytes(), piece, all, 1 << 20).unwrap(), &whole), "pieces of {piece}");
    }
}

#[test]
fn older_hosts_write_numbers_bare_and_those_about_the_answer_as_texts() {
    let bare = ANSWER.replace(r#""NaN""#, "NaN").replace(r#""-nan""#, "nan").replace(r#""4""#, "4.");
    let bare = bare.replace(r#""Infinity""#, "Infinity").replace(r#""2147483648""#, "2147483648");
    let bare = bare.replace(r#""step":5"#, r#""step":"5""#).replace(r#""t":1706745005"#, r#" "t" : "1706745005""#);
    assert!(same(&read(&bare).unwrap(), &read(ANSWER).unwrap()), "{bare}");
    assert!(read(&ANSWER.replace(r#""NaN""#, "null")).unwrap().columns[2].values[2].is_nan());
}

#[test]
fn only_what_is_wanted_is_kept() {
    let updates = read_in(ANSWER.as_bytes(), 7, |kind, name| kind == "vm" && name == "memory", 1 << 20).unwrap();
    assert_eq!(updates.columns.len(), 1);
    assert_eq!(updates.columns[0].values, [-1.5, 0.0, 2_147_483_648.0]);
}

#[test]
fn an_answer_may_have_no_rows() {
    let updates = read(r#"{"meta":{"step":60,"end":120,"legend":[],"x":{"y":[1,{"z":null}]}},"data":[]}"#).unwrap();
    assert_eq!((updates.step, updates.end, updates.times.len(), updates.columns.len()), (60, 120, 0, 0));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (from, to, reason) in [
        (r#""step":5,"#, "", "does not say how far"),
        (r#""step":5,"#, r#""step":0,"#, "is no step"),
        (r#""end":1706745010"#, r#""end":"never""#, "`never` is no time"),
        (r#","1","NaN""#, r#","1""#, "row 0 has 3 values, the legend 4 entries"),
        (r#","1","NaN""#, r#","1","NaN","1""#, "row 0 has more values than the legend"),
        (r#""t":1706745000,"#, "", "row 2 has no time"),
        (r#""t":1706745000"#, r#""t":1706745005"#, "row 2 is not older"),
        (r#""t":1706745010"#, r#""t":1e300"#, "is no time"),
        (r#""-1.5""#, r#""many""#, "`many` is no number, in row 2"),
        (r#""data":"#, r#""date":"#, "has no rows"),
        ("{\"meta\"", "<html>", "is no part of JSON"),
        ("]}]}", "]}]}}", "stands where it cannot"),
        ("]}]}", "]}]", "ends too early"),
    ] {
        assert!(ANSWER.contains(from), "{from}");
        match read(&ANSWER.replacen(from, to, 1)) {
            Err(Unreadable::Nonsense(text)) => assert!(text.contains(reason), "{from} → {to}: {text}"),
            other => panic!("{from} → {to}: {other:?}"),
        }
    }
}

#[test]
fn what_is_too_long_is_not_kept() {
    assert_eq!(read_in(ANSWER.as_bytes(), 10, all, ANSWER.len() - 1), Err(Unreadable::TooLarge));
    // One byte of an answer may be eight of memory.
    let values = vec!["0"; 500].join(",");
    let legend = vec!["\"AVERAGE:vm:3f:c\""; 500].join(",");
    let rows: Vec<String> = (0..20).map(|row| format!("{{\"t\":{},\"values\":[{values}]}}", 1000 - row)).collect();
    let answer = format!("{{\"meta\":{{\"step\":5,\"legend\":[{legend}]}},\"data\":[{}]}}", rows.join(","));
    assert_eq!(read_in(answer.as_bytes(), 512, all, answer.len()), Err(Unreadable::TooLarge));
    assert!(read_in(answer.as_bytes(), 512, |_, _| false, answer.len()).is_ok());
    let name = format!(r#"{{"meta":{{"legend":["{}"]}}}}"#, "a".repeat(5000));
    assert!(matches!(read(&name), Err(Unreadable::Nonsense(text)) if text.contains("longer than")));
    assert!(matches!(read(&"[".repeat(100)), Err(Unreadable::Nonsense(text)) if text.contains("nested")));
}

#[test]
fn damaged_answers_are_read_or_refused_and_never_more() {
    for at in 0..ANSWER.len() {
        assert!(read(&ANSWER[..at]).is_err(), "cut at {at}");
        let mut bytes = ANSWER.as_bytes().to_vec();
        for flip in [0x01, 0x20, 0x80] {
            bytes[at] ^= flip;
            let _ = read_in(&bytes, 13, all, 1 << 20);
            bytes[at] ^= flip;
        }
    }
}
