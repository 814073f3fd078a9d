//! A list for people: a table whose columns are as wide as its first rows want.
//!
//! Only those rows are held; the others are written as they come. Objects with more properties than fit side by side
//! are written one after the other.

use std::io::{Result, Write};

use anstyle::{Effects, Style};
use dialoguer::console::measure_text_width;
use serde_json::{Map, Value};

use super::object;
use crate::terminal::Palette;

/// Rows that are looked at before the first is written.
const LOOKED_AT: usize = 100;

/// Widest column; what is longer is cut.
const WIDEST: usize = 60;

/// Blanks between columns.
const GAP: usize = 2;

/// A table that is being written.
pub(super) struct Table<W> {
    out: W,
    palette: Palette,
    /// Columns that the terminal has.
    width: usize,
    state: State,
}

enum State {
    /// Rows that wait for the widths.
    Looking(Vec<Value>),
    Columns(Vec<Column>),
    /// One property a line.
    Blocks,
}

struct Column {
    name: String,
    width: usize,
    /// Whether all that was looked at are numbers.
    right: bool,
}

impl<W: Write> Table<W> {
    pub(super) fn new(out: W, palette: Palette, width: usize) -> Self {
        Self { out, palette, width, state: State::Looking(Vec::new()) }
    }

    /// Takes a row: an object, or anything else, which is a line of its own.
    pub(super) fn row(&mut self, row: Value) -> Result<()> {
        match &mut self.state {
            State::Looking(rows) => {
                rows.push(row);
                if rows.len() < LOOKED_AT { Ok(()) } else { self.begin() }
            }
            State::Columns(columns) => write_row(&mut self.out, columns, &row),
            State::Blocks => {
                writeln!(self.out)?;
                object::write(&mut self.out, &row, self.palette)
            }
        }
    }

    /// Writes what is left.
    pub(super) fn finish(mut self) -> Result<()> {
        if matches!(self.state, State::Looking(_)) {
            self.begin()?;
        }
        self.out.flush()
    }

    fn begin(&mut self) -> Result<()> {
        let State::Looking(rows) = &mut self.state else { return Ok(()) };
        let rows = std::mem::take(rows);
        let columns = columns(&rows);
        let total: usize = columns.iter().map(|column| column.width + GAP).sum();
        if total > self.width + GAP {
            self.state = State::Blocks;
            for (at, row) in rows.iter().enumerate() {
                if at > 0 {
                    writeln!(self.out)?;
                }
                object::write(&mut self.out, row, self.palette)?;
            }
            return Ok(());
        }
        if !columns.is_empty() {
            let style = if self.palette.name.is_plain() { Style::new() } else { Style::new().effects(Effects::BOLD) };
            let names = columns.iter().map(|column| (column, object::text(&Value::from(&*column.name))));
            write!(self.out, "{style}")?;
            write_cells(&mut self.out, names)?;
            writeln!(self.out, "{style:#}")?;
        }
        rows.iter().try_for_each(|row| write_row(&mut self.out, &columns, row))?;
        self.state = State::Columns(columns);
        Ok(())
    }
}

/// Returns the columns that `rows` need, in the order in which they first have them; where an object is comes last.
fn columns(rows: &[Value]) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for (name, value) in rows.iter().filter_map(Value::as_object).flatten() {
        let width = measure_text_width(&cell(value));
        let at = columns.iter().position(|column| column.name == *name).unwrap_or_else(|| {
            let width = measure_text_width(name);
            columns.push(Column { name: name.clone(), width, right: true });
            columns.len() - 1
        });
        columns[at].width = columns[at].width.max(width.min(WIDEST));
        columns[at].right &= value.is_number();
    }
    columns.sort_by_key(|column| column.name == "href");
    columns
}

fn write_row(out: &mut impl Write, columns: &[Column], row: &Value) -> Result<()> {
    let Value::Object(row) = row else { return writeln!(out, "{}", object::text(row)) };
    let cells = columns.iter().map(|column| (column, column.text(row)));
    write_cells(out, cells)?;
    writeln!(out)
}

fn write_cells<'c>(out: &mut impl Write, cells: impl Iterator<Item = (&'c Column, String)>) -> Result<()> {
    // Blanks are owed until something follows them: a line has none at its end.
    let mut owed = 0;
    for (column, text) in cells {
        let missing = column.width.saturating_sub(measure_text_width(&text));
        let before = if column.right { missing } else { 0 };
        if !text.is_empty() {
            write!(out, "{:1$}{text}", "", owed + before)?;
            owed = 0;
        }
        owed += missing + GAP - if text.is_empty() { 0 } else { before };
    }
    Ok(())
}

impl Column {
    fn text(&self, row: &Map<String, Value>) -> String {
        let text = row.get(&self.name).map(cell).unwrap_or_default();
        // Where an object is must be whole to be of use.
        if self.name == "href" || measure_text_width(&text) <= self.width.max(WIDEST) {
            return text;
        }
        dialoguer::console::truncate_str(&text, self.width.max(WIDEST), "…").into_owned()
    }
}

/// Returns a value in one line.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.iter().map(cell).collect::<Vec<_>>().join(", ")
        }
        other => object::text(other).replace(['\n', '\t'], " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn table(width: usize, rows: impl IntoIterator<Item = Value>) -> String {
        let mut out = Vec::new();
        let mut table = Table::new(&mut out, Palette::PLAIN, width);
        rows.into_iter().for_each(|row| table.row(row).unwrap());
        table.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_are_aligned_and_lines_have_no_blanks_at_their_ends() {
        let rows = [
            json!({ "href": "vms/1", "name_label": "web", "n": 5, "tags": ["a", "b"] }),
            json!({ "href": "vms/2", "name_label": "日本", "n": 12, "tags": [] }),
            json!({ "name_label": "x\n\u{1b}y", "n": null }),
        ];
        let expected =
            "name_label  n   tags  href\nweb         5   a, b  vms/1\n日本        12        vms/2\nx \u{fffd}y\n";
        assert_eq!(table(80, rows), expected);
        let numbers = [json!({ "n": 5, "a": "x" }), json!({ "n": 12, "a": "y" })];
        assert_eq!(table(80, numbers), " n  a\n 5  x\n12  y\n");
    }

    #[test]
    fn what_is_no_object_is_a_line() {
        assert_eq!(table(80, [json!("vms/1"), json!("vms/2")]), "vms/1\nvms/2\n");
        assert_eq!(table(80, []), "");
    }

    #[test]
    fn objects_that_do_not_fit_stand_one_after_the_other() {
        let rows = [json!({ "aaaaa": 1, "bbbbb": 2 }), json!({ "aaaaa": 3 })];
        assert_eq!(table(12, rows.clone()), "aaaaa  bbbbb\n    1      2\n    3\n");
        assert_eq!(table(11, rows), "aaaaa: 1\nbbbbb: 2\n\naaaaa: 3\n");
    }

    #[test]
    fn only_the_first_rows_are_held() {
        let mut out = Vec::new();
        let mut table = Table::new(&mut out, Palette::PLAIN, 200);
        for n in 0..10_000 {
            table.row(json!({ "id": n, "text": "x".repeat(n / 100) })).unwrap();
            let held = if let State::Looking(rows) = &table.state { rows.len() } else { 0 };
            assert!(held < LOOKED_AT);
        }
        table.finish().unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), 10_001);
        assert!(text.lines().last().unwrap().ends_with("xx…"), "what is too long is cut");
    }
}
