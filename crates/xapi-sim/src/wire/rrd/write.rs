//! Values of one archive, in JSON and XML.

use std::io::Write;

use crate::rrd::{Archive, Owner, Source};

/// How JSON has numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// As texts.
    Quoted,
    /// As they are, `NaN` too, which is no JSON.
    Bare,
}

/// Values of one archive, newest first.
pub(crate) struct Sheet<'a> {
    pub(crate) archive: &'static Archive,
    pub(crate) start: i64,
    pub(crate) now: i64,
    pub(crate) columns: &'a [(Owner, Vec<Source>)],
    pub(crate) numbers: Numbers,
}

impl Sheet<'_> {
    fn times(&self) -> Vec<i64> {
        self.archive.times(self.start, self.now).collect()
    }

    /// Returns start, step, end, rows and columns.
    fn meta(&self, times: &[i64]) -> [(&'static str, i64); 5] {
        let (newest, oldest) = (times.first().copied(), times.last().copied());
        let end = newest.unwrap_or_else(|| self.archive.last(self.now));
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let columns = self.columns.iter().map(|(_, sources)| sources.len()).sum();
        [
            ("start", oldest.unwrap_or(end)),
            ("step", self.archive.step()),
            ("end", end),
            ("rows", count(times.len())),
            ("columns", count(columns)),
        ]
    }

    fn legend(&self) -> impl Iterator<Item = String> + '_ {
        let of = |(owner, sources): &'_ (Owner, Vec<Source>)| {
            let (kind, uuid) = (owner.kind, owner.uuid.clone());
            let names: Vec<String> =
                sources.iter().map(|source| format!("AVERAGE:{kind}:{uuid}:{}", source.name)).collect();
            names
        };
        self.columns.iter().flat_map(of)
    }

    fn values(&self, time: i64) -> impl Iterator<Item = f64> + '_ {
        let step = self.archive.step();
        self.columns
            .iter()
            .flat_map(move |(owner, sources)| sources.iter().map(move |source| source.value(owner, time, step)))
    }

    pub(crate) fn json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let times = self.times();
        out.extend_from_slice(b"{\"meta\":{");
        for (name, value) in self.meta(&times) {
            put(&mut out, format_args!("\"{name}\":{value},"));
        }
        out.extend_from_slice(b"\"legend\":[");
        for (at, entry) in self.legend().enumerate() {
            put(&mut out, format_args!("{}\"{entry}\"", comma(at)));
        }
        out.extend_from_slice(b"]},\"data\":[");
        for (at, time) in times.iter().enumerate() {
            put(&mut out, format_args!("{}{{\"t\":{time},\"values\":[", comma(at)));
            for (at, value) in self.values(*time).enumerate() {
                out.extend_from_slice(comma(at).as_bytes());
                json_number(&mut out, self.numbers, value);
            }
            out.extend_from_slice(b"]}");
        }
        out.extend_from_slice(b"]}");
        out
    }

    pub(crate) fn xml(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let times = self.times();
        out.extend_from_slice(b"<?xml version=\"1.0\"?><xport><meta>");
        for (name, value) in self.meta(&times) {
            put(&mut out, format_args!("<{name}>{value}</{name}>"));
        }
        out.extend_from_slice(b"<legend>");
        for entry in self.legend() {
            put(&mut out, format_args!("<entry>{entry}</entry>"));
        }
        out.extend_from_slice(b"</legend></meta><data>");
        for time in times {
            put(&mut out, format_args!("<row><t>{time}</t>"));
            for value in self.values(time) {
                out.extend_from_slice(b"<v>");
                number(&mut out, value);
                out.extend_from_slice(b"</v>");
            }
            out.extend_from_slice(b"</row>");
        }
        out.extend_from_slice(b"</data></xport>");
        out
    }
}

/// Appends formatted text.
pub(crate) fn put(out: &mut Vec<u8>, arguments: std::fmt::Arguments<'_>) {
    out.write_fmt(arguments).expect("memory takes it");
}

/// Returns what stands before an item of a JSON list.
pub(crate) fn comma(at: usize) -> &'static str {
    if at > 0 { "," } else { "" }
}

/// Appends a number as JSON has it.
pub(crate) fn json_number(out: &mut Vec<u8>, numbers: Numbers, value: f64) {
    let quote: &[u8] = if numbers == Numbers::Quoted { b"\"" } else { b"" };
    out.extend_from_slice(quote);
    number(out, value);
    out.extend_from_slice(quote);
}

/// Appends a number as XAPI writes it.
pub(crate) fn number(out: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        out.extend_from_slice(b"NaN");
    } else if value == 0.0 {
        out.extend_from_slice(b"0.0");
    } else {
        put(out, format_args!("{value}"));
    }
}
