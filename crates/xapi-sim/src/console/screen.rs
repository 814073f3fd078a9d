//! What a graphical console shows: letters in cells, from which points are made when they are sent.

use super::font;

/// Width of a cell, in points.
pub(super) const CELL_WIDTH: usize = 8;
/// Height of a cell, in points.
pub(super) const CELL_HEIGHT: usize = 10;

/// A colour of the palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colour {
    Black,
    White,
    Blue,
    Green,
    Yellow,
}

impl Colour {
    pub(super) const ALL: [Self; 5] = [Self::Black, Self::White, Self::Blue, Self::Green, Self::Yellow];

    /// Returns red, green and blue, 0 to 255.
    pub(super) fn rgb(self) -> [u8; 3] {
        match self {
            Self::Black => [0, 0, 0],
            Self::White => [230, 230, 230],
            Self::Blue => [20, 60, 160],
            Self::Green => [40, 200, 90],
            Self::Yellow => [250, 200, 40],
        }
    }
}

/// A letter with its colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    letter: char,
    ink: Colour,
    paper: Colour,
}

/// A picture of cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Screen {
    columns: usize,
    rows: usize,
    cells: Vec<Cell>,
}

/// A part of a screen, in points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Screen {
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        let cell = Cell { letter: ' ', ink: Colour::White, paper: Colour::Black };
        Self { columns, rows, cells: vec![cell; columns * rows] }
    }

    pub(super) fn width(&self) -> usize {
        self.columns * CELL_WIDTH
    }

    pub(super) fn height(&self) -> usize {
        self.rows * CELL_HEIGHT
    }

    pub(super) fn whole(&self) -> Part {
        Part { x: 0, y: 0, width: self.width(), height: self.height() }
    }

    /// Writes `text` into a row from its second cell on; what does not fit is left out.
    pub(super) fn write(&mut self, row: usize, ink: Colour, paper: Colour, text: &str) {
        if row >= self.rows {
            return;
        }
        let cells = &mut self.cells[row * self.columns..(row + 1) * self.columns];
        for cell in cells.iter_mut() {
            *cell = Cell { letter: ' ', ink, paper };
        }
        for (cell, letter) in cells.iter_mut().skip(1).zip(text.chars()) {
            cell.letter = letter;
        }
    }

    /// Returns the colour of a point.
    pub(super) fn colour(&self, x: usize, y: usize) -> Colour {
        let cell = self.cells[y / CELL_HEIGHT * self.columns + x / CELL_WIDTH];
        let (x, y) = (x % CELL_WIDTH, y % CELL_HEIGHT);
        // A letter stands a point from the left and the top of its cell.
        let set = x > 0 && y > 0 && font::is_set(cell.letter, x - 1, y - 1);
        if set { cell.ink } else { cell.paper }
    }

    /// Returns an empty screen of the same size.
    pub(super) fn emptied(&self) -> Self {
        Self::new(self.columns, self.rows)
    }

    /// Returns what of it fits on a screen of the size of `other`.
    pub(super) fn resized_to(&self, other: &Self) -> Self {
        let mut resized = other.emptied();
        let columns = self.columns.min(other.columns);
        for row in 0..self.rows.min(other.rows) {
            let cells = &self.cells[row * self.columns..][..columns];
            resized.cells[row * other.columns..][..columns].copy_from_slice(cells);
        }
        resized
    }

    /// Returns what differs from `other`, row by row of cells; all of it if the size does.
    pub(super) fn changes(&self, other: &Self) -> Vec<Part> {
        if (self.columns, self.rows) != (other.columns, other.rows) {
            return vec![self.whole()];
        }
        let rows = self.cells.chunks(self.columns).zip(other.cells.chunks(self.columns)).enumerate();
        rows.filter_map(|(row, (now, before))| {
            let differs = |at: &usize| now[*at] != before[*at];
            let first = (0..self.columns).find(differs)?;
            let last = (0..self.columns).rev().find(differs)?;
            Some(Part {
                x: first * CELL_WIDTH,
                y: row * CELL_HEIGHT,
                width: (last - first + 1) * CELL_WIDTH,
                height: CELL_HEIGHT,
            })
        })
        .collect()
    }
}

impl Part {
    /// Returns what both have in common.
    pub(super) fn common(self, other: Self) -> Option<Self> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let right = (self.x + self.width).min(other.x + other.width);
        let bottom = (self.y + self.height).min(other.y + other.height);
        (right > x && bottom > y).then(|| Self { x, y, width: right - x, height: bottom - y })
    }
}

#[cfg(test)]
mod tests {
    use super::{Colour, Part, Screen};

    #[test]
    fn a_letter_that_changes_is_the_only_part_that_does() {
        let mut before = Screen::new(10, 3);
        before.write(1, Colour::White, Colour::Blue, "abc");
        let mut after = before.clone();
        after.write(1, Colour::White, Colour::Blue, "abd");
        assert_eq!(after.changes(&before), [Part { x: 24, y: 10, width: 8, height: 10 }]);
        assert!(after.changes(&after).is_empty());
        assert_eq!(Screen::new(11, 3).changes(&before), [Part { x: 0, y: 0, width: 88, height: 30 }]);
    }

    #[test]
    fn the_points_of_a_letter_have_the_colour_of_its_ink() {
        let mut screen = Screen::new(3, 1);
        screen.write(0, Colour::Yellow, Colour::Blue, "L");
        let row = |y| (8..16).map(|x| screen.colour(x, y) == Colour::Yellow).collect::<Vec<_>>();
        assert_eq!(row(1), [false, true, false, false, false, false, false, false]);
        assert_eq!(row(7), [false, true, true, true, true, true, false, false]);
    }
}
