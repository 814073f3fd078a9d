//! All that is kept of one object, oldest first, in XML and JSON.

use crate::rrd::{ARCHIVES, Archive, Owner, STEP, Source, last_update};

use super::write::{Numbers, comma, json_number, number, put};

/// Seconds without a measurement after which a source counts as silent.
const HEARTBEAT: i64 = 300;

/// Everything about one owner.
pub(crate) struct Whole<'a> {
    pub(crate) now: i64,
    pub(crate) owner: &'a Owner,
    pub(crate) sources: &'a [Source],
    pub(crate) numbers: Numbers,
}

impl Whole<'_> {
    /// Returns the times of the rows of an archive, oldest first.
    fn times(&self, archive: &Archive) -> Vec<i64> {
        let mut times: Vec<i64> = archive.times(i64::MIN, self.now).collect();
        times.reverse();
        times
    }

    fn last(&self, source: &Source) -> f64 {
        source.value(self.owner, last_update(self.now), STEP)
    }

    pub(crate) fn xml(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let updated = last_update(self.now);
        put(
            &mut out,
            format_args!(
                "<?xml version=\"1.0\"?><rrd><version>0003</version><step>{STEP}</step><lastupdate>{updated}</lastupdate>"
            ),
        );
        for source in self.sources {
            put(
                &mut out,
                format_args!(
                    "<ds><name>{}</name><type>GAUGE</type><minimal_heartbeat>{HEARTBEAT}.0000</minimal_heartbeat>\
                     <min>0.0</min><max>Infinity</max><last_ds>",
                    source.name
                ),
            );
            number(&mut out, self.last(source));
            out.extend_from_slice(b"</last_ds><value>0.0</value><unknown_sec>0</unknown_sec></ds>");
        }
        for archive in &ARCHIVES {
            put(
                &mut out,
                format_args!(
                    "<rra><cf>AVERAGE</cf><pdp_per_row>{}</pdp_per_row><params><xff>0.5000</xff></params><cdp_prep>",
                    archive.measurements
                ),
            );
            for _ in self.sources {
                out.extend_from_slice(
                    b"<ds><primary_value>0.0</primary_value><secondary_value>0.0</secondary_value>\
                      <value>0.0</value><unknown_datapoints>0</unknown_datapoints></ds>",
                );
            }
            out.extend_from_slice(b"</cdp_prep><database>");
            for time in self.times(archive) {
                out.extend_from_slice(b"<row>");
                for source in self.sources {
                    out.extend_from_slice(b"<v>");
                    number(&mut out, source.value(self.owner, time, archive.step()));
                    out.extend_from_slice(b"</v>");
                }
                out.extend_from_slice(b"</row>");
            }
            out.extend_from_slice(b"</database></rra>");
        }
        out.extend_from_slice(b"</rrd>");
        out
    }

    pub(crate) fn json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let updated = last_update(self.now);
        put(&mut out, format_args!("{{\"version\":\"0003\",\"step\":{STEP},\"lastupdate\":{updated},\"ds\":["));
        for (at, source) in self.sources.iter().enumerate() {
            let (comma, name) = (comma(at), &source.name);
            put(
                &mut out,
                format_args!(
                    "{comma}{{\"name\":\"{name}\",\"type\":\"GAUGE\",\"minimal_heartbeat\":{HEARTBEAT},\"last_ds\":"
                ),
            );
            json_number(&mut out, self.numbers, self.last(source));
            out.push(b'}');
        }
        out.extend_from_slice(b"],\"rra\":[");
        for (at, archive) in ARCHIVES.iter().enumerate() {
            let (comma_before, measurements) = (comma(at), archive.measurements);
            put(
                &mut out,
                format_args!("{comma_before}{{\"cf\":\"AVERAGE\",\"pdp_per_row\":{measurements},\"database\":["),
            );
            for (at, time) in self.times(archive).into_iter().enumerate() {
                out.extend_from_slice(comma(at).as_bytes());
                out.push(b'[');
                for (at, source) in self.sources.iter().enumerate() {
                    out.extend_from_slice(comma(at).as_bytes());
                    json_number(&mut out, self.numbers, source.value(self.owner, time, archive.step()));
                }
                out.push(b']');
            }
            out.extend_from_slice(b"]}");
        }
        out.extend_from_slice(b"]}");
        out
    }
}
