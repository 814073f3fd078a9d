//! Rows in order, found by their place and by their number.
//!
//! A tree balanced by weight (Adams; the parameters 3 and 2 are those that Hirai and Yamamoto proved right): every
//! change and every look goes down one path of O(log n) nodes.

#![allow(clippy::unnecessary_box_returns, reason = "nodes stay in the box that they were made in")]

use std::{cmp::Ordering, sync::Arc};

use super::Row;

type Link = Option<Box<Node>>;

#[derive(Debug)]
struct Node {
    row: Arc<Row>,
    size: usize,
    left: Link,
    right: Link,
}

/// Rows in the order of their places.
#[derive(Debug, Default)]
pub(super) struct Tree(Link);

/// The heavier side weighs at most so many times the other.
const DELTA: usize = 3;
/// A single rotation is enough where the inner side weighs less than so many times the outer.
const RATIO: usize = 2;

impl Tree {
    /// Makes a tree of rows that are in order.
    pub(super) fn of_sorted(rows: Vec<Arc<Row>>) -> Self {
        fn build(rows: &mut impl Iterator<Item = Arc<Row>>, count: usize) -> Link {
            if count == 0 {
                return None;
            }
            let left = build(rows, count / 2);
            let row = rows.next().expect("there are as many rows as were counted");
            let right = build(rows, count - count / 2 - 1);
            Some(Node::new(row, left, right))
        }
        let count = rows.len();
        Self(build(&mut rows.into_iter(), count))
    }

    /// Adds a row whose place is free; returns how many stand before it.
    pub(super) fn insert(&mut self, row: Arc<Row>) -> usize {
        let mut rank = 0;
        self.0 = Some(insert(self.0.take(), row, &mut rank));
        rank
    }

    /// Removes the row at a place where there is one; returns how many stood before it.
    pub(super) fn remove(&mut self, place: &[u8]) -> usize {
        let mut rank = 0;
        self.0 = remove(self.0.take(), place, &mut rank);
        rank
    }

    /// Returns the rows from the `offset`th on, at most `limit`.
    pub(super) fn part(&self, offset: usize, limit: usize) -> Vec<&Arc<Row>> {
        let mut rows = Vec::with_capacity(limit.min(size(&self.0).saturating_sub(offset)));
        collect(&self.0, offset, limit, &mut rows);
        rows
    }
}

impl Node {
    fn new(row: Arc<Row>, left: Link, right: Link) -> Box<Self> {
        Box::new(Self { size: size(&left) + size(&right) + 1, row, left, right })
    }
}

fn size(link: &Link) -> usize {
    link.as_ref().map_or(0, |node| node.size)
}

fn weight(link: &Link) -> usize {
    size(link) + 1
}

fn insert(link: Link, row: Arc<Row>, rank: &mut usize) -> Box<Node> {
    let Some(mut node) = link else { return Node::new(row, None, None) };
    if row.place < node.row.place {
        node.left = Some(insert(node.left.take(), row, rank));
    } else {
        *rank += weight(&node.left);
        node.right = Some(insert(node.right.take(), row, rank));
    }
    balance(node)
}

fn remove(link: Link, place: &[u8], rank: &mut usize) -> Link {
    let mut node = link?;
    match place.cmp(&node.row.place) {
        Ordering::Less => node.left = remove(node.left.take(), place, rank),
        Ordering::Greater => {
            *rank += weight(&node.left);
            node.right = remove(node.right.take(), place, rank);
        }
        Ordering::Equal => {
            *rank += size(&node.left);
            let Some(right) = node.right.take() else { return node.left };
            let (first, right) = take_first(right);
            (node.row, node.right) = (first, right);
        }
    }
    Some(balance(node))
}

/// Takes the first row away; returns it and what is left.
fn take_first(mut node: Box<Node>) -> (Arc<Row>, Link) {
    match node.left.take() {
        None => (node.row, node.right),
        Some(left) => {
            let (first, left) = take_first(left);
            node.left = left;
            (first, Some(balance(node)))
        }
    }
}

fn balance(mut node: Box<Node>) -> Box<Node> {
    if weight(&node.left) > DELTA * weight(&node.right) {
        let left = node.left.take().expect("it is the heavier side");
        let inner_is_light = weight(&left.right) < RATIO * weight(&left.left);
        node.left = Some(if inner_is_light { left } else { rotate_left(left) });
        rotate_right(node)
    } else if weight(&node.right) > DELTA * weight(&node.left) {
        let right = node.right.take().expect("it is the heavier side");
        let inner_is_light = weight(&right.left) < RATIO * weight(&right.right);
        node.right = Some(if inner_is_light { right } else { rotate_right(right) });
        rotate_left(node)
    } else {
        node.size = size(&node.left) + size(&node.right) + 1;
        node
    }
}

fn rotate_left(mut node: Box<Node>) -> Box<Node> {
    let mut top = node.right.take().expect("what goes up is there");
    node.right = top.left.take();
    node.size = size(&node.left) + size(&node.right) + 1;
    top.left = Some(node);
    top.size = size(&top.left) + size(&top.right) + 1;
    top
}

fn rotate_right(mut node: Box<Node>) -> Box<Node> {
    let mut top = node.left.take().expect("what goes up is there");
    node.left = top.right.take();
    node.size = size(&node.left) + size(&node.right) + 1;
    top.right = Some(node);
    top.size = size(&top.left) + size(&top.right) + 1;
    top
}

fn collect<'t>(link: &'t Link, skip: usize, limit: usize, rows: &mut Vec<&'t Arc<Row>>) {
    let Some(node) = link else { return };
    let before = size(&node.left);
    if skip < before {
        collect(&node.left, skip, limit, rows);
    }
    if rows.len() < limit && skip <= before {
        rows.push(&node.row);
    }
    if rows.len() < limit {
        collect(&node.right, skip.saturating_sub(before + 1), limit, rows);
    }
}

#[cfg(test)]
impl Tree {
    /// Checks sizes, order and balance of every node; returns the number of levels.
    pub(super) fn check(&self) -> usize {
        fn check(link: &Link) -> usize {
            let Some(node) = link else { return 0 };
            assert_eq!(node.size, size(&node.left) + size(&node.right) + 1);
            assert!(weight(&node.left) <= DELTA * weight(&node.right));
            assert!(weight(&node.right) <= DELTA * weight(&node.left));
            assert!(node.left.as_ref().is_none_or(|left| left.row.place < node.row.place));
            assert!(node.right.as_ref().is_none_or(|right| node.row.place < right.row.place));
            check(&node.left).max(check(&node.right)) + 1
        }
        check(&self.0)
    }
}
