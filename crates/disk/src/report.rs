//! What a check of an image found.

use std::fmt;

use crate::Error;

/// Most problems that are told one by one.
const MOST: usize = 100;

/// What a check of an image found.
#[derive(Debug, Default)]
pub struct Report {
    problems: Vec<Error>,
    untold: u64,
}

impl Report {
    /// Adds a problem.
    pub fn add(&mut self, problem: Error) {
        if self.problems.len() < MOST {
            self.problems.push(problem);
        } else {
            self.untold += 1;
        }
    }

    /// Adds what is wrong, if something is.
    pub fn need<T>(&mut self, done: crate::Result<T>) -> Option<T> {
        done.map_err(|error| self.add(error)).ok()
    }

    /// Returns whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }

    /// Returns what is wrong, of which the first hundred are kept.
    pub fn problems(&self) -> &[Error] {
        &self.problems
    }

    /// Returns how many more problems there are.
    pub fn untold(&self) -> u64 {
        self.untold
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            writeln!(f, "{problem}")?;
        }
        if self.untold > 0 {
            writeln!(f, "… and {} more", self.untold)?;
        }
        Ok(())
    }
}
