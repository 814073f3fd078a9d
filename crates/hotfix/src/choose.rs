//! Which updates a host lacks, and in which order they go on it.

use std::collections::BTreeSet;

use crate::{Error, Feed, Hotfix};

/// Returns the updates for a product that can still be installed, each after those that it needs.
///
/// Those that conflict with what is installed or comes before in the list are left out, as are those that are not to be
/// had without paying where the host is `free`.
pub fn lacking<'f>(
    feed: &'f Feed,
    versions: (&str, &str),
    installed: &BTreeSet<String>,
    free: bool,
) -> Vec<&'f Hotfix> {
    let (mut chosen, mut order) = (installed.clone(), Vec::new());
    for hotfix in feed.for_version(versions.0, versions.1) {
        let mut with = Vec::new();
        // One that cannot be installed does not keep the others.
        if add(feed, hotfix, &chosen, free, &mut with, &mut BTreeSet::new()).is_ok() {
            chosen.extend(with.iter().map(|hotfix| hotfix.uuid.clone()));
            order.append(&mut with);
        }
    }
    order
}

/// Returns the updates `wanted`, by their ids, in the order in which they are to be installed, with those that they need.
///
/// # Errors
///
/// [`Error::Order`] that names the update that cannot be installed, and why.
pub fn order<'f>(
    feed: &'f Feed,
    wanted: &[String],
    installed: &BTreeSet<String>,
    free: bool,
) -> Result<Vec<&'f Hotfix>, Error> {
    let (mut chosen, mut order) = (installed.clone(), Vec::new());
    for id in wanted {
        let unknown = || Error::Order { name: id.clone(), reason: "the list of updates does not have it".to_owned() };
        let hotfix = feed.get(id).ok_or_else(unknown)?;
        let mut with = Vec::new();
        let added = add(feed, hotfix, &chosen, free, &mut with, &mut BTreeSet::new());
        added.map_err(|reason| Error::Order { name: hotfix.name.clone(), reason })?;
        chosen.extend(with.iter().map(|hotfix| hotfix.uuid.clone()));
        order.append(&mut with);
    }
    Ok(order)
}

/// Adds an update to `order` after all that it needs; `open` are those that are being added.
fn add<'f>(
    feed: &'f Feed,
    hotfix: &'f Hotfix,
    chosen: &BTreeSet<String>,
    free: bool,
    order: &mut Vec<&'f Hotfix>,
    open: &mut BTreeSet<String>,
) -> Result<(), String> {
    let is_there = |id: &str, order: &[&Hotfix]| chosen.contains(id) || order.iter().any(|other| other.uuid == id);
    if is_there(&hotfix.uuid, order) {
        return Ok(());
    }
    if free && hotfix.paid {
        return Err(format!("`{}` needs a licence that the host does not have", hotfix.name));
    }
    if hotfix.upgrade {
        return Err(format!("`{}` is a new version of the product", hotfix.name));
    }
    if let Some(other) = hotfix.conflicts.iter().find(|id| is_there(id, order)) {
        let other = feed.get(other).map_or(other, |other| &other.name);
        return Err(format!("`{}` does not go with `{other}`", hotfix.name));
    }
    let all = chosen.iter().map(String::as_str).chain(order.iter().map(|other| &*other.uuid));
    let against = all.filter_map(|id| feed.get(id)).find(|other| other.conflicts.contains(&hotfix.uuid));
    if let Some(other) = against {
        return Err(format!("`{}` does not go with `{}`", hotfix.name, other.name));
    }
    if !open.insert(hotfix.uuid.clone()) {
        return Err(format!("`{}` needs itself", hotfix.name));
    }
    for id in &hotfix.requirements {
        match feed.get(id) {
            Some(needed) => add(feed, needed, chosen, free, order, open)?,
            None if chosen.contains(id) => {}
            None => return Err(format!("`{}` needs `{id}`, which the list of updates does not have", hotfix.name)),
        }
    }
    open.remove(&hotfix.uuid);
    order.push(hotfix);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    /// A list: id, what it needs, what it does not go with, whether it is paid for.
    fn feed(all: &[(&str, &[&str], &[&str], bool)]) -> Feed {
        let (mut patches, mut of_version) = (String::new(), String::new());
        for (id, needs, conflicts, paid) in all {
            let list =
                |name: &str, ids: &[&str]| ids.iter().map(|id| format!("<{name} uuid='{id}'/>")).collect::<String>();
            let stream = if *paid { "premium" } else { "cu" };
            let needs = list("requiredpatch", needs);
            let conflicts = list("conflictingpatch", conflicts);
            write!(
                patches,
                "<patch uuid='{id}' name-label='{id}' update-stream='{stream}'><requiredpatches>{needs}</requiredpatches>\
                 <conflictingpatches>{conflicts}</conflictingpatches></patch>"
            )
            .expect("memory takes everything");
            write!(of_version, "<patch uuid='{id}'/>").expect("memory takes everything");
        }
        let text = format!(
            "<patchdata><patches>{patches}</patches><serverversions><version value='7'>{of_version}</version>\
             </serverversions></patchdata>"
        );
        Feed::parse(&text).expect("a list")
    }

    fn ids(hotfixes: &[&Hotfix]) -> String {
        hotfixes.iter().map(|hotfix| hotfix.uuid.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn set(ids: &[&str]) -> BTreeSet<String> {
        ids.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_needed_comes_first_and_what_does_not_go_is_left_out() {
        let feed = feed(&[
            ("c", &["b", "a"], &[], false),
            ("a", &[], &[], false),
            ("b", &["a"], &[], false),
            ("against-a", &[], &["a"], false),
            ("paid", &[], &[], true),
            ("needs-paid", &["paid"], &[], false),
            ("loop-1", &["loop-2"], &[], false),
            ("loop-2", &["loop-1"], &[], false),
            ("needs-unknown", &["nope"], &[], false),
        ]);
        let lacks = |installed: &[&str], free| ids(&lacking(&feed, ("7", ""), &set(installed), free));
        assert_eq!(lacks(&[], true), "a b c");
        assert_eq!(lacks(&[], false), "a b c paid needs-paid");
        assert_eq!(lacks(&["a", "b"], true), "c");
        assert_eq!(lacks(&["against-a"], true), "", "what is installed has the say");
        let wanted = |ids: &[&str], installed: &[&str]| {
            let wanted: Vec<String> = ids.iter().map(ToString::to_string).collect();
            let set = set(installed);
            order(&feed, &wanted, &set, true).map(|order| self::ids(&order)).map_err(|error| error.to_string())
        };
        assert_eq!(wanted(&["c", "a"], &[]), Ok("a b c".to_owned()));
        assert_eq!(wanted(&["a"], &["a"]), Ok(String::new()));
        for (id, why) in [
            ("against-a", "`against-a` does not go with `a`"),
            ("needs-paid", "`paid` needs a licence"),
            ("loop-1", "`loop-1` needs itself"),
            ("needs-unknown", "needs `nope`"),
            ("nope", "does not have it"),
        ] {
            let error = wanted(&[id], &["a"]).expect_err(id);
            assert!(error.contains(why), "{error}");
        }
    }
}
