use serde_json::{Value, json};

use crate::{Error, Filter, Map, Partial, Pattern, Shape, Subject, parse};

fn matches(filter: &str, value: &Value) -> bool {
    Filter::parse(filter).unwrap_or_else(|error| panic!("`{filter}`: {error}")).matches(value)
}

fn error(filter: &str) -> Error {
    Filter::parse(filter).expect_err(filter)
}

#[test]
fn a_word_is_found_anywhere_ignoring_case() {
    let vm = json!({ "name_label": "Büro-Server", "tags": ["x", { "deep": ["Prod EU"] }], "n": 5, "on": true });
    for filter in ["server", "BÜRO", "ürO-s", "\"prod eu\"", "prod", "", "tags:deep:eu", "5"] {
        let expected = filter != "tags:deep:eu";
        assert_eq!(matches(filter, &vm), expected, "`{filter}`");
    }
    assert!(!matches("true", &vm), "booleans are not text");
    assert!(!matches("name_label", &vm), "keys are not searched");
    assert!(!matches("\"5\"", &vm), "a quoted number is text only");
}

#[test]
fn long_words_are_found_as_short_ones_are() {
    let long = "a".repeat(40) + "B";
    let text = json!("x".repeat(100) + &"A".repeat(60) + "b");
    assert!(matches(&long, &text));
    assert!(!matches(&(long + "c"), &text));
}

#[test]
fn a_star_stays_within_a_line_and_keeps_the_order() {
    assert!(matches("we*01", &json!("my Web-prod 01 x")));
    assert!(!matches("01*we", &json!("my Web-prod 01 x")));
    assert!(!matches("a*b", &json!("a\nb")));
    assert!(!matches("ab*b", &json!("ab")), "pieces do not overlap");
    assert!(matches("*", &json!("")));
    assert!(!matches("*", &json!(3)));
}

#[test]
fn comparisons_coerce_as_javascript_does() {
    let cases = [
        (">5", json!("6"), true),
        (">5", json!(" 0x10 "), true),
        (">=0", json!(null), true),
        (">=1", json!(true), true),
        ("<=0", json!([]), true),
        (">6", json!([7]), true),
        (">6", json!([[["7"]]]), true),
        (">=1", json!([true]), false),
        (">6", json!([7, 8]), false),
        (">0", json!({}), false),
        (">0", json!("many"), false),
        ("<Infinity", json!(1e300), true),
        (">-0.5", json!(""), true),
    ];
    for (filter, value, expected) in cases {
        assert_eq!(matches(filter, &value), expected, "`{filter}` on {value}");
    }
}

