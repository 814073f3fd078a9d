//! Names of files that are sent.

/// Longest name, in bytes: what file systems take.
const LONGEST: usize = 255;

/// Returns a name that every file system takes and that means nothing to a shell or a path, of what people call a thing.
pub(crate) fn named(name: &str, extension: &str) -> String {
    let is_bad = |letter: char| letter.is_control() || "/\\:*?\"<>|".contains(letter);
    let safe: String = name.chars().map(|letter| if is_bad(letter) { '_' } else { letter }).collect();
    let safe = safe.trim().trim_start_matches('.');
    let mut end = safe.len().min(LONGEST - extension.len() - 1);
    while !safe.is_char_boundary(end) {
        end -= 1;
    }
    let safe = safe[..end].trim_end();
    format!("{}.{extension}", if safe.is_empty() { "unnamed" } else { safe })
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn names_are_kept_but_for_what_they_could_do() {
        for (name, expected) in [
            ("web 1", "web 1.xva"),
            ("../../etc/passwd", "_.._etc_passwd.xva"),
            ("a\"b\r\nSet-Cookie: x", "a_b__Set-Cookie_ x.xva"),
            ("", "unnamed.xva"),
            ("...", "unnamed.xva"),
            ("Ärger", "Ärger.xva"),
        ] {
            assert_eq!(named(name, "xva"), expected);
        }
        assert_eq!(named(&"ä".repeat(500), "xva").len(), 254);
    }
}
