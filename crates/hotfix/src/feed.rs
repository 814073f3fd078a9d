//! The list of updates, as it is published: `patchdata` with `patches` and `serverversions`.
//!
//! Only elements and attributes are read: a document type, and with it every entity that it may declare, is refused.

use std::collections::{BTreeMap, HashMap};

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use schemars::JsonSchema;
use serde::Serialize;

/// Elements within each other: the list has four levels.
const DEEPEST: usize = 16;

/// Updates that a list may have; there have been some hundreds.
const MOST: usize = 10_000;

/// The list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feed {
    hotfixes: HashMap<String, Hotfix>,
    /// By the version of a product: the updates for it, by their ids in the order of the list.
    versions: BTreeMap<String, Vec<String>>,
}

/// An update, as clients see it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hotfix {
    /// Id.
    pub uuid: String,
    /// The same.
    pub id: String,
    /// Name, such as `XS71E001`.
    pub name: String,
    /// What it is good for.
    pub description: String,
    /// Page that describes it.
    pub documentation_url: String,
    /// Where its archive is.
    pub url: String,
    /// When it was published, as the list has it.
    pub date: String,
    /// What is to be done after it is installed, such as `restartHost`.
    pub guidance: String,
    /// The same, as REST calls it.
    pub guidances: String,
    /// Whether only paying customers get it.
    pub paid: bool,
    /// Whether it is a new version of the product: these are not installed in this way.
    pub upgrade: bool,
    /// Ids of updates that it does not go with.
    pub conflicts: Vec<String>,
    /// Ids of updates that it needs.
    pub requirements: Vec<String>,
}

impl Feed {
    /// Reads the list.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader::from_str(text);
        let mut feed = Self::default();
        let mut path: Vec<String> = Vec::new();
        let mut draft = Draft::default();
        loop {
            let at = reader.buffer_position();
            let event = reader.read_event().map_err(|error| format!("at byte {at}: {error}"))?;
            match event {
                Event::DocType(_) => return Err(format!("at byte {at}: a document type is not taken")),
                Event::Start(ref element) | Event::Empty(ref element) => {
                    let is_empty = matches!(event, Event::Empty(_));
                    let name = String::from_utf8_lossy(element.local_name().as_ref()).into_owned();
                    let attributes = attributes(element).map_err(|error| format!("at byte {at}: {error}"))?;
                    draft.enter(&path, &name, attributes).map_err(|error| format!("at byte {at}: {error}"))?;
                    if path.len() >= DEEPEST {
                        return Err(format!("at byte {at}: elements are too deep within each other"));
                    }
                    path.push(name);
                    if is_empty {
                        draft.leave(&mut path, &mut feed);
                    }
                }
                Event::End(_) => draft.leave(&mut path, &mut feed),
                Event::Eof if path.is_empty() => break,
                Event::Eof => return Err(format!("it ends within `{}`", path.join("/"))),
                _ => {}
            }
            if feed.hotfixes.len() > MOST {
                return Err(format!("it has more than {MOST} updates"));
            }
        }
        if feed.versions.is_empty() {
            return Err("it names no version of a product".to_owned());
        }
        Ok(feed)
    }

    /// Returns an update by its id.
    pub fn get(&self, id: &str) -> Option<&Hotfix> {
        self.hotfixes.get(id)
    }

    /// Returns the updates for a product, which tells its version in two ways: `7.1.0` and `7.1`. New versions of the
    /// product are left out.
    pub fn for_version<'f>(&'f self, version: &str, text: &str) -> impl Iterator<Item = &'f Hotfix> + use<'f> {
        let found = [version, text].into_iter().find_map(|name| self.versions.get(name));
        let hotfixes = found.into_iter().flatten().filter_map(|id| self.hotfixes.get(id));
        hotfixes.filter(|hotfix| !hotfix.upgrade)
    }
}

/// What is being read.
#[derive(Default)]
struct Draft {
    hotfix: Option<Hotfix>,
    version: Option<Version>,
}

/// A version of a product, and the updates for it.
struct Version {
    name: String,
    hotfixes: Vec<String>,
}