#[test]
fn numbers_are_read_as_javascript_reads_them() {
    for (text, number) in [
        ("1e3", 1000.0),
        ("0x1F", 31.0),
        ("0b101", 5.0),
        ("0o17", 15.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("-1", -1.0),
        ("1e-2", 0.01),
        ("0X1f", 31.0),
    ] {
        assert!(matches(&format!("n:{text}"), &json!({ "n": number })), "{text}");
    }
    for text in ["1_000", "0x", "-0x10", "inf", "nan", "NaN", "infinity", "1e", "e1", ".", "-", "1.2.3"] {
        assert_eq!(Filter::parse(text).unwrap().to_string(), text);
        assert!(matches(text, &json!(format!("<{text}>"))), "`{text}` is a text");
        assert_eq!(error(&format!(">{text}")), Error::NotANumber { position: 1 }, "{text}");
    }
}

#[test]
fn arrays_and_texts_have_indices_and_a_length() {
    let vm = json!({ "tags": ["a", "b"], "name": "né🙂" });
    for filter in ["tags:length:2", "tags:1:b", "tags:0:!b", "name:length:4", "name:1:é", "tags:length:>1"] {
        assert!(matches(filter, &vm), "`{filter}`");
    }
    assert!(!matches("tags:01:b", &vm));
    assert!(!matches("tags:7?", &vm));
}

#[test]
fn missing_values_satisfy_only_negations() {
    assert!(matches("a:!b", &json!({})));
    assert!(matches("!a:b", &json!({})));
    assert!(!matches("a:!b", &json!(null)));
    assert!(matches("!a?", &json!(null)));
    assert!(!matches("a:b?", &json!({ "a": null })));
}

#[test]
fn regular_expressions_mean_what_they_do_in_javascript() {
    let cases = [
        (r"/^\d+$/", "٣", false),
        (r"/^\w+$/", "é", false),
        (r"/^\S+$/", "a\u{feff}b", false),
        (r"/\bb/", "éb", true),
        (r"/a.b/", "a\u{2028}b", false),
        (r"/a[^]b/", "a\nb", true),
        (r"/a[]b/", "ab", false),
        (r"/[[&]/", "[", true),
        (r"/[a&&b]/", "&", true),
        (r"/x{a}/", "x{a}", true),
        (r"/^x{2,}$/", "xxx", true),
        (r"/\/dev\/x/", "/dev/xvda", true),
        (r"/\e\_\-/", "e_-", true),
        (r"/\x41\u00e9/", "Aé", true),
        (r"/a\cJ\cZ/", "a\n\u{1a}", true),
        (r"/[\d\s]x/", " x", true),
        (r"/[^\d\s]x/", " x", false),
        (r"/^web/i", "WEB1", true),
        (r"/^web/", "WEB1", false),
        (r"/(?:a|b)+?c/", "abc", true),
        ("//", "anything", true),
    ];
    for (filter, text, expected) in cases {
        assert_eq!(matches(filter, &json!(text)), expected, "`{filter}` on `{text}`");
    }
}

#[test]
fn a_refused_expression_says_why_and_where() {
    for (filter, reason) in [
        ("/a(/", "Unterminated group"),
        ("/a)/", "Unmatched ')'"),
        ("/[a/", "Unterminated character class"),
        ("/*/", "Nothing to repeat"),
        ("/[b-a]/", "Range out of order in character class"),
        (r"/(a)\1/", "back references are not supported"),
        ("/(?=a)/", "look-around is not supported"),
        ("/((a{500}){500}){500}/", "Regular expression too large"),
    ] {
        let source = filter.trim_matches('/');
        let error = error(&format!("é:{filter}"));
        assert_eq!(error.to_string(), format!("Invalid regular expression: /{source}/: {reason}"));
        assert_eq!(error.position(), 2);
    }
}

#[test]
fn the_expressions_of_a_filter_have_a_bound_together() {
    // Each of these is small as a text, and takes some hundred kilobytes.
    let large = r"/\w{900}/ ";
    assert!(Filter::parse(large).is_ok());
    let many = large.repeat(100);
    let error = error(&many);
    assert!(error.to_string().ends_with("the regular expressions of the filter are too large together"), "{error}");
    assert!(error.position() > 0 && error.position() < 10 * large.len(), "{}", error.position());
    let short = Filter::parse(&"name_label:/^web-\\d+$/i ".repeat(20)).expect("people may write that");
    assert!(short.memory() > 0 && short.memory() <= parse::MOST_MEMORY, "{}", short.memory());
    assert_eq!(Filter::parse("web").expect("a word").memory(), 0);
}

#[test]
fn groups_find_the_same_though_nobody_asks_what_they_hold() {
    for (filter, text, expected) in [
        (r"/^(a|b)+(c)?$/", "abac", true),
        (r"/^(?:a|b)$/", "b", true),
        (r"/[(]/", "(", true),
        (r"/\(a/", "(a", true),
        (r"/^(?i)a$/", "A", true),
        (r"/(?<name>a)/", "a", true),
    ] {
        assert_eq!(matches(filter, &json!(text)), expected, "`{filter}` on `{text}`");
    }
}

#[test]
fn positions_count_utf16_units() {
    assert_eq!(error("\"🙂é\" =").position(), 6);
    assert_eq!(error("  =").position(), 2);
    assert_eq!(error("🙂").position(), 0);
    assert_eq!(error("a:(b").position(), 1);
    assert_eq!(error("a ?").position(), 2);
}

#[test]
fn deep_nesting_is_an_error_and_not_a_crash() {
    for open in ["(", "!", "a:", "|("] {
        let error = error(&(open.repeat(100_000) + "x"));
        assert!(matches!(error, Error::TooDeep { .. }), "{open}: {error}");
    }
    assert!(Filter::parse(&("!".repeat(100) + "x")).is_ok());
}

#[test]
fn printing_gives_a_text_that_parses_to_the_same() {
    for filter in [
        "a (b c) |(d !(e f) (g h))",
        "a:(b c)",
        "\"32\" 32 \"a b\" \"\" \"q\\\"\\\\\"",
        "\"a b\":\"\":x? \"x y\"?",
        "a:b:>=1.5 <-3 >1e21 >1e-7 <=0x10 >-Infinity",
        "/a\\/b/i /x/ *a*",
        "((((a))))",
        "|(a)",
        "\"a*b\" 中",
    ] {
        let Ok(parsed) = Filter::parse(filter) else {
            assert!(filter.contains('中'));
            continue;
        };
        let printed = parsed.to_string();
        let again = Filter::parse(&printed).unwrap_or_else(|error| panic!("`{printed}`: {error}"));
        assert_eq!(again.to_string(), printed, "`{filter}`");
        assert_eq!(format!("{again:?}"), format!("{parsed:?}"), "`{filter}`");
    }
}

#[test]
fn any_text_gives_a_filter_or_an_error_and_what_is_printed_parses() {
    // A small generator: every text of up to four of these pieces.
    let pieces = ["a", "1", ":", "!", "|", "(", ")", "\"", "\\", "/", "*", ">", "?", " ", "é", "🙂", "{", "["];
    let mut texts = vec![String::new()];
    for _ in 0..4 {
        let longer: Vec<String> =
            texts.iter().flat_map(|text| pieces.iter().map(move |piece| format!("{text}{piece}"))).collect();
        for text in &longer {
            match Filter::parse(text) {
                Ok(filter) => {
                    let printed = filter.to_string();
                    let again =
                        Filter::parse(&printed).unwrap_or_else(|error| panic!("`{text}` → `{printed}`: {error}"));
                    assert_eq!(format!("{again:?}"), format!("{filter:?}"), "`{text}` → `{printed}`");
                }
                Err(error) => assert!(error.position() <= text.encode_utf16().count(), "`{text}`"),
            }
        }
        texts = longer;
    }
}

#[test]
fn an_example_matches_what_has_at_least_as_much() {
    let vm = json!({
        "type": "VM", "tags": ["a", "b", "a"], "CPUs": { "max": 4, "number": 2 }, "parent": null, "on": true,
        "disks": [{ "id": 1, "size": 5 }, { "id": 2, "size": 5 }]
    });
    let cases = [
        (json!({}), true),
        (json!({ "type": "VM" }), true),
        (json!({ "type": "V" }), false),
        (json!({ "CPUs": { "number": 2.0 } }), true),
        (json!({ "CPUs": {} }), true),
        (json!({ "CPUs": [] }), false),
        (json!({ "tags": [] }), true),
        (json!({ "tags": ["b", "a"] }), true),
        (json!({ "tags": ["a", "a", "b"] }), true),
        (json!({ "tags": ["b", "b"] }), false),
        (json!({ "disks": [{ "size": 5 }, { "id": 2 }] }), true),
        (json!({ "disks": [{ "id": 3 }] }), false),
        (json!({ "parent": null }), true),
        (json!({ "missing": null }), false),
        (json!({ "on": 1 }), false),
    ];
    for (example, expected) in cases {
        let Value::Object(map) = example.clone() else { unreachable!("examples are objects") };
        assert_eq!(Partial::new(map).matches(&vm), expected, "{example}");
    }
}

#[test]
fn a_pattern_combines_and_compares() {
    let vm = json!({ "type": "VM", "tags": ["a", "b"], "power_state": "Running", "parent": null });
    let cases = [
        (json!({ "type": "VM", "power_state": "Running" }), true),
        (json!({ "type": "vm" }), false),
        (json!({ "tags": ["b", "b"] }), true),
        (json!({ "tags": ["c"] }), false),
        (json!({ "tags": { "__not": ["c"] } }), true),
        (json!({ "type": { "__or": ["SR", "VM"] } }), true),
        (json!({ "__and": [{ "type": "VM" }, { "tags": ["a"] }] }), true),
        (json!({ "missing": { "__not": "x" } }), false),
        (json!({ "parent": null }), true),
        (json!({ "type": {} }), false),
        (json!("VM"), false),
    ];
    for (pattern, expected) in cases {
        assert_eq!(Pattern::new(pattern.clone()).matches(&vm), expected, "{pattern}");
    }
}

#[test]
fn typed_values_are_tested_without_json() {
    struct Vm {
        name: String,
        cpus: u8,
        tags: Vec<Tag>,
    }
    struct Tag(&'static str);
    impl Subject for Tag {
        fn shape(&self) -> Shape<'_> {
            Shape::Text(self.0.into())
        }
    }
    impl Map for Vm {
        fn property(&self, name: &str) -> Shape<'_> {
            match name {
                "name" => Shape::Text(self.name.as_str().into()),
                "cpus" => Shape::Number(self.cpus.into()),
                "tags" => Shape::List(&self.tags),
                _ => Shape::Undefined,
            }
        }
        fn any(&self, test: &mut dyn FnMut(&Shape<'_>) -> bool) -> bool {
            ["name", "cpus", "tags"].iter().any(|name| test(&self.property(name)))
        }
    }
    impl Subject for Vm {
        fn shape(&self) -> Shape<'_> {
            Shape::Map(self)
        }
    }
    let vm = Vm { name: "web".into(), cpus: 4, tags: vec![Tag("prod")] };
    assert!(Filter::parse("name:WEB cpus:>2 tags:prod prod !x?").unwrap().matches(&vm));
    assert!(!Filter::parse("name:db").unwrap().matches(&vm));
}

mod conformance;
