//! Patterns for names: `*`, `?`, `[a-z]`, `{a,b}`, `\` before a literal, and `!` before a whole pattern.

/// Patterns in the order given.
#[derive(Debug)]
pub(crate) struct Patterns {
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    negated: bool,
    /// What the braces stand for, each without braces.
    alternatives: Vec<Vec<char>>,
}

impl Patterns {
    pub(crate) fn new(patterns: &[String]) -> Self {
        let pattern = |text: &String| {
            let mut chars: &str = text;
            let mut negated = false;
            while let Some(rest) = chars.strip_prefix('!') {
                negated = !negated;
                chars = rest;
            }
            Pattern { negated, alternatives: expand(&chars.chars().collect::<Vec<_>>()) }
        };
        Self { patterns: patterns.iter().map(pattern).collect() }
    }

    /// Tells whether `name` is chosen: everything without patterns, or with only negated ones, otherwise what some
    /// pattern takes in and no later one throws out.
    pub(crate) fn choose(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let mut chosen = self.patterns.iter().all(|pattern| pattern.negated);
        for pattern in &self.patterns {
            if pattern.alternatives.iter().any(|glob| matches(glob, &name)) {
                chosen = !pattern.negated;
            }
        }
        chosen
    }
}

/// Replaces each `{a,b}` by its alternatives; a brace that is not closed or holds no comma is literal.
fn expand(glob: &[char]) -> Vec<Vec<char>> {
    let mut index = 0;
    while index < glob.len() {
        match glob[index] {
            '\\' => index += 1,
            '{' => {
                if let Some((end, alternatives)) = alternatives(glob, index) {
                    return alternatives
                        .into_iter()
                        .flat_map(|alternative| expand(&[&glob[..index], alternative, &glob[end + 1..]].concat()))
                        .collect();
                }
            }
            _ => {}
        }
        index += 1;
    }
    vec![glob.to_vec()]
}

/// Returns where the brace opened at `start` ends, and what it holds; nothing unless it holds a comma.
fn alternatives(glob: &[char], start: usize) -> Option<(usize, Vec<&[char]>)> {
    let mut depth = 0;
    let mut parts = Vec::new();
    let mut from = start + 1;
    let mut index = start;
    while index < glob.len() {
        match glob[index] {
            '\\' => index += 1,
            '{' => depth += 1,
            ',' if depth == 1 => {
                parts.push(&glob[from..index]);
                from = index + 1;
            }
            '}' => {
                depth -= 1;
                if depth == 0 {
                    parts.push(&glob[from..index]);
                    return (parts.len() > 1).then_some((index, parts));
                }
            }
            _ => {}
        }
        index += 1;
    }
    None
}

fn matches(glob: &[char], name: &[char]) -> bool {
    let Some((first, rest)) = glob.split_first() else { return name.is_empty() };
    match first {
        '*' => {
            let rest = &rest[rest.iter().take_while(|c| **c == '*').count()..];
            (0..=name.len()).any(|skipped| matches(rest, &name[skipped..]))
        }
        '?' => !name.is_empty() && matches(rest, &name[1..]),
        '[' => match class(rest, name.first().copied()) {
            Some((found, rest)) => found && matches(rest, &name[1..]),
            None => name.first() == Some(first) && matches(rest, &name[1..]),
        },
        '\\' if !rest.is_empty() => name.first() == rest.first() && matches(&rest[1..], &name[1..]),
        literal => name.first() == Some(literal) && matches(rest, &name[1..]),
    }
}

/// Reads a class after its `[`: whether `c` is in it, and what follows it. Nothing when it is not closed.
fn class(glob: &[char], c: Option<char>) -> Option<(bool, &[char])> {
    let end = 1 + glob.iter().skip(1).position(|c| *c == ']')?;
    let (inside, rest) = (&glob[..end], &glob[end + 1..]);
    let negated = matches!(inside.first(), Some('!' | '^'));
    let mut inside = &inside[usize::from(negated)..];
    let Some(c) = c else { return Some((false, rest)) };
    let mut found = false;
    while let Some((first, after)) = inside.split_first() {
        inside = match after {
            ['-', last, after @ ..] => {
                found |= (*first..=*last).contains(&c);
                after
            }
            after => {
                found |= *first == c;
                after
            }
        };
    }
    Some((found != negated, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 8] = [
        "user.create",
        "user.delete",
        "group.create",
        "vm.start",
        "vm.stop",
        "vmx.start",
        "acl.add",
        "system.getVersion",
    ];

    fn chosen(patterns: &str) -> String {
        let patterns: Vec<String> = patterns.split_whitespace().map(str::to_owned).collect();
        let patterns = Patterns::new(&patterns);
        NAMES.into_iter().filter(|name| patterns.choose(name)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn names_are_chosen_as_a_shell_would() {
        for (patterns, expected) in [
            ("", "user.create user.delete group.create vm.start vm.stop vmx.start acl.add system.getVersion"),
            ("vm.start", "vm.start"),
            ("vm", ""),
            ("vm.*", "vm.start vm.stop"),
            ("vm*", "vm.start vm.stop vmx.start"),
            ("*.create", "user.create group.create"),
            ("**.create", "user.create group.create"),
            ("{user,group}.*", "user.create user.delete group.create"),
            ("{user,{group,acl}}.{create,add}", "user.create group.create acl.add"),
            ("vm{,x}.start", "vm.start vmx.start"),
            ("vm?.start", "vmx.start"),
            ("vm.st[a-n]rt", "vm.start"),
            ("vm.st[!a]*", "vm.stop"),
            ("!vm*", "user.create user.delete group.create acl.add system.getVersion"),
            ("!vm* !user.*", "group.create acl.add system.getVersion"),
            ("vm* !*.start", "vm.stop"),
            ("!*.start vm*", "vm.start vm.stop vmx.start"),
            ("!!vm.*", "vm.start vm.stop"),
            ("acl.* vm.stop", "vm.stop acl.add"),
            (r"vm\.start", "vm.start"),
            (r"\vm.start", "vm.start"),
            ("{vm}.start", ""),
            ("{vm.start", ""),
            ("[vm.start", ""),
            ("VM.start", ""),
        ] {
            assert_eq!(chosen(patterns), expected, "`{patterns}`");
        }
    }
}
