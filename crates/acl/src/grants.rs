//! What each subject may do to one object.

use std::sync::Arc;

use crate::{Right, Rights, Subjects};

/// Rights of subjects, sorted by the number of the subject, each once and none empty; shared by the objects that
/// inherit it. Nothing stands for nobody.
pub(crate) type List = Option<Arc<[(u32, Rights)]>>;

/// What each subject may do to one object; a clone is the same.
#[derive(Clone, Debug, Default)]
pub struct Grants(Kind);

#[derive(Clone, Debug)]
enum Kind {
    /// What the list says.
    List(List),
    /// What every one of these says, which may be by different groups of a user.
    Every(Arc<[List]>),
}

impl Default for Kind {
    fn default() -> Self {
        Self::List(None)
    }
}

impl Grants {
    /// Makes what the list says.
    pub(crate) fn list(list: List) -> Self {
        Self(Kind::List(list))
    }

    /// Makes what all lists say; nothing where there is none.
    pub(crate) fn every(lists: Vec<List>) -> Self {
        if lists.is_empty() || lists.iter().any(Option::is_none) {
            return Self::default();
        }
        Self(Kind::Every(lists.into()))
    }

    /// Returns the list that objects inherit.
    pub(crate) fn inherited(&self) -> &List {
        match &self.0 {
            Kind::List(list) => list,
            // Nothing inherits from the one kind that has these.
            Kind::Every(_) => &None,
        }
    }

    /// Returns the rights that `subjects` have together.
    pub fn of(&self, subjects: &Subjects) -> Rights {
        match &self.0 {
            Kind::List(list) => of(list, subjects),
            Kind::Every(lists) => {
                let mut rights = lists.iter().map(|list| of(list, subjects));
                let first = rights.next().unwrap_or_default();
                rights.fold(first, Rights::and)
            }
        }
    }

    /// Tells whether `subjects` have `right`.
    pub fn allow(&self, subjects: &Subjects, right: Right) -> bool {
        self.of(subjects).has(right)
    }

    /// Tells whether nobody has any right.
    pub fn is_empty(&self) -> bool {
        matches!(self.0, Kind::List(None))
    }

    /// Tells whether both say the same.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Kind::List(one), Kind::List(two)) => same(one, two),
            (Kind::Every(one), Kind::Every(two)) => {
                one.len() == two.len() && one.iter().zip(two.iter()).all(|(one, two)| same(one, two))
            }
            _ => false,
        }
    }
}

fn of(list: &List, subjects: &Subjects) -> Rights {
    let Some(list) = list else { return Rights::default() };
    let find = |subject: &u32| list.binary_search_by_key(subject, |(subject, _)| *subject).ok();
    subjects.0.iter().filter_map(find).fold(Rights::default(), |all, at| all.or(list[at].1))
}

fn same(one: &List, two: &List) -> bool {
    match (one, two) {
        (None, None) => true,
        (Some(one), Some(two)) => Arc::ptr_eq(one, two) || one == two,
        _ => false,
    }
}

/// Returns the list with what both say; one of them where the other adds nothing.
pub(crate) fn merge(one: &List, two: &List) -> List {
    let (Some(first), Some(second)) = (one, two) else { return one.clone().or_else(|| two.clone()) };
    if Arc::ptr_eq(first, second) {
        return one.clone();
    }
    let mut merged = Vec::with_capacity(first.len() + second.len());
    let (mut left, mut right) = (first.iter().copied().peekable(), second.iter().copied().peekable());
    while let (Some(&(a, of_a)), Some(&(b, of_b))) = (left.peek(), right.peek()) {
        if a <= b {
            left.next();
        }
        if b <= a {
            right.next();
        }
        merged.push(match a.cmp(&b) {
            std::cmp::Ordering::Less => (a, of_a),
            std::cmp::Ordering::Equal => (a, of_a.or(of_b)),
            std::cmp::Ordering::Greater => (b, of_b),
        });
    }
    merged.extend(left.chain(right));
    if merged[..] == first[..] {
        one.clone()
    } else if merged[..] == second[..] {
        two.clone()
    } else {
        Some(merged.into())
    }
}