impl Draft {
    /// Begins an element.
    fn enter(&mut self, path: &[String], name: &str, mut given: BTreeMap<String, String>) -> Result<(), String> {
        let parent = path.last().map_or("", String::as_str);
        if path.is_empty() && name != "patchdata" {
            return Err(format!("it begins with `{name}`"));
        }
        let mut take = |name: &str| given.remove(name).unwrap_or_default();
        match (parent, name) {
            ("patches", "patch") => {
                let (id, label, guidance) = (take("uuid"), take("name-label"), take("after-apply-guidance"));
                if id.is_empty() {
                    return Err("an update has no `uuid`".to_owned());
                }
                self.hotfix = Some(Hotfix {
                    uuid: id.clone(),
                    id,
                    upgrade: is_upgrade(&label),
                    name: label,
                    description: take("name-description"),
                    documentation_url: take("url"),
                    url: take("patch-url"),
                    date: take("timestamp"),
                    guidance: guidance.clone(),
                    guidances: guidance,
                    paid: take("update-stream") == "premium",
                    conflicts: Vec::new(),
                    requirements: Vec::new(),
                });
            }
            ("conflictingpatches", "conflictingpatch") => {
                if let Some(hotfix) = &mut self.hotfix {
                    hotfix.conflicts.push(take("uuid"));
                }
            }
            ("requiredpatches", "requiredpatch") => {
                if let Some(hotfix) = &mut self.hotfix {
                    hotfix.requirements.push(take("uuid"));
                }
            }
            ("serverversions", "version") => {
                self.version = Some(Version { name: take("value"), hotfixes: Vec::new() });
            }
            ("version", "patch") => {
                if let Some(version) = &mut self.version {
                    version.hotfixes.push(take("uuid"));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Ends an element.
    fn leave(&mut self, path: &mut Vec<String>, feed: &mut Feed) {
        let name = path.pop().unwrap_or_default();
        let parent = path.last().map_or("", String::as_str);
        match (parent, name.as_str()) {
            ("patches", "patch") => {
                if let Some(hotfix) = self.hotfix.take() {
                    feed.hotfixes.insert(hotfix.uuid.clone(), hotfix);
                }
            }
            ("serverversions", "version") => {
                if let Some(Version { name, hotfixes }) = self.version.take() {
                    feed.versions.entry(name).or_default().extend(hotfixes);
                }
            }
            _ => {}
        }
    }
}

fn attributes(element: &BytesStart<'_>) -> Result<BTreeMap<String, String>, String> {
    let mut all = BTreeMap::new();
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let name = String::from_utf8_lossy(attribute.key.local_name().as_ref()).into_owned();
        let raw = std::str::from_utf8(&attribute.value).map_err(|error| error.to_string())?;
        let value = quick_xml::escape::unescape(raw).map_err(|error| error.to_string())?;
        all.insert(name, value.into_owned());
    }
    Ok(all)
}

/// Returns whether an update of this name is a new version of the product: `XS71`, `CH82`.
fn is_upgrade(name: &str) -> bool {
    let digits = name.strip_prefix("XS").or_else(|| name.strip_prefix("CH"));
    digits.is_some_and(|digits| digits.len() >= 2 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"<?xml version="1.0"?>
<patchdata>
 <patches>
  <patch uuid="a" name-label="XS71E001" name-description="One &amp; only" timestamp="2017-03-01T00:00:00Z" url="https://d/a" patch-url="https://p/a.zip" after-apply-guidance="restartHost" update-stream="cu"/>
  <patch uuid="b" name-label="XS71E002" patch-url="https://p/b.zip" update-stream="premium">
   <conflictingpatches><conflictingpatch uuid="x"/></conflictingpatches>
   <requiredpatches><requiredpatch uuid="a"/><requiredpatch uuid="c"/></requiredpatches>
  </patch>
  <patch uuid="u" name-label="XS72"/>
 </patches>
 <serverversions>
  <version value="7.1.0" name="XenServer 7.1" latest="true"><patch uuid="a"/><patch uuid="b"/><patch uuid="u"/><patch uuid="unknown"/></version>
 </serverversions>
</patchdata>"#;

    #[test]
    fn a_list_is_read_and_new_versions_are_left_out() {
        let feed = Feed::parse(LIST).expect("it is a list");
        let names = |version, text| feed.for_version(version, text).map(|hotfix| &*hotfix.name).collect::<Vec<_>>();
        assert_eq!(names("7.1.0", "7.1"), ["XS71E001", "XS71E002"]);
        assert_eq!(names("7.1.0-x", "7.1.0"), ["XS71E001", "XS71E002"], "by the other way to tell the version");
        assert_eq!(names("8.0", "8.0"), [""; 0]);
        let (a, b) = (feed.get("a").expect("a"), feed.get("b").expect("b"));
        assert_eq!((&*a.description, &*a.guidance, a.paid), ("One & only", "restartHost", false));
        assert_eq!(
            (&b.requirements[..], &b.conflicts[..], b.paid),
            (&["a".into(), "c".into()][..], &["x".into()][..], true)
        );
        assert!(feed.get("u").is_some_and(|hotfix| hotfix.upgrade));
    }

    #[test]
    fn what_is_no_list_is_refused_wherever_it_is_cut() {
        for text in
            ["", "<html><body/></html>", "<patchdata/>", "junk", "<patchdata><patches><patch/></patches></patchdata>"]
        {
            Feed::parse(text).expect_err(text);
        }
        for end in (0..LIST.len()).filter(|end| LIST.is_char_boundary(*end)) {
            Feed::parse(&LIST[..end]).expect_err("it is cut");
        }
        let bomb = r#"<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><patchdata>&b;</patchdata>"#;
        assert!(Feed::parse(bomb).expect_err("a document type").contains("a document type is not taken"));
        let deep = format!("<patchdata>{}", "<x>".repeat(1000));
        assert!(Feed::parse(&deep).expect_err("too deep").contains("too deep"));
        let outside = LIST.replace("One &amp; only", "&secret;");
        Feed::parse(&outside).expect_err("an entity that is not known");
    }
}
