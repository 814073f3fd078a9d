//! Lists of what is not as it should be, each line with a reason.

use std::{collections::BTreeSet, fs, path::Path};

/// Compares what was found with a list of lines `what -- reason`.
pub(super) fn compare(file: &str, found: BTreeSet<String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    let text = fs::read_to_string(path).unwrap_or_default();
    let mut known = BTreeSet::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (what, reason) = line.split_once(" -- ").unwrap_or((line, ""));
        assert!(!reason.trim().is_empty(), "{file}: no reason for `{line}`");
        known.insert(what.to_owned());
    }
    // `op: *: outcome` is for every call.
    let starred = |line: &String| {
        let mut parts: Vec<&str> = line.splitn(3, ": ").collect();
        if parts.len() == 3 {
            parts[1] = "*";
        }
        Some(parts.join(": ")).filter(|star| known.contains(star))
    };
    let found: BTreeSet<String> = found.iter().map(|line| starred(line).unwrap_or_else(|| line.clone())).collect();
    let list = |some: Vec<&String>| some.into_iter().map(|line| format!("\n{line}")).collect::<String>();
    let (new, gone) = (list(found.difference(&known).collect()), list(known.difference(&found).collect()));
    assert!(new.is_empty(), "is without a reason in {file}:{new}");
    assert!(gone.is_empty(), "is in {file} and true no more:{gone}");
}
