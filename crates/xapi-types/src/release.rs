//! Releases of XAPI in the order in which they came out.
//!
//! Up to 2020 a release had a name (`rio` … `stockholm`), afterwards a version of the xapi package.

use std::cmp::Ordering;

/// Named releases, oldest first (order of the XenServer product line, rio = 4.0, stockholm = 8.2).
const NAMED: &[&str] = &[
    "rio",
    "miami",
    "symc",
    "orlando",
    "orlando-update-1",
    "george",
    "midnight-ride",
    "cowley",
    "boston",
    "tampa",
    "clearwater",
    "vgpu-tech-preview",
    "vgpu-productisation",
    "clearwater-felton",
    "clearwater-whetstone",
    "creedence",
    "cream",
    "indigo",
    "dundee",
    "ely",
    "falcon",
    "inverness",
    "jura",
    "kolkata",
    "lima",
    "naples",
    "quebec",
    "stockholm",
    "stockholm_psr",
];

/// A release of XAPI, by name (`ely`) or by version (`24.19.1`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Release(&'static str);

impl Release {
    /// Names a release; `-` stands for one that is older than all.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// Returns the name as the data model writes it.
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// Orders named releases before numbered ones, each in their own order.
    fn rank(self) -> (usize, [u32; 3]) {
        if let Some(at) = NAMED.iter().position(|name| *name == self.0) {
            return (at + 1, [0; 3]);
        }
        let mut parts = self.0.split(['.', '-']).map_while(|part| part.parse().ok());
        let version = [parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0)];
        if version == [0; 3] { (0, version) } else { (NAMED.len() + 1, version) }
    }
}

impl PartialOrd for Release {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Release {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

#[cfg(test)]
mod tests {
    use super::Release;

    #[test]
    fn names_come_before_versions_and_versions_compare_as_numbers() {
        let sorted = ["-", "rio", "ely", "stockholm", "1.250.0", "21.2.0", "21.10.0", "24.19.1", "26.16.1-next"];
        for pair in sorted.windows(2) {
            assert!(Release(pair[0]) < Release(pair[1]), "{pair:?}");
        }
    }
}
